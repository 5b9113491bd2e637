/* The grammar: every word of the language. docs/language.md prints it; build.c makes the nodes.
 * Rules for whoever adds one: a clause begins with a keyword; a block is `lb LIST RBRACE`, its list
 * left-recursive from empty (recovery goes on there); a new keyword is a row of tokens.def and a name
 * in %fallback. */
%name WcGrammar
%token_prefix WC_TOK_
%token_type {struct wc_token}
%extra_context {struct wc_parser *p}
%start_symbol start
%stack_size 0
%include {
/* With it, the parser can tell which rules it reduces (tests/unit/test_grammar_use.c). */
#ifndef WC_GRAMMAR_TRACE
#define NDEBUG
#endif
#include "compiler/syntax/build.h"
#include <assert.h>
#include <stdlib.h>
/* parse.c and recover.c say what was wrong and where to go on. */
#define YYNOERRORRECOVERY 1
}
%syntax_error { p->failed = true; }

%fallback IDENT
    IMPORT API VERSION OPEN SCHEMA DEPTH ERROR STATUS RETRY
    AFTER SERVICE MODEL FUNCTION RAISES FROM WORKFLOW TEST ACCEPT
    BECAUSE UNTIL SUMMARY AUTH BEARER KEYS ENV NONE HEADER
    URL LIMIT CONCURRENT PER TOKENS BREAKER FAILURES IDEMPOTENCY KEY
    PRICE CALL MILLION SIGN TIMEOUT ALLOW PRIVATE OPERATION TAKES
    PROVIDER NAME MAX INPUT OUTPUT CACHED TEMPERATURE ROUTE LATENCY
    INSTANT WAITING BACKGROUND COST AT MOST ENFORCED DEDUPE BY
    FOR SHARED REQUIRED NOTIFY ON TO KEEP JOBS DISCONNECT
    CONTINUE CANCEL UPGRADE HOLD RESTART FAIL SPLIT DEPRECATED SUNSET
    LET STAGE GET HEAD POST PUT PATCH DELETE BODY
    ASK PROMPT SYSTEM USER EXAMPLES TOOLS TURNS MAKE MATCH
    WHEN ALL OPTIONAL EACH A TIME MAY RUN WITH
    RECALL WITHIN REPLY DRAFT WAIT REVIEW OF SIGNAL SLEEP
    FIRST TOKEN IDLE BACKOFF REPAIR HEDGE CHECK DONE FULL
    FALLBACK REMEMBER GIVEN RETURNS FILE FAILS SILENT CUT SEND
    CRASH DURING EXPECT RESULT PATH UNION BYTES STRUCTURED WRITTEN SINCE
    CONTACT LICENSE.

%right IF.
%left OR.
%left AND.
%right NOT.
%nonassoc EQ NE LT LE GT GE CONTAINS STARTS_WITH MATCHES IS.
%right ORELSE.
%left PLUS MINUS.
%left STAR SLASH PERCENT.
%right NEGATE.
%left DOT SAFE LBRACKET.

start ::= FILE_START decls.
start ::= PROMPT_START STRING(T). { p->template = wc_template_add(p, NULL, &T, NULL); }
start ::= PROMPT_START template(T). { p->template = T; }

/* ---- leaves ------------------------------------------------------------------------------- */

%type name {struct wc_name}
name(A) ::= IDENT(T). { A = wc_name_of(&T); }
%type upper {struct wc_name}
upper(A) ::= UPPER(T). { A = wc_name_of(&T); }
%type text {struct wc_text}
text(A) ::= STRING(T). { A = wc_text_of(&T); }
text(A) ::= RAW(T). { A = wc_text_of(&T); }
%type key {struct wc_name}
key(A) ::= IDENT(T). { A = wc_name_of(&T); }
key(A) ::= UPPER(T). { A = wc_name_of(&T); }
key(A) ::= STRING(T). { A = wc_key_of(p, &T); }
%type names {struct wc_names *}
names(A) ::= name(N). { A = wc_names_add(p, NULL, N); }
names(A) ::= names(L) COMMA name(N). { A = wc_names_add(p, L, N); }
%type dotted {struct wc_names *}
dotted(A) ::= name(N). { A = wc_names_add(p, NULL, N); }
dotted(A) ::= dotted(L) DOT name(N). { A = wc_names_add(p, L, N); }

/* The brace that begins a block; reading goes on in it after an error. */
lb ::= LBRACE. {
    if (p->bracket_count > 0)
        p->brackets[p->bracket_count - 1].height = (size_t)(yypParser->yytos - yypParser->yystack);
}

/* ---- declarations --------------------------------------------------------------------------- */

decls ::= .
decls ::= decls decl.
%type decl {struct wc_ast_decl *}

decl(D) ::= IMPORT(K) text(T). {
    D = wc_decl_new(p, WC_DECL_IMPORT, &K, (struct wc_name){0});
    *(D->import = WC_NEW(p->arena, struct wc_text)) = T;
}

decl(D) ::= API(K) name(N) VERSION text(V) lb api_block(B) RBRACE. {
    D = wc_decl_new(p, WC_DECL_API, &K, N);
    D->api = WC_NEW(p->arena, struct wc_ast_api);
    D->api->version = V;
    WC_MOVE(D->api->clauses, B->clauses);
}
%type api_block {struct wc_block *}
api_block(B) ::= . { B = wc_block_new(p); }
api_block(B) ::= api_block(L) api_clause(C). { B = L; wc_push(p->arena, &B->clauses, C); }

decl(D) ::= schema_head(S) lb fields(B) RBRACE. {
    D = S;
    D->span.end = p->end;
    WC_MOVE(D->schema->fields, B->fields);
}
decl(D) ::= schema_head(S) EQUALS type(T). { D = S; D->span.end = p->end; D->schema->alias = T; }
%type schema_head {struct wc_ast_decl *}
schema_head(D) ::= OPEN(K) SCHEMA upper(N) depth(I). {
    D = wc_decl_new(p, WC_DECL_SCHEMA, &K, N);
    D->schema = WC_NEW(p->arena, struct wc_ast_schema);
    D->schema->open = true;
    D->schema->depth = I;
}
schema_head(D) ::= SCHEMA(K) upper(N) depth(I). {
    D = wc_decl_new(p, WC_DECL_SCHEMA, &K, N);
    D->schema = WC_NEW(p->arena, struct wc_ast_schema);
    D->schema->depth = I;
}
%type depth {struct wc_number}
depth(A) ::= . { A = (struct wc_number){0}; }
depth(A) ::= DEPTH INTEGER(I). { A = wc_number_of(&I); }

%type fields {struct wc_block *}
fields(B) ::= . { B = wc_block_new(p); }
fields(B) ::= fields(L) field(F). { B = L; F->span.end = p->end; wc_push(p->arena, &B->fields, *F); }
%type field {struct wc_ast_field *}
field(F) ::= SPREAD(K) upper(N). { F = wc_field_new(p, &K); F->spread = N; }
field(F) ::= field_head(H) COLON type(T). { F = H; F->type = T; }
field(F) ::= field(G) EQUALS literal(E). { F = G; F->fallback = E; }
field(F) ::= field(G) LABEL(T). { F = G; wc_push(p->arena, &F->labels, wc_name_of(&T)); }
%type field_head {struct wc_ast_field *}
field_head(F) ::= field_name(G). { F = G; }
field_head(F) ::= field_name(G) QUESTION. { F = G; F->optional = true; }
%type field_name {struct wc_ast_field *}
field_name(F) ::= IDENT(T). { F = wc_field_new(p, &T); F->name = wc_name_of(&T); }
field_name(F) ::= UPPER(T). { F = wc_field_new(p, &T); F->name = wc_name_of(&T); }
field_name(F) ::= STRING(T). { F = wc_field_new(p, &T); F->name = wc_key_of(p, &T); }

