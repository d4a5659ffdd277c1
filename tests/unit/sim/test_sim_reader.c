// A recording of the simulated venues themselves, played back: each of the ten venues tells the
// same quotes again, in the same order. In memory, under a simulated clock, from the real messages
// of every venue: rules, snapshots, streams.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "exchanges/venues.h"
#include "market/tape_write.h"
#include "sim/sim_market.h"

enum { SYMBOLS = 2, QUOTES_MAX = 4096, SECONDS = 12, AT_THE_ENDS = 3 };

struct seen_quote {
    struct px bid, ask;
    struct qty bid_size, ask_size;
};

struct client_session {
    struct sim_market_session session;
    struct vsim_out out;
    struct client *client;
    uint32_t connection;
};

// One venue's feed, as far as quotes need it.
struct client {
    struct md_sink sink;
    struct md md;
    struct sim_market *market;
    struct tape_writer *writer; // NULL: nothing is recorded
    uint32_t index;
    struct client_session sessions[MD_CONNECTIONS_MAX];
    struct book_sync books[SYMBOLS];
    bool want_snapshot[SYMBOLS];
    struct seen_quote *quotes[SYMBOLS]; // QUOTES_MAX
    uint32_t count[SYMBOLS];
    char reply[128];
    struct client_session *replying;
};

static int64_t now_ns;
static char folder[64];

static void note(struct client *client, uint16_t symbol, struct seen_quote quote) {
    struct seen_quote *quotes = client->quotes[symbol];
    uint32_t count = client->count[symbol];
    if (count > 0 && memcmp(&quotes[count - 1], &quote, sizeof(quote)) == 0) {
        return;
    }
    assert_true(count < QUOTES_MAX);
    quotes[client->count[symbol]++] = quote;
}

static void take_book(struct client *client, const struct md_update *update) {
    struct book_sync *book = &client->books[update->symbol];
    enum book_verdict verdict = book_sync_apply(book, &update->book);
    assert_int_not_equal(verdict, BOOK_GAP);
    client->want_snapshot[update->symbol] =
        client->want_snapshot[update->symbol] || verdict == BOOK_NEED_SNAPSHOT;
    if (verdict == BOOK_APPLIED && client->md.venue->quote_from_book) {
        struct depth top = {0};
        book_top(&book->book, &top, 1);
        note(client, update->symbol,
             (struct seen_quote){top.bids[0].price, top.asks[0].price, top.bids[0].size,
                                 top.asks[0].size});
    }
}

static void on_update(struct md_sink *sink, const struct md_update *update) {
    struct client *client = (struct client *)sink;
    if (update->kind == MD_BBO) {
        const struct md_bbo *bbo = &update->bbo;
        note(client, update->symbol,
             (struct seen_quote){bbo->bid, bbo->ask, bbo->bid_size, bbo->ask_size});
    } else if (update->kind == MD_BOOK) {
        take_book(client, update);
    } else if (update->kind == MD_REPLY) {
        assert_true(string_copy(client->reply, sizeof(client->reply), update->refused.text));
    } else if (update->kind == MD_REFUSED) {
        fail_msg("%s refused: %s %.*s", client->md.venue->name,
                 feed_cause_name(update->refused.cause), (int)update->refused.text.size,
                 update->refused.text.data);
    }
}

static void keep(const struct client *client, struct tape_frame frame) {
    if (client->writer != NULL) {
        frame.t_ns = now_ns;
        frame.venue = slice_of(client->md.venue->name);
        assert_int_equal(tape_writer_put(client->writer, &frame), STATUS_OK);
    }
}

static void on_send(struct vsim_out *out, struct slice message) {
    struct client_session *session = (void *)((char *)out - offsetof(struct client_session, out));
    struct client *client = session->client;
    keep(client, (struct tape_frame){.connection = session->connection, .raw = message});
    client->replying = session;
    client->md.venue->decode(&client->md, session->connection, message, &client->sink);
}

