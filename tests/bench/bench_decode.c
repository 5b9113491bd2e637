/* How fast a 1 KB Brief becomes a checked, typed struct: the generated decoder, and beside it in the
 * same run jansson, which only parses it. `bench_decode [FILE]`; prints one line of JSON. */
#include "generated/briefs/schemas.c"

#include "runtime/json/reader.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS 9 /* of which the best counts: what disturbs a round only slows it */
#define TIMES 20000

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void fail(const char *what)
{
    fprintf(stderr, "bench_decode: %s\n", what);
    exit(1);
}

static void decode(struct wr_str text)
{
    static struct wr_arena arena;
    struct wr_reader in;
    wr_reader_init(&in, &arena, text);
    if (!wr_decode(&in, &schema_Brief))
        fail("the decoder refused it");
    wr_arena_reset(&arena);
}

static void parse(struct wr_str text)
{
    json_t *json = json_loadb(text.ptr, text.len, 0, NULL);
    if (!json)
        fail("jansson refused it");
    json_decref(json);
}

/* Nanoseconds a document, of the best round of each; they take turns. */
static void race(struct wr_str text, double best[2])
{
    void (*const runners[2])(struct wr_str) = {decode, parse};
    best[0] = best[1] = 1e9;
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < 2; i++) {
            double start = seconds();
            for (int n = 0; n < TIMES; n++)
                runners[i](text);
            double each = (seconds() - start) / TIMES * 1e9;
            best[i] = each < best[i] ? each : best[i];
        }
}

static struct wr_str read_file(const char *path)
{
    static char text[65536];
    FILE *file = fopen(path, "rb");
    if (!file)
        fail("its file cannot be read");
    size_t len = fread(text, 1, sizeof text, file);
    fclose(file);
    return (struct wr_str){text, len};
}

int main(int argc, char **argv)
{
    struct wr_str text = read_file(argc > 1 ? argv[1] : "spec/fixtures/brief.json");
    double best[2];
    race(text, best);
    printf("{\"bytes\": %zu, \"decode_ns\": %.0f, \"jansson_ns\": %.0f, \"ratio\": %.2f}\n",
           text.len, best[0], best[1], best[1] / best[0]);
    return best[0] < best[1] ? 0 : 1;
}
