#include "memory.h"

#include <stdlib.h>

static bool watched;
static uint64_t taken;

bool memory_watch(bool on) {
    bool was = watched;
    watched = on;
    return was;
}

uint64_t memory_taken(void) {
    return taken;
}

#ifndef __SANITIZE_ADDRESS__
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

void *malloc(size_t size) {
    taken += watched;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    taken += watched;
    return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
    taken += watched;
    return __libc_realloc(old, size);
}
#endif
