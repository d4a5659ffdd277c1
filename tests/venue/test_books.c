// The book rules of every venue, against a reference that cannot be wrong: the server's own book.
//
// A server (exchanges/*_sim) publishes a book that changes at random; each message it sends is
// remembered with the state of its book. Between server and decoder messages are lost, repeated,
// swapped, damaged, come late or again after minutes, snapshots are older than the deltas in hand,
// connections break. After every message, whenever the book says that it is live, it has to be
// level by level what the server had at the message the book stands at; and after a message newer
// than any before, the book either stands at that one or says that it is not live. Neither may
// fail once.
//
// test_venue_books [--deltas N] [VENUE …]: N messages per venue (a million), all venues.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "exchanges/okx_checksum.h"
#include "exchanges/venue_sim.h"
#include "exchanges/venues.h"

enum {
    LEVELS = 14, // of the server's book, less than any venue cuts at
    HISTORY = 4096,
    FRAME_MAX = 8192,
    LATE_MAX = 64,
    CALM = 20,     // messages at the start that nothing happens to
    PATIENCE = 40, // messages without a book until it is asked for again
    PRICES = 60,   // distinct prices a side
    REPLY_MAX = 256,
    SNAPSHOT_LATE = 6,
};

struct reference {
    uint64_t id;
    uint32_t bid_count, ask_count;
    struct level bids[LEVELS], asks[LEVELS]; // best first
};

// What happened to messages on their way.
enum trouble {
    LOST,
    REPEATED,
    SWAPPED,
    LATE,
    OLD_SNAPSHOT,
    GARBLED, // in a way the decoder notices
    DAMAGED, // in a way only a checksum tells
    BROKEN,
    STALE_ANSWER,
    TROUBLES
};
static const char *const trouble_names[] = {"lost",    "repeated",     "swapped",
                                            "late",    "old snapshot", "garbled",
                                            "damaged", "reconnected",  "stale answer"};

struct frame {
    char data[FRAME_MAX];
    size_t size;
    uint64_t version; // of the server's book
    uint64_t due;     // when it comes
};

struct run {
    struct md_sink sink; // must be first
    struct vsim_out out;
    const struct venue *venue;
    struct universe universe;
    struct md md;
    struct vsim_world world;
    struct vsim_session session;
    struct book_sync sync;
    uint64_t random;

    struct reference now;
    struct reference history[HISTORY]; // by version
    uint64_t version;                  // of the newest publication

    bool pushing; // what the server says now is a book
    struct frame pushed, held, older, snapshot;
    bool has_pushed, has_held;
    struct frame late[LATE_MAX];
    uint32_t late_count;
    uint32_t losing; // messages still to be lost

    // The client.
    uint64_t at;     // version the book stands at
    uint64_t newest; // of the messages that came
    uint64_t verdicts[BOOK_BAD_CHECKSUM + 1];
    uint64_t frame_version;
    bool want_book, want_connection;
    bool garbled;     // the message at hand is not what was sent
    uint32_t without; // messages since the book was last live
    uint64_t ask_at;  // when the answer comes; 0 = none asked for
    struct text answer, stale;
    char reply[REPLY_MAX];

    uint64_t sent, live, wrong, undetected, troubles[TROUBLES];
};

static uint64_t next_random(struct run *run) {
    run->random ^= run->random << 13;
    run->random ^= run->random >> 7;
    run->random ^= run->random << 17;
    return run->random;
}

static bool one_in(struct run *run, uint64_t n) {
    return next_random(run) % n == 0;
}

static void must(enum status status) {
    if (status != STATUS_OK) {
        printf("Bail out! %s\n", status_text());
        exit(1);
    }
}

// ---- the reference ----------------------------------------------------------------------------

