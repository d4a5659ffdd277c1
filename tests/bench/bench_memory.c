// P11: memory of a desk whose every part is in use: cache, engine, board, trading components, and a
// feed per venue with full books.
//
// Each size runs in a child of its own: VmHWM is a process's. Feeds are not connected; quotes and
// books are handed to them where a decoder would, at the depth each venue sends. The journal's
// buffer and the simulator of a demo are not in it. Growth is what anonymous memory gains between
// two thirds of the run and its end.
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/verbs.h"
#include "exchanges/venues.h"
#include "io/feed_private.h"
#include "io/tls.h"
#include "trade/desk.h"

#define ROLLUP   "/proc/self/smaps_rollup"

#define START_NS (INT64_C(1723161455) * NS_PER_S)

enum {
    FLOOR_KB = 7476,
    GOAL_KB = 24 * 1024,
    ROUNDS = 360,
    ROUND_MS = 400,
    STEP_MS = 100,
    BOOK_EVERY = 5
};

struct size {
    const char *name;
    uint16_t venues, symbols, books;
};

static const struct size sizes[] = {
    {"3 venues x 2 symbols, all with books", 3, 2, 2},
    {"10 venues x 200 symbols, books of 20", 10, 200, 20},
};

struct bench {
    struct config config;
    struct universe universe;
    struct quote_cache cache;
    struct desk desk;
    struct engine engine;
    struct clock clock;
    uv_loop_t loop;
    struct feed *feeds[VENUE_MAX];
    bool wants_book[SYMBOL_MAX];
    struct level bids[MD_LEVELS_MAX], asks[MD_LEVELS_MAX];
    uint64_t id;
};

static long memory_kb(const char *path, const char *field) {
    char line[256];
    long kb = -1;
    FILE *file = fopen(path, "r");
    ASSERT(file != NULL);
    while (fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, field, strlen(field)) == 0) {
            ASSERT(sscanf(line + strlen(field), ": %ld", &kb) == 1);
        }
    }
    (void)fclose(file);
    ASSERT(kb > 0);
    return kb;
}

static void make_universe(struct bench *b, const struct size *size) {
    ASSERT(universe_create(&b->universe, size->venues, size->symbols) == STATUS_OK);
    for (uint16_t v = 0; v < size->venues; v++) {
        struct venue_entry *entry = &b->universe.venues[v];
        const struct venue *venue = &venue_table[v % venue_table_count];
        (void)snprintf(entry->name, sizeof(entry->name), "%.8s%u", venue->md->name, v);
        entry->quote_currency = (uint8_t)venue->md->quote_currency;
        entry->maker_fee = venue->maker_fee;
        entry->taker_fee = venue->taker_fee;
    }
    for (uint16_t s = 0; s < size->symbols; s++) {
        char name[SYMBOL_NAME_MAX];
        (void)snprintf(name, sizeof(name), "S%u/USDT", s);
        ASSERT(symbol_parse(&b->universe.symbols[s], slice_of(name)) == STATUS_OK);
        b->wants_book[s] = s < size->books;
    }
}

static void make_desk(struct bench *b, SSL_CTX *tls) {
    uint32_t listings = (uint32_t)b->universe.venue_count * b->universe.symbol_count;
    ASSERT(quote_cache_create(&b->cache, listings) == STATUS_OK);
    ASSERT(desk_create(&b->desk, DESK_PAPER, &b->config.settings, &b->universe) == STATUS_OK);
    struct engine_options options = {
        .universe = &b->universe,
        .cache = &b->cache,
        .depth_sample_ns = b->config.settings.feeds.depth_sample_ns,
        .publish_ns = NS_PER_S / 20,
        .is_paper_venue = true,
    };
    ASSERT(engine_create(&b->engine, &options) == STATUS_OK);
    desk_add_components(&b->desk, &b->engine);
    struct event_desk started = {
        .mode = DESK_PAPER, .venues = b->universe.venue_count, .symbols = b->universe.symbol_count};
    engine_input(&b->engine, EVENT_DESK_STARTED, &started, START_NS);
    for (uint16_t v = 0; v < b->universe.venue_count; v++) {
        struct feed_config config = {
            .loop = &b->loop,
            .venue = venue_table[v % venue_table_count].md,
            .venue_index = v,
            .universe = &b->universe,
            .cache = &b->cache,
            .engine = &b->engine,
            .clock = &b->clock,
            .settings = &b->config.settings.feeds,
            .tls = tls,
            .wants_book = b->wants_book,
        };
        ASSERT(feed_create(&b->feeds[v], &config) == STATUS_OK);
    }
}

