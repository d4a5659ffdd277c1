// P7: a frame's bytes to a signed order's bytes, through the whole desk.
//
// Binance's best-quote frame is decoded, filtered and stored, the engine is entered as a feed does
// it, and a desk of ten venues and two symbols with every risk check, pool and limit decides, all
// events encoded into a journal in memory, until the order is encoded and signed. Fees are 0, so
// that a price 10 bps below the others makes an arbitrage job. Between two orders lie a hundred
// frames that lead to nothing (the common path). The floor of the same run: decode, order text and
// HMAC alone, on the frame that just made the order. Allocations are counted after the warm-up.
//
// Quotes, opportunities and the code of the common path are warm, as on a desk that gets frames all
// the time; the code that checks and sends ran 100 frames ago. The floor runs warm.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/counter.h"
#include "bench_desk.h"
#include "engine/journal_format.h"
#include "exchanges/binance_md.h"
#include "exchanges/venue_oe.h"

enum { VENUES_MAX = 10, SYMBOLS = 2, WARM_UP = 500, ORDERS = 10000, COMMON = 100 };
enum { CALM = 5 }; // 0.4 s each: an edge is believed of a pair with a past
enum { GOAL_P50_NS = 500, GOAL_P99_NS = 1000, GOAL_P999_NS = 3000 };

// ---- allocations are counted by standing in front of libc's -------------------------------------

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *memory, size_t size);
static uint64_t allocations;

void *malloc(size_t size) {
    allocations++;
    return __libc_malloc(size);
}
void *calloc(size_t count, size_t size) {
    allocations++;
    return __libc_calloc(count, size);
}
void *realloc(void *memory, size_t size) {
    allocations++;
    return __libc_realloc(memory, size);
}

// ---- the desk
// -------------------------------------------------------------------------------------

struct bench {
    struct settings settings;
    struct universe universe;
    struct quote_cache cache;
    struct desk desk;
    struct engine engine;
    struct md md;
    struct oe oe;
    struct filter filter;
    struct filter_limits limits;
    struct md_sink sink;
    uint16_t venues;
    int64_t now_ns;
    uint32_t update;
    unsigned char journal[1 << 20];
    size_t journal_at;
    uint64_t journalled;
    struct oe_message sent;
    struct event_order command;
    struct histogram order, common, floor;
};
static struct bench bench;

static uint64_t ticks(void) {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#else
    return (uint64_t)mono_now_ns();
#endif
}

static uint64_t ticks_per_ms(void) {
    int64_t start_ns = mono_now_ns();
    uint64_t start = ticks();
    while (mono_now_ns() - start_ns < 50 * NS_PER_MS) {
    }
    return (ticks() - start) / 50;
}

static void journal_append(void *arg, const struct event *event) {
    struct bench *b = arg;
    ASSERT(b->journal_at + journal_record_size(event) <= sizeof(b->journal));
    b->journal_at += journal_encode(event, b->journal + b->journal_at);
    b->journalled++;
}

// A pass is written out here, and its memory is the next one's.
static enum status journal_commit(void *arg) {
    struct bench *b = arg;
    b->journal_at = 0;
    return STATUS_OK;
}

static void encode_and_sign(struct bench *b, const struct event_order *command) {
    struct oe_call call = {
        .kind = OE_PLACE,
        .tag = 1,
        .symbol = command->symbol,
        .order = {.side = (enum side)command->side,
                  .kind = command->type == ORDER_IOC ? OE_IOC : OE_POST_ONLY,
                  .reduce_only = command->reduce_only,
                  .price = command->price,
                  .size = command->size},
        .client_id = slice_of(command->client_id),
        .now_ns = b->now_ns,
    };
    ASSERT(oe_encode(&b->oe, &call, &b->sent) == STATUS_OK);
}

static void on_command(void *arg, const struct event_order *command) {
    struct bench *b = arg;
    if (command->action == ORDER_ACTION_PLACE) {
        b->command = *command;
        encode_and_sign(b, command);
    }
}

