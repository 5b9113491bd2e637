/* Where there is no fuzzer (-DFUZZ_FILES): a main that runs the files it is given, each in memory of
 * exactly its size, so that reading beyond it is seen. */
#ifndef TESTS_FUZZ_FILES_H
#define TESTS_FUZZ_FILES_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#ifdef FUZZ_FILES
static void run_file(const char *path)
{
    static uint8_t bytes[1 << 20];
    FILE *file = fopen(path, "rb");
    size_t size = file ? fread(bytes, 1, sizeof bytes, file) : 0;
    uint8_t *exact = malloc(size + !size);
    if (!file || !exact) {
        perror(path);
        exit(2);
    }
    fclose(file);
    memcpy(exact, bytes, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        run_file(argv[i]);
    printf("%d files\n", argc - 1);
    return 0;
}
#endif

#endif
