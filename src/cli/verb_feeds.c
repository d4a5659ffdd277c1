// feeds: one line for every quote that is stored, and at the end one for every venue with what its
// feed counted.
//
// Quotes arrive on the io threads, which must never wait for a slow reader of standard output: each
// venue has one writer, so each gets a ring; the main thread empties them. A full ring loses ticks
// and counts them.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/ring.h"
#include "cli/verbs.h"

enum { TICKS_MAX = 4096, LINE_MAX_BYTES = 512 };

struct tick {
    struct quote quote;
    int64_t latency_ns;
    uint16_t symbol;
};

struct watch {
    struct ring rings[VENUE_MAX]; // by venue
    _Atomic uint64_t lost;
    uint64_t printed;
    bool json;
};

static void on_quote(void *arg, uint16_t venue, uint16_t symbol, const struct quote *quote,
                     int64_t latency_ns) {
    struct watch *watch = arg;
    struct tick tick;
    memset(&tick, 0, sizeof(tick));
    tick.quote = *quote;
    tick.latency_ns = latency_ns;
    tick.symbol = symbol;
    if (!ring_push(&watch->rings[venue], &tick)) {
        atomic_fetch_add_explicit(&watch->lost, 1, memory_order_relaxed);
    }
}

static void add_ms(struct text *line, int64_t ns) {
    decimal_print(line, ns / NS_PER_US, 3, 0, 3);
}

static void add_json_size(struct text *line, struct qty size, bool unknown) {
    if (unknown) {
        text_add_string(line, "null");
    } else {
        json_write_decimal(line, size.v, QTY_DIGITS);
    }
}

// The field names are an interface: t_ns venue symbol bid bid_size ask ask_size age_ms latency_ms.
static void add_json(struct text *line, const struct universe *universe, uint16_t venue,
                     const struct tick *tick, int64_t now_ns) {
    const struct quote *quote = &tick->quote;
    text_add_format(line, "{\"t_ns\":%lld,\"venue\":\"%s\",\"symbol\":\"%s\",\"bid\":",
                    (long long)quote->receive_ns, universe->venues[venue].name,
                    universe->symbols[tick->symbol].name);
    json_write_decimal(line, quote->bid.v, PX_DIGITS);
    text_add_string(line, ",\"bid_size\":");
    add_json_size(line, quote->bid_size, (quote->flags & QUOTE_BID_UNKNOWN_SIZE) != 0);
    text_add_string(line, ",\"ask\":");
    json_write_decimal(line, quote->ask.v, PX_DIGITS);
    text_add_string(line, ",\"ask_size\":");
    add_json_size(line, quote->ask_size, (quote->flags & QUOTE_ASK_UNKNOWN_SIZE) != 0);
    text_add_string(line, ",\"age_ms\":");
    add_ms(line, now_ns - quote->receive_ns);
    text_add_string(line, ",\"latency_ms\":");
    if (quote->venue_time_ns == 0) {
        text_add_string(line, "null"); // the venue stamps nothing
    } else {
        add_ms(line, tick->latency_ns);
    }
    text_add_char(line, '}');
}

static void add_plain(struct text *line, const struct universe *universe, uint16_t venue,
                      const struct tick *tick) {
    const struct quote *quote = &tick->quote;
    cli_print_time(line, quote->receive_ns);
    text_add_format(line, " %-12s %-10s bid ", universe->venues[venue].name,
                    universe->symbols[tick->symbol].name);
    px_print(line, quote->bid, 1, PX_DIGITS);
    text_add_string(line, " ask ");
    px_print(line, quote->ask, 1, PX_DIGITS);
    text_add_string(line, " spread ");
    if (quote->bid.v > 0) {
        bps_print(line, bps_between_near(quote->ask, quote->bid));
    } else {
        text_add_char(line, '-');
    }
    text_add_string(line, " bps latency ");
    if (quote->venue_time_ns == 0) {
        text_add_char(line, '-');
    } else {
        add_ms(line, tick->latency_ns);
        text_add_string(line, " ms");
    }
}