static void on_update(struct md_sink *sink, const struct md_update *update) {
    struct bench *b = &bench;
    (void)sink;
    struct quote quote = {.bid = update->bbo.bid,
                          .ask = update->bbo.ask,
                          .bid_size = update->bbo.bid_size,
                          .ask_size = update->bbo.ask_size,
                          .venue_time_ns = update->venue_time_ns,
                          .receive_ns = b->now_ns,
                          .update = ++b->update};
    enum feed_cause cause;
    if (filter_quote(&b->filter, &b->limits, &quote, b->now_ns, 0, &cause) == FILTER_PASS) {
        quote_store(&b->cache, listing_id(&b->universe, 0, update->symbol), &quote);
    }
}

// The path: bytes in, and when the desk wants it, signed bytes out. Two names for one path, so that
// a profiler counts each alone: valgrind --tool=callgrind --toggle-collect=run_order_frame.
static inline uint64_t run_frame(struct bench *b, struct slice frame) {
    uint64_t start = ticks();
    binance_decode(&b->md, 0, frame, &b->sink);
    (void)engine_enter_quotes(&b->engine, b->now_ns);
    return ticks() - start;
}

__attribute__((noinline)) static uint64_t run_order_frame(struct bench *b, struct slice frame) {
    b->sent.body.size = 0;
    return run_frame(b, frame);
}

__attribute__((noinline)) static uint64_t run_common_frame(struct bench *b, struct slice frame) {
    return run_frame(b, frame);
}

static void on_update_floor(struct md_sink *sink, const struct md_update *update) {
    (void)sink;
    (void)update;
}

__attribute__((noinline)) static uint64_t run_floor(struct bench *b, struct slice frame) {
    static struct md_sink sink = {.on_update = on_update_floor};
    struct event_order command = b->command;
    uint64_t start = ticks();
    binance_decode(&b->md, 0, frame, &sink);
    encode_and_sign(b, &command);
    return ticks() - start;
}

static size_t write_frame(struct bench *b, char *out, size_t capacity, int64_t tenths) {
    struct text text = text_over(out, capacity);
    text_add_string(&text,
                    "{\"stream\":\"btcusdt@bookTicker\",\"data\":{\"e\":\"bookTicker\",\"u\":");
    text_add_int(&text, INT64_C(5123107840195) + b->update);
    text_add_string(&text, ",\"s\":\"BTCUSDT\",\"b\":\"");
    decimal_print(&text, tenths, 1, 1, 1);
    text_add_string(&text, "0\",\"B\":\"4.120\",\"a\":\"");
    decimal_print(&text, tenths + 1, 1, 1, 1);
    text_add_string(&text, "0\",\"A\":\"3.141\",\"T\":");
    text_add_int(&text, b->now_ns / NS_PER_MS);
    text_add_string(&text, ",\"E\":");
    text_add_int(&text, b->now_ns / NS_PER_MS);
    text_add_string(&text, "}}");
    return text.size;
}

// Everybody else's quotes, fresh and calm around 60000.
static void refresh(struct bench *b) {
    for (uint16_t venue = 1; venue < b->venues; venue++) {
        for (uint16_t symbol = 0; symbol < SYMBOLS; symbol++) {
            int64_t unit = symbol == 0 ? 60000 : 3000;
            struct quote quote = {.bid = {unit * PX_ONE},
                                  .ask = {unit * PX_ONE + PX_ONE / 10},
                                  .bid_size = {5 * QTY_ONE},
                                  .ask_size = {5 * QTY_ONE},
                                  .venue_time_ns = b->now_ns,
                                  .receive_ns = b->now_ns,
                                  .update = ++b->update};
            quote_store(&b->cache, listing_id(&b->universe, venue, symbol), &quote);
        }
    }
    (void)engine_enter_quotes(&b->engine, b->now_ns);
}