decl(D) ::= ERROR(K) name(N) IS name(C) text(M) status(S) retry_after(R). {
    D = wc_decl_new(p, WC_DECL_ERROR, &K, N);
    D->error = WC_NEW(p->arena, struct wc_ast_user_error);
    *D->error = (struct wc_ast_user_error){C, M, S, R};
}
%type status {struct wc_number}
status(A) ::= . { A = (struct wc_number){0}; }
status(A) ::= STATUS INTEGER(I). { A = wc_number_of(&I); }
%type retry_after {struct wc_number}
retry_after(A) ::= . { A = (struct wc_number){0}; }
retry_after(A) ::= RETRY AFTER DURATION(I). { A = wc_number_of(&I); }

decl(D) ::= SERVICE(K) name(N) lb service_block(B) RBRACE. {
    D = wc_decl_new(p, WC_DECL_SERVICE, &K, N);
    D->service = WC_NEW(p->arena, struct wc_ast_service);
    WC_MOVE(D->service->clauses, B->clauses);
}
%type service_block {struct wc_block *}
service_block(B) ::= . { B = wc_block_new(p); }
service_block(B) ::= service_block(L) service_clause(C). {
    B = L;
    wc_push(p->arena, &B->clauses, C);
}

decl(D) ::= MODEL(K) name(N) lb model_block(B) RBRACE. {
    D = wc_decl_new(p, WC_DECL_MODEL, &K, N);
    D->model = WC_NEW(p->arena, struct wc_ast_ai_model);
    WC_MOVE(D->model->clauses, B->clauses);
}
%type model_block {struct wc_block *}
model_block(B) ::= . { B = wc_block_new(p); }
model_block(B) ::= model_block(L) model_clause(C). { B = L; wc_push(p->arena, &B->clauses, C); }

decl(D) ::= FUNCTION(K) name(N) LPAREN type_opt(T) RPAREN ARROW type(U) function_tail(F). {
    D = wc_decl_new(p, WC_DECL_FUNCTION, &K, N);
    D->function = F;
    F->takes = T;
    F->gives = U;
}
%type type_opt {struct wc_ast_type *}
type_opt(A) ::= . { A = NULL; }
type_opt(A) ::= type(T). { A = T; }
/* Spelled out: an optional name before a keyword would take the keyword for the name. */
%type function_tail {struct wc_ast_function *}
function_tail(A) ::= FROM text(F). { A = WC_NEW(p->arena, struct wc_ast_function); A->file = F; }
function_tail(A) ::= name(E) FROM text(F). {
    A = WC_NEW(p->arena, struct wc_ast_function);
    A->effect = E;
    A->file = F;
}
function_tail(A) ::= RAISES names(L) FROM text(F). {
    A = WC_NEW(p->arena, struct wc_ast_function);
    WC_MOVE(A->raises, L->list);
    A->file = F;
}
function_tail(A) ::= name(E) RAISES names(L) FROM text(F). {
    A = WC_NEW(p->arena, struct wc_ast_function);
    A->effect = E;
    WC_MOVE(A->raises, L->list);
    A->file = F;
}

decl(D) ::= WORKFLOW(K) name(N) VERSION INTEGER(V) lb workflow_block(B) RBRACE. {
    D = wc_decl_new(p, WC_DECL_WORKFLOW, &K, N);
    D->workflow = WC_NEW(p->arena, struct wc_ast_workflow);
    D->workflow->version = wc_number_of(&V);
    WC_MOVE(D->workflow->clauses, B->clauses);
    WC_MOVE(D->workflow->stages, B->stages);
}
%type workflow_block {struct wc_block *}
workflow_block(B) ::= . { B = wc_block_new(p); }
workflow_block(B) ::= workflow_block(L) workflow_clause(C). {
    B = L;
    wc_push(p->arena, &B->clauses, C);
}
workflow_block(B) ::= workflow_block(L) STAGE(K) name(N) lb stage_block(S) RBRACE. {
    B = L;
    wc_block_stage(p, B, &K, N, S);
}

decl(D) ::= TEST(K) text(T) lb test_block(B) RBRACE. {
    D = wc_decl_new(p, WC_DECL_TEST, &K, (struct wc_name){0});
    D->test = WC_NEW(p->arena, struct wc_ast_test);
    D->test->title = T;
    WC_MOVE(D->test->steps, B->steps);
}

decl(D) ::= ACCEPT(K) dotted(R) text(P) BECAUSE text(B) UNTIL text(U). {
    D = wc_decl_new(p, WC_DECL_ACCEPT, &K, (struct wc_name){0});
    D->accept = WC_NEW(p->arena, struct wc_ast_accept);
    WC_MOVE(D->accept->rule, R->list);
    D->accept->path = P;
    D->accept->because = B;
    D->accept->until = U;
}

/* ---- types ---------------------------------------------------------------------------------- */

%type type {struct wc_ast_type *}
type(A) ::= name(N). { A = wc_type_named(p, N, NULL); }
type(A) ::= name(N) LPAREN type_args(L) RPAREN. { A = wc_type_named(p, N, L); }
type(A) ::= upper(N). { A = wc_type_schema(p, N); }
type(A) ::= type(T) LBRACKET range(R) RBRACKET. { A = wc_type_list(p, T, R); }
type(A) ::= type(T) PIPE NULL. { A = wc_type_nullable(p, T); }
type(A) ::= UNION(K) ON name(N) lb union_block(B) RBRACE. { A = wc_type_union(p, &K, N, B); }
%type union_block {struct wc_block *}
union_block(B) ::= . { B = wc_block_new(p); }
union_block(B) ::= union_block(L) IDENT(T) COLON upper(S). {
    struct wc_ast_union_member member = {
        wc_from(p, T.span.start), wc_take_doc(&T), wc_name_of(&T), S};
    wc_unit(p, T.span.start);
    B = L;
    wc_push(p->arena, &B->union_members, member);
}

%type type_args {struct wc_type_args *}
type_args(A) ::= type_arg(B). { A = B; }
type_args(A) ::= type_args(L) COMMA type_arg(B). {
    A = L;
    if (B->types.count)
        wc_push(p->arena, &A->types, B->types.items[0]);
    if (B->texts.count)
        wc_push(p->arena, &A->texts, B->texts.items[0]);
    if (B->ranges.count)
        wc_push(p->arena, &A->ranges, B->ranges.items[0]);
}
%type type_arg {struct wc_type_args *}
type_arg(A) ::= type(T). {
    A = WC_NEW(p->arena, struct wc_type_args);
    wc_push(p->arena, &A->types, T);
}
type_arg(A) ::= text(T). {
    A = WC_NEW(p->arena, struct wc_type_args);
    wc_push(p->arena, &A->texts, T);
}
type_arg(A) ::= range(R). {
    A = WC_NEW(p->arena, struct wc_type_args);
    wc_push(p->arena, &A->ranges, R);
}
type_arg(A) ::= range(R) BYTES. {
    A = WC_NEW(p->arena, struct wc_type_args);
    R.bytes = true;
    R.span.end = p->end;
    wc_push(p->arena, &A->ranges, R);
}
%type range {struct wc_range}
range(A) ::= bound(B). { A = wc_range_of(B, B, wc_from(p, B.span.start)); }
range(A) ::= bound(B) DOTDOT bound(C). { A = wc_range_of(B, C, wc_from(p, B.span.start)); }
range(A) ::= bound(B) DOTDOT. {
    A = wc_range_of(B, (struct wc_number){0}, wc_from(p, B.span.start));
}
range(A) ::= DOTDOT(T) bound(C). {
    A = wc_range_of((struct wc_number){0}, C, wc_from(p, T.span.start));
}
%type bound {struct wc_number}
bound(A) ::= number(N). { A = N; }
bound(A) ::= MINUS(T) number(N). { A = wc_negated(&T, N); }
%type number {struct wc_number}
number(A) ::= INTEGER(T). { A = wc_number_of(&T); }
number(A) ::= DECIMAL(T). { A = wc_number_of(&T); }
number(A) ::= MONEY(T). { A = wc_number_of(&T); }

