/* Names in C that cannot collide: a field, stage or schema keeps its own name unless C or a header
 * that generated code includes has taken it; then it gets `_` after it. */
#include "compiler/emit/emit.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Sorted. C's keywords, and what <stdbool.h>, <stddef.h>, the compilers and glibc define as macros
 * in small letters. */
static const char *const taken[] = {
    "alignas",      "alignof", "asm",     "assert",   "auto",    "bool",     "break",    "case",
    "char",         "complex", "const",   "continue", "default", "do",       "double",   "else",
    "enum",         "errno",   "extern",  "false",    "float",   "for",      "goto",     "i386",
    "if",           "inline",  "int",     "linux",    "long",    "noreturn", "offsetof", "register",
    "restrict",     "return",  "short",   "signed",   "sizeof",  "static",   "struct",   "switch",
    "thread_local", "true",    "typedef", "typeof",   "union",   "unix",     "unsigned", "void",
    "volatile",     "while",
};

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Would the preprocessor or another declaration take it for its own? */
static bool is_taken(const char *name)
{
    bool small = false;
    for (const char *c = name; *c; c++)
        small = small || islower((unsigned char)*c);
    size_t len = strlen(name);
    if (!small || name[0] == '_' || (len > 0 && name[len - 1] == '_'))
        return true;
    return bsearch(&name, taken, sizeof taken / sizeof taken[0], sizeof taken[0], compare) != NULL;
}

const char *wc_c_name(struct wc_arena *arena, const char *name)
{
    if (!is_taken(name))
        return name;
    const char *before = name[0] == '_' ? "f" : "";
    return wc_arena_printf(arena, "%s%s_", before, name);
}

/* Tags that are not the user's to give: the runtime's, those of lists, maps and frames, and the
 * words that name a plain type in them. */
static bool is_reserved_tag(const char *name)
{
    return strncmp(name, "wr_", 3) == 0 || strncmp(name, "list_of_", 8) == 0 ||
           strncmp(name, "map_of_", 7) == 0 || strncmp(name, "maybe_", 6) == 0 ||
           strcmp(name, "frame") == 0 || strcmp(name, "str") == 0 || strcmp(name, "number") == 0;
}

const char *wc_c_schema(struct wc_arena *arena, const struct wc_schema *schema)
{
    if (is_reserved_tag(schema->name))
        return wc_arena_printf(arena, "%s_", schema->name);
    return wc_c_name(arena, schema->name);
}

const char *wc_c_stage(struct wc_arena *arena, const struct wc_stage *stage)
{
    static const char *const own[] = {"members_of_", "items_of_", "values_of_", "index_of_"};
    bool ours = strcmp(stage->name, "input") == 0 || strcmp(stage->name, "about") == 0;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        ours = ours || strncmp(stage->name, own[i], strlen(own[i])) == 0;
    return ours ? wc_arena_printf(arena, "%s_", stage->name) : wc_c_name(arena, stage->name);
}

const char *wc_c_has(struct wc_arena *arena, const struct wc_schema *schema,
                     const struct wc_field *field)
{
    if (field->type->kind == WC_TYPE_SCHEMA)
        return NULL;
    const char *has = wc_arena_printf(arena, "has_%s", field->name);
    WC_EACH(i, &schema->fields)
    {
        if (strcmp(schema->fields.items[i].name, has) == 0)
            return wc_arena_printf(arena, "%s_", has);
    }
    return has;
}

const char *wc_c_union(struct wc_arena *arena, const struct wc_union *choice)
{
    return wc_arena_printf(arena, "union_%zu", choice->id + 1);
}

const char *wc_c_element_word(struct wc_arena *arena, const struct wc_type *type)
{
    const char *word = wc_c_type_word(arena, type);
    return type->nullable ? wc_arena_printf(arena, "maybe_%s", word) : word;
}

const char *wc_c_element(struct wc_arena *arena, const struct wc_type *type)
{
    if (!type->nullable)
        return wc_c_type(arena, type);
    return wc_arena_printf(arena, "struct %s", wc_c_element_word(arena, type));
}

const char *wc_c_type_word(struct wc_arena *arena, const struct wc_type *type)
{
    switch (type->kind) {
    case WC_TYPE_INT:
    case WC_TYPE_MONEY:
    case WC_TYPE_DURATION:
        return "int";
    case WC_TYPE_NUMBER:
        return "number";
    case WC_TYPE_BOOL:
        return "bool";
    case WC_TYPE_SCHEMA:
        return wc_c_schema(arena, type->schema);
    case WC_TYPE_UNION:
        return wc_c_union(arena, type->choice);
    case WC_TYPE_LIST:
        return wc_arena_printf(arena, "list_of_%s", wc_c_element_word(arena, type->element));
    case WC_TYPE_MAP:
        return wc_arena_printf(arena, "map_of_%s", wc_c_element_word(arena, type->element));
    default:
        return "str";
    }
}

const char *wc_c_type(struct wc_arena *arena, const struct wc_type *type)
{
    switch (type->kind) {
    case WC_TYPE_INT:
    case WC_TYPE_MONEY:
    case WC_TYPE_DURATION:
        return "int64_t";
    case WC_TYPE_NUMBER:
        return "double";
    case WC_TYPE_BOOL:
        return "bool";
    case WC_TYPE_SCHEMA:
    case WC_TYPE_LIST:
    case WC_TYPE_MAP:
        return wc_arena_printf(arena, "struct %s", wc_c_type_word(arena, type));
    case WC_TYPE_UNION:
        return "struct wr_choice";
    default:
        return "struct wr_str";
    }
}
