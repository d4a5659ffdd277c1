#include "fresh.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "io/journal.h"

struct reading {
    struct fresh *fresh;
    int64_t stamped_ns[VENUE_MAX][SYMBOL_MAX]; // newest quote's, by the venue's clock
    int64_t last_ns, resumed_ns;               // resumed: end of the newest standstill, 0 = none
};

static void on_order(struct reading *reading, int64_t now_ns, const struct event_order *order) {
    bool opens = order->action == ORDER_ACTION_PLACE && order->phase == LEG_OPEN;
    if (!opens || reading->resumed_ns == 0 ||
        now_ns - reading->resumed_ns > FRESH_WATCH_MS * NS_PER_MS) {
        return;
    }
    int64_t stamped_ns = reading->stamped_ns[order->venue][order->symbol];
    int64_t before_ns = reading->resumed_ns - stamped_ns;
    reading->fresh->orders++;
    if (before_ns > FRESH_STALE_MS * NS_PER_MS) {
        printf("# order %" PRIu64 ", %" PRId64 " ms after a standstill, on a quote of %" PRId64
               " ms before its end\n",
               order->order, (now_ns - reading->resumed_ns) / NS_PER_MS, before_ns / NS_PER_MS);
        reading->fresh->stale++;
    }
}

static void on_event(struct reading *reading, const struct event *event) {
    int64_t now_ns = event->header.time_ns;
    if (reading->last_ns != 0 && now_ns - reading->last_ns >= FRESH_GAP_MS * NS_PER_MS) {
        reading->fresh->standstills++;
        reading->resumed_ns = now_ns;
    }
    reading->last_ns = now_ns;
    if (event->header.kind == EVENT_QUOTE_UPDATED) {
        const struct event_quote *told = &event->u.quote;
        reading->stamped_ns[told->venue][told->symbol] = told->quote.venue_time_ns;
    } else if (event->header.kind == EVENT_ORDER_COMMAND) {
        on_order(reading, now_ns, &event->u.order);
    }
}

void fresh_read(struct fresh *fresh, const char *folder) {
    struct reading reading = {.fresh = fresh};
    struct journal_session session;
    struct event event;
    if (journal_session_open(&session, folder) != STATUS_OK) {
        printf("# %s\n", status_text());
        fresh->stale++;
        return;
    }
    while (journal_session_next(&session, &event) == JOURNAL_RECORD) {
        on_event(&reading, &event);
    }
    journal_session_close(&session);
}
