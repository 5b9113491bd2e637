/* Decodes each line of standard input as the schema All of differential.flow: its canonical text, or
 * "no" and the rule of the first fault. */
#include "differential.h"
#include "runtime/json/reader.h"
#include "runtime/json/writer.h"

#include <stdio.h>
#include <string.h>

int main(void)
{
    static char line[1 << 20];
    while (fgets(line, sizeof line, stdin)) {
        struct wr_arena arena = {0};
        struct wr_reader in;
        wr_reader_init(&in, &arena, (struct wr_str){line, strcspn(line, "\n")});
        const void *all = wr_decode(&in, &schema_All);
        if (all) {
            struct wr_str json = wr_encode(&arena, &schema_All, all);
            printf("%.*s\n", (int)json.len, json.ptr);
        } else {
            printf("no %s\n", in.fault_count ? in.faults[0].rule : "?");
        }
        wr_arena_free(&arena);
    }
    return 0;
}