// One side as a plain list: what is there is replaced, what is new goes to its place.
static void change_side(struct run *run, struct level *levels, uint32_t *count, bool bids) {
    int64_t tick = run->world.listings[0].rules.tick.v;
    int64_t step = run->world.listings[0].rules.step.v;
    int64_t away = (int64_t)(next_random(run) % PRICES) + 1;
    int64_t price = (bids ? 60000 - away : 60000 + away) * tick;
    struct level level = {{price}, {(int64_t)(next_random(run) % 5) * step * 7}};
    uint32_t at = 0;
    while (at < *count && (bids ? levels[at].price.v > price : levels[at].price.v < price)) {
        at++;
    }
    bool there = at < *count && levels[at].price.v == price;
    if (level.size.v == 0 && there && *count > 1) {
        for (uint32_t i = at; i + 1 < *count; i++) {
            levels[i] = levels[i + 1];
        }
        (*count)--;
    } else if (level.size.v > 0 && there) {
        levels[at] = level;
    } else if (level.size.v > 0 && *count < LEVELS) {
        for (uint32_t i = *count; i > at; i--) {
            levels[i] = levels[i - 1];
        }
        levels[at] = level;
        (*count)++;
    }
}

static void change_book(struct run *run) {
    uint64_t changes = 1 + next_random(run) % 4;
    for (uint64_t i = 0; i < changes; i++) {
        if (one_in(run, 2)) {
            change_side(run, run->now.bids, &run->now.bid_count, true);
        } else {
            change_side(run, run->now.asks, &run->now.ask_count, false);
        }
    }
}

static bool same_side(const struct book_side *side, const struct level *levels, uint32_t count) {
    if (side->count != count) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct level *level = &side->levels[count - 1 - i];
        if (level->price.v != levels[i].price.v || level->size.v != levels[i].size.v) {
            return false;
        }
    }
    return true;
}

static const struct reference *reference_at(const struct run *run, uint64_t version) {
    return &run->history[version % HISTORY];
}

// The version whose id the book stands at, where ids outlive a connection.
static uint64_t version_of(const struct run *run, uint64_t id) {
    uint64_t version = run->version;
    while (version > 0 && run->version - version < HISTORY - 1 &&
           reference_at(run, version)->id > id) {
        version--;
    }
    return version;
}

// ---- the client -------------------------------------------------------------------------------

static void on_update(struct md_sink *sink, const struct md_update *update) {
    struct run *run = (struct run *)(void *)sink;
    if (update->kind == MD_REPLY) {
        (void)string_copy(run->reply, sizeof(run->reply), update->refused.text);
    } else if (update->kind == MD_REFUSED && update->refused.cause == FEED_GAP) {
        run->want_connection = true;
    }
    if (update->kind != MD_BOOK) {
        return;
    }
    enum book_verdict verdict = md_apply_book(&run->md, update->symbol, &run->sync, &update->book);
    run->verdicts[verdict]++;
    if (verdict == BOOK_APPLIED) {
        bool spans = run->sync.rule == BOOK_RULE_REST_SPAN;
        run->at = spans ? version_of(run, run->sync.last) : run->frame_version;
    } else if (verdict == BOOK_GAP || verdict == BOOK_NEED_SNAPSHOT ||
               verdict == BOOK_BAD_CHECKSUM) {
        run->want_book = true;
    }
}

static void judge(struct run *run, uint64_t version) {
    bool newer = version > run->newest && !run->garbled;
    run->newest = newer ? version : run->newest;
    run->without = run->sync.state == BOOK_LIVE ? 0 : run->without + 1;
    if (run->sync.state != BOOK_LIVE) {
        return;
    }
    run->live++;
    const struct reference *reference = reference_at(run, run->at);
    if (!same_side(&run->sync.book.bids, reference->bids, reference->bid_count) ||
        !same_side(&run->sync.book.asks, reference->asks, reference->ask_count)) {
        run->wrong++;
    }
    // A connection that is being given up is not live.
    if (newer && version > 0 && run->at < version && !run->want_connection) {
        run->undetected++;
    }
}

