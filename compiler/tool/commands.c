/* The commands of `wright` and their flags: the one table that --help, the manual pages and the completions are
 * printed from, and that wc_flags() holds each command's own list against. */
#include "compiler/tool/commands.h"

#include <string.h>

#define END                                                                                        \
    {                                                                                              \
        NULL, 0, NULL, NULL, NULL                                                                  \
    }
#define COLOR                                                                                      \
    {                                                                                              \
        "--color", 0, "WHEN", "auto always never",                                                 \
            "colour in what is printed; auto, the default, "                                       \
            "where it goes to a terminal"                                                          \
    }

static const struct wc_option none[] = {END};
static const struct wc_option check[] = {
    {"--format", 0, "FORMAT", "text json sarif github", "how to report (default: text)"},
    COLOR,
    END,
};
static const struct wc_option fix[] = {
    {"--dry-run", 0, NULL, NULL, "tell, and change nothing; exit 1 where something would change"},
    END,
};
static const struct wc_option compile[] = {
    {"--output", 'o', "DIR", NULL, "where the files go; made if it is not there"},
    {"-MD", 0, NULL, NULL,
     "write DIR.d, a rule for make: DIR/contract.json depends on every file that was read"},
    {"-MF", 0, "FILE", NULL, "write that rule to FILE"},
    {"-MT", 0, "TARGET", NULL, "let TARGET depend on them instead"},
    END,
};
static const struct wc_option build[] = {
    {"--output", 'o', "BINARY", NULL, "where the executable goes"},
    {"--keep", 'k', "DIR", NULL, "keep the generated C and the contract in DIR"},
    {"--with", 0, "FILE.c", NULL, "compile and link this C, too, beside that of its functions"},
    {"--dynamic", 0, NULL, NULL,
     "link the system's shared libraries and keep symbols: for sanitizers"},
    {"-MD", 0, NULL, NULL,
     "write BINARY.d, a rule for make: BINARY depends on every file that was read"},
    {"-MF", 0, "FILE", NULL, "write that rule to FILE"},
    {"-MT", 0, "TARGET", NULL, "let TARGET depend on them instead"},
    END,
};
static const struct wc_option test[] = {
    {"--coverage", 0, NULL, NULL, "list the transitions that no test takes"},
    {"--only", 0, "TEXT", NULL, "only the tests whose title has TEXT in it"},
    END,
};
#define SEED                                                                                       \
    {                                                                                              \
        "--seed", 0, "N", NULL, "other documents for the same requests"                            \
    }
#define RETURNS                                                                                    \
    {                                                                                              \
        "--returns", 0, "NAME=FILE,...", NULL,                                                     \
            "the stage, service or model NAME answers with the JSON of FILE"                       \
    }
#define WAY                                                                                        \
    {                                                                                              \
        "--way", 0, "NAME=WAY,...", NULL, "these misbehave as WAY says"                            \
    }
static const struct wc_option dev[] = {
    {"--listen", 0, "ADDRESS:PORT", NULL, "where it serves (default: 127.0.0.1:8080)"},
    RETURNS,
    WAY,
    SEED,
    END,
};
static const struct wc_option fmt[] = {
    {"--check", 0, NULL, NULL, "change nothing; exit 1 and name the files that would change"},
    END,
};
static const struct wc_option prove[] = {
    {"--format", 0, "FORMAT", "text json", "text (default), or certificate.json"},
    END,
};
static const struct wc_option diff[] = {
    {"--against", 0, "REF", NULL, "OLD is FILE at the merge base of REF and HEAD"},
    {"--format", 0, "FORMAT", "text json markdown github sarif junit",
     "how to report (default: text)"},
    {"--fail-on", 0, "LEVEL", "breaking review behaviour compatible",
     "the least level that exits with 1 (default: breaking)"},
    COLOR,
    {"--today", 0, "DATE", NULL, "the day by which accepted changes expire (default: today)"},
    END,
};
static const struct wc_option changelog[] = {
    {"--against", 0, "REF", NULL, "OLD is FILE at the merge base of REF and HEAD"},
    END,
};
static const struct wc_option graph[] = {
    {"--format", 0, "FORMAT", "mermaid dot", "for Mermaid (default) or Graphviz"},
    END,
};
static const struct wc_option mock[] = {
    {"--listen", 0, "ADDRESS:PORT", NULL, "where it serves (default: 127.0.0.1:0, any free port)"},
    {"--env", 0, NULL, NULL, "print nothing but the lines for a shell"},
    {"--print-env-file", 0, "FILE", NULL, "write them to FILE, too, once requests are answered"},
    SEED,
    RETURNS,
    {"--invent", 0, NULL, NULL, "answer nothing that the tests of FILE give: invent it all"},
    {"--silent", 0, "NAMES", NULL, "these never answer"},
    {"--slow", 0, "NAME=MS,...", NULL, "these answer so much later"},
    {"--fail", 0, "NAME=STATUS,...", NULL, "these answer with this status"},
    {"--cut", 0, "NAMES", NULL, "these close the connection in the middle of the answer"},
    {"--malformed", 0, "NAMES", NULL, "these answer with broken JSON"},
    {"--refuse", 0, "NAMES", NULL, "these models decline; services answer 403"},
    WAY,
    END,
};
static const struct wc_option man[] = {
    {"--output", 'o', "DIR", NULL, "write all pages into DIR: wright.1 and one for each command"},
    END,
};

