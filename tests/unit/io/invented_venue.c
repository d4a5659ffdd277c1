#include "invented_venue.h"

#include <stdio.h>

#include "base/clock.h"

uint32_t invented_subscriptions = 2;
bool invented_tells_time = true;
bool invented_tells_intervals = false;

static bool native_name(const struct symbol *symbol, char out[NATIVE_NAME_MAX]) {
    (void)snprintf(out, NATIVE_NAME_MAX, "%s", symbol->base);
    return strcmp(symbol->base, "ZZZ") != 0; // not listed here
}

static bool subscribe(struct md *md, uint32_t connection, uint32_t step, struct text *out) {
    text_add_format(out, "SUB %u %u %d", connection, step, md->wants_book[0]);
    return step < invented_subscriptions;
}

static bool resubscribe_book(struct md *md, uint16_t symbol, uint32_t step, struct text *out) {
    (void)md;
    text_add_format(out, "RESUB %u %u", symbol, step);
    return step < 1;
}

static struct px px_of(long value) {
    return (struct px){value * PX_ONE};
}

static void decode(struct md *md, uint32_t connection, struct slice frame, struct md_sink *sink) {
    (void)connection;
    char text[256] = "";
    struct md_update update = {0};
    (void)string_copy(text, sizeof(text), frame);
    unsigned symbol = 0;
    long a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0;
    struct level bid = {.size = {QTY_ONE}}, ask = {.size = {QTY_ONE}};
    if (sscanf(text, "Q %u %ld %ld %ld %ld %ld", &symbol, &a, &b, &c, &d, &e) == 6) {
        update.kind = MD_BBO;
        update.venue_time_ns = e * NS_PER_MS;
        update.bbo = (struct md_bbo){.bid = px_of(a),
                                     .ask = px_of(b),
                                     .bid_size = {c * QTY_ONE},
                                     .ask_size = {c * QTY_ONE},
                                     .sequence = (uint64_t)d};
    } else if (sscanf(text, "B %u %ld %ld %ld %ld %ld %ld %ld", &symbol, &a, &b, &c, &d, &e, &f,
                      &g) >= 7) {
        update.kind = MD_BOOK;
        update.venue_time_ns = g * NS_PER_MS;
        bid.price = px_of(e);
        ask.price = px_of(f);
        update.book = (struct book_message){.snapshot = a != 0,
                                            .first = (uint64_t)b,
                                            .last = (uint64_t)c,
                                            .previous = (uint64_t)d,
                                            .bids = &bid,
                                            .asks = &ask,
                                            .bid_count = 1,
                                            .ask_count = 1};
    } else if (sscanf(text, "F %u %ld %ld %ld", &symbol, &a, &b, &c) >= 2) {
        update.kind = MD_FUNDING;
        update.funding = (struct md_funding){.has_rate = true,
                                             .per_hour = {a},
                                             .interval_ns = b * NS_PER_MS,
                                             .next_settlement_ns = c * NS_PER_MS};
    } else if (sscanf(text, "I %u", &symbol) == 1) {
        update.kind = MD_INSTRUMENT;
        md->listings[symbol % 2].ready = true;
        update.listing = md->listings[symbol % 2];
    } else if (sscanf(text, "T %ld", &a) == 1) {
        update.kind = MD_TIME;
        update.venue_time_ns = a * NS_PER_MS;
    } else if (text[0] == 'N') {
        update.kind = MD_NOTICE;
        update.refused.text = frame;
    } else if (text[0] == 'P') {
        update.kind = MD_REPLY;
        update.refused.text = SLICE("PONG");
    } else if (text[0] == 'H') {
        update.kind = MD_REFUSED;
        update.refused.cause = FEED_GAP;
    } else if (text[0] == 'A') {
        update.kind = MD_ACK;
    } else if (text[0] == 'H') {
        update.kind = MD_REFUSED;
        update.refused.cause = FEED_GAP;
    } else {
        update.kind = MD_REFUSED;
        update.refused.cause = FEED_MALFORMED;
        update.refused.text = frame;
    }
    update.symbol = (uint16_t)symbol;
    sink->on_update(sink, &update);
}

static bool request(struct md *md, enum md_request_kind kind, uint16_t symbol,
                    struct md_request *out) {
    static const char *const names[MD_REQUEST_COUNT] = {"time",  "rules",   "book",
                                                        "quote", "funding", "intervals"};
    (void)md;
    if ((kind == MD_REQUEST_TIME && !invented_tells_time) ||
        (kind == MD_REQUEST_INTERVALS && !invented_tells_intervals)) {
        return false;
    }
    out->method = "GET";
    out->weight = 1;
    (void)snprintf(out->path, sizeof(out->path), "/%s?%u", names[kind], symbol);
    return true;
}

// Each line is a message of its own.
static void decode_rest(struct md *md, enum md_request_kind kind, uint16_t symbol,
                        struct slice body, struct md_sink *sink) {
    (void)kind;
    (void)symbol;
    bool more = true;
    while (more) {
        const char *end = body.size > 0 ? memchr(body.data, '\n', body.size) : NULL;
        more = end != NULL;
        size_t size = more ? (size_t)(end - body.data) : body.size;
        decode(md, 0, (struct slice){body.data, size}, sink);
        body = more ? (struct slice){end + 1, body.size - size - 1} : body;
    }
}

struct venue_md invented_venue = {
    .name = "invented",
    .title = "Invented",
    .book_rule = BOOK_RULE_REST_SPAN,
    .book_levels = 100,
    .heartbeat_text = "PING",
    .weight_per_minute = 10000,
    .native_name = native_name,
    .subscribe = subscribe,
    .resubscribe_book = resubscribe_book,
    .decode = decode,
    .request = request,
    .decode_rest = decode_rest,
};
