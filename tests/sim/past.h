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
// What the disk did: nothing, it tore the tail, it flipped a bit near the end, or the file is of
// another format.
enum past_end { PAST_SOUND, PAST_TORN, PAST_DAMAGED, PAST_FOREIGN, PAST_END_COUNT };

// Reads it back as a start does, after the disk did what the dice say; `recall` holds what could be
// read. False: that is not what was written, `why` (256 bytes) says how.
bool past_read(struct past *past, bool spoiled, struct dice *dice, struct recall *recall,
               enum past_end *end, char *why) MUST_CHECK;

#endif