/* ---- clauses -------------------------------------------------------------------------------- */

%type api_clause {struct wc_clause *}
%type service_clause {struct wc_clause *}
%type model_clause {struct wc_clause *}
%type workflow_clause {struct wc_clause *}
%type policy {struct wc_clause *}
%type limit_clause {struct wc_clause *}
%type life_clause {struct wc_clause *}
%type endpoint_clause {struct wc_clause *}
%type timeout_clause {struct wc_clause *}

api_clause(C) ::= SUMMARY(K) text(T). { C = wc_clause_new(p, WC_CLAUSE_SUMMARY, &K); C->text = T; }
api_clause(C) ::= CONTACT(K) text(T). { C = wc_clause_new(p, WC_CLAUSE_CONTACT, &K); C->text = T; }
api_clause(C) ::= LICENSE(K) text(T). { C = wc_clause_new(p, WC_CLAUSE_LICENSE, &K); C->text = T; }
api_clause(C) ::= AUTH(K) BEARER KEYS ENV upper(E). {
    C = wc_clause_new(p, WC_CLAUSE_AUTH, &K);
    C->word = WC_WORD_BEARER_KEYS;
    C->name = E;
}
api_clause(C) ::= AUTH(K) NONE. {
    C = wc_clause_new(p, WC_CLAUSE_AUTH, &K);
    C->word = WC_WORD_AUTH_NONE;
}
api_clause(C) ::= limit_clause(L). { C = L; }
api_clause(C) ::= life_clause(L). { C = L; }

limit_clause(C) ::= LIMIT(K) limits(L). {
    C = wc_clause_new(p, WC_CLAUSE_LIMIT, &K);
    WC_MOVE(C->limits, L->limits);
}
%type limits {struct wc_clause *}
%type limit {struct wc_ast_limit *}
limits(A) ::= limit(B). {
    A = WC_NEW(p->arena, struct wc_clause);
    wc_push(p->arena, &A->limits, *B);
}
limits(A) ::= limits(L) COMMA limit(B). { A = L; wc_push(p->arena, &A->limits, *B); }
limit(A) ::= INTEGER(N) CONCURRENT. { A = wc_limit_new(p, WC_LIMIT_CONCURRENT, &N, NULL); }
limit(A) ::= INTEGER(N) PER DURATION(D). { A = wc_limit_new(p, WC_LIMIT_REQUESTS, &N, &D); }
limit(A) ::= INTEGER(N) TOKENS PER DURATION(D). { A = wc_limit_new(p, WC_LIMIT_TOKENS, &N, &D); }

life_clause(C) ::= DEPRECATED(K) text(T). {
    C = wc_clause_new(p, WC_CLAUSE_DEPRECATED, &K);
    C->text = T;
}
life_clause(C) ::= DEPRECATED(K) text(T) SINCE text(S). {
    C = wc_clause_new(p, WC_CLAUSE_DEPRECATED, &K);
    C->text = T;
    C->since = S;
}
life_clause(C) ::= SUNSET(K) text(T). { C = wc_clause_new(p, WC_CLAUSE_SUNSET, &K); C->text = T; }

endpoint_clause(C) ::= URL(K) ENV upper(E). { C = wc_clause_new(p, WC_CLAUSE_URL, &K); C->name = E; }
endpoint_clause(C) ::= URL(K) text(T). { C = wc_clause_new(p, WC_CLAUSE_URL, &K); C->text = T; }
endpoint_clause(C) ::= AUTH(K) BEARER ENV upper(E). {
    C = wc_clause_new(p, WC_CLAUSE_AUTH, &K);
    C->word = WC_WORD_BEARER;
    C->name = E;
}
endpoint_clause(C) ::= AUTH(K) HEADER text(T) ENV upper(E). {
    C = wc_clause_new(p, WC_CLAUSE_AUTH, &K);
    C->word = WC_WORD_HEADER;
    C->text = T;
    C->name = E;
}
endpoint_clause(C) ::= AUTH(K) NONE. {
    C = wc_clause_new(p, WC_CLAUSE_AUTH, &K);
    C->word = WC_WORD_AUTH_NONE;
}
endpoint_clause(C) ::= limit_clause(L). { C = L; }
endpoint_clause(C) ::= BREAKER(K) INTEGER(N) FAILURES IN DURATION(W) COMMA OPEN DURATION(O). {
    C = wc_clause_new(p, WC_CLAUSE_BREAKER, &K);
    C->numbers[0] = wc_number_of(&N);
    C->numbers[1] = wc_number_of(&W);
    C->numbers[2] = wc_number_of(&O);
}

service_clause(C) ::= endpoint_clause(E). { C = E; }
service_clause(C) ::= timeout_clause(E). { C = E; }
service_clause(C) ::= IDEMPOTENCY(K) KEY text(T). {
    C = wc_clause_new(p, WC_CLAUSE_IDEMPOTENCY, &K);
    C->text = T;
}
service_clause(C) ::= PRICE(K) MONEY(M) PER CALL. {
    C = wc_clause_new(p, WC_CLAUSE_PRICE_CALL, &K);
    C->numbers[0] = wc_number_of(&M);
}
service_clause(C) ::= SIGN(K) ENV upper(E). { C = wc_clause_new(p, WC_CLAUSE_SIGN, &K); C->name = E; }
service_clause(C) ::= ALLOW(K) PRIVATE. { C = wc_clause_new(p, WC_CLAUSE_ALLOW_PRIVATE, &K); }
service_clause(C) ::= OPERATION(K) name(N) takes(T) lb operation_block(B) RBRACE. {
    C = wc_clause_new(p, WC_CLAUSE_OPERATION, &K);
    C->name = N;
    C->type = T;
    C->action = B->action;
    WC_MOVE(C->policies, B->clauses);
}
%type takes {struct wc_ast_type *}
takes(A) ::= . { A = NULL; }
takes(A) ::= TAKES type(T). { A = T; }

model_clause(C) ::= endpoint_clause(E). { C = E; }
model_clause(C) ::= PROVIDER(K) dotted(L). {
    C = wc_clause_new(p, WC_CLAUSE_PROVIDER, &K);
    WC_MOVE(C->names, L->list);
}
model_clause(C) ::= NAME(K) text(T). { C = wc_clause_new(p, WC_CLAUSE_NAME, &K); C->text = T; }
model_clause(C) ::= MAX(K) INPUT INTEGER(I) TOKENS COMMA OUTPUT INTEGER(O) TOKENS. {
    C = wc_clause_new(p, WC_CLAUSE_MAX, &K);
    C->numbers[0] = wc_number_of(&I);
    C->numbers[1] = wc_number_of(&O);
}
model_clause(C) ::= PRICE(K) INPUT MONEY(I) COMMA cached(B) written(W) OUTPUT MONEY(O) PER MILLION
    TOKENS. {
    C = wc_clause_new(p, WC_CLAUSE_PRICE_TOKENS, &K);
    C->numbers[0] = wc_number_of(&I);
    C->numbers[1] = B;
    C->numbers[2] = wc_number_of(&O);
    C->numbers[3] = W;
}
%type cached {struct wc_number}
cached(A) ::= . { A = (struct wc_number){0}; }
cached(A) ::= CACHED MONEY(M) COMMA. { A = wc_number_of(&M); }
%type written {struct wc_number}
written(A) ::= . { A = (struct wc_number){0}; }
written(A) ::= WRITTEN MONEY(M) COMMA. { A = wc_number_of(&M); }
model_clause(C) ::= STRUCTURED(K) name(N). {
    C = wc_clause_new(p, WC_CLAUSE_STRUCTURED, &K);
    C->name = N;
}
model_clause(C) ::= TEMPERATURE(K) number(N). {
    C = wc_clause_new(p, WC_CLAUSE_TEMPERATURE, &K);
    C->numbers[0] = N;
}