static void say(struct run *run, struct slice text) {
    if (!run->session.over) {
        run->venue->sim->on_text(&run->session, text);
    }
}

static void deliver(struct run *run, struct slice bytes, uint64_t version) {
    run->frame_version = version;
    run->reply[0] = '\0';
    run->md.venue->decode(&run->md, run->md.venue->book_connection, bytes, &run->sink);
    if (version > 0) {
        judge(run, version);
    }
    if (run->reply[0] != '\0') {
        char reply[REPLY_MAX];
        (void)string_copy(reply, sizeof(reply), slice_of(run->reply));
        say(run, slice_of(reply));
    }
}

static void on_send(struct vsim_out *out, struct slice message) {
    struct run *run = (struct run *)(void *)((char *)out - offsetof(struct run, out));
    ASSERT(message.size < FRAME_MAX);
    bool ping = memmem(message.data, message.size, "\"ping\"", 6) != NULL ||
                memmem(message.data, message.size, "\"connected\"", 11) != NULL;
    if (run->pushing && !ping) {
        memcpy(run->pushed.data, message.data, message.size);
        run->pushed.size = message.size;
        run->pushed.version = run->version;
        run->has_pushed = true;
    } else { // the decoder may change nothing of the server's
        char copy[FRAME_MAX];
        memcpy(copy, message.data, message.size);
        deliver(run, (struct slice){copy, message.size}, 0);
    }
}

static uint32_t ask_server(struct run *run, enum md_request_kind kind, struct text *body) {
    struct md_request asked;
    text_clear(body);
    if (!run->md.venue->request(&run->md, kind, 0, &asked)) {
        return 0;
    }
    struct slice query = slice_of(asked.path);
    struct slice path = vsim_cut(&query, '?');
    struct vsim_request request = {slice_of(asked.method), path, query, slice_of(asked.body)};
    return run->venue->sim->answer(&run->world, &request, body);
}

static struct slice path_of(const char *url) {
    const char *at = strstr(url, "://");
    at = at == NULL ? url : strchr(at + 3, '/');
    return slice_of(at == NULL ? "/" : at);
}

static void connect_session(struct run *run) {
    uint32_t connection = run->md.venue->book_connection;
    char bytes[8192];
    vsim_session_finish(&run->session);
    must(vsim_session_create(&run->session, &run->world, &run->out, 1));
    ASSERT(run->venue->sim->open(&run->session, path_of(run->md.venue->mainnet.ws[connection])));
    book_sync_reset(&run->sync);
    run->want_connection = run->want_book = false;
    run->has_held = false;
    run->late_count = 0;
    run->ask_at = 0;
    run->without = 0;
    for (uint32_t step = 0;; step++) {
        struct text text = TEXT_OVER(bytes);
        if (!run->md.venue->subscribe(&run->md, connection, step, &text)) {
            return;
        }
        say(run, text_slice(&text));
    }
}

static void ask_for_book(struct run *run) {
    char bytes[1024];
    run->want_book = false;
    run->without = 0;
    if (run->sync.rule == BOOK_RULE_REST_SPAN) {
        if (run->ask_at == 0) {
            run->ask_at = run->sent + next_random(run) % SNAPSHOT_LATE;
            (void)ask_server(run, MD_REQUEST_BOOK, &run->answer);
            if (run->stale.size == 0 || one_in(run, 50)) {
                text_clear(&run->stale);
                text_add(&run->stale, text_slice(&run->answer));
            }
        }
        return;
    }
    if (run->sync.rule == BOOK_RULE_COUNTED) {
        // The count begins anew with each subscription, so nothing can tell the messages of two
        // apart; and nothing has to, since the old one's are not sent behind its end.
        run->has_held = false;
        run->late_count = 0;
        run->snapshot.size = 0;
    }
    for (uint32_t step = 0; run->md.venue->resubscribe_book != NULL; step++) {
        struct text text = TEXT_OVER(bytes);
        if (!run->md.venue->resubscribe_book(&run->md, 0, step, &text)) {
            break;
        }
        say(run, text_slice(&text));
    }
}