static void control(struct bench *b, enum control_verb verb, int64_t value) {
    struct control_request request = {.verb = verb,
                                      .origin = ORIGIN_TEST,
                                      .venue = CONTROL_ANY,
                                      .symbol = CONTROL_ANY,
                                      .value = value};
    ASSERT(engine_control(&b->engine, &request, b->now_ns) == STATUS_OK);
}

static void end_job(struct bench *b) {
    struct event_report report = {
        .order = b->command.order, .venue = b->command.venue, .kind = REPORT_ACCEPTED};
    engine_input(&b->engine, EVENT_ORDER_REPORT, &report, b->now_ns);
    control(b, CONTROL_CANCEL_JOB, b->command.job);
    report.kind = REPORT_CANCELED;
    engine_input(&b->engine, EVENT_ORDER_REPORT, &report, b->now_ns);
    // The order took its part of the lane's room, which a lane tells again in a moment.
    struct event_lane lane = {.venue = b->command.venue, .state = LANE_READY, .room = 1000};
    engine_input(&b->engine, EVENT_LANE_STATE, &lane, b->now_ns);
    ASSERT(b->desk.jobs.live_count == 0 && b->desk.orders.live_count == 0);
}

// The frames that lie between two orders.
static void run_calm(struct bench *b, bool counts) {
    char frame[512];
    for (uint32_t i = 0; i < COMMON; i++) {
        b->now_ns += 4 * NS_PER_MS;
        size_t size = write_frame(b, frame, sizeof(frame), 599999 + (int64_t)(i % 2));
        engine_timer(&b->engine, b->now_ns);
        uint64_t before = allocations;
        uint64_t took = run_common_frame(b, (struct slice){frame, size});
        if (counts) {
            ASSERT(allocations == before);
            histogram_add(&b->common, took);
        }
        if (i % 50 == 0) {
            refresh(b);
        }
    }
}

static void run_round(struct bench *b, bool counts) {
    char frame[512];
    run_calm(b, counts);
    refresh(b);
    size_t size = write_frame(b, frame, sizeof(frame), 599400);
    engine_timer(&b->engine, b->now_ns);
    uint64_t before = allocations;
    uint64_t took = run_order_frame(b, (struct slice){frame, size});
    ASSERT(b->sent.body.size > 100 && b->command.venue == 0);
    if (counts) {
        ASSERT(allocations == before);
        histogram_add(&b->order, took);
    }
    took = run_floor(b, (struct slice){frame, size});
    if (counts) {
        histogram_add(&b->floor, took);
    }
    end_job(b);
}

// ---- set-up
// ---------------------------------------------------------------------------------------

static enum status set_up(struct bench *b) {
    b->settings = bench_settings();
    b->now_ns = INT64_C(1700000000) * NS_PER_S;
    b->sink.on_update = on_update;
    b->limits = (struct filter_limits){.jump_max = BPS(50),
                                       .volume_min = USD(100),
                                       .unknown_size = USD(1000),
                                       .future_max_ns = 5 * NS_PER_S,
                                       .past_max_ns = 60 * NS_PER_S,
                                       .jump_confirm_ns = 500 * NS_PER_MS};
    enum status status = universe_create(&b->universe, b->venues, SYMBOLS);
    if (status != STATUS_OK) {
        return status;
    }
    for (int i = 0; i < b->venues; i++) {
        struct text name = TEXT_OVER(b->universe.venues[i].name);
        text_add_format(&name, "%s%d", i == 0 ? "binance" : "venue", i);
    }
    ASSERT(symbol_parse(&b->universe.symbols[0], SLICE("BTC/USDT")) == STATUS_OK);
    ASSERT(symbol_parse(&b->universe.symbols[1], SLICE("ETH/USDT")) == STATUS_OK);
    ASSERT(quote_cache_create(&b->cache, (uint32_t)b->venues * SYMBOLS) == STATUS_OK);
    ASSERT(desk_create(&b->desk, DESK_LIVE, &b->settings, &b->universe) == STATUS_OK);
    ASSERT(md_create(&b->md, &binance_md, &b->universe, 0) == STATUS_OK);
    b->md.listings[0].contract = b->md.listings[1].contract = (struct qty){QTY_ONE};
    const struct slice secrets[OE_SECRETS_MAX] = {
        SLICE("vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"),
        SLICE("NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j")};
    ASSERT(oe_create(&b->oe, &binance_oe, &binance_md, &b->universe, false, secrets) == STATUS_OK);
    struct engine_options options = {
        .universe = &b->universe,
        .cache = &b->cache,
        .journal = {.append = journal_append, .commit = journal_commit, .arg = b},
        .commands = {.send = on_command, .arg = b},
        .depth_sample_ns = 50 * NS_PER_MS,
        .publish_ns = 50 * NS_PER_MS,
        .machine_ns = mono_now_ns};
    status = engine_create(&b->engine, &options);
    if (status == STATUS_OK) {
        desk_add_components(&b->desk, &b->engine);
        bench_tell_start(&b->engine, b->now_ns);
        for (uint16_t symbol = 0; symbol < SYMBOLS; symbol++) {
            struct listing rules = bench_rules(0, symbol);
            oe_learn(&b->oe, symbol, &rules);
        }
    }
    return status;
}