#define EXITS_OF_CHECK "Exit code: 0 no errors, 1 errors, 2 a file could not be read."

const struct wc_command wc_commands[] = {
    {"init", "begin a new specification", "wright init NAME",
     "Makes the folder NAME with a small specification in it, its prompt, fixtures and tests. It "
     "builds, and its tests pass. A file that is there already is never touched.",
     none, NULL, WC_OPERAND_NONE, wc_cmd_init},
    {"check", "find what is wrong with a specification", "wright check FILE...",
     "Reports every error and warning of each specification, sorted by place.", check,
     EXITS_OF_CHECK, WC_OPERAND_SPEC, wc_cmd_check},
    {"fix", "make the edits that errors suggest and a machine may make",
     "wright fix FILE... [--dry-run]",
     "Makes each edit that a diagnostic suggests and that leaves no choice to a person, tells "
     "which, and keeps them only where fewer errors are left. Imported files are not touched.",
     fix, "Exit code: 0 no errors are left, 1 some are, 2 a file could not be read or written.",
     WC_OPERAND_SPEC, wc_cmd_fix},
    {"compile", "write the C, the contract and the graph of a specification",
     "wright compile FILE -o DIR [-MD]",
     "Writes generated C, contract.json, openapi.json, asyncapi.json, certificate.json, the JSON "
     "Schemas and the state graph into DIR. The same specification gives the same bytes anywhere; "
     "an output that would not change is not touched.",
     compile,
     "Where nothing changes contract.json keeps its time: in a Makefile let a file that is touched "
     "stand for it, with -MT.",
     WC_OPERAND_SPEC, wc_cmd_compile},
    {"build", "compile a specification to one static executable",
     "wright build FILE -o BINARY [--keep DIR] [--with FILE.c] [--dynamic] [-MD]",
     "Compiles FILE and links it with the runtime into one static executable.", build,
     "The C compiler is $CC, else cc; $CFLAGS are added to its flags.", WC_OPERAND_SPEC,
     wc_cmd_build},
    {"test", "run the tests of specifications, in virtual time",
     "wright test FILE... [--coverage] [--only TEXT]",
     "Runs the `test` blocks of each FILE on the C that it compiles to and the engine of its "
     "binary, in virtual time: no socket, no file, no sleep. Of a test that fails it shows what "
     "was expected and what the job did.",
     test,
     "Exit code: 0 all passed, 1 a test failed or a specification has errors, 2 it could not run, "
     "64 no test has TEXT in its title. "
     "The C compiler is $CC, else cc.",
     WC_OPERAND_SPEC, wc_cmd_test},
    {"dev", "serve a specification with simulated upstreams while it is edited",
     "wright dev FILE [--listen ADDRESS:PORT] [--returns NAME=FILE,...] [--way NAME=WAY,...]",
     "Builds FILE and serves it, its services and models simulated as by `wright mock`; builds and "
     "serves anew when FILE or a file that it names changes. While there are errors they are "
     "shown, and the last good build goes on serving. An environment variable that is set is used "
     "as it is: set MODEL_URL and MODEL_KEY, and a real model answers.",
     dev,
     "It prints where its binary and its store are: `BINARY jobs list --store URL` shows its jobs, "
     "and `BINARY review approve ID --store URL` decides one that waits. Ends with SIGINT or "
     "SIGTERM; jobs are kept as long as it runs.",
     WC_OPERAND_SPEC, wc_cmd_dev},
    {"fmt", "lay out specifications in the one style", "wright fmt FILE... [--check]",
     "Rewrites each file in place; `-` reads standard input and writes standard output.", fmt, NULL,
     WC_OPERAND_SPEC, wc_cmd_fmt},
    {"prove", "show what is proved of a specification, path by path",
     "wright prove FILE [--format text|json]",
     "Prints the certificate: the latest that each path ends, the most that a job costs, what each "
     "outage leads to, effects, bounds in bytes, and what all of it rests on.",
     prove, NULL, WC_OPERAND_SPEC, wc_cmd_prove},
    {"diff", "what a change means for clients: breaking, to review, behaviour, compatible",
     "wright diff OLD NEW [--format FORMAT] [--fail-on LEVEL]\nwright diff --against REF FILE",
     "Compares two contracts and says of each difference who notices and how. OLD and NEW are each "
     "a specification (.flow), a contract.json, a binary that wright built (it is read, not run), "
     "or git:REF:PATH.",
     diff,
     "Exit code: 0 nothing at LEVEL or above, 1 findings, 2 they could not be compared. `wright "
     "explain RULE` has a page for each rule.",
     WC_OPERAND_SIDE, wc_cmd_diff},
    {"changelog", "what is new between two contracts, in Markdown for people",
     "wright changelog OLD NEW\nwright changelog --against REF FILE",
     "Prints what has changed, grouped by who notices. OLD and NEW are as in `wright diff`.",
     changelog, NULL, WC_OPERAND_SIDE, wc_cmd_changelog},
    {"textconv", "the contract of a specification or binary as text, for git",
     "wright textconv FILE",
     "Prints the contract of a specification, a contract.json or a binary. With `*.flow "
     "diff=wright` in .gitattributes and `git config diff.wright.textconv \"wright textconv\"`, "
     "`git diff` shows contracts.",
     none, NULL, WC_OPERAND_SIDE, wc_cmd_textconv},
    {"graph", "draw the stages and transitions of a specification",
     "wright graph FILE [--format mermaid|dot]", "Prints the state graph.", graph, NULL,
     WC_OPERAND_SPEC, wc_cmd_graph},
    {"explain", "explain an error code or a rule of diff, with examples", "wright explain [CODE]",
     "Prints the page of CODE (for example E0301, or a rule of `wright diff`); without CODE, the "
     "list of all codes.",
     none, NULL, WC_OPERAND_CODE, wc_cmd_explain},
    {"mock", "serve simulated services and models for local development",
     "wright mock FILE [--listen ADDRESS:PORT] [faults]",
     "Serves every service and model that FILE names with simulated, schema-shaped documents, and "
     "prints the environment that points a binary at it, as lines for a shell.",
     mock,
     "A stage whose checks ask for more than quotes is answered with what a test gives it. NAMES "
     "are "
     "services and models of FILE, separated by commas. A WAY is one of ok, silent, "
     "slow=MS, cut, stall, malformed, wrong, refuse, filter, length, fail=STATUS; with *N at its "
     "end, for N requests only. A request chooses its own with the header X-Wright-Mock; POST "
     "/_mock {\"NAME\": \"WAY\"} changes them while it runs. docs/mock.md has the whole of it.",
     WC_OPERAND_SPEC, wc_cmd_mock},
    {"completion", "print what completes these commands in a shell",
     "wright completion bash|zsh|fish",
     "Prints a script for the shell: `eval \"$(wright completion bash)\"`, or a file in the "
     "folder that the shell reads.",
     none, NULL, WC_OPERAND_SHELL, wc_cmd_completion},
    {"man", "print the manual pages", "wright man [COMMAND] [-o DIR]",
     "Prints the page of wright(1), or that of COMMAND, for man(1): `wright man build | man -l -`.",
     man, NULL, WC_OPERAND_COMMAND, wc_cmd_man},
    {NULL, NULL, NULL, NULL, NULL, NULL, WC_OPERAND_NONE, NULL},
};

const struct wc_command *wc_command_find(const char *name)
{
    for (const struct wc_command *command = wc_commands; command->name; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}