static void take_answer(struct run *run) {
    if (run->ask_at == 0 || run->sent < run->ask_at) {
        return;
    }
    bool stale = run->stale.size > 0 && one_in(run, 10);
    run->troubles[STALE_ANSWER] += stale;
    struct text *body = stale ? &run->stale : &run->answer;
    run->ask_at = 0;
    run->frame_version = 0;
    run->md.venue->decode_rest(&run->md, MD_REQUEST_BOOK, 0, text_slice(body), &run->sink);
    judge(run, 0);
}

// ---- the way between --------------------------------------------------------------------------

static void keep(struct run *run, const struct frame *frame, uint64_t due) {
    if (run->late_count < LATE_MAX) {
        run->late[run->late_count] = *frame;
        run->late[run->late_count++].due = due;
    }
}

// Another digit somewhere in the levels.
static void damage(struct run *run, struct frame *frame) {
    const char *end = memmem(frame->data, frame->size, "\"ts\"", 4);
    size_t size = end == NULL ? 0 : (size_t)(end - frame->data);
    const char *begin = memmem(frame->data, size, "\"data\"", 6);
    size_t from = begin == NULL ? size : (size_t)(begin - frame->data);
    for (int i = 0; i < 100 && from < size; i++) {
        char *at = &frame->data[from + next_random(run) % (size - from)];
        if (*at >= '1' && *at <= '8') {
            (*at)++;
            return;
        }
    }
}

// A digit becomes something else.
static void garble(struct run *run, struct frame *frame) {
    for (int i = 0; i < 1000; i++) {
        char *at = &frame->data[next_random(run) % frame->size];
        if (*at >= '0' && *at <= '9') {
            *at = 'x';
            return;
        }
    }
}

// OKX's server sends 0 where the sum was: the one it would have sent until 2026.
static void add_checksum(const struct run *run, struct frame *frame) {
    struct level bids[LEVELS], asks[LEVELS];
    const struct reference *reference = reference_at(run, frame->version);
    for (uint32_t i = 0; i < reference->bid_count; i++) {
        bids[reference->bid_count - 1 - i] = reference->bids[i];
    }
    for (uint32_t i = 0; i < reference->ask_count; i++) {
        asks[reference->ask_count - 1 - i] = reference->asks[i];
    }
    struct book book = {{bids, reference->bid_count}, {asks, reference->ask_count}, LEVELS, 0};
    char *at = memmem(frame->data, frame->size, "\"checksum\":0,", 13);
    ASSERT(at != NULL);
    char tail[256];
    struct text text = TEXT_OVER(tail);
    text_add_format(&text, "\"checksum\":%" PRId32,
                    okx_checksum(&book, run->md.listings[0].contract));
    struct slice rest = {at + 12, frame->size - (size_t)(at + 12 - frame->data)};
    text_add(&text, rest);
    ASSERT(!text.truncated && (size_t)(at - frame->data) + text.size < FRAME_MAX);
    memcpy(at, tail, text.size);
    frame->size = (size_t)(at - frame->data) + text.size;
}

static void deliver_frame(struct run *run, const struct frame *frame) {
    deliver(run, (struct slice){frame->data, frame->size}, frame->version);
}

static enum trouble choose(struct run *run) {
    if (run->sent < CALM || !one_in(run, 40)) {
        return TROUBLES;
    }
    enum trouble trouble = (enum trouble)(next_random(run) % TROUBLES);
    bool okx = run->md.venue->book_checksum != NULL;
    if ((trouble == DAMAGED && !okx) || trouble == STALE_ANSWER) {
        return LOST;
    }
    return trouble == BROKEN && !one_in(run, 20) ? REPEATED : trouble;
}

