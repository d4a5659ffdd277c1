// Counts memory taken while it is watched (memory.c stands before the library's malloc, except in
// a sanitizer's build, where nothing is counted).
#ifndef PERPDESK_TESTS_SIM_MEMORY_H
#define PERPDESK_TESTS_SIM_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

bool memory_watch(bool on);  // returns what it was
uint64_t memory_taken(void); // times, since the start

#endif
