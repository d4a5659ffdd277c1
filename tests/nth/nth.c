// Linked into a copy of the program, in front of what it calls (ld's --wrap): the n-th call of one
// of the functions of calls.inc fails, the way that function says that it failed. Only calls of the
// program's own code count: what a library calls is the library's to handle, and it tells us by an
// error of its own, which is in the list.
//
// A place is a call together with the callers above it, so that a helper counts once for each that
// uses it. Each place counts NTH_EACH times (1 when unset).
//
//   NTH=n          the n-th fails; 0: none does
//   NTH_STAYS=1    and every later call of that function: no memory, no disk, no descriptors
//   NTH_FILE=path  takes "places 812" at the end, and "17 malloc 1a2b 3c4d ..." when one failed:
//   the
//                  callers as addr2line wants them
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/table.h"
#include "calls.h"

enum { PLACES_MAX = 1 << 14, CALLERS = 5 };

struct place {
    _Atomic uint64_t hash; // 0 = free
    atomic_uint calls;
};

struct callers {
    uintptr_t at[CALLERS]; // from the start of the program
    int count;
};

static struct place places[PLACES_MAX];
static atomic_uint counted;
static unsigned nth, each = 1;
static bool stays;
static const char *file;
static const char *_Atomic failing; // the function, once one failed
static _Thread_local uintptr_t stack_end;
extern char __executable_start, etext;

// The real calls: this file's are wrapped like all others.
int __real_open64(const char *path, int flags, mode_t mode);
ssize_t __real_write(int fd, const void *data, size_t size);

static unsigned number_of(const char *variable, unsigned otherwise) {
    const char *value = getenv(variable);
    return value != NULL ? (unsigned)strtoul(value, NULL, 10) : otherwise;
}

static void put(const char *text) {
    int fd =
        file != NULL ? __real_open64(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    if (fd >= 0) {
        (void)!__real_write(fd, text, strlen(text));
        (void)close(fd);
    }
}

static void tell_count(void) {
    char line[64];
    (void)snprintf(line, sizeof(line), "places %u\n", atomic_load(&counted));
    put(line);
}

__attribute__((constructor)) static void load(void) {
    nth = number_of("NTH", 0);
    each = number_of("NTH_EACH", 1);
    stays = number_of("NTH_STAYS", 0) != 0;
    file = getenv("NTH_FILE");
    (void)atexit(tell_count);
}

static uintptr_t find_stack_end(void) {
    pthread_attr_t attributes;
    void *start = NULL;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
        (void)pthread_attr_getstack(&attributes, &start, &size);
        (void)pthread_attr_destroy(&attributes);
    }
    return (uintptr_t)start + size;
}

// Up the frame pointers as long as the callers are the program's: a library keeps none.
static void find_callers(const uintptr_t *frame, struct callers *callers) {
    uintptr_t first = (uintptr_t)&__executable_start, end = (uintptr_t)&etext;
    callers->count = 0;
    while (callers->count < CALLERS && frame[1] >= first && frame[1] < end) {
        callers->at[callers->count++] = frame[1] - first;
        uintptr_t next = frame[0];
        if (next <= (uintptr_t)frame || next + 2 * sizeof(*frame) > stack_end || next % 8 != 0) {
            return;
        }
        frame = (const uintptr_t *)next;
    }
}

// False: it has been here as often as counts.
static bool is_new(const struct callers *callers, const char *name) {
    uint64_t hash = hash_bytes(callers->at, (size_t)callers->count * sizeof(callers->at[0]),
                               hash_bytes(name, strlen(name), 1)) |
                    1;
    for (uint32_t i = 0; i < PLACES_MAX; i++) {
        struct place *place = &places[(hash + i) % PLACES_MAX];
        uint64_t before = 0;
        if (atomic_compare_exchange_strong(&place->hash, &before, hash) || before == hash) {
            return atomic_fetch_add(&place->calls, 1) < each;
        }
    }
    return false;
}

bool nth_is_due(const char *name, const void *frame) {
    const char *failed = atomic_load(&failing);
    if (failed != NULL) {
        return stays && strcmp(failed, name) == 0;
    }
    if (stack_end == 0) {
        stack_end = find_stack_end();
    }
    struct callers callers;
    find_callers(frame, &callers);
    if (callers.count == 0 || !is_new(&callers, name) || atomic_fetch_add(&counted, 1) + 1 != nth) {
        return false;
    }
    atomic_store(&failing, name);
    char line[256];
    int size = snprintf(line, sizeof(line), "%u %s", nth, name);
    for (int i = 0; i < callers.count; i++) {
        size += snprintf(line + size, sizeof(line) - (size_t)size, " %zx", callers.at[i] - 1);
    }
    (void)snprintf(line + size, sizeof(line) - (size_t)size, "\n");
    put(line);
    return true;
}
