// The simulator and the desk's own decoders against each other, in memory, under a simulated clock:
// the whole demo recording and a half, through its restart, its three books dealt to three venues
// at a time. No gap, no crossed book, nothing refused, and no limit of a venue is met.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "exchanges/venues.h"
#include "sim/sim_market.h"

enum { VENUES = 3, SYMBOLS = 2 };
#define HEADERS "User-Agent: test\r\nContent-Type: application/json\r\n"

// Which venue shows the recorded book of binance, binance-coinm and binance-spot, in this order.
struct deal {
    const char *venues[VENUES];
};

struct desk_session {
    struct sim_market_session session;
    struct vsim_out out;
    struct desk_venue *venue;
    uint32_t connection;
    bool attached;
    char reply[128]; // to be said when the frame at hand is done with
};

struct desk_venue {
    struct md_sink sink;
    struct md md;
    struct sim_market *market;
    uint32_t index;
    struct desk_session sessions[MD_CONNECTIONS_MAX];
    uint32_t connections;
    struct book_sync books[SYMBOLS];
    bool want_snapshot[SYMBOLS];
    uint64_t quotes[SYMBOLS], applied[SYMBOLS], applied_before[SYMBOLS], quote_sequence[SYMBOLS];
    int64_t quote_ns[SYMBOLS];
    uint32_t ends, pings, acks, refused, gaps, crossed, stepped_back, snapshots, instruments,
        fundings, times;
    struct desk_session *hearing; // whose frame is at hand
};

static void take_book(struct desk_venue *venue, const struct md_update *update) {
    struct book_sync *book = &venue->books[update->symbol];
    switch (book_sync_apply(book, &update->book)) {
    case BOOK_APPLIED:
        venue->applied[update->symbol]++;
        venue->crossed += book_crossed(&book->book);
        venue->quotes[update->symbol] += venue->md.venue->quote_from_book;
        break;
    case BOOK_NEED_SNAPSHOT:
        venue->want_snapshot[update->symbol] = true;
        break;
    case BOOK_GAP:
    case BOOK_BAD_CHECKSUM:
        venue->gaps++;
        break;
    case BOOK_UNCHANGED:
    case BOOK_BUFFERED:
    default:
        break;
    }
}

static void on_update(struct md_sink *sink, const struct md_update *update) {
    struct desk_venue *venue = (struct desk_venue *)sink;
    switch (update->kind) {
    case MD_BBO:
        venue->quotes[update->symbol]++;
        venue->crossed += update->bbo.bid.v >= update->bbo.ask.v;
        venue->stepped_back += update->bbo.sequence < venue->quote_sequence[update->symbol];
        venue->quote_sequence[update->symbol] = update->bbo.sequence;
        assert_true(update->bbo.bid_size.v > 0 && update->bbo.ask_size.v > 0);
        break;
    case MD_BOOK:
        take_book(venue, update);
        break;
    case MD_FUNDING:
        venue->fundings++;
        break;
    case MD_INSTRUMENT:
        venue->instruments++;
        venue->md.listings[update->symbol] = update->listing;
        break;
    case MD_TIME:
        venue->times++;
        break;
    case MD_ACK:
        venue->acks++;
        break;
    case MD_REFUSED:
        print_message("# %s refused: %s %.*s\n", venue->md.venue->name,
                      feed_cause_name(update->refused.cause), (int)update->refused.text.size,
                      update->refused.text.data);
        venue->refused++;
        break;
    case MD_REPLY:
        assert_true(string_copy(venue->hearing->reply, sizeof(venue->hearing->reply),
                                update->refused.text));
        break;
    case MD_ALIVE:
    case MD_NOTICE:
    default:
        break;
    }
}

static void on_send(struct vsim_out *out, struct slice message) {
    struct desk_session *session = (void *)((char *)out - offsetof(struct desk_session, out));
    struct desk_venue *venue = session->venue;
    venue->hearing = session;
    venue->md.venue->decode(&venue->md, session->connection, message, &venue->sink);
}

static void on_ping(struct vsim_out *out) {
    struct desk_session *session = (void *)((char *)out - offsetof(struct desk_session, out));
    session->venue->pings++;
    vsim_session_heard(&session->session.session, true);
}

