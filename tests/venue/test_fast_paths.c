// The anchored reader of each venue against its order-independent one: whatever a frame holds, both
// tell the same. Two decoders that have seen the same frames are compared after each: the samples
// of the venues' sheets, what the simulators send, and both with bytes changed, lost and repeated.
#include "harness.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "exchanges/backpack_md.h"
#include "exchanges/binance_md.h"
#include "exchanges/edgex_md.h"
#include "exchanges/extended_md.h"
#include "exchanges/grvt_md.h"
#include "exchanges/hyperliquid_md.h"
#include "exchanges/lighter_md.h"
#include "exchanges/okx_md.h"
#include "exchanges/paradex_md.h"
#include "exchanges/venue_sim.h"

enum { REPLIES_MAX = 64, REPLY_MAX = 256 };
enum { ROUNDS = 60, LEVELS = 20, MUTATIONS = 20, FRAME_MAX = 1 << 16, TOLD_MAX = 1 << 18 };

typedef void general(struct md *md, uint32_t connection, struct slice frame, struct md_sink *sink);

#define GENERAL(venue)                                                                             \
    static void venue(struct md *md, uint32_t connection, struct slice frame,                      \
                      struct md_sink *sink) {                                                      \
        (void)connection;                                                                          \
        venue##_decode_general(md, frame, sink);                                                   \
    }
GENERAL(backpack)
GENERAL(binance)
GENERAL(edgex)
GENERAL(grvt)
GENERAL(hyperliquid)
GENERAL(lighter)
GENERAL(okx)
GENERAL(paradex)

struct row {
    const char *venue;
    general *general;
};

static const struct row rows[] = {
    {"aster", binance},
    {"backpack", backpack},
    {"binance", binance},
    {"edgex", edgex},
    {"extended", extended_decode_general},
    {"grvt", grvt},
    {"hyperliquid", hyperliquid},
    {"lighter", lighter},
    {"okx", okx},
    {"paradex", paradex},
};

static const char *const symbols[] = {"BTC/USDT", "ETH/USDT", "SOL/USDT", NULL};

// Two decoders of one venue, and what each told of the frame at hand.
struct pair {
    const struct row *row;
    struct harness fast, general;
    char fast_data[TOLD_MAX], general_data[TOLD_MAX];
    uint64_t frames;
};

// What the decoder by anchors wants the venue to be told: a change that got lost by a mutation is
// mended by a new subscription, as a feed does it.
static struct pair *replying;
static char replies[REPLIES_MAX][REPLY_MAX];
static uint32_t reply_count;

// What the description leaves out.
static void on_update(struct harness *harness, const struct md_update *update) {
    if (update->kind == MD_REPLY && replying != NULL && harness == &replying->fast &&
        reply_count < REPLIES_MAX) {
        reply_count += string_copy(replies[reply_count], REPLY_MAX, update->refused.text);
    }
    text_add_format(harness->description, "  %lld", (long long)update->venue_time_ns);
    if (update->kind == MD_BBO) {
        text_add_format(harness->description, " %d %d", update->bbo.bid_unsized,
                        update->bbo.ask_unsized);
    } else if (update->kind == MD_BOOK) {
        text_add_format(harness->description, " %d %lld", update->book.relative,
                        (long long)update->book.venue_time_ns);
    }
}