static uint64_t quantile_ns(const struct histogram *h, uint32_t ppm, uint64_t per_ms) {
    return histogram_quantile(h, ppm) * 1000000 / per_ms;
}

static bool print_line(const struct bench *b, const char *name, const struct histogram *h,
                       uint64_t per_ms, uint64_t allocated) {
    uint64_t floor_ns = quantile_ns(&b->floor, 500000, per_ms);
    uint64_t p50 = quantile_ns(h, 500000, per_ms);
    uint64_t p99 = quantile_ns(h, 990000, per_ms);
    uint64_t p999 = quantile_ns(h, 999000, per_ms);
    bool good = allocated == 0 && p50 <= GOAL_P50_NS && p99 <= GOAL_P99_NS && p999 <= GOAL_P999_NS;
    uint64_t percent = p50 * 100 / (floor_ns > 0 ? floor_ns : 1);
    printf("P7 %s, %u venues: p50 %" PRIu64 " ns p99 %" PRIu64 " ns p99.9 %" PRIu64
           " ns floor %" PRIu64 " ns ratio %" PRIu64 ".%02" PRIu64 " allocations %" PRIu64
           " goal 500/1000/3000 ns %s\n",
           name, b->venues, p50, p99, p999, floor_ns, percent / 100, percent % 100, allocated,
           good ? "ok" : "FAIL");
    return good;
}

static bool run_desk(struct bench *b, uint16_t venues, uint32_t orders, uint64_t per_ms) {
    memset(b, 0, sizeof(*b));
    b->venues = venues;
    if (set_up(b) != STATUS_OK) {
        (void)fprintf(stderr, "%s\n", status_text());
        return false;
    }
    for (uint32_t i = 0; i < CALM; i++) {
        run_calm(b, false);
    }
    for (uint32_t i = 0; i < WARM_UP && i < orders; i++) { // a profiler asks for a few orders only
        run_round(b, false);
    }
    uint64_t before = allocations;
    for (uint32_t i = 0; i < orders; i++) {
        run_round(b, true);
    }
    uint64_t allocated = allocations - before;
    bool order = print_line(b, "frame to signed order", &b->order, per_ms, allocated);
    bool common = print_line(b, "frame that leads to nothing", &b->common, per_ms, allocated);
    engine_finish(&b->engine);
    desk_finish(&b->desk);
    md_finish(&b->md);
    oe_destroy(&b->oe);
    quote_cache_finish(&b->cache);
    universe_finish(&b->universe);
    return order && common;
}

int main(int argc, char **argv) {
    uint32_t orders = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : ORDERS;
    uint64_t per_ms = ticks_per_ms();
    bool three = argc > 2 || run_desk(&bench, 3, orders, per_ms); // the venues of the demo
    bool ten = run_desk(&bench, VENUES_MAX, orders, per_ms);
    return three && ten ? 0 : 1;
}