workflow_clause(C) ::= ROUTE(K) upper(M) text(T). {
    C = wc_clause_new(p, WC_CLAUSE_ROUTE, &K);
    C->name = M;
    C->text = T;
}
workflow_clause(C) ::= INPUT(K) type(T). { C = wc_clause_new(p, WC_CLAUSE_INPUT, &K); C->type = T; }
workflow_clause(C) ::= OUTPUT(K) type(T). {
    C = wc_clause_new(p, WC_CLAUSE_OUTPUT, &K);
    C->type = T;
}
workflow_clause(C) ::= LATENCY(K) INSTANT DURATION(D) then(B). {
    C = wc_clause_new(p, WC_CLAUSE_LATENCY, &K);
    C->word = WC_WORD_INSTANT;
    C->numbers[0] = wc_number_of(&D);
    C->numbers[1] = B;
}
workflow_clause(C) ::= LATENCY(K) WAITING DURATION(D) then(B). {
    C = wc_clause_new(p, WC_CLAUSE_LATENCY, &K);
    C->word = WC_WORD_WAITING;
    C->numbers[0] = wc_number_of(&D);
    C->numbers[1] = B;
}
workflow_clause(C) ::= LATENCY(K) BACKGROUND DURATION(D). {
    C = wc_clause_new(p, WC_CLAUSE_LATENCY, &K);
    C->word = WC_WORD_BACKGROUND;
    C->numbers[0] = wc_number_of(&D);
}
%type then {struct wc_number}
then(A) ::= . { A = (struct wc_number){0}; }
then(A) ::= THEN BACKGROUND DURATION(D). { A = wc_number_of(&D); }
workflow_clause(C) ::= COST(K) AT MOST MONEY(M) enforced(F). {
    C = wc_clause_new(p, WC_CLAUSE_COST, &K);
    C->numbers[0] = wc_number_of(&M);
    C->flag = F;
}
%type enforced {bool}
enforced(A) ::= . { A = false; }
enforced(A) ::= ENFORCED. { A = true; }
%type shared {bool}
shared(A) ::= . { A = false; }
shared(A) ::= SHARED. { A = true; }
workflow_clause(C) ::= DEDUPE(K) BY expr(E) FOR DURATION(D) shared(F). {
    C = wc_clause_new(p, WC_CLAUSE_DEDUPE, &K);
    C->expr = E;
    C->numbers[0] = wc_number_of(&D);
    C->flag = F;
}
workflow_clause(C) ::= KEY(K) REQUIRED. { C = wc_clause_new(p, WC_CLAUSE_KEY_REQUIRED, &K); }
workflow_clause(C) ::= NOTIFY(K) ON names(L) TO name(N). {
    C = wc_clause_new(p, WC_CLAUSE_NOTIFY, &K);
    WC_MOVE(C->names, L->list);
    C->name = N;
}
workflow_clause(C) ::= KEEP(K) JOBS DURATION(D). {
    C = wc_clause_new(p, WC_CLAUSE_KEEP, &K);
    C->numbers[0] = wc_number_of(&D);
}
workflow_clause(C) ::= ON(K) DISCONNECT on_disconnect(W). {
    C = wc_clause_new(p, WC_CLAUSE_DISCONNECT, &K);
    C->word = W;
}
workflow_clause(C) ::= ON(K) UPGRADE on_upgrade(W). {
    C = wc_clause_new(p, WC_CLAUSE_UPGRADE, &K);
    C->word = W;
}
%type on_disconnect {enum wc_word}
on_disconnect(W) ::= CONTINUE. { W = WC_WORD_CONTINUE; }
on_disconnect(W) ::= CANCEL. { W = WC_WORD_CANCEL; }
%type on_upgrade {enum wc_word}
on_upgrade(W) ::= HOLD. { W = WC_WORD_HOLD; }
on_upgrade(W) ::= RESTART. { W = WC_WORD_RESTART; }
on_upgrade(W) ::= FAIL. { W = WC_WORD_FAIL; }
workflow_clause(C) ::= SPLIT(K) PERCENTAGE(N) TO name(M) BY expr(E). {
    C = wc_clause_new(p, WC_CLAUSE_SPLIT, &K);
    C->numbers[0] = wc_number_of(&N);
    C->name = M;
    C->expr = E;
}
workflow_clause(C) ::= limit_clause(L). { C = L; }
workflow_clause(C) ::= life_clause(L). { C = L; }
workflow_clause(C) ::= LET(K) name(N) EQUALS expr(E). {
    C = wc_clause_new(p, WC_CLAUSE_LET, &K);
    C->name = N;
    C->expr = E;
}

/* ---- policies ------------------------------------------------------------------------------- */

timeout_clause(C) ::= TIMEOUT(K) DURATION(D). {
    C = wc_clause_new(p, WC_CLAUSE_TIMEOUT, &K);
    C->numbers[0] = wc_number_of(&D);
}
policy(C) ::= timeout_clause(T). { C = T; }
policy(C) ::= FIRST(K) TOKEN DURATION(D). {
    C = wc_clause_new(p, WC_CLAUSE_FIRST_TOKEN, &K);
    C->numbers[0] = wc_number_of(&D);
}
policy(C) ::= IDLE(K) DURATION(D). {
    C = wc_clause_new(p, WC_CLAUSE_IDLE, &K);
    C->numbers[0] = wc_number_of(&D);
}
policy(C) ::= WITHIN(K) DURATION(D). {
    C = wc_clause_new(p, WC_CLAUSE_WITHIN, &K);
    C->numbers[0] = wc_number_of(&D);
}
policy(C) ::= RETRY(K) INTEGER(N) ON names(L) backoff(B). {
    C = wc_clause_new(p, WC_CLAUSE_RETRY, &K);
    C->numbers[0] = wc_number_of(&N);
    C->numbers[1] = B.min;
    C->numbers[2] = B.max;
    WC_MOVE(C->names, L->list);
}
%type backoff {struct wc_range}
backoff(A) ::= . { A = (struct wc_range){0}; }
backoff(A) ::= BACKOFF DURATION(B) DOTDOT DURATION(C). {
    A = wc_range_of(wc_number_of(&B), wc_number_of(&C), wc_from(p, B.span.start));
}
policy(C) ::= REPAIR(K) AT MOST INTEGER(N). {
    C = wc_clause_new(p, WC_CLAUSE_REPAIR, &K);
    C->numbers[0] = wc_number_of(&N);
}
policy(C) ::= HEDGE(K) AFTER DURATION(D) WITH name(M). {
    C = wc_clause_new(p, WC_CLAUSE_HEDGE, &K);
    C->numbers[0] = wc_number_of(&D);
    C->name = M;
}
policy(C) ::= CHECK(K) expr(E). { C = wc_clause_new(p, WC_CLAUSE_CHECK, &K); C->expr = E; }
policy(C) ::= CHECK(K) expr(E) ELSE name(N). {
    C = wc_clause_new(p, WC_CLAUSE_CHECK, &K);
    C->expr = E;
    C->name = N;
}