// Empties every ring; false when nobody reads any more.
static bool print_ticks(struct watch *watch, const struct desk_run *desk) {
    const struct universe *universe = desk_run_universe(desk);
    char bytes[LINE_MAX_BYTES];
    struct text line = TEXT_OVER(bytes);
    for (uint16_t venue = 0; venue < universe->venue_count; venue++) {
        struct tick tick;
        for (uint32_t i = 0; i < TICKS_MAX && ring_pop(&watch->rings[venue], &tick); i++) {
            if (watch->json) {
                add_json(&line, universe, venue, &tick, clock_now_ns(desk_run_clock(desk)));
            } else {
                add_plain(&line, universe, venue, &tick);
            }
            watch->printed++;
            if (!cli_put_line(&line)) {
                return false;
            }
        }
    }
    return fflush(stdout) == 0;
}

// The field names are an interface: venue quotes books funding gaps reconnects.
static void print_counts(const struct watch *watch, const struct desk_run *desk) {
    const struct universe *universe = desk_run_universe(desk);
    char bytes[LINE_MAX_BYTES];
    struct text line = TEXT_OVER(bytes);
    for (uint16_t venue = 0; venue < universe->venue_count; venue++) {
        const struct feed_stats *stats = desk_run_feed_stats(desk, venue);
        if (stats == NULL) {
            continue;
        }
        const struct {
            const char *name;
            uint64_t count;
        } counts[] = {{"quotes", counter_read(&stats->updates)},
                      {"books", counter_read(&stats->books)},
                      {"funding", counter_read(&stats->fundings)},
                      {"gaps", counter_read(&stats->errors[FEED_GAP])},
                      {"reconnects", counter_read(&stats->reconnects)}};
        text_add_format(&line, watch->json ? "{\"venue\":\"%s\"" : "%-12s",
                        universe->venues[venue].name);
        for (size_t i = 0; i < COUNT_OF(counts); i++) {
            text_add_format(&line, watch->json ? ",\"%s\":%llu" : " %s %llu", counts[i].name,
                            (unsigned long long)counts[i].count);
        }
        text_add_string(&line, watch->json ? "}" : "");
        if (!cli_put_line(&line)) {
            return;
        }
    }
}

static enum status watch_desk(struct watch *watch, struct desk_run *desk, int64_t seconds_ns) {
    int64_t began_ns = mono_now_ns();
    enum status status = desk_run_start(desk);
    if (status != STATUS_OK) {
        return status;
    }
    char bytes[128];
    struct text about = TEXT_OVER(bytes);
    desk_run_describe_demo(desk, &about);
    if (about.size > 0) {
        fprintf(stderr, "perpdesk: %s\n", bytes);
    }
    while (print_ticks(watch, desk) && cli_wait(began_ns, seconds_ns)) {
    }
    desk_run_stop(desk);
    if (print_ticks(watch, desk)) {
        print_counts(watch, desk);
    }
    uint64_t lost = atomic_load(&watch->lost);
    if (lost > 0) {
        fprintf(stderr, "perpdesk: %llu ticks were not printed: standard output was too slow\n",
                (unsigned long long)lost);
    }
    status = cli_end_output();
    if (status == STATUS_OK && watch->printed == 0 && !cli_stopped()) {
        status = status_fail(STATUS_UNAVAILABLE, "no venue delivered a quote");
    }
    return status;
}

static enum status create_rings(struct watch *watch, uint16_t venues) {
    enum status status = STATUS_OK;
    for (uint16_t i = 0; i < venues && status == STATUS_OK; i++) {
        status = ring_create(&watch->rings[i], sizeof(struct tick), TICKS_MAX);
    }
    return status;
}

enum status verb_feeds(const struct cli_args *args) {
    struct config config;
    struct desk_run *desk = NULL;
    struct watch *watch = calloc(1, sizeof(*watch));
    if (watch == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory");
    }
    watch->json = args->json;
    struct desk_run_options options = {.on_quote = on_quote, .on_quote_arg = watch};
    cli_catch_signals();
    enum status status = cli_open_desk(args, &options, &config, &desk);
    uint16_t venues = status == STATUS_OK ? desk_run_universe(desk)->venue_count : 0;
    if (status == STATUS_OK) {
        status = create_rings(watch, venues);
    }
    if (status == STATUS_OK) {
        status = watch_desk(watch, desk, args->seconds_ns);
    }
    desk_run_close(desk);
    for (uint16_t i = 0; i < venues; i++) {
        ring_finish(&watch->rings[i]);
    }
    free(watch);
    return status;
}