static void on_end(struct sim_market_session *market_session) {
    struct desk_session *session =
        (void *)((char *)market_session - offsetof(struct desk_session, session));
    session->venue->ends++;
    if (market_session->session.over != NULL) {
        print_message("# %s: %s\n", session->venue->md.venue->name, market_session->session.over);
    }
    assert_null(market_session->session.over); // every ping was answered, no limit was met
    sim_market_detach(session->venue->market, market_session);
    session->attached = false;
}

static void ask(struct desk_venue *venue, enum md_request_kind kind, uint16_t symbol) {
    struct md_request request;
    if (!venue->md.venue->request(&venue->md, kind, symbol, &request)) {
        return;
    }
    static char headers[VSIM_HEADERS_SIZE], body[VSIM_SCRATCH_SIZE];
    struct vsim_reply reply = {.headers = TEXT_OVER(headers), .body = TEXT_OVER(body)};
    struct slice query = slice_of(request.path);
    struct vsim_request call = {.method = slice_of(request.method),
                                .body = slice_of(request.body),
                                .headers = SLICE(HEADERS)};
    call.path = vsim_cut(&query, '?');
    call.query = query;
    sim_market_answer(venue->market, venue->index, &call, &reply);
    assert_int_equal(reply.status, 200);
    assert_false(reply.body.truncated);
    venue->md.venue->decode_rest(&venue->md, kind, symbol, text_slice(&reply.body), &venue->sink);
}

// "wss://host/path" -> "/path"
static struct slice path_of(const char *url) {
    const char *host = strstr(url, "://") + 3;
    return slice_of(strchr(host, '/'));
}

static void connect_session(struct desk_session *session) {
    struct desk_venue *venue = session->venue;
    session->out.send = on_send;
    session->out.ping = on_ping;
    session->session.on_end = on_end;
    assert_int_equal(
        sim_market_attach(venue->market, venue->index, &session->session, &session->out),
        STATUS_OK);
    session->attached = true;
    struct slice query = path_of(venue->md.venue->mainnet.ws[session->connection]);
    struct vsim_request request = {.method = SLICE("GET"), .headers = SLICE(HEADERS)};
    request.path = vsim_cut(&query, '?');
    request.query = query;
    char headers[VSIM_HEADERS_SIZE], body[1024];
    struct vsim_reply reply = {.headers = TEXT_OVER(headers), .body = TEXT_OVER(body)};
    vsim_session_open(&session->session.session, &request, &reply);
    assert_int_equal(reply.status, 101);
    for (uint32_t step = 0;; step++) {
        char message[8192];
        struct text text = TEXT_OVER(message);
        if (!venue->md.venue->subscribe(&venue->md, session->connection, step, &text)) {
            break;
        }
        sim_market_text(venue->market, &session->session, text_slice(&text));
    }
}

static void connect_venue(struct desk_venue *venue) {
    for (uint32_t i = 0; i < SYMBOLS; i++) {
        book_sync_reset(&venue->books[i]);
        venue->want_snapshot[i] = false;
        venue->applied_before[i] = venue->applied[i];
        if (venue->md.venue->book_rule == BOOK_RULE_SNAPSHOTS ||
            venue->md.next_sequence[0] > 0) { // the connection numbers its messages
            venue->quote_sequence[i] = 0;
        }
    }
    for (uint32_t i = 0; i < venue->connections; i++) {
        if (!venue->sessions[i].attached) {
            connect_session(&venue->sessions[i]);
        }
    }
}

