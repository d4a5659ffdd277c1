#include "base/pages.h"

#include <stdint.h>
#include <stdlib.h>

enum { PAGE_LEAST_BYTES = 4096 }; // a machine with larger pages is touched more often than needed

void *pages_create(size_t count, size_t size) {
    if (size > 0 && count > SIZE_MAX / size) {
        return NULL;
    }
    char *memory = calloc(count, size);
    if (memory == NULL || count == 0 || size == 0) {
        return memory;
    }
    volatile char *bytes = memory; // a zero over a zero would be no store to a compiler otherwise
    size_t last = count * size - 1;
    for (size_t at = 0; at < last; at += PAGE_LEAST_BYTES) {
        bytes[at] = 0;
    }
    bytes[last] = 0;
    return memory;
}