/* ---- stages --------------------------------------------------------------------------------- */

%type stage_block {struct wc_block *}
stage_block(B) ::= . { B = wc_block_new(p); }
stage_block(B) ::= stage_block(L) action(A). { B = L; wc_block_action(p, B, A); }
stage_block(B) ::= stage_block(L) policy(C). { B = L; wc_push(p->arena, &B->clauses, C); }
stage_block(B) ::= stage_block(L) ON(K) labels(N) ARROW target(T). {
    B = L;
    wc_block_on(p, B, &K, N, T);
}
/* An operation calls the service that it stands in. */
%type operation_block {struct wc_block *}
operation_block(B) ::= . { B = wc_block_new(p); }
operation_block(B) ::= operation_block(L) http(H) path(T) as_opt(Y) body(E). {
    B = L;
    H->span.end = p->end;
    H->path = T;
    H->as = Y;
    H->value = E;
    wc_block_action(p, B, H);
}
operation_block(B) ::= operation_block(L) policy(C). { B = L; wc_push(p->arena, &B->clauses, C); }
/* The same without transitions: what `each` does. */
%type action_block {struct wc_block *}
action_block(B) ::= . { B = wc_block_new(p); }
action_block(B) ::= action_block(L) action(A). { B = L; wc_block_action(p, B, A); }
action_block(B) ::= action_block(L) policy(C). { B = L; wc_push(p->arena, &B->clauses, C); }

%type labels {struct wc_labels *}
labels(A) ::= name(N). { A = wc_labels_add(p, NULL, (struct wc_name){0}, N); }
labels(A) ::= name(M) DOT name(N). { A = wc_labels_add(p, NULL, M, N); }
labels(A) ::= labels(L) COMMA name(N). { A = wc_labels_add(p, L, (struct wc_name){0}, N); }
labels(A) ::= labels(L) COMMA name(M) DOT name(N). { A = wc_labels_add(p, L, M, N); }

%type target {struct wc_ast_target *}
target(A) ::= name(N). { A = wc_target_new(p, WC_AST_TO_STAGE, N.span.start); A->name = N; }
target(A) ::= FAIL(K) name(N). { A = wc_target_new(p, WC_AST_TO_FAIL, K.span.start); A->name = N; }
target(A) ::= DONE(K) result(R). {
    A = wc_target_new(p, WC_AST_TO_DONE, K.span.start);
    A->result = R;
}
target(A) ::= DONE(K) result(R) WITH expr(E). {
    A = wc_target_new(p, WC_AST_TO_DONE, K.span.start);
    A->result = R;
    A->with = E;
}
target(A) ::= DONE(K) result(R) REMEMBER BY expr(M) shared(F). {
    A = wc_target_new(p, WC_AST_TO_DONE, K.span.start);
    A->result = R;
    A->remember = M;
    A->remember_shared = F;
}
target(A) ::= DONE(K) result(R) WITH expr(E) REMEMBER BY expr(M) shared(F). {
    A = wc_target_new(p, WC_AST_TO_DONE, K.span.start);
    A->result = R;
    A->with = E;
    A->remember = M;
    A->remember_shared = F;
}
%type result {enum wc_ast_result}
result(A) ::= FULL. { A = WC_AST_FULL; }
result(A) ::= DRAFT. { A = WC_AST_DRAFT; }
result(A) ::= FALLBACK. { A = WC_AST_FALLBACK; }

%type action {struct wc_ast_action *}
%type http {struct wc_ast_action *}
http(A) ::= GET(K). { A = wc_action_new(p, WC_AST_GET, &K); }
http(A) ::= HEAD(K). { A = wc_action_new(p, WC_AST_HEAD, &K); }
http(A) ::= POST(K). { A = wc_action_new(p, WC_AST_POST, &K); }
http(A) ::= PUT(K). { A = wc_action_new(p, WC_AST_PUT, &K); }
http(A) ::= PATCH(K). { A = wc_action_new(p, WC_AST_PATCH, &K); }
http(A) ::= DELETE(K). { A = wc_action_new(p, WC_AST_DELETE, &K); }
action(A) ::= http(H) name(N) path(T) as_opt(Y) body(B). {
    A = H;
    A->span.end = p->end;
    A->service = N;
    A->path = T;
    A->as = Y;
    A->value = B;
}
%type path {struct wc_ast_template *}
path(A) ::= STRING(T). { A = wc_template_add(p, NULL, &T, NULL); }
path(A) ::= template(T). { A = T; }
%type as_opt {struct wc_ast_type *}
as_opt(A) ::= . { A = NULL; }
as_opt(A) ::= AS type(T). { A = T; }
%type body {struct wc_ast_expr *}
body(A) ::= . { A = NULL; }
body(A) ::= BODY expr(E). { A = E; }

action(A) ::= ask(H) AS type(T) tools(U). {
    A = H;
    A->span.end = p->end;
    A->as = T;
    if (U) {
        WC_MOVE(A->tools, U->tools);
        A->count = U->count;
    }
}
%type ask {struct wc_ast_action *}
ask(A) ::= ASK(K) name(N) PROMPT text(T). {
    A = wc_action_new(p, WC_AST_ASK, &K);
    A->model = N;
    wc_action_prompt(p, A, NULL, T);
}
ask(A) ::= ASK(K) name(N) PROMPT SYSTEM(R) text(T) USER(S) text(U). {
    A = wc_action_new(p, WC_AST_ASK, &K);
    A->model = N;
    wc_action_prompt(p, A, &R, T);
    wc_action_prompt(p, A, &S, U);
}
ask(A) ::= ask(H) EXAMPLES text(T). { A = H; A->examples = T; }
%type tools {struct wc_ast_action *}
tools(A) ::= . { A = NULL; }
tools(A) ::= TOOLS LBRACKET tool_list(L) RBRACKET AT MOST INTEGER(N) TURNS. {
    A = L;
    A->count = wc_number_of(&N);
}
%type tool_list {struct wc_ast_action *}
tool_list(A) ::= name(S) DOT name(N). {
    struct wc_ast_tool tool = {wc_from(p, S.span.start), S, N};
    A = WC_NEW(p->arena, struct wc_ast_action);
    wc_push(p->arena, &A->tools, tool);
}
tool_list(A) ::= tool_list(L) COMMA name(S) DOT name(N). {
    struct wc_ast_tool tool = {wc_from(p, S.span.start), S, N};
    A = L;
    wc_push(p->arena, &A->tools, tool);
}

action(A) ::= MAKE(K) expr(E). { A = wc_action_new(p, WC_AST_MAKE, &K); A->value = E; }

action(A) ::= MATCH(K) lb arms(B) RBRACE. {
    A = wc_action_new(p, WC_AST_MATCH, &K);
    WC_MOVE(A->arms, B->arms);
}
%type arms {struct wc_block *}
arms(B) ::= . { B = wc_block_new(p); }
arms(B) ::= arms(L) WHEN(K) expr(E) ARROW target(T). { B = L; wc_block_arm(p, B, &K, E, NULL, T); }
arms(B) ::= arms(L) WHEN(K) expr(E) GIVES expr(V). { B = L; wc_block_arm(p, B, &K, E, V, NULL); }
arms(B) ::= arms(L) ELSE(K) ARROW target(T). { B = L; wc_block_arm(p, B, &K, NULL, NULL, T); }
arms(B) ::= arms(L) ELSE(K) GIVES expr(V). { B = L; wc_block_arm(p, B, &K, NULL, V, NULL); }

