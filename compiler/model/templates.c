/* Texts with holes, and prompt files, which are nothing else: read and parsed once, resolved in the
 * context of each stage that asks with them. */
#include "compiler/model/scope.h"
#include "compiler/syntax/parse.h"

#include <errno.h>
#include <openssl/sha.h>
#include <string.h>

static struct wc_expr *text_piece(struct wc_scope *scope, const struct wc_ast_piece *piece)
{
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_LITERAL, piece->span, 0);
    expr->literal = (struct wc_literal){
        .kind = WC_LIT_STRING, .text = piece->text.bytes, .len = piece->text.len};
    expr->type = wc_literal_type(scope->work->r->arena, &expr->literal, piece->span);
    return expr;
}

static struct wc_expr *hole(struct wc_scope *scope, const struct wc_ast_piece *piece,
                            const char *place)
{
    bool in_text = scope->in_text;
    scope->in_text = true;
    struct wc_expr *expr = wc_resolve_expr(scope, piece->hole, NULL);
    scope->in_text = in_text;
    if (expr->type->kind != WC_TYPE_UNKNOWN)
        wc_need_set(scope, expr, place);
    return expr;
}

struct wc_expr *wc_resolve_template(struct wc_scope *scope, const struct wc_ast_template *ast,
                                    const char *place)
{
    struct wc_expr *expr = wc_make_expr(scope, WC_EXPR_TEMPLATE, ast->span, ast->pieces.count);
    int64_t bytes = 0, points = 0, least = 0;
    WC_EACH(i, &ast->pieces)
    {
        const struct wc_ast_piece *piece = &ast->pieces.items[i];
        struct wc_expr *kid = piece->hole ? hole(scope, piece, place) : text_piece(scope, piece);
        expr->kids[i] = kid;
        expr->labels |= kid->labels;
        bytes = wc_add_sat(bytes, wc_text_bytes(kid->type));
        points = wc_add_sat(points, wc_text_points(kid->type));
        least = wc_add_sat(least, wc_text_least(kid->type));
    }
    expr->type = wc_type_text_of(scope->work->r->arena, ast->span, least, points, bytes);
    return expr;
}

/* ---- prompt files ------------------------------------------------------------------------- */

const char *wc_sha256(struct wc_arena *arena, const char *bytes, size_t len)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    struct wc_buf buf = {0};
    SHA256((const unsigned char *)bytes, len, digest);
    wc_buf_text(&buf, "sha256:");
    for (size_t i = 0; i < sizeof digest; i++)
        wc_buf_printf(&buf, "%02x", digest[i]);
    const char *text = wc_arena_copy(arena, buf.data, buf.len);
    wc_buf_free(&buf);
    return text;
}

static void report_unreadable(struct wc_resolver *r, const struct wc_text *file, const char *what,
                              const char *path, int error)
{
    struct wc_diag *diag = wc_report(
        r->diags, WC_E0409, file->span,
        error == ENOENT ? "there is no %s `%s`" : "the %s `%s` cannot be read", what, file->bytes);
    wc_diag_label(r->diags, diag, "%s", error == EFBIG ? "larger than 4 MiB" : strerror(error));
    wc_diag_note(r->diags, diag, "looked for at %s", path);
    wc_diag_help(r->diags, diag, "its path is relative to the specification's folder");
}

/* `..` as a segment, and not in the middle of a name. */
static bool climbs(const char *path)
{
    for (const char *at = path; *at; at += strcspn(at, "/"), at += *at == '/') {
        if (strcspn(at, "/") == 2 && at[0] == '.' && at[1] == '.')
            return true;
    }
    return false;
}

/* What is written can only name what lies beside the specification: a text that came from elsewhere
 * would become part of the program, and the program could not be built anywhere else. */
static bool is_beside(struct wc_resolver *r, const struct wc_text *file, const char *what)
{
    bool absolute = file->bytes[0] == '/';
    if (!absolute && !climbs(file->bytes))
        return true;
    struct wc_diag *diag =
        wc_report(r->diags, WC_E0409, file->span, "the %s `%s` is not beside the specification",
                  what, file->bytes);
    wc_diag_label(r->diags, diag, "%s",
                  absolute ? "an absolute path" : "`..` leaves the specification's folder");
    wc_diag_note(r->diags, diag,
                 "what a program is made of stands in one folder, so that it can be built "
                 "anywhere");
    wc_diag_help(r->diags, diag,
                 "put the file, or a symbolic link to it, into the specification's folder or one "
                 "below it");
    return false;
}