static void pass_on(struct run *run) {
    struct frame *frame = &run->pushed;
    enum trouble trouble = choose(run);
    bool held = run->has_held;
    run->has_pushed = false;
    if (run->md.venue->book_checksum != NULL) {
        add_checksum(run, frame);
    }
    if (run->snapshot.size == 0 || run->verdicts[BOOK_APPLIED] == 0 ||
        frame->size > 3 * LEVELS * 20) {
        run->snapshot = *frame; // the largest are whole books
    }
    if (run->losing > 0) {
        run->losing--;
        trouble = LOST;
    }
    run->troubles[trouble == TROUBLES ? LOST : trouble] += trouble != TROUBLES;
    switch (trouble) {
    case LOST:
        run->losing = run->losing > 0 || !one_in(run, 4) ? run->losing : 1 + next_random(run) % 4;
        break;
    case SWAPPED:
        run->held = *frame;
        run->has_held = true;
        break;
    case LATE:
        keep(run, frame, run->sent + 1 + next_random(run) % 50);
        break;
    case REPEATED:
        deliver_frame(run, frame);
        deliver_frame(run, frame);
        keep(run, frame, run->sent + 1 + next_random(run) % 50);
        break;
    case OLD_SNAPSHOT:
        deliver_frame(run, frame);
        if (run->snapshot.size > 0 && run->version - run->snapshot.version < HISTORY / 2) {
            deliver_frame(run, &run->snapshot);
        }
        break;
    case GARBLED:
        garble(run, frame);
        run->garbled = true;
        deliver_frame(run, frame);
        run->garbled = false;
        break;
    case DAMAGED:
        damage(run, frame);
        deliver_frame(run, frame);
        break;
    case BROKEN:
        run->want_connection = true;
        break;
    case STALE_ANSWER:
    case TROUBLES:
        deliver_frame(run, frame);
        break;
    }
    if (held && run->has_held) {
        run->has_held = trouble == SWAPPED;
        deliver_frame(run, &run->held);
    }
    for (uint32_t i = 0; i < run->late_count;) {
        if (run->late[i].due > run->sent) {
            i++;
            continue;
        }
        struct frame late = run->late[i];
        run->late[i] = run->late[--run->late_count];
        deliver_frame(run, &late);
    }
}

static void step(struct run *run) {
    struct vsim_listing *listing = &run->world.listings[0];
    run->world.now_ns += 500 * NS_PER_MS;
    change_book(run);
    // An answer may have told a later id than the book's own: one that changed nothing.
    uint64_t told =
        listing->snapshot_id > listing->book_id ? listing->snapshot_id : listing->book_id;
    uint64_t id = told + 1 + (one_in(run, 2) ? 0 : next_random(run) % 5);
    if (vsim_publish(listing, run->now.bids, run->now.bid_count, run->now.asks, run->now.ask_count,
                     id, run->world.now_ns)) {
        run->version++;
        run->now.id = listing->book_id;
        run->history[run->version % HISTORY] = run->now;
    }
    run->pushing = true;
    vsim_session_poll(&run->session);
    run->pushing = false;
    if (run->has_pushed) {
        run->sent++;
        pass_on(run);
    }
    take_answer(run);
    if (run->want_connection || run->session.over) {
        connect_session(run);
    } else if (run->want_book || run->without > PATIENCE) {
        ask_for_book(run);
    }
}