static void open_venue(struct desk_venue *venue, struct sim_market *market,
                       const struct universe *universe, uint32_t index) {
    venue->sink.on_update = on_update;
    venue->market = market;
    venue->index = index;
    const struct venue *row = venue_find(slice_of(market->options.venues[index]->name));
    assert_int_equal(md_create(&venue->md, row->md, universe, (uint16_t)index), STATUS_OK);
    venue->md.demo_streams = true;
    for (uint16_t i = 0; i < SYMBOLS; i++) {
        venue->md.wants_book[i] = true;
        assert_int_equal(
            book_sync_create(&venue->books[i], venue->md.venue->book_rule, MD_LEVELS_MAX),
            STATUS_OK);
    }
    for (uint32_t i = 0; i < MD_CONNECTIONS_MAX; i++) {
        if (venue->md.venue->mainnet.ws[i] != NULL) {
            venue->sessions[i].venue = venue;
            venue->sessions[i].connection = i;
            venue->connections++;
        }
    }
    ask(venue, MD_REQUEST_TIME, 0);
    ask(venue, MD_REQUEST_INSTRUMENTS, 0);
    connect_venue(venue);
}

static void close_venue(struct desk_venue *venue) {
    for (uint32_t i = 0; i < venue->connections; i++) {
        if (venue->sessions[i].attached) {
            sim_market_detach(venue->market, &venue->sessions[i].session);
        }
    }
    for (uint32_t i = 0; i < SYMBOLS; i++) {
        book_sync_finish(&venue->books[i]);
    }
    md_finish(&venue->md);
}

// What the desk believes is what the server shows, level by level.
static void compare_books(struct desk_venue *venue) {
    ask(venue, MD_REQUEST_TIME, 0); // a call brings the server's book up to its last frame
    for (uint32_t s = 0; s < SYMBOLS; s++) {
        const struct vsim_world *world = &venue->market->worlds[venue->index];
        const struct vsim_listing *listing =
            vsim_find(world, slice_of(venue->md.listings[s].native));
        struct depth depth;
        assert_non_null(listing);
        book_top(&venue->books[s].book, &depth, DEPTH_LEVELS_MAX);
        uint32_t levels = venue->md.venue->book_levels;
        levels = levels < DEPTH_LEVELS_MAX ? levels : DEPTH_LEVELS_MAX;
        assert_int_equal(depth.bid_count, levels);
        for (uint32_t i = 0; i < levels; i++) {
            assert_int_equal(depth.bids[i].price.v, listing->bids[i].price.v);
            assert_int_equal(depth.bids[i].size.v, listing->bids[i].size.v);
            assert_int_equal(depth.asks[i].price.v, listing->asks[i].price.v);
            assert_int_equal(depth.asks[i].size.v, listing->asks[i].size.v);
        }
    }
}

static struct desk_venue venues[VENUES];

// Every claim about one venue after the run.
static void check_venue(const struct desk_venue *venue) {
    struct md_request request;
    struct md *md = (struct md *)(uintptr_t)&venue->md;
    print_message("# %s: quotes %llu/%llu books %llu/%llu snapshots %u gaps %u crossed %u "
                  "refused %u funding %u\n",
                  md->venue->name, (unsigned long long)venue->quotes[0],
                  (unsigned long long)venue->quotes[1], (unsigned long long)venue->applied[0],
                  (unsigned long long)venue->applied[1], venue->snapshots, venue->gaps,
                  venue->crossed, venue->refused, venue->fundings);
    assert_int_equal(venue->ends, venue->connections);
    if (venue->market->worlds[venue->index].limits.ping_s > 0 &&
        venue->market->worlds[venue->index].limits.ping_s < 60) {
        assert_true(venue->pings > 2);
    }
    assert_int_equal(venue->gaps, 0);
    assert_int_equal(venue->crossed, 0);
    assert_int_equal(venue->refused, 0);
    assert_int_equal(venue->stepped_back, 0);
    assert_int_equal(venue->instruments, SYMBOLS);
    assert_int_equal(venue->times, md->venue->request(md, MD_REQUEST_TIME, 0, &request));
    assert_true(venue->fundings > 10);
    for (uint32_t s = 0; s < SYMBOLS; s++) {
        assert_true(venue->quotes[s] > 1000);
        assert_true(venue->applied_before[s] > 250);
        assert_true(venue->applied[s] - venue->applied_before[s] > 120); // the second round lives
        assert_int_equal(venue->books[s].state, BOOK_LIVE);
    }
    if (md->venue->book_rule == BOOK_RULE_REST_SPAN) {
        assert_int_equal(venue->snapshots,
                         2 * SYMBOLS); // one per symbol and round: every snapshot was spanned
    }
}