struct wc_source *wc_read_beside(struct wc_resolver *r, const struct wc_text *file,
                                 const char *what)
{
    if (!is_beside(r, file, what))
        return NULL;
    const char *path = wc_path_beside(r->arena, file->span.source->path, file->bytes);
    struct wc_source *source = wc_source_read(r->arena, path);
    wc_push(r->arena, &r->model->files, path);
    if (!source)
        report_unreadable(r, file, what, path, errno);
    return source;
}

/* NULL where it cannot be read, which is reported each time. */
static const struct wc_prompt_file *prompt_file(struct wc_resolver *r, const struct wc_text *file)
{
    const char *path = wc_path_beside(r->arena, file->span.source->path, file->bytes);
    WC_EACH(i, &r->prompt_files)
    {
        if (strcmp(r->prompt_files.items[i].path, path) == 0)
            return &r->prompt_files.items[i];
    }
    struct wc_prompt_file read = {.path = path, .source = wc_read_beside(r, file, "prompt file")};
    if (!read.source)
        return NULL;
    read.text = wc_parse_template(r->arena, r->names, read.source, r->diags);
    read.hash = wc_sha256(r->arena, read.source->text, read.source->len);
    wc_push(r->arena, &r->prompt_files, read);
    return &r->prompt_files.items[r->prompt_files.count - 1];
}

/* "prompts/key-points.md" is called key-points. */
const char *wc_file_label(struct wc_arena *arena, const char *path)
{
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    const char *dot = strrchr(name, '.');
    return wc_arena_copy(arena, name, dot && dot > name ? (size_t)(dot - name) : strlen(name));
}

/* A second stage that asks with the same file finds the same mistakes: said once. */
void wc_forget_repeated(struct wc_diags *diags, size_t before)
{
    size_t kept = before;
    for (size_t i = before; i < diags->list.count; i++) {
        struct wc_diag *diag = diags->list.items[i];
        bool repeated = false;
        for (size_t k = 0; k < before && !repeated; k++) {
            const struct wc_diag *old = diags->list.items[k];
            repeated = old->code == diag->code &&
                       old->primary.span.source == diag->primary.span.source &&
                       old->primary.span.start == diag->primary.span.start;
        }
        if (!repeated)
            diags->list.items[kept++] = diag;
        else if (diag->severity == WC_ERROR)
            diags->errors--;
        else
            diags->warnings--;
    }
    diags->list.count = kept;
}

static void say_who_asks(struct wc_resolver *r, const struct wc_stage *stage, size_t before)
{
    for (size_t i = before; i < r->diags->list.count; i++)
        wc_diag_also(r->diags, r->diags->list.items[i], stage->span, "asked by this stage");
}

void wc_resolve_prompts(struct wc_workflow_work *work, struct wc_stage_work *one)
{
    struct wc_resolver *r = work->r;
    struct wc_scope scope = {.work = work, .stage = one, .locals = one->item};
    WC_EACH(i, &one->ast->action->prompts)
    {
        const struct wc_ast_prompt *ast = &one->ast->action->prompts.items[i];
        if (!ast->file.bytes)
            continue;
        const struct wc_prompt_file *file = prompt_file(r, &ast->file);
        if (!file)
            continue;
        size_t before = r->diags->list.count;
        struct wc_prompt prompt = {.role = ast->role.text ? ast->role.text : "user",
                                   .path = ast->file.bytes,
                                   .label = wc_file_label(r->arena, ast->file.bytes),
                                   .hash = file->hash,
                                   .source = file->source};
        prompt.text = wc_resolve_template(&scope, file->text, "the prompt");
        say_who_asks(r, one->stage, before);
        wc_forget_repeated(r->diags, before);
        wc_push(r->arena, &one->stage->action.prompts, prompt);
    }
}
