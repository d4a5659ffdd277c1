// The journal of one life of the desk, in memory: what a process leaves behind when it dies, up to
// a tail that the disk tore or spoiled.
#ifndef PERPDESK_TESTS_SIM_PAST_H
#define PERPDESK_TESTS_SIM_PAST_H

#include "trade/recall.h"
#include "weather.h"

struct past {
    unsigned char *data;
    size_t size, capacity;
    size_t first; // byte of the first record
};

void past_begin(struct past *past, const char *config);
void past_add(struct past *past, const unsigned char *records, size_t size);
void past_end(struct past *past);
// Reads it back as a start does, after the disk did what the dice say: nothing, a torn tail, a bit
// flipped near the end, a file of another format. False: what was read is not what was written,
// `why` (256 bytes) says how.
bool past_read(struct past *past, bool spoiled, struct dice *dice, struct recall *recall,
               char *why) MUST_CHECK;

#endif