static void begin(struct run *run, const struct venue *venue) {
    enum { ANSWER_MAX = 1 << 18 };
    run->sink.on_update = on_update;
    run->out.send = on_send;
    run->venue = venue;
    run->random = UINT64_C(0x9e3779b97f4a7c15);
    must(universe_create(&run->universe, 1, 1));
    must(symbol_parse(&run->universe.symbols[0], SLICE("BTC/USDT")));
    must(md_create(&run->md, venue->md, &run->universe, 0));
    run->md.wants_book[0] = true;
    must(book_sync_create(&run->sync, venue->md->book_rule, venue->md->book_levels));
    must(vsim_world_create(&run->world, venue->sim, 1));
    struct vsim_listing *listing = &run->world.listings[0];
    struct listing seen = {.tick = {PX_ONE / 10}, .step = {QTY_ONE / 1000}, .contract = {QTY_ONE}};
    listing->symbol = &run->universe.symbols[0];
    venue->sim->rules(listing->symbol, &seen, &listing->rules);
    run->answer = text_over(malloc(ANSWER_MAX), ANSWER_MAX);
    run->stale = text_over(malloc(ANSWER_MAX), ANSWER_MAX);
    ASSERT(run->answer.data != NULL && run->stale.data != NULL);
    run->world.now_ns = INT64_C(1700000000) * NS_PER_S;
    if (ask_server(run, MD_REQUEST_INSTRUMENTS, &run->answer) == 200) {
        venue->md->decode_rest(&run->md, MD_REQUEST_INSTRUMENTS, 0, text_slice(&run->answer),
                               &run->sink);
    }
    ASSERT(run->md.listings[0].contract.v > 0);
    connect_session(run);
}

static void end(struct run *run) {
    vsim_session_finish(&run->session);
    vsim_world_finish(&run->world);
    book_sync_finish(&run->sync);
    md_finish(&run->md);
    universe_finish(&run->universe);
    free(run->answer.data);
    free(run->stale.data);
}

static bool test_venue(const struct venue *venue, uint64_t deltas) {
    static struct run run;
    int64_t begin_ns = mono_now_ns();
    memset(&run, 0, sizeof(run));
    begin(&run, venue);
    for (uint64_t i = 0; run.sent < deltas && i < 4 * deltas + 1000; i++) {
        step(&run);
    }
    printf("# %s: %" PRIu64 " messages in %.1f s, live after %" PRIu64 ", applied %" PRIu64
           ", gaps %" PRIu64 ", bad checksums %" PRIu64 ", wrong books %" PRIu64
           ", undetected gaps %" PRIu64 "\n#",
           venue->md->name, run.sent, (double)(mono_now_ns() - begin_ns) / 1e9, run.live,
           run.verdicts[BOOK_APPLIED], run.verdicts[BOOK_GAP], run.verdicts[BOOK_BAD_CHECKSUM],
           run.wrong, run.undetected);
    for (int i = 0; i < TROUBLES; i++) {
        printf(" %s %" PRIu64, trouble_names[i], run.troubles[i]);
    }
    printf("\n");
    bool whole = venue->md->book_rule == BOOK_RULE_SNAPSHOTS;
    bool passed = run.sent >= deltas && run.wrong == 0 && run.undetected == 0 &&
                  run.live > run.sent / 2 &&
                  (whole || run.verdicts[BOOK_GAP] > 0 || run.troubles[BROKEN] > 0) &&
                  (venue->md->book_checksum == NULL || run.verdicts[BOOK_BAD_CHECKSUM] > 0);
    end(&run);
    return passed;
}

static bool is_wanted(char **names, int count, const char *name) {
    for (int i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return count == 0;
}

int main(int argc, char **argv) {
    uint64_t deltas = 1000000;
    int failed = 0;
    int at = 1;
    int64_t told;
    if (argc > 2 && strcmp(argv[1], "--deltas") == 0 &&
        decimal_parse(slice_of(argv[2]), 0, &told) && told > 0) {
        deltas = (uint64_t)told;
        at = 3;
    }
    uint32_t cases = 0;
    for (uint32_t i = 0; i < venue_table_count; i++) {
        const char *name = venue_table[i].md->name;
        if (is_wanted(argv + at, argc - at, name)) {
            bool passed = test_venue(&venue_table[i], deltas);
            printf("%s %u - books of %s\n", passed ? "ok" : "not ok", ++cases, name);
            failed += !passed;
        }
    }
    printf("1..%u\n", cases);
    return failed > 0 || cases == 0;
}