static void ask(struct client *client, enum md_request_kind kind, uint16_t symbol) {
    static char body[VSIM_SCRATCH_SIZE];
    char url[512];
    struct md_request request = {0};
    if (!client->md.venue->request(&client->md, kind, symbol, &request)) {
        return;
    }
    char headers[VSIM_HEADERS_SIZE];
    struct vsim_reply reply = {.headers = TEXT_OVER(headers), .body = TEXT_OVER(body)};
    struct slice query = slice_of(request.path);
    struct vsim_request call = {.method = slice_of(request.method),
                                .body = slice_of(request.body),
                                .headers = SLICE("User-Agent: test\r\n"
                                                 "Content-Type: application/json\r\n")};
    call.path = vsim_cut(&query, '?');
    call.query = query;
    sim_market_answer(client->market, client->index, &call, &reply);
    assert_int_equal(reply.status, 200);
    (void)snprintf(url, sizeof(url), "https://localhost:1%s", request.path);
    keep(client, (struct tape_frame){.rest = true,
                                     .url = slice_of(url),
                                     .body = slice_of(request.body),
                                     .raw = text_slice(&reply.body)});
    client->md.venue->decode_rest(&client->md, kind, symbol, text_slice(&reply.body),
                                  &client->sink);
}

static void connect_session(struct client_session *session) {
    struct client *client = session->client;
    session->out.send = on_send;
    assert_int_equal(
        sim_market_attach(client->market, client->index, &session->session, &session->out),
        STATUS_OK);
    const char *host = strstr(client->md.venue->mainnet.ws[session->connection], "://") + 3;
    const struct venue_sim *server = client->market->options.venues[client->index];
    assert_true(server->open(&session->session.session, slice_of(strchr(host, '/'))));
    for (uint32_t step = 0;; step++) {
        char message[8192];
        struct text text = TEXT_OVER(message);
        if (!client->md.venue->subscribe(&client->md, session->connection, step, &text)) {
            return;
        }
        sim_market_text(client->market, &session->session, text_slice(&text));
    }
}

static void open_client(struct client *client, struct sim_market *market, uint32_t index,
                        const struct universe *universe, struct tape_writer *writer) {
    memset(client, 0, sizeof(*client));
    client->sink.on_update = on_update;
    client->market = market;
    client->writer = writer;
    client->index = index;
    assert_int_equal(md_create(&client->md, venue_table[index].md, universe, (uint16_t)index),
                     STATUS_OK);
    client->md.demo_streams = true;
    for (uint16_t i = 0; i < SYMBOLS; i++) {
        client->md.wants_book[i] = true;
        client->quotes[i] = calloc(QUOTES_MAX, sizeof(*client->quotes[i]));
        assert_non_null(client->quotes[i]);
        assert_int_equal(
            book_sync_create(&client->books[i], client->md.venue->book_rule, MD_LEVELS_MAX),
            STATUS_OK);
    }
    ask(client, MD_REQUEST_INSTRUMENTS, 0);
    for (uint32_t i = 0; i < MD_CONNECTIONS_MAX; i++) {
        if (client->md.venue->mainnet.ws[i] != NULL) {
            client->sessions[i].client = client;
            client->sessions[i].connection = i;
            connect_session(&client->sessions[i]);
        }
    }
}

static void tend_client(struct client *client) {
    if (client->reply[0] != '\0') {
        sim_market_text(client->market, &client->replying->session, slice_of(client->reply));
        client->reply[0] = '\0';
    }
    for (uint16_t i = 0; i < SYMBOLS; i++) {
        if (client->want_snapshot[i]) {
            client->want_snapshot[i] = false;
            ask(client, MD_REQUEST_BOOK, i);
        }
    }
}

