#include "trade/last_minute.h"

#include "base/clock.h"

// A time before the newest counts as that: what was counted stays.
static int64_t second_of(const struct last_minute *minute, int64_t now_ns) {
    int64_t second = now_ns / NS_PER_S;
    return second > minute->second ? second : minute->second;
}

void last_minute_add(struct last_minute *minute, int64_t now_ns) {
    int64_t now = second_of(minute, now_ns);
    // The slots of the seconds between still hold what was a minute ago.
    for (int64_t second = now; second > minute->second && second > now - LAST_MINUTE_SLOTS;
         second--) {
        minute->slots[second % LAST_MINUTE_SLOTS] = 0;
    }
    minute->second = now;
    minute->slots[now % LAST_MINUTE_SLOTS]++;
}

uint32_t last_minute_count(const struct last_minute *minute, int64_t now_ns) {
    int64_t now = second_of(minute, now_ns);
    uint32_t count = 0;
    for (int64_t second = minute->second; second >= 0 && second > now - LAST_MINUTE_SLOTS;
         second--) {
        count += minute->slots[second % LAST_MINUTE_SLOTS];
    }
    return count;
}