static void prepare(struct harness *harness, const char *venue, const struct vsim_world *world) {
    static char body[TOLD_MAX];
    struct md_request request;
    struct text text = TEXT_OVER(body);
    harness_create(harness, venue, symbols);
    harness->on_update = on_update;
    for (uint16_t i = 0; i < harness->universe.symbol_count; i++) {
        harness->md.wants_book[i] = true;
    }
    if (!harness->md.venue->request(&harness->md, MD_REQUEST_INSTRUMENTS, 0, &request)) {
        return;
    }
    struct slice path = slice_of(request.path);
    struct slice whole = vsim_cut(&path, '?');
    struct vsim_request asked = {
        .method = slice_of(request.method),
        .path = whole,
        .query = path,
        .body = slice_of(request.body),
        .headers = SLICE("User-Agent: test\r\nContent-Type: application/json\r\n")};
    static char told[TOLD_MAX];
    struct text ignored = TEXT_OVER(told);
    harness->description = &ignored;
    assert_int_equal(world->venue->answer(world, &asked, &text), 200);
    harness->md.venue->decode_rest(&harness->md, MD_REQUEST_INSTRUMENTS, 0, text_slice(&text),
                                   &harness->sink);
}

static void decode_both(struct pair *pair, uint32_t connection, struct slice frame) {
    struct text fast = TEXT_OVER(pair->fast_data);
    struct text told = TEXT_OVER(pair->general_data);
    pair->fast.description = &fast;
    pair->general.description = &told;
    pair->fast.md.venue->decode(&pair->fast.md, connection, frame, &pair->fast.sink);
    pair->row->general(&pair->general.md, connection, frame, &pair->general.sink);
    pair->frames++;
    assert_false(fast.truncated);
    if (strcmp(pair->fast_data, pair->general_data) != 0) {
        fail_msg("%s: %.*s\nby anchors %s\nin general %s", pair->row->venue, (int)frame.size,
                 frame.data, pair->fast_data, pair->general_data);
    }
}

// A copy with a few bytes changed, cut out or repeated, in memory of exactly its size.
static void decode_mutated(struct pair *pair, uint32_t connection, struct slice frame,
                           uint64_t seed) {
    static const char bytes[] = "0123456789.,:\"[]{}-+eE\\ \0\xff"
                                "abTu";
    char data[FRAME_MAX];
    size_t size = frame.size;
    assert_in_range(size, 1, FRAME_MAX / 2);
    memcpy(data, frame.data, size);
    for (uint64_t n = 0; n <= hash_mix(seed) % 3; n++) {
        uint64_t luck = hash_mix(seed + n * 7919 + 1);
        size_t at = luck % size;
        size_t count = 1 + (luck >> 20) % 3;
        switch ((luck >> 32) % 4) {
        case 0:
        case 1:
            data[at] = bytes[(luck >> 40) % (sizeof(bytes) - 1)];
            break;
        case 2:
            count = size > at + count ? count : 0;
            memmove(data + at, data + at + count, size - at - count);
            size -= count;
            break;
        default:
            count = size > at + count ? count : 0;
            memmove(data + at + count, data + at, size - at);
            size += count;
        }
    }
    char *exact = malloc(size);
    assert_non_null(exact);
    memcpy(exact, data, size);
    decode_both(pair, connection, (struct slice){exact, size});
    free(exact);
}

// Frames of the simulator go to both decoders, each followed by mutations of it.
struct wire {
    struct vsim_out out; // must be first
    struct pair *pair;
    uint32_t connection;
    bool mutate;
};

static void on_send(struct vsim_out *out, struct slice message) {
    struct wire *wire = (struct wire *)(void *)out;
    decode_both(wire->pair, wire->connection, message);
    for (uint64_t i = 0; i < MUTATIONS && wire->mutate; i++) {
        decode_mutated(wire->pair, wire->connection, message, wire->pair->frames * 31 + i);
    }
}

static void make_world(struct vsim_world *world, const struct venue_sim *sim,
                       const struct symbol *known, uint32_t count) {
    struct listing seen = {.ready = true, .tick = {PX_ONE / 10}, .step = {QTY_ONE / 1000}};
    assert_int_equal(vsim_world_create(world, sim, count), STATUS_OK);
    world->now_ns = INT64_C(1723161455) * NS_PER_S;
    for (uint32_t i = 0; i < count; i++) {
        struct vsim_listing *listing = &world->listings[i];
        listing->symbol = &known[i];
        sim->rules(&known[i], &seen, &listing->rules);
        listing->rules.contract = (struct qty){QTY_ONE};
        listing->funding = (struct rate){PX_ONE / 10000};
        listing->funding_interval_ns = sim->funding_interval_ns;
        listing->next_settlement_ns = world->now_ns + 1000 * NS_PER_S;
        listing->mark = listing->index = (struct px){60000 * PX_ONE};
    }
}