static void close_client(struct client *client) {
    for (uint32_t i = 0; i < MD_CONNECTIONS_MAX; i++) {
        if (client->sessions[i].client != NULL) {
            sim_market_detach(client->market, &client->sessions[i].session);
        }
    }
    for (uint16_t i = 0; i < SYMBOLS; i++) {
        book_sync_finish(&client->books[i]);
    }
    md_finish(&client->md);
}

static void free_quotes(struct client *client) {
    for (uint16_t i = 0; i < SYMBOLS; i++) {
        free(client->quotes[i]);
    }
}

// All venues of the table for some seconds.
static void watch(struct client *clients, const char *path, const struct universe *universe,
                  struct tape_writer *writer) {
    const struct venue_sim *servers[VENUE_MAX];
    for (uint32_t i = 0; i < venue_table_count; i++) {
        servers[i] = venue_table[i].sim;
    }
    struct sim_market_options options = {
        .path = path, .venues = servers, .venue_count = venue_table_count};
    struct sim_market *market;
    if (sim_market_create(&market, &options) != STATUS_OK) {
        fail_msg("%s", status_text());
    }
    now_ns = sim_market_start_ns(market);
    int64_t end_ns = now_ns + SECONDS * NS_PER_S;
    int64_t next_ns = sim_market_step(market, now_ns);
    for (uint32_t i = 0; i < venue_table_count; i++) {
        open_client(&clients[i], market, i, universe, writer);
    }
    while (now_ns < end_ns && next_ns != INT64_MAX) {
        now_ns = next_ns > now_ns ? next_ns : now_ns + 1;
        next_ns = sim_market_step(market, now_ns);
        for (uint32_t i = 0; i < venue_table_count; i++) {
            tend_client(&clients[i]);
        }
    }
    assert_int_equal(market->bad_records, 0);
    for (uint32_t i = 0; i < venue_table_count; i++) {
        close_client(&clients[i]);
    }
    sim_market_destroy(market);
}

// How many of `played` stand in `recorded` in the same order, each looked for behind the last one.
static uint32_t in_order(const struct client *played, const struct client *recorded,
                         uint16_t symbol) {
    uint32_t at = 0, found = 0;
    for (uint32_t i = 0; i < played->count[symbol]; i++) {
        uint32_t k = at;
        while (k < recorded->count[symbol] &&
               memcmp(&played->quotes[symbol][i], &recorded->quotes[symbol][k],
                      sizeof(struct seen_quote)) != 0) {
            k++;
        }
        if (k < recorded->count[symbol]) {
            at = k + 1;
            found++;
        }
    }
    return found;
}

static void every_venue_tells_its_quotes_again(void **state) {
    (void)state;
    static struct client recorded[VENUE_MAX], played[VENUE_MAX];
    struct universe universe;
    assert_int_equal(universe_create(&universe, (uint16_t)venue_table_count, SYMBOLS), STATUS_OK);
    assert_int_equal(symbol_parse(&universe.symbols[0], SLICE("BTC/USDT")), STATUS_OK);
    assert_int_equal(symbol_parse(&universe.symbols[1], SLICE("ETH/USDT")), STATUS_OK);
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/all.ndjson.gz", folder);
    struct tape_writer *writer;
    assert_int_equal(tape_writer_create(&writer, &(struct tape_write_options){.path = path}),
                     STATUS_OK);
    watch(recorded, DEMO_PATH, &universe, writer);
    assert_int_equal(tape_writer_close(writer), STATUS_OK);
    tape_writer_destroy(writer);
    watch(played, path, &universe, NULL);
    for (uint32_t i = 0; i < venue_table_count; i++) {
        for (uint16_t s = 0; s < SYMBOLS; s++) {
            uint32_t same = in_order(&played[i], &recorded[i], s);
            uint32_t most = recorded[i].count[s], told = played[i].count[s];
            print_message("# %s %s: recorded %u, played %u, in order %u\n", venue_table[i].md->name,
                          universe.symbols[s].name, most, told, same);
            // The first and the last moment differ, and a channel that tells now and then may
            // have told between two others.
            assert_true(most > 100);
            assert_in_range(same, most - AT_THE_ENDS, most);
            assert_in_range(told, most - AT_THE_ENDS, most + AT_THE_ENDS);
        }
        free_quotes(&recorded[i]);
        free_quotes(&played[i]);
    }
    universe_finish(&universe);
}

