/* The `wright` program: a table of commands. */
#include "compiler/base/intern.h"
#include "compiler/tool/tool.h"

#include <stdio.h>
#include <string.h>

static const struct wc_command commands[] = {
    {"init", "begin a new specification",
     "wright init NAME\n\n"
     "Makes the folder NAME with a small specification in it, its prompt, fixtures and tests. It "
     "builds,\n"
     "and its tests pass. A file that is there already is never touched.\n",
     wc_cmd_init},
    {"check", "find what is wrong with a specification",
     "wright check FILE...\n\n"
     "Reports every error and warning of each specification, sorted by place.\n\n"
     "  --format text|json|sarif|github   how to report (default: text)\n"
     "  --color auto|always|never         (default: auto, colour on a terminal)\n\n"
     "Exit code: 0 no errors, 1 errors, 2 a file could not be read.\n",
     wc_cmd_check},
    {"fix", "make the edits that errors suggest and a machine may make",
     "wright fix FILE... [--dry-run]\n\n"
     "Makes each edit that a diagnostic suggests and that leaves no choice to a person, tells "
     "which, and\n"
     "keeps them only where fewer errors are left. Imported files are not touched.\n\n"
     "  --dry-run   tell, and change nothing; exit 1 where something would change\n\n"
     "Exit code: 0 no errors are left, 1 some are, 2 a file could not be read or written.\n",
     wc_cmd_fix},
    {"compile", "write the C, the contract and the graph of a specification",
     "wright compile FILE -o DIR\n\n"
     "Writes generated C, contract.json, openapi.json, certificate.json and the state graph into "
     "DIR\n"
     "(made if it is not there). The same specification gives the same bytes anywhere; an output "
     "that would not\n"
     "change is not touched.\n",
     wc_cmd_compile},
    {"build", "compile a specification to one static executable",
     "wright build FILE -o BINARY [--keep DIR] [--with FILE.c] [--dynamic]\n\n"
     "Compiles FILE and links it with the runtime into one static executable.\n\n"
     "  -o BINARY    where the executable goes\n"
     "  --keep DIR   keep the generated C in DIR\n"
     "  --with FILE  compile and link this C, too, beside that of its functions\n"
     "  --dynamic    link the system's shared libraries and keep symbols: for sanitizers\n\n"
     "The C compiler is $CC, else cc; $CFLAGS are added to its flags.\n",
     wc_cmd_build},
    {"test", "run the tests of specifications, in virtual time",
     "wright test FILE... [--coverage] [--only TEXT]\n\n"
     "Runs the `test` blocks of each FILE on the C that it compiles to and the engine of its "
     "binary,\n"
     "in virtual time: no socket, no file, no sleep. Of a test that fails it shows what was "
     "expected\n"
     "and what the job did.\n\n"
     "  --coverage    list the transitions that no test takes\n"
     "  --only TEXT   the tests whose title has TEXT in it\n\n"
     "Exit code: 0 all passed, 1 a test failed or a specification has errors, 2 it could not run.\n"
     "The C compiler is $CC, else cc.\n",
     wc_cmd_test},
    {"dev", "serve a specification with simulated upstreams while it is edited",
     "wright dev FILE [--listen ADDRESS:PORT] [--returns NAME=FILE,...] [--way NAME=WAY,...]\n\n"
     "Builds FILE and serves it, its services and models simulated as by `wright mock`; builds and "
     "serves\n"
     "anew when FILE or a file that it names changes. While there are errors they are shown, and "
     "the last\n"
     "good build goes on serving. An environment variable that is set is used as it is: set "
     "MODEL_URL and\n"
     "MODEL_KEY, and a real model answers.\n\n"
     "  --listen ADDRESS:PORT   (default: 127.0.0.1:8080)\n"
     "  --returns, --way, --seed   as `wright mock` has them\n\n"
     "It prints where its binary and its store are: `BINARY jobs list --store URL` shows its jobs, "
     "and\n"
     "`BINARY review approve ID --store URL` decides one that waits.\n"
     "Ends with SIGINT or SIGTERM; jobs are kept as long as it runs.\n",
     wc_cmd_dev},
    {"fmt", "lay out specifications in the one style",
     "wright fmt FILE... [--check]\n\n"
     "Rewrites each file in place; `-` reads standard input and writes standard output.\n\n"
     "  --check   change nothing; exit 1 and name the files that would change\n",
     wc_cmd_fmt},
    {"prove", "show what is proved of a specification, path by path",
     "wright prove FILE [--format text|json]\n\n"
     "Prints the certificate: the latest that each path ends, the most that a job costs, what each "
     "outage\n"
     "leads to, effects, bounds in bytes, and what all of it rests on. JSON is certificate.json.\n",
     wc_cmd_prove},
    {"diff", "what a change means for clients: breaking, to review, behaviour, compatible",
     "wright diff OLD NEW [--format FORMAT] [--fail-on LEVEL]\n"
     "wright diff --against REF FILE\n\n"
     "Compares two contracts and says of each difference who notices and how. OLD and NEW are each "
     "a\n"
     "specification (.flow), a contract.json, a binary that wright built (it is read, not run), "
     "or\n"
     "git:REF:PATH.\n\n"
     "  --against REF      OLD is FILE at the merge base of REF and HEAD\n"
     "  --format FORMAT    text (default), json, markdown, github, sarif or junit\n"
     "  --fail-on LEVEL    breaking (default), review, behaviour or compatible\n"
     "  --color auto|always|never\n"
     "  --today DATE       when accepted changes expire is told by it (default: today)\n\n"
     "Exit code: 0 nothing at LEVEL or above, 1 findings, 2 they could not be compared.\n"
     "`wright explain RULE` has a page for each rule.\n",
     wc_cmd_diff},
    {"changelog", "what is new between two contracts, in Markdown for people",
     "wright changelog OLD NEW\nwright changelog --against REF FILE\n\n"
     "Prints what has changed, grouped by who notices. OLD and NEW are as in `wright diff`.\n",
     wc_cmd_changelog},
    {"textconv", "the contract of a specification or binary as text, for git",
     "wright textconv FILE\n\n"
     "Prints the contract of a specification, a contract.json or a binary. With `*.flow "
     "diff=wright` in\n"
     ".gitattributes and `git config diff.wright.textconv \"wright textconv\"`, `git diff` shows "
     "contracts.\n",
     wc_cmd_textconv},
    {"graph", "draw the stages and transitions of a specification",
     "wright graph FILE [--format mermaid|dot]\n\n"
     "Prints the state graph (default: mermaid).\n",
     wc_cmd_graph},
    {"explain", "explain an error code, with an example that fails and one that passes",
     "wright explain CODE\n\n"
     "Prints the page of CODE (for example E0301); without CODE, the list of all codes.\n",
     wc_cmd_explain},
    {"mock", "serve simulated services and models for local development",
     "wright mock FILE [--listen ADDRESS:PORT] [faults]\n\n"
     "Serves every service and model that FILE names with simulated, schema-shaped documents, and\n"
     "prints the environment that points a binary at it, as lines for a shell.\n\n"
     "  --listen ADDRESS:PORT   (default: 127.0.0.1:0, any free port)\n"
     "  --env                   print nothing but the lines for a shell\n"
     "  --print-env-file PATH   write them to PATH, too, once requests are answered\n"
     "  --seed N                other documents for the same requests\n"
     "  --returns NAME=FILE,... the stage, service or model NAME answers with the JSON of FILE\n"
     "  --invent                answer nothing that the tests of FILE give: invent it all\n\n"
     "A stage whose checks ask for more than quotes is answered with what a test gives it.\n\n"
     "Faults; NAMES are services and models of FILE, separated by commas:\n\n"
     "  --silent NAMES   --slow NAME=MS,...   --fail NAME=STATUS,...   --cut NAMES\n"
     "  --malformed NAMES   --refuse NAMES   --way NAME=WAY,...\n\n"
     "A WAY is one of ok, silent, slow=MS, cut, stall, malformed, wrong, refuse, filter, length,\n"
     "fail=STATUS; with *N at its end, for N requests only. A request chooses its own with the\n"
     "header X-Wright-Mock; POST /_mock {\"NAME\": \"WAY\"} changes them while it runs.\n"
     "docs/mock.md has the whole of it.\n",
     wc_cmd_mock},
};

enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

static void help(FILE *out)
{
    fprintf(
        out,
        "wright compiles a specification of an AI feature to one static binary that serves it.\n\n"
        "usage: wright COMMAND [arguments]\n\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].summary);
    fprintf(out,
            "\n`wright COMMAND --help` tells more. Exit codes: 0 done, 1 errors found, 2 could not "
            "run.\n");
}

static const struct wc_command *find(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static int unknown(const char *name)
{
    const char *names[COMMAND_COUNT];
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        names[i] = commands[i].name;
    const char *near = wc_nearest(name, names, COMMAND_COUNT);
    fprintf(stderr, "wright: there is no command %s; ", name);
    if (near)
        fprintf(stderr, "did you mean `wright %s`?\n", near);
    else
        fprintf(stderr, "`wright --help` lists them\n");
    return WC_EXIT_TROUBLE;
}

static int wants_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return 1;
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        help(stderr);
        return WC_EXIT_TROUBLE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        help(stdout);
        return WC_EXIT_OK;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "version") == 0) {
        printf("wright %s\n", WRIGHT_VERSION);
        return WC_EXIT_OK;
    }
    const struct wc_command *command = find(argv[1]);
    if (!command)
        return unknown(argv[1]);
    if (wants_help(argc - 1, argv + 1)) {
        fputs(command->usage, stdout);
        return WC_EXIT_OK;
    }
    return command->run(argc - 1, argv + 1);
}