// A book on the listing's tick and step whose levels come, go and change.
static void move_market(struct vsim_world *world, uint32_t round) {
    world->now_ns += 250 * NS_PER_MS;
    for (uint32_t i = 0; i < world->listing_count; i++) {
        struct vsim_listing *listing = &world->listings[i];
        struct level bids[LEVELS];
        struct level asks[LEVELS];
        int64_t tick = listing->rules.tick.v;
        int64_t middle = 6000000 + (int64_t)(hash_mix(round + 97 * i) % 9000);
        for (int64_t n = 0; n < LEVELS; n++) {
            uint64_t luck = hash_mix(round * 64 + (uint64_t)n / 3);
            int64_t size = listing->rules.step.v * (int64_t)(1 + luck % 90000);
            bids[n] = (struct level){{(middle - 2 * n - 1) * tick}, {size}};
            asks[n] = (struct level){{(middle + 2 * n + 1) * tick}, {size / 2 + 1}};
            asks[n].size.v -= asks[n].size.v % listing->rules.step.v;
        }
        (void)vsim_publish(listing, bids, LEVELS, asks, LEVELS, 0, world->now_ns);
        vsim_quote(listing, bids[0], asks[0], 0, world->now_ns);
    }
}

// The path of the venue's address, where its sessions begin.
static struct slice path_of(const char *url) {
    const char *host = strstr(url, "//");
    assert_non_null(host);
    const char *path = strchr(host + 2, '/');
    return slice_of(path != NULL ? path : "/");
}

static void run_connection(struct pair *pair, struct vsim_world *world, uint32_t connection,
                           bool mutate) {
    static char subscription[1 << 16];
    struct wire wire = {{on_send}, pair, connection, false};
    struct vsim_session session;
    const struct venue_md *venue = pair->fast.md.venue;
    const char *url = venue->mainnet.ws[connection];
    assert_int_equal(vsim_session_create(&session, world, &wire.out, 1), STATUS_OK);
    struct slice path = path_of(url);
    if (!world->venue->open(&session, path)) { // a host of several is in front of the path
        path = slice_of(strstr(url, "//") + 1);
        assert_true(world->venue->open(&session, path));
    }
    for (uint32_t step = 0;; step++) {
        struct text text = TEXT_OVER(subscription);
        bool more = venue->subscribe(&pair->general.md, connection, step, &text);
        text = TEXT_OVER(subscription);
        if (!venue->subscribe(&pair->fast.md, connection, step, &text)) {
            break;
        }
        assert_true(more);
        world->venue->on_text(&session, text_slice(&text));
    }
    wire.mutate = mutate;
    replying = pair;
    reply_count = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        move_market(world, round);
        vsim_session_poll(&session);
        wire.mutate = false;
        uint32_t count = reply_count;
        for (uint32_t i = 0; i < count; i++) {
            world->venue->on_text(&session, slice_of(replies[i]));
        }
        reply_count = 0;
        wire.mutate = mutate;
    }
    replying = NULL;
    vsim_session_finish(&session);
}