#define WS(venue, raw)                                                                             \
    "{\"t_ns\":1700000000000000000,\"venue\":\"" venue "\",\"chan\":\"ws\",\"raw\":" raw "}\n"
#define REST(venue, path, raw)                                                                     \
    "{\"t_ns\":1700000000000000000,\"venue\":\"" venue                                             \
    "\",\"chan\":\"rest\",\"url\":\"https://h" path "\",\"raw\":" raw "}\n"
#define OKX_BEST(name, price, size)                                                                \
    WS("okx",                                                                                      \
       "{\"arg\":{\"channel\":\"bbo-tbt\",\"instId\":\"" name "\"},\"data\":[{\"asks\":[[\"" price \
       "1\",\"" size "\",\"0\",\"1\"]],\"bids\":[[\"" price "\",\"" size                           \
       "\",\"0\",\"1\"]],\"ts\":\"1700000000000\",\"seqId\":7}]}")
#define OKX_RULES(name, value)                                                                     \
    REST("okx", "/api/v5/public/instruments?instType=SWAP",                                        \
         "{\"code\":\"0\",\"data\":[{\"instId\":\"" name "\",\"ctVal\":\"" value                   \
         "\",\"ctMult\":\"1\",\"ctType\":\"linear\",\"settleCcy\":\"USDT\",\"state\":\"live\","    \
         "\"tickSz\":\"0.1\",\"lotSz\":\"1\",\"minSz\":\"1\",\"maxLmtSz\":\"9\"}]}")
#define LIGHTER_BEST(market)                                                                       \
    WS("lighter", "{\"type\":\"update/ticker\",\"channel\":\"ticker:" market                       \
                  "\",\"nonce\":5,\"ticker\":{\"s\":\"X\",\"a\":{\"price\":\"3000.2\",\"size\":"   \
                  "\"2.5\"},\"b\":{\"price\":\"3000.1\",\"size\":\"2.5\"}},\"timestamp\":"         \
                  "1700000000000}")