static void list_all(struct bench *b) {
    for (uint16_t v = 0; v < b->universe.venue_count; v++) {
        for (uint16_t s = 0; s < b->universe.symbol_count; s++) {
            struct event_listing_rules rules = {.listing = {.ready = true,
                                                            .venue = (uint8_t)v,
                                                            .symbol = s,
                                                            .native = "S",
                                                            .tick = {PX_ONE / 100},
                                                            .step = {QTY_ONE / 1000},
                                                            .contract = {QTY_ONE},
                                                            .size_min = {QTY_ONE / 1000}}};
            engine_input(&b->engine, EVENT_INSTRUMENT, &rules, START_NS);
        }
        struct event_feed live = {.venue = v, .state = FEED_LIVE, .clock_known = 1};
        engine_input(&b->engine, EVENT_FEED_STATE, &live, START_NS);
    }
}

// Prices wander so that pairs cross and uncross.
static int64_t middle(const struct bench *b, uint16_t venue, uint16_t symbol, uint32_t round) {
    (void)b;
    uint64_t noise = hash_mix((uint64_t)venue << 40 | (uint64_t)symbol << 20 | round) % 40;
    return (10000 + symbol + (int64_t)noise) * (PX_ONE / 100);
}

static void give_quote(struct bench *b, uint16_t venue, uint16_t symbol, uint32_t round) {
    struct feed *feed = b->feeds[venue];
    int64_t mid = middle(b, venue, symbol, round);
    struct md_update update = {.kind = MD_BBO,
                               .symbol = symbol,
                               .bbo = {.bid = {mid - PX_ONE / 100},
                                       .ask = {mid + PX_ONE / 100},
                                       .bid_size = {50 * QTY_ONE},
                                       .ask_size = {50 * QTY_ONE}}};
    feed->sink.on_update(&feed->sink, &update);
}

static void give_book(struct bench *b, uint16_t venue, uint16_t symbol, uint32_t round) {
    struct feed *feed = b->feeds[venue];
    int64_t mid = middle(b, venue, symbol, round);
    uint32_t levels = feed->config.venue->book_levels;
    for (uint32_t i = 0; i < levels; i++) {
        int64_t away = (int64_t)(i + 1) * (PX_ONE / 1000);
        b->bids[i] = (struct level){{mid - away}, {10 * QTY_ONE}};
        b->asks[i] = (struct level){{mid + away}, {10 * QTY_ONE}};
    }
    b->id += 10;
    struct md_update update = {.kind = MD_BOOK,
                               .symbol = symbol,
                               .book = {.snapshot = true,
                                        .first = b->id,
                                        .last = b->id,
                                        .bids = b->bids,
                                        .asks = b->asks,
                                        .bid_count = levels,
                                        .ask_count = levels}};
    feed->sink.on_update(&feed->sink, &update);
}

