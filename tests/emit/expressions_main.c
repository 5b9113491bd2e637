/* Runs the first stage of workflow `all` once for each line of standard input: an input as JSON in, the
 * stage's value as canonical JSON out, or a line with the first fault. */
#include "runtime/base/arena.h"
#include "runtime/json/reader.h"
#include "runtime/json/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct wr_workflow workflow_all;

static void answer(struct wr_arena *arena, struct wr_str line)
{
    const struct wr_workflow *flow = &workflow_all;
    struct wr_reader in;
    wr_reader_init(&in, arena, line);
    const void *input = wr_decode(&in, flow->input);
    if (!input) {
        printf("%.*s %s\n", (int)in.faults[0].pointer.len, in.faults[0].pointer.ptr,
               in.faults[0].rule);
        return;
    }
    struct wr_turn turn = {.point = WR_ENTER, .arena = arena, .raised_error = WR_NO_ERROR};
    turn.frame = wr_arena_alloc(arena, flow->frame_size);
    memcpy((char *)turn.frame + flow->input_at, input, flow->input->size);
    flow->stages[0].run(&turn);
    struct wr_str json = wr_encode(arena, turn.action.as, turn.action.value);
    printf("%.*s\n", (int)json.len, json.ptr);
}

int main(void)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t len;
    while ((len = getline(&line, &room, stdin)) > 0) {
        struct wr_arena arena = {0};
        answer(&arena, (struct wr_str){line, (size_t)len - 1});
        wr_arena_free(&arena);
    }
    free(line);
    return 0;
}
