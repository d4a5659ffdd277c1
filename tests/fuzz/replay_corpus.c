// Stands in for libFuzzer in an ordinary build: runs the target once for every file of a folder,
// and once for each cut in front of a file's end when the file is short. A folder without files is
// a failure.
#include <dirent.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FILE_MAX = 4 << 20, CUTS_MAX = 2048 };

// From a block of exactly its size, so that a sanitizer sees a read behind it.
static void run(const uint8_t *data, size_t size) {
    uint8_t *copy = malloc(size > 0 ? size : 1);
    if (copy == NULL) {
        abort();
    }
    memcpy(copy, data, size);
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static int replay(const char *folder, const char *name, uint8_t *buffer) {
    char path[4096];
    if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path)) {
        return 1;
    }
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return 1;
    }
    size_t size = fread(buffer, 1, FILE_MAX, file);
    (void)fclose(file);
    run(buffer, size);
    for (size_t cut = 0; size <= CUTS_MAX && cut < size; cut++) {
        run(buffer, cut);
    }
    return 0;
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 64;
    }
    uint8_t *buffer = malloc(FILE_MAX);
    DIR *folder = opendir(argv[1]);
    if (folder == NULL || buffer == NULL) {
        perror(argv[1]);
        return 1;
    }
    int files = 0;
    int failures = 0;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (entry->d_name[0] != '.') {
            failures += replay(argv[1], entry->d_name, buffer);
            files++;
        }
    }
    (void)closedir(folder);
    free(buffer);
    printf("%d inputs, %d not readable\n", files, failures);
    return files > 0 && failures == 0 ? 0 : 1;
}