// A moment of the market: shorter than a quote stays fresh, so that every pair is compared.
static void run_round(struct bench *b, uint32_t round) {
    int64_t now_ns = START_NS + (int64_t)(round + 1) * ROUND_MS * NS_PER_MS;
    clock_set_manual(&b->clock, now_ns);
    for (uint16_t v = 0; v < b->universe.venue_count; v++) {
        struct feed *feed = b->feeds[v];
        feed->now_ns = now_ns;
        feed->mono_ns = mono_now_ns();
        quote_note_frame(&b->cache, v, now_ns);
        for (uint16_t s = 0; s < b->universe.symbol_count; s++) {
            give_quote(b, v, s, round);
            if (feed->symbols[s].has_book && round % BOOK_EVERY == 0) {
                give_book(b, v, s, round);
            }
        }
        feed_enter(feed);
    }
    for (uint32_t ms = 0; ms < ROUND_MS; ms += STEP_MS) {
        engine_timer(&b->engine, now_ns + ms * NS_PER_MS);
    }
}

// A venue that tells its best prices in its books only has one for every symbol.
static uint32_t books_wanted(const struct bench *b, const struct size *size) {
    uint32_t count = 0;
    for (uint16_t v = 0; v < size->venues; v++) {
        count += b->feeds[v]->config.venue->quote_from_book ? size->symbols : size->books;
    }
    return count;
}

static uint32_t books_live(const struct bench *b) {
    uint32_t count = 0;
    for (uint16_t v = 0; v < b->universe.venue_count; v++) {
        count += feed_books_live(b->feeds[v]);
    }
    return count;
}

static bool measure(const struct size *size) {
    struct bench *b = aligned_alloc(64, (sizeof(*b) + 63) / 64 * 64);
    struct config_report *report = malloc(sizeof(*report));
    SSL_CTX *tls;
    ASSERT(b != NULL && report != NULL);
    memset(b, 0, sizeof(*b));
    struct config_venue venues[VENUE_MAX];
    static const char *const sets[] = {"scanner.median_window_sec=60"}; // filled within the run
    struct config_options options = {
        .venues = venues, .venue_count = cli_venues(venues), .sets = sets, .set_count = 1};
    config_report_init(report);
    ASSERT(config_parse(&b->config, &options, "bench", SLICE(""), report) == STATUS_OK);
    free(report);
    ASSERT(unsetenv(X509_get_default_cert_file_env()) == 0); // as a machine is by default
    ASSERT(tls_client_create(&tls, NULL) == STATUS_OK);
    ASSERT(uv_loop_init(&b->loop) == 0);
    clock_init_manual(&b->clock, START_NS);
    make_universe(b, size);
    make_desk(b, tls);
    list_all(b);
    long warm_kb = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        run_round(b, round);
        warm_kb = round == ROUNDS * 2 / 3 ? memory_kb(ROLLUP, "Anonymous") : warm_kb;
    }
    long top_kb = memory_kb("/proc/self/status", "VmHWM");
    long growth_kb = memory_kb(ROLLUP, "Anonymous") - warm_kb;
    uint32_t books = books_live(b);
    ASSERT(books == books_wanted(b, size));
    ASSERT(b->desk.jobs.next_id > 0); // it trades
    bool ok = top_kb <= GOAL_KB && growth_kb <= 0;
    printf(
        "P11 %s: %ld.%ld MB, floor %d.%d MB raw, ratio %ld.%02ld, growth %ld KB, goal %d MB %s\n",
        size->name, top_kb / 1024, top_kb % 1024 * 10 / 1024, FLOOR_KB / 1024,
        FLOOR_KB % 1024 * 10 / 1024, top_kb / FLOOR_KB, top_kb % FLOOR_KB * 100 / FLOOR_KB,
        growth_kb, GOAL_KB / 1024, ok ? "ok" : "FAIL");
    return ok;
}

int main(void) {
    bool ok = true;
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        (void)fflush(stdout);
        pid_t child = fork();
        ASSERT(child >= 0);
        if (child == 0) {
            exit(measure(&sizes[i]) ? 0 : 1);
        }
        int status = 0;
        ASSERT(waitpid(child, &status, 0) == child);
        ok = ok && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    return ok ? 0 : 1;
}