action(A) ::= ALL(K) lb members(B) RBRACE. {
    A = wc_action_new(p, WC_AST_ALL, &K);
    WC_MOVE(A->members, B->members);
}
%type members {struct wc_block *}
members(B) ::= . { B = wc_block_new(p); }
members(B) ::= members(L) IDENT(T) EQUALS action(A) policies(P). {
    B = L;
    wc_block_member(p, B, &T, wc_name_of(&T), false, A, P);
}
members(B) ::= members(L) OPTIONAL(K) name(N) EQUALS action(A) policies(P). {
    B = L;
    wc_block_member(p, B, &K, N, true, A, P);
}
%type policies {struct wc_block *}
policies(B) ::= . { B = NULL; }
policies(B) ::= lb policy_block(L) RBRACE. { B = L; }
%type policy_block {struct wc_block *}
policy_block(B) ::= . { B = wc_block_new(p); }
policy_block(B) ::= policy_block(L) policy(C). { B = L; wc_push(p->arena, &B->clauses, C); }

action(A) ::= each(H) lb action_block(B) RBRACE. { A = H; wc_each_body(p, A, B); }
%type each {struct wc_ast_action *}
each(A) ::= EACH(K) name(N) IN expr(E). {
    A = wc_action_new(p, WC_AST_EACH, &K);
    A->name = N;
    A->value = E;
}
each(A) ::= each(H) COMMA INTEGER(N) AT A TIME. { A = H; A->count = wc_number_of(&N); }
each(A) ::= each(H) COMMA INTEGER(N) MAY FAIL. { A = H; A->may_fail = wc_number_of(&N); }

action(A) ::= RUN(K) name(N) with(E). {
    A = wc_action_new(p, WC_AST_RUN, &K);
    A->name = N;
    A->value = E;
}
%type with {struct wc_ast_expr *}
with(A) ::= . { A = NULL; }
with(A) ::= WITH expr(E). { A = E; }
action(A) ::= RECALL(K) BY expr(E) shared(F) WITHIN DURATION(D). {
    A = wc_action_new(p, WC_AST_RECALL, &K);
    A->value = E;
    A->shared = F;
    A->within = wc_number_of(&D);
}
action(A) ::= REPLY(K) DRAFT WITH expr(E). {
    A = wc_action_new(p, WC_AST_REPLY_DRAFT, &K);
    A->value = E;
}
action(A) ::= WAIT(K) FOR REVIEW OF expr(E) WITHIN DURATION(D). {
    A = wc_action_new(p, WC_AST_WAIT_REVIEW, &K);
    A->value = E;
    A->within = wc_number_of(&D);
}
action(A) ::= WAIT(K) FOR SIGNAL name(N) COLON type(T) WITHIN DURATION(D). {
    A = wc_action_new(p, WC_AST_WAIT_SIGNAL, &K);
    A->name = N;
    A->as = T;
    A->within = wc_number_of(&D);
}
action(A) ::= SLEEP(K) DURATION(D). {
    A = wc_action_new(p, WC_AST_SLEEP, &K);
    A->within = wc_number_of(&D);
}
action(A) ::= SLEEP(K) DURATION(D) AT MOST INTEGER(N). {
    A = wc_action_new(p, WC_AST_SLEEP, &K);
    A->within = wc_number_of(&D);
    A->count = wc_number_of(&N);
}
action(A) ::= CALL(K) name(N) with(E). {
    A = wc_action_new(p, WC_AST_CALL_FUNCTION, &K);
    A->name = N;
    A->value = E;
}

/* ---- expressions ---------------------------------------------------------------------------- */

%type expr {struct wc_ast_expr *}
%type literal {struct wc_ast_expr *}
%type scalar {struct wc_ast_expr *}
scalar(A) ::= STRING(T). { A = wc_expr_token(p, &T); }
scalar(A) ::= RAW(T). { A = wc_expr_token(p, &T); }
scalar(A) ::= INTEGER(T). { A = wc_expr_token(p, &T); }
scalar(A) ::= DECIMAL(T). { A = wc_expr_token(p, &T); }
scalar(A) ::= DURATION(T). { A = wc_expr_token(p, &T); }
scalar(A) ::= MONEY(T). { A = wc_expr_token(p, &T); }
scalar(A) ::= PERCENTAGE(T). { A = wc_expr_token(p, &T); }
scalar(A) ::= TRUE(T). { A = wc_expr_token(p, &T); }
scalar(A) ::= FALSE(T). { A = wc_expr_token(p, &T); }
scalar(A) ::= NULL(T). { A = wc_expr_token(p, &T); }

literal(A) ::= scalar(S). { A = S; }
literal(A) ::= MINUS(K) number(N). {
    A = wc_expr_new(p, WC_AST_NUMBER, K.span.start);
    A->number = wc_negated(&K, N);
}
literal(A) ::= LBRACKET(K) RBRACKET. { A = wc_expr_entries(p, WC_AST_LIST, &K, NULL); }
literal(A) ::= LBRACKET(K) literals(L) RBRACKET. { A = wc_expr_entries(p, WC_AST_LIST, &K, L); }
%type literals {struct wc_entries *}
literals(A) ::= literal(E). {
    A = wc_entries_add(p, NULL, (struct wc_name){0}, E, false, E->span.start);
}
literals(A) ::= literals(L) COMMA literal(E). {
    A = wc_entries_add(p, L, (struct wc_name){0}, E, false, E->span.start);
}

expr(A) ::= scalar(S). { A = S; }
expr(A) ::= template(T). { A = wc_expr_template(p, T); }
expr(A) ::= IDENT(T). { A = wc_expr_token(p, &T); }
expr(A) ::= LPAREN(K) expr(E) RPAREN. { A = E; A->span = wc_from(p, K.span.start); }
expr(A) ::= IDENT(T) LPAREN args(L) RPAREN. { A = wc_expr_call(p, &T, L); }
expr(A) ::= IDENT(T) LPAREN IDENT(V) IN expr(E) COLON expr(B) RPAREN. {
    A = wc_expr_kids(p, WC_AST_COMPREHENSION, T.span.start, E, B, NULL);
    A->name = wc_name_of(&T);
    A->local = wc_name_of(&V);
}
%type args {struct wc_exprs *}
args(A) ::= . { A = NULL; }
args(A) ::= some_args(L). { A = L; }
%type some_args {struct wc_exprs *}
some_args(A) ::= expr(E). { A = wc_exprs_add(p, NULL, E); }
some_args(A) ::= some_args(L) COMMA expr(E). { A = wc_exprs_add(p, L, E); }

expr(A) ::= LBRACKET(K) items(L) RBRACKET. { A = wc_expr_entries(p, WC_AST_LIST, &K, L); }
expr(A) ::= LBRACE(K) entries(L) RBRACE. { A = wc_expr_entries(p, WC_AST_OBJECT, &K, L); }
expr(A) ::= UPPER(N) LBRACE entries(L) RBRACE. {
    A = wc_expr_entries(p, WC_AST_OBJECT, &N, L);
    A->name = wc_name_of(&N);
}
%type items {struct wc_entries *}
items(A) ::= . { A = NULL; }
items(A) ::= some_items(L). { A = L; }
items(A) ::= some_items(L) COMMA. { A = L; }
%type some_items {struct wc_entries *}
some_items(A) ::= item(L). { A = L; }
some_items(A) ::= some_items(L) COMMA item(I). { A = L; wc_push(p->arena, &A->list, I->list.items[0]); }
%type item {struct wc_entries *}
item(A) ::= expr(E). { A = wc_entries_add(p, NULL, (struct wc_name){0}, E, false, E->span.start); }
item(A) ::= SPREAD(K) expr(E). {
    A = wc_entries_add(p, NULL, (struct wc_name){0}, E, true, K.span.start);
}
%type entries {struct wc_entries *}
entries(A) ::= . { A = NULL; }
entries(A) ::= some_entries(L). { A = L; }
entries(A) ::= some_entries(L) COMMA. { A = L; }
%type some_entries {struct wc_entries *}
some_entries(A) ::= entry(L). { A = L; }
some_entries(A) ::= some_entries(L) COMMA entry(I). {
    A = L;
    wc_push(p->arena, &A->list, I->list.items[0]);
}
%type entry {struct wc_entries *}
entry(A) ::= key(N) COLON expr(E). { A = wc_entries_add(p, NULL, N, E, false, N.span.start); }
entry(A) ::= SPREAD(K) expr(E). {
    A = wc_entries_add(p, NULL, (struct wc_name){0}, E, true, K.span.start);
}

