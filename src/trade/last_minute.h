// How often something happened in the last minute, whenever that began. Counted by the second: what
// is a minute old is forgotten within the second after, never before. So no sixty seconds hold more
// than a limit on the count allows.
#ifndef PERPDESK_TRADE_LAST_MINUTE_H
#define PERPDESK_TRADE_LAST_MINUTE_H

#include <stdint.h>

enum { LAST_MINUTE_SLOTS = 61 }; // a minute that begins within a second touches so many

// All zero: nothing yet.
struct last_minute {
    int64_t second; // of the newest slot
    uint32_t slots[LAST_MINUTE_SLOTS];
};

void last_minute_add(struct last_minute *minute, int64_t now_ns);
uint32_t last_minute_count(const struct last_minute *minute, int64_t now_ns);

#endif