static void run_simulator(const struct row *row, bool mutate) {
    static struct pair pair;
    struct vsim_world world;
    const struct venue *venue = venue_find(slice_of(row->venue));
    assert_non_null(venue);
    pair.row = row;
    pair.frames = 0;
    struct universe known;
    assert_int_equal(universe_create(&known, 1, COUNT_OF(symbols) - 1), STATUS_OK);
    for (uint32_t i = 0; symbols[i] != NULL; i++) {
        assert_int_equal(symbol_parse(&known.symbols[i], slice_of(symbols[i])), STATUS_OK);
    }
    make_world(&world, venue->sim, known.symbols, COUNT_OF(symbols) - 1);
    prepare(&pair.fast, row->venue, &world);
    prepare(&pair.general, row->venue, &world);
    for (uint32_t c = 0; c < MD_CONNECTIONS_MAX; c++) {
        if (venue->md->mainnet.ws[c] != NULL) {
            run_connection(&pair, &world, c, mutate);
        }
    }
    print_message("# %s: %lu frames, %lu quotes, %lu books, %lu refused\n", row->venue,
                  (unsigned long)pair.frames, (unsigned long)pair.fast.kinds[MD_BBO],
                  (unsigned long)pair.fast.kinds[MD_BOOK],
                  (unsigned long)pair.fast.kinds[MD_REFUSED]);
    assert_true(pair.fast.kinds[MD_BOOK] >= ROUNDS);
    assert_true(venue->md->quote_from_book || pair.fast.kinds[MD_BBO] >= ROUNDS);
    if (!mutate) {
        assert_int_equal(pair.fast.kinds[MD_REFUSED], 0);
    }
    harness_finish(&pair.fast);
    harness_finish(&pair.general);
    vsim_world_finish(&world);
    universe_finish(&known);
}

static void simulators(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        run_simulator(&rows[i], false);
    }
}

static void mutated(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        run_simulator(&rows[i], true);
    }
}

static void decode_sample(struct pair *pair, const char *path) {
    size_t size;
    char *json = harness_read(path, &size);
    char *compact = malloc(size);
    assert_non_null(compact);
    struct slice text = harness_compact((struct slice){json, size}, compact);
    struct slice message = harness_member(text, "message");
    struct slice messages = harness_member(text, "messages");
    struct json r;
    if (message.size > 0) {
        decode_both(pair, 0, message);
        for (uint64_t i = 0; i < 200; i++) {
            decode_mutated(pair, 0, message, i);
        }
    } else if (messages.size > 0) {
        json_init(&r, messages);
        json_array_begin(&r);
        while (json_array_next(&r)) {
            struct slice one = json_raw(&r);
            decode_both(pair, 0, one);
            for (uint64_t i = 0; i < 200; i++) {
                decode_mutated(pair, 0, one, i);
            }
        }
    }
    free(compact);
    free(json);
}

static void samples(void **state) {
    (void)state;
    if (!harness_has_shared()) {
        skip();
    }
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        static struct pair pair;
        struct vsim_world world;
        char folder[64];
        struct universe known;
        assert_int_equal(universe_create(&known, 1, COUNT_OF(symbols) - 1), STATUS_OK);
        for (uint32_t s = 0; symbols[s] != NULL; s++) {
            assert_int_equal(symbol_parse(&known.symbols[s], slice_of(symbols[s])), STATUS_OK);
        }
        pair.row = &rows[i];
        pair.frames = 0;
        make_world(&world, venue_find(slice_of(rows[i].venue))->sim, known.symbols, 3);
        prepare(&pair.fast, rows[i].venue, &world);
        prepare(&pair.general, rows[i].venue, &world);
        (void)snprintf(folder, sizeof(folder), "venues/samples/%s", rows[i].venue);
        DIR *dir = opendir(harness_path(folder, ""));
        assert_non_null(dir);
        for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
            if (strncmp(entry->d_name, "ws_", 3) == 0) {
                decode_sample(&pair, harness_path(folder, entry->d_name));
            }
        }
        (void)closedir(dir);
        assert_true(pair.frames > 0);
        harness_finish(&pair.fast);
        harness_finish(&pair.general);
        vsim_world_finish(&world);
        universe_finish(&known);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(simulators),
        cmocka_unit_test(mutated),
        cmocka_unit_test(samples),
    };
    return cmocka_run_group_tests_name("fast_paths", tests, NULL, NULL);
}