expr(A) ::= expr(E) DOT key(N). {
    A = wc_expr_kids(p, WC_AST_FIELD, E->span.start, E, NULL, NULL);
    A->name = N;
}
expr(A) ::= expr(E) SAFE key(N). {
    A = wc_expr_kids(p, WC_AST_FIELD, E->span.start, E, NULL, NULL);
    A->name = N;
    A->safe = true;
}
expr(A) ::= expr(E) LBRACKET expr(I) RBRACKET. {
    A = wc_expr_kids(p, WC_AST_INDEX, E->span.start, E, I, NULL);
}
expr(A) ::= expr(B) OR expr(C). { A = wc_expr_binary(p, WC_AST_OP_OR, B, C); }
expr(A) ::= expr(B) AND expr(C). { A = wc_expr_binary(p, WC_AST_OP_AND, B, C); }
expr(A) ::= expr(B) EQ expr(C). { A = wc_expr_binary(p, WC_AST_OP_EQ, B, C); }
expr(A) ::= expr(B) NE expr(C). { A = wc_expr_binary(p, WC_AST_OP_NE, B, C); }
expr(A) ::= expr(B) LT expr(C). { A = wc_expr_binary(p, WC_AST_OP_LT, B, C); }
expr(A) ::= expr(B) LE expr(C). { A = wc_expr_binary(p, WC_AST_OP_LE, B, C); }
expr(A) ::= expr(B) GT expr(C). { A = wc_expr_binary(p, WC_AST_OP_GT, B, C); }
expr(A) ::= expr(B) GE expr(C). { A = wc_expr_binary(p, WC_AST_OP_GE, B, C); }
expr(A) ::= expr(B) CONTAINS expr(C). { A = wc_expr_binary(p, WC_AST_OP_CONTAINS, B, C); }
expr(A) ::= expr(B) STARTS_WITH expr(C). { A = wc_expr_binary(p, WC_AST_OP_STARTS_WITH, B, C); }
expr(A) ::= expr(B) MATCHES expr(C). { A = wc_expr_binary(p, WC_AST_OP_MATCHES, B, C); }
expr(A) ::= expr(B) ORELSE expr(C). { A = wc_expr_binary(p, WC_AST_OP_OR_ELSE, B, C); }
expr(A) ::= expr(B) PLUS expr(C). { A = wc_expr_binary(p, WC_AST_OP_ADD, B, C); }
expr(A) ::= expr(B) MINUS expr(C). { A = wc_expr_binary(p, WC_AST_OP_SUB, B, C); }
expr(A) ::= expr(B) STAR expr(C). { A = wc_expr_binary(p, WC_AST_OP_MUL, B, C); }
expr(A) ::= expr(B) SLASH expr(C). { A = wc_expr_binary(p, WC_AST_OP_DIV, B, C); }
expr(A) ::= expr(B) PERCENT expr(C). { A = wc_expr_binary(p, WC_AST_OP_MOD, B, C); }
expr(A) ::= NOT(K) expr(E). { A = wc_expr_unary(p, WC_AST_OP_NOT, &K, E); }
expr(A) ::= MINUS(K) expr(E). [NEGATE] { A = wc_expr_unary(p, WC_AST_OP_NEG, &K, E); }
expr(A) ::= expr(E) IS PRESENT. {
    A = wc_expr_kids(p, WC_AST_IS, E->span.start, E, NULL, NULL);
    A->truth = true;
}
expr(A) ::= expr(E) IS ABSENT. { A = wc_expr_kids(p, WC_AST_IS, E->span.start, E, NULL, NULL); }
expr(A) ::= IF(K) expr(B) THEN expr(C) ELSE expr(D). [IF] {
    A = wc_expr_kids(p, WC_AST_IF, K.span.start, B, C, D);
}

%type template {struct wc_ast_template *}
template(A) ::= holes(H) TEXT_TAIL(T). { A = wc_template_add(p, H, &T, NULL); }
%type holes {struct wc_ast_template *}
holes(A) ::= TEXT_HEAD(T) expr(E). { A = wc_template_add(p, NULL, &T, E); }
holes(A) ::= holes(H) TEXT_MID(T) expr(E). { A = wc_template_add(p, H, &T, E); }

/* ---- tests ---------------------------------------------------------------------------------- */

