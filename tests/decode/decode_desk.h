// Decoders for whatever symbols a file tells of: the names are learned from the messages, and since
// a decoder knows SYMBOL_MAX of them, there are as many decoders as it takes, each with its share.
#ifndef PERPDESK_TESTS_DECODE_DESK_H
#define PERPDESK_TESTS_DECODE_DESK_H

#include "exchanges/venues.h"

enum { DECODE_DESKS_MAX = 50 };

struct decode_desk {
    struct universe universe;
    struct md md;
    uint16_t used;              // symbols with a name
    bool has_rules[SYMBOL_MAX]; // they were told
};

struct decode_desks {
    const struct venue *venue;
    struct decode_desk *desks[DECODE_DESKS_MAX];
    uint32_t count;
};

// Symbol 0 of the first decoder is nobody's: for answers that do not tell whom they are about.
enum { DECODE_NOBODY = 0 };

enum status decode_desks_create(struct decode_desks *desks, const struct venue *venue) MUST_CHECK;
void decode_desks_finish(struct decode_desks *desks);
// Makes the name known, or the number a venue has instead (id < 0: none; name empty: the number's
// text stands for it). False: neither can be (too long, too many).
bool decode_desks_learn(struct decode_desks *desks, struct slice name, int64_t id);
// Learns every name in a message.
void decode_desks_learn_all(struct decode_desks *desks, struct slice message);
// As a decoder said it when it did not know: a name, a number, or a channel with one of them.
bool decode_desks_learn_told(struct decode_desks *desks, struct slice told);
// The symbol a message, or the address it was asked at, names first.
struct decode_desk *decode_desks_find(const struct decode_desks *desks, struct slice text,
                                      uint16_t *symbol);

#endif