// Names and units that the stream alone does not tell.
static void names_and_units_are_found(void **state) {
    (void)state;
    static const struct {
        const char *why, *text, *symbol, *canonical; // symbol NULL: nothing is shown
        int64_t size;
    } rows[] = {
        {"no rules: the table's contract", OKX_BEST("BTC-USDT-SWAP", "62000.1", "415"),
         "BTC-USDT-SWAP", "BTC/USDT", QTY_ONE * 415 / 100},
        {"rules, wherever they stand",
         OKX_BEST("BTC-USDT-SWAP", "62000.1", "415") OKX_RULES("BTC-USDT-SWAP", "0.001"),
         "BTC-USDT-SWAP", "BTC/USDT", QTY_ONE * 415 / 1000},
        {"a contract in USD", OKX_BEST("BTC-USD-SWAP", "50000.0", "50"), "BTC-USD-SWAP", "BTC/USDT",
         QTY_ONE / 10},
        {"spot", OKX_BEST("ETH-USDT", "3000.1", "1.5"), "ETH-USDT", "ETH/USDT", QTY_ONE * 3 / 2},
        {"numbers, named by the rules",
         REST("lighter", "/api/v1/orderBookDetails?filter=perp",
              "{\"code\":200,\"order_book_details\":[{\"symbol\":\"ETH\",\"market_id\":3,"
              "\"market_type\":\"perp\",\"status\":\"active\",\"size_decimals\":4,"
              "\"price_decimals\":2}]}") LIGHTER_BEST("3"),
         "ETH", "ETH/USDT", QTY_ONE * 5 / 2},
        {"numbers that nothing names", LIGHTER_BEST("3"), NULL, "", 0},
        {"what was no JSON", WS("okx", "\"pong\""), NULL, "", 0},
        {"another venue's", WS("kraken", "{\"s\":\"BTCUSDT\"}"), NULL, "", 0},
    };
    static struct tape_record record;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char path[128];
        (void)snprintf(path, sizeof(path), "%s/%zu.ndjson", folder, i);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        (void)fputs(rows[i].text, file);
        assert_int_equal(fclose(file), 0);
        struct sim_reader *reader;
        struct tape *tape;
        assert_int_equal(sim_reader_create(&reader, path), STATUS_OK);
        assert_int_equal(tape_create(&tape, path), STATUS_OK);
        uint32_t told = 0;
        for (;;) {
            struct sim_record_name name;
            assert_int_equal(tape_next(tape, &record), STATUS_OK);
            if (record.kind == TAPE_END) {
                break;
            }
            sim_reader_take(reader, &record);
            while (sim_reader_next(reader, &name)) {
                struct sim_source source;
                struct sim_change change;
                told++;
                assert_int_equal(sim_source_init(&source, &name), STATUS_OK);
                assert_true(sim_source_apply(&source, &record, &change));
                if (rows[i].symbol == NULL || strcmp(source.symbol, rows[i].symbol) != 0 ||
                    strcmp(source.canonical.name, rows[i].canonical) != 0 || !change.quote ||
                    source.bid.size.v != rows[i].size || name.venue_ms != 1700000000000) {
                    fail_msg("%s: %s %s %lld", rows[i].why, source.symbol, source.canonical.name,
                             (long long)source.bid.size.v);
                }
                sim_source_finish(&source);
            }
        }
        if (told != (rows[i].symbol != NULL)) {
            fail_msg("%s: told %u times", rows[i].why, told);
        }
        tape_destroy(tape);
        sim_reader_destroy(reader);
    }
}

// A table that knows one side of a moment only.
static void half_quotes_find_their_other_half(void **state) {
    (void)state;
    static const struct {
        int64_t s; // of the row
        int64_t bid, ask;
        int64_t shown_bid, shown_ask;
    } rows[] = {
        {1, 100, 0, 100, 0},   {1, 0, 101, 100, 101},
        {6, 0, 102, 100, 102}, {8, 102, 0, 102, 0},  // crossed by what was before
        {9, 0, 103, 102, 103}, {20, 0, 104, 0, 104}, // the bid is too old
        {21, 99, 98, 99, 98},                        // told as one: the venue's own matter
    };
    struct sim_source source;
    struct sim_record_name name = {.venue = SLICE("paradex"), .symbol = SLICE("BTC")};
    assert_int_equal(sim_source_init(&source, &name), STATUS_OK);
    assert_int_equal(sim_source_open_book(&source), STATUS_OK);
    static struct tape_record record;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct sim_change change;
        record = (struct tape_record){.kind = TAPE_ROW,
                                      .t_ns = rows[i].s * NS_PER_S,
                                      .bid_count = rows[i].bid != 0,
                                      .ask_count = rows[i].ask != 0};
        record.bids[0].price.v = rows[i].bid * PX_ONE;
        record.asks[0].price.v = rows[i].ask * PX_ONE;
        assert_true(sim_source_apply(&source, &record, &change));
        assert_true(change.quote);
        assert_int_equal(source.bid.price.v, rows[i].shown_bid * PX_ONE);
        assert_int_equal(source.ask.price.v, rows[i].shown_ask * PX_ONE);
    }
    sim_source_finish(&source);
}

static int make_folder(void **state) {
    (void)state;
    (void)snprintf(folder, sizeof(folder), "test_sim_reader.XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state) {
    (void)state;
    char command[128];
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    return system(command);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_venue_tells_its_quotes_again),
        cmocka_unit_test(names_and_units_are_found),
        cmocka_unit_test(half_quotes_find_their_other_half),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