%type test_block {struct wc_block *}
test_block(B) ::= . { B = wc_block_new(p); }
test_block(B) ::= test_block(L) step(S). {
    B = L;
    S->span.end = p->end;
    wc_push(p->arena, &B->steps, *S);
}
test_block(B) ::= test_block(L) AT(K) DURATION(D) step(S). {
    B = L;
    S->span = wc_from(p, K.span.start);
    S->at = wc_number_of(&D);
    wc_unit(p, K.span.start);
    wc_push(p->arena, &B->steps, *S);
}
%type step {struct wc_ast_step *}
step(S) ::= given(G). { S = G; }
%type given {struct wc_ast_step *}
given(S) ::= GIVEN(K) subject(L) outcome(O). {
    S = wc_step_new(p, WC_AST_STEP_GIVEN, &K);
    S->subject = L->list.items[0];
    wc_push(p->arena, &S->outcomes, *O);
}
given(S) ::= given(G) COMMA THEN outcome(O). { S = G; wc_push(p->arena, &S->outcomes, *O); }
%type subject {struct wc_labels *}
subject(A) ::= name(N). { A = wc_labels_add(p, NULL, (struct wc_name){0}, N); }
subject(A) ::= name(M) DOT name(N). { A = wc_labels_add(p, NULL, M, N); }
%type outcome {struct wc_ast_outcome *}
outcome(O) ::= RETURNS(K) payload(P). {
    O = wc_outcome_new(p, WC_AST_RETURNS, &K);
    O->file = P->file;
    O->value = P->value;
}
outcome(O) ::= TAKES(K) DURATION(D). {
    O = wc_outcome_new(p, WC_AST_TAKES, &K);
    O->number = wc_number_of(&D);
}
outcome(O) ::= TAKES(K) DURATION(D) RETURNS payload(P). {
    O = wc_outcome_new(p, WC_AST_TAKES, &K);
    O->number = wc_number_of(&D);
    O->file = P->file;
    O->value = P->value;
}
outcome(O) ::= FAILS(K) name(N). { O = wc_outcome_new(p, WC_AST_FAILS, &K); O->class = N; }
outcome(O) ::= FAILS(K) name(N) FOR DURATION(D). {
    O = wc_outcome_new(p, WC_AST_FAILS, &K);
    O->class = N;
    O->number = wc_number_of(&D);
}
outcome(O) ::= SILENT(K). { O = wc_outcome_new(p, WC_AST_SILENT, &K); }
outcome(O) ::= CUT(K) AFTER INTEGER(N) BYTES. {
    O = wc_outcome_new(p, WC_AST_CUT, &K);
    O->number = wc_number_of(&N);
}
outcome(O) ::= CALLS(K) name(N) payload(P). {
    struct wc_ast_called call = {N, P->value, P->file};
    O = wc_outcome_new(p, WC_AST_CALLS, &K);
    wc_push(p->arena, &O->calls, call);
}
outcome(O) ::= CALLS(K) LBRACKET called(L) RBRACKET. {
    O = wc_outcome_new(p, WC_AST_CALLS, &K);
    WC_MOVE(O->calls, L->calls);
}
%type called {struct wc_ast_outcome *}
called(A) ::= name(N) payload(P). {
    struct wc_ast_called call = {N, P->value, P->file};
    A = WC_NEW(p->arena, struct wc_ast_outcome);
    wc_push(p->arena, &A->calls, call);
}
called(A) ::= called(L) COMMA name(N) payload(P). {
    struct wc_ast_called call = {N, P->value, P->file};
    A = L;
    wc_push(p->arena, &A->calls, call);
}
%type payload {struct wc_payload *}
payload(A) ::= FILE text(T). { A = WC_NEW(p->arena, struct wc_payload); A->file = T; }
payload(A) ::= expr(E). { A = WC_NEW(p->arena, struct wc_payload); A->value = E; }
step(S) ::= sending(G). { S = G; }
%type sending {struct wc_ast_step *}
sending(S) ::= SEND(K) name(N). { S = wc_step_new(p, WC_AST_STEP_SEND, &K); S->name = N; }
sending(S) ::= SIGNAL(K) name(N). { S = wc_step_new(p, WC_AST_STEP_SIGNAL, &K); S->name = N; }
sending(S) ::= REVIEW(K) name(N). { S = wc_step_new(p, WC_AST_STEP_REVIEW, &K); S->name = N; }
sending(S) ::= sending(G) FILE text(T). { S = G; S->file = T; }
sending(S) ::= sending(G) WITH expr(E). { S = G; S->value = E; }
sending(S) ::= sending(G) KEY text(T). { S = G; S->key = T; }
sending(S) ::= sending(G) AS text(T). { S = G; S->caller = T; }
step(S) ::= CRASH(K) DURING subject(L). {
    S = wc_step_new(p, WC_AST_STEP_CRASH, &K);
    S->subject = L->list.items[0];
    S->name = S->subject.name;
}
step(S) ::= expecting(G). { S = G; }
%type expecting {struct wc_ast_step *}
expecting(S) ::= EXPECT(K) expect(E). {
    S = wc_step_new(p, WC_AST_STEP_EXPECT, &K);
    wc_step_expect(p, S, E);
}
expecting(S) ::= expecting(G) COMMA expect(E). { S = G; wc_step_expect(p, S, E); }
expecting(S) ::= expecting(G) WITHIN(K) DURATION(D). {
    struct wc_ast_expect *within = wc_expect_new(p, WC_AST_EXPECT_WITHIN, K.span.start);
    within->number = wc_number_of(&D);
    S = G;
    wc_step_expect(p, S, within);
}
%type expect {struct wc_ast_expect *}
expect(A) ::= STATUS(K) name(N). {
    A = wc_expect_new(p, WC_AST_EXPECT_STATUS, K.span.start);
    A->name = N;
}
expect(A) ::= RESULT(K) name(N). {
    A = wc_expect_new(p, WC_AST_EXPECT_RESULT, K.span.start);
    A->name = N;
}
expect(A) ::= ERROR(K) name(N). {
    A = wc_expect_new(p, WC_AST_EXPECT_ERROR, K.span.start);
    A->name = N;
}
expect(A) ::= WITHIN(K) DURATION(D). {
    A = wc_expect_new(p, WC_AST_EXPECT_WITHIN, K.span.start);
    A->number = wc_number_of(&D);
}
expect(A) ::= PATH hop(H). { A = H; }
expect(A) ::= hop(H). { A = H; }
expect(A) ::= expr(E). {
    A = wc_expect_new(p, WC_AST_EXPECT_THAT, E->span.start);
    A->value = E;
}
%type hop {struct wc_ast_expect *}
hop(A) ::= IDENT(T) COLON subject(L). {
    struct wc_ast_hop hop = {wc_from(p, T.span.start), wc_name_of(&T), L->list.items[0]};
    A = wc_expect_new(p, WC_AST_EXPECT_PATH, T.span.start);
    wc_push(p->arena, &A->hops, hop);
}

/* ---- the machine, as parse.c and recover.c see it --------------------------------------------- */

%code {
void *wc_machine_new(struct wc_parser *p)
{
    void *machine = WcGrammarAlloc(malloc, p);
    if (!machine)
        machine = wc_realloc(NULL, SIZE_MAX / 2); /* tells, and ends the program */
    return machine;
}

void wc_machine_free(void *machine) { WcGrammarFree(machine, free); }

void wc_machine_feed(void *machine, int kind, struct wc_token token)
{
    WcGrammar(machine, kind, token);
}

size_t wc_machine_height(const void *machine)
{
    const yyParser *m = machine;
    return (size_t)(m->yytos - m->yystack);
}

void wc_machine_pop(void *machine, size_t height)
{
    yyParser *m = machine;
    while (m->yytos > m->yystack + height)
        yy_pop_parser_stack(m);
}

/* The stack as it would be: the real one up to `base`, then `over`. */
struct overlay {
    const yyParser *m;
    size_t base;
    size_t count;
    YYACTIONTYPE over[64];
};

static YYACTIONTYPE top(const struct overlay *o)
{
    return o->count ? o->over[o->count - 1] : o->m->yystack[o->base].stateno;
}

static bool push(struct overlay *o, YYACTIONTYPE state)
{
    if (o->count == sizeof o->over / sizeof o->over[0])
        return false;
    o->over[o->count++] = state;
    return true;
}

static bool reduce(struct overlay *o, unsigned rule)
{
    for (int n = -yyRuleInfoNRhs[rule]; n > 0; n--) {
        if (o->count)
            o->count--;
        else
            o->base--;
    }
    return push(o, yy_find_reduce_action(top(o), yyRuleInfoLhs[rule]));
}

/* The action for `kind`, a keyword not taken for a name. */
static YYACTIONTYPE exact_action(YYCODETYPE kind, YYACTIONTYPE state)
{
    if (state > YY_MAX_SHIFT)
        return state;
    int i = yy_shift_ofst[state] + kind;
    return yy_lookahead[i] == kind ? yy_action[i] : yy_default[state];
}

static bool accepts_one(struct overlay *o, int kind, bool exact)
{
    for (;;) {
        YYCODETYPE code = (YYCODETYPE)kind;
        YYACTIONTYPE action = exact ? exact_action(code, top(o)) : yy_find_shift_action(code, top(o));
        if (action >= YY_MIN_REDUCE) {
            if (!reduce(o, action - YY_MIN_REDUCE))
                return false;
        } else if (action <= YY_MAX_SHIFTREDUCE) {
            return push(o, action > YY_MAX_SHIFT
                               ? (YYACTIONTYPE)(action + YY_MIN_REDUCE - YY_MIN_SHIFTREDUCE)
                               : action);
        } else {
            return action == YY_ACCEPT_ACTION;
        }
    }
}

bool wc_machine_accepts(const void *machine, const int *kinds, size_t count, bool exact)
{
    struct overlay o = {.m = machine, .base = wc_machine_height(machine)};
    for (size_t i = 0; i < count; i++)
        if (!accepts_one(&o, kinds[i], exact))
            return false;
    return true;
}
}