static void run_round_and_a_half(void **state) {
    static const char *const recorded[VENUES] = {"binance", "binance-coinm", "binance-spot"};
    const struct deal *deal = *state;
    const struct venue_sim *servers[VENUES];
    struct sim_map map[VENUES];
    for (uint32_t i = 0; i < VENUES; i++) {
        servers[i] = venue_find(slice_of(deal->venues[i]))->sim;
        map[i] = (struct sim_map){recorded[i], deal->venues[i]};
    }
    struct sim_market_options options = {.path = DEMO_PATH,
                                         .venues = servers,
                                         .venue_count = VENUES,
                                         .map = map,
                                         .map_count = VENUES,
                                         .loop = true};
    struct sim_market *market;
    assert_int_equal(sim_market_create(&market, &options), STATUS_OK);
    assert_int_equal(market->offset_ns, 1270 * NS_PER_MS);
    struct universe universe;
    assert_int_equal(universe_create(&universe, VENUES, SYMBOLS), STATUS_OK);
    assert_int_equal(symbol_parse(&universe.symbols[0], SLICE("BTC/USDT")), STATUS_OK);
    assert_int_equal(symbol_parse(&universe.symbols[1], SLICE("ETH/USDT")), STATUS_OK);

    int64_t now_ns = sim_market_start_ns(market);
    int64_t end_ns = now_ns + 218 * NS_PER_S;
    int64_t reconnect_ns = 0;
    (void)sim_market_step(market, now_ns);
    memset(venues, 0, sizeof(venues));
    for (uint32_t i = 0; i < VENUES; i++) {
        open_venue(&venues[i], market, &universe, i);
    }
    while (now_ns < end_ns) {
        int64_t next_ns = sim_market_step(market, now_ns);
        for (uint32_t i = 0; i < VENUES; i++) {
            for (uint32_t c = 0; c < venues[i].connections; c++) {
                struct desk_session *session = &venues[i].sessions[c];
                if (session->reply[0] != '\0' && session->attached) {
                    sim_market_text(market, &session->session, slice_of(session->reply));
                }
                session->reply[0] = '\0';
            }
            for (uint16_t s = 0; s < SYMBOLS; s++) {
                if (venues[i].want_snapshot[s]) {
                    venues[i].want_snapshot[s] = false;
                    venues[i].snapshots++;
                    ask(&venues[i], MD_REQUEST_BOOK, s);
                }
            }
            if (!venues[i].sessions[0].attached && reconnect_ns == 0) {
                reconnect_ns = now_ns + NS_PER_S; // as a feed's back-off
            }
        }
        if (reconnect_ns != 0 && now_ns >= reconnect_ns) {
            for (uint32_t i = 0; i < VENUES; i++) {
                connect_venue(&venues[i]);
            }
            reconnect_ns = 0;
        }
        now_ns = next_ns > now_ns + NS_PER_MS ? next_ns : now_ns + NS_PER_MS;
    }
    assert_int_equal(market->round, 1);
    assert_int_equal(market->bad_records, 0);
    for (uint32_t i = 0; i < VENUES; i++) {
        check_venue(&venues[i]);
        // Whole books come at their own time, so the last of them may be older than the server's.
        if (venues[i].md.venue->book_rule != BOOK_RULE_SNAPSHOTS) {
            compare_books(&venues[i]);
        }
    }
    for (uint32_t i = 0; i < VENUES; i++) {
        close_venue(&venues[i]);
    }
    universe_finish(&universe);
    sim_market_destroy(market);
}

static const struct deal deals[] = {
    {{"binance", "okx", "hyperliquid"}},
    {{"aster", "paradex", "extended"}},
    {{"backpack", "grvt", "edgex"}},
    {{"lighter", "paradex", "aster"}},
};

int main(void) {
    struct CMUnitTest tests[COUNT_OF(deals)];
    for (size_t i = 0; i < COUNT_OF(deals); i++) {
        tests[i] = (struct CMUnitTest){.name = deals[i].venues[0],
                                       .test_func = run_round_and_a_half,
                                       .initial_state = (void *)(uintptr_t)&deals[i]};
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
