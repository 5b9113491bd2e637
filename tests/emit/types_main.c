/* Decodes standard input as the schema Tree of types.flow: its canonical text, or a line a fault. */
#include "everything.h"
#include "runtime/json/reader.h"
#include "runtime/json/writer.h"

#include <stdio.h>

int main(void)
{
    static char text[65536];
    struct wr_arena arena = {0};
    struct wr_reader in;
    size_t len = fread(text, 1, sizeof text, stdin);
    wr_reader_init(&in, &arena, (struct wr_str){text, len});
    const void *tree = wr_decode(&in, &schema_Tree);
    if (tree) {
        struct wr_str json = wr_encode(&arena, &schema_Tree, tree);
        printf("%.*s\n", (int)json.len, json.ptr);
    }
    for (size_t i = 0; i < in.fault_count; i++)
        printf("%.*s %s\n", (int)in.faults[i].pointer.len, in.faults[i].pointer.ptr,
               in.faults[i].rule);
    wr_arena_free(&arena);
    return 0;
}
