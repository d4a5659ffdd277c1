// The public stream of Paradex: pushes {"method":"subscription","params":{"channel":…,"data":…}},
// answers {"result":{"channel":…}}, refusals {"error":…}.
//
// A channel is bbo.<market>, order_book.<market>.<feed>, markets_summary[.<market>] …; the market
// is read from the data, because some channels have been seen without it.
//
// bbo and whole books are read by anchors in the layouts the venue sends; everything else by the
// order-independent reader.
#include "exchanges/fast_text.h"
#include "exchanges/md_decode.h"
#include "exchanges/md_quote.h"
#include "exchanges/paradex_md.h"

struct envelope {
    struct slice channel; // of a push or an answer
    struct json data;
    struct slice text; // of an error
    bool push, has_data, result, error;
};

struct paradex_book {
    struct slice market, type;
    int64_t sequence, time_ms;
    uint32_t bid_count, ask_count;
    bool has_levels, bad_number;
};

static void read_params(struct json *r, struct envelope *envelope) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("channel"))) {
            json_string(r, &envelope->channel);
        } else if (slice_equals(key, SLICE("data"))) {
            envelope->has_data = json_peek(r) == JSON_OBJECT;
            envelope->data = *r;
            json_skip(r);
        } else {
            json_skip(r);
        }
    }
}

// {"code":-32600,"message":"invalid subscribe request","data":"invalid channel"}: the last says
// most.
static void read_error(struct json *r, struct envelope *envelope) {
    struct slice key;
    envelope->error = true;
    if (json_peek(r) != JSON_OBJECT) {
        md_read_text(r, &envelope->text);
        return;
    }
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        bool data = slice_equals(key, SLICE("data")) && json_peek(r) == JSON_STRING;
        if (data || (slice_equals(key, SLICE("message")) && envelope->text.size == 0)) {
            md_read_text(r, &envelope->text);
        } else {
            json_skip(r);
        }
    }
}

static void read_envelope(struct json *r, struct envelope *envelope) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("params")) && json_peek(r) == JSON_OBJECT) {
            envelope->push = true;
            read_params(r, envelope);
        } else if (slice_equals(key, SLICE("result"))) {
            envelope->result = true;
            if (json_peek(r) == JSON_OBJECT) {
                read_params(r, envelope);
            } else {
                json_skip(r);
            }
        } else if (slice_equals(key, SLICE("error")) && !json_null(r)) {
            read_error(r, envelope);
        } else if (!slice_equals(key, SLICE("error"))) {
            json_skip(r);
        }
    }
}

static void decode_bbo(const struct md *md, struct json *r, struct md_sink *sink) {
    struct slice key;
    struct slice market = {0};
    struct md_quote_text quote = {.sequence = 0};
    int64_t time_ms = 0;
    int64_t sequence = 0;
    uint16_t symbol;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("market"))) {
            json_string(r, &market);
        } else if (slice_equals(key, SLICE("bid"))) {
            md_read_text(r, &quote.bid);
        } else if (slice_equals(key, SLICE("bid_size"))) {
            md_read_text(r, &quote.bid_size);
        } else if (slice_equals(key, SLICE("ask"))) {
            md_read_text(r, &quote.ask);
        } else if (slice_equals(key, SLICE("ask_size"))) {
            md_read_text(r, &quote.ask_size);
        } else if (slice_equals(key, SLICE("last_updated_at"))) {
            md_read_int(r, &time_ms);
        } else if (slice_equals(key, SLICE("seq_no"))) {
            md_read_int(r, &sequence);
        } else {
            json_skip(r);
        }
    }
    if (r->failed) {
        md_refuse(sink, FEED_MALFORMED, market);
    } else if (md_need_symbol(md, sink, market, &symbol)) {
        quote.sequence = sequence > 0 ? (uint64_t)sequence : 0;
        quote.venue_time_ns = md_ns_from_ms(time_ms);
        md_emit_quote(sink, symbol, &quote);
    }
}

static void read_level(struct json *r, struct slice *side, struct slice *price,
                       struct slice *size) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("side"))) {
            json_string(r, side);
        } else if (slice_equals(key, SLICE("price"))) {
            md_read_text(r, price);
        } else if (slice_equals(key, SLICE("size"))) {
            md_read_text(r, size);
        } else {
            json_skip(r);
        }
    }
}

// {"side":"BUY","price":"67629.7","size":"0.992"}, …; both sides mixed. A deleted level has size 0
// whatever is told.
static void read_levels(struct md *md, struct json *r, bool deletes, struct paradex_book *book) {
    json_array_begin(r);
    while (json_array_next(r)) {
        struct slice side = {0};
        struct slice price = {0};
        struct slice size = {0};
        read_level(r, &side, &price, &size);
        bool buy = slice_equals(side, SLICE("BUY"));
        uint32_t *count = buy ? &book->bid_count : &book->ask_count;
        if (r->failed || *count == MD_LEVELS_MAX || (!buy && !slice_equals(side, SLICE("SELL")))) {
            json_fail(r);
            return;
        }
        struct level *level = buy ? &md->bids[*count] : &md->asks[*count];
        level->size = (struct qty){0};
        if (!md_read_px(price, &level->price) || (!deletes && !md_read_qty(size, &level->size))) {
            book->bad_number = true;
            json_fail(r);
            return;
        }
        (*count)++;
    }
}

static void read_book(struct md *md, struct json *r, struct paradex_book *book) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        bool deletes = slice_equals(key, SLICE("deletes"));
        if (slice_equals(key, SLICE("market"))) {
            json_string(r, &book->market);
        } else if (slice_equals(key, SLICE("update_type"))) {
            json_string(r, &book->type);
        } else if (slice_equals(key, SLICE("seq_no"))) {
            md_read_int(r, &book->sequence);
        } else if (slice_equals(key, SLICE("last_updated_at"))) {
            md_read_int(r, &book->time_ms);
        } else if (deletes || slice_equals(key, SLICE("inserts")) ||
                   slice_equals(key, SLICE("updates"))) {
            if (!json_null(r)) {
                read_levels(md, r, deletes, book);
                book->has_levels = true;
            }
        } else {
            json_skip(r);
        }
    }
}

static void emit_book(const struct md *md, const struct paradex_book *book, bool snapshot,
                      uint16_t symbol, struct md_sink *sink) {
    struct md_update update;
    update.kind = MD_BOOK;
    update.symbol = symbol;
    update.venue_time_ns = md_ns_from_ms(book->time_ms);
    update.book = (struct book_message){
        .snapshot = snapshot,
        .first = (uint64_t)book->sequence,
        .last = (uint64_t)book->sequence,
        .bids = md->bids,
        .asks = md->asks,
        .bid_count = book->bid_count,
        .ask_count = book->ask_count,
        .venue_time_ns = update.venue_time_ns,
    };
    sink->on_update(sink, &update);
}

static void decode_book(struct md *md, struct json *r, struct md_sink *sink) {
    struct paradex_book book = {.sequence = -1};
    uint16_t symbol;
    read_book(md, r, &book);
    bool snapshot = slice_equals(book.type, SLICE("s"));
    if (book.bad_number) {
        md_refuse(sink, FEED_BAD_NUMBER, book.market);
    } else if (r->failed || !book.has_levels || book.sequence < 0 ||
               (!snapshot && !slice_equals(book.type, SLICE("d")))) {
        md_refuse(sink, FEED_MALFORMED, book.market);
    } else if (md_need_symbol(md, sink, book.market, &symbol)) {
        emit_book(md, &book, snapshot, symbol, sink);
    }
}

// markets_summary without a market tells of all of them; only listed ones matter then.
static void decode_summary(struct md *md, struct json *r, bool all, struct md_sink *sink) {
    struct paradex_summary summary = {.time_ms = 0};
    struct slice key;
    uint16_t symbol;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (!paradex_read_summary(r, key, &summary)) {
            json_skip(r);
        }
    }
    if (r->failed) {
        md_refuse(sink, FEED_MALFORMED, summary.market);
    } else if (all ? md_find_symbol(md, summary.market, &symbol)
                   : md_need_symbol(md, sink, summary.market, &symbol)) {
        paradex_emit_summary(md, symbol, &summary, sink);
    }
}

static struct slice first_part(struct slice channel, struct slice *rest) {
    const char *dot = channel.size == 0 ? NULL : memchr(channel.data, '.', channel.size);
    if (dot == NULL) {
        *rest = (struct slice){"", 0};
        return channel;
    }
    size_t size = (size_t)(dot - channel.data);
    *rest = (struct slice){dot + 1, channel.size - size - 1};
    return (struct slice){channel.data, size};
}

// Documented channels that carry nothing for market data here.
static bool is_ignored(struct slice kind) {
    static const struct slice kinds[] = {
        {"account", 7},      {"balance_events", 14},   {"fills", 5},
        {"markets", 7},      {"funding_payments", 16}, {"orders", 6},
        {"positions", 9},    {"tradebusts", 10},       {"trades", 6},
        {"transaction", 11}, {"transfers", 9},
    };
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (slice_equals(kind, kinds[i])) {
            return true;
        }
    }
    return false;
}

static void decode_push(struct md *md, struct envelope *envelope, struct md_sink *sink) {
    struct slice rest;
    struct slice kind = first_part(envelope->channel, &rest);
    if (is_ignored(kind)) {
        return;
    }
    bool summary =
        slice_equals(kind, SLICE("markets_summary")) || slice_equals(kind, SLICE("funding_data"));
    bool bbo = slice_equals(kind, SLICE("bbo"));
    if (!summary && !bbo && !slice_equals(kind, SLICE("order_book"))) {
        md_refuse(sink, FEED_UNKNOWN_KIND, envelope->channel);
    } else if (!envelope->has_data) {
        md_refuse(sink, FEED_MALFORMED, envelope->channel);
    } else if (summary) {
        decode_summary(md, &envelope->data, rest.size == 0, sink);
    } else if (bbo) {
        decode_bbo(md, &envelope->data, sink);
    } else {
        decode_book(md, &envelope->data, sink);
    }
}

static void acknowledge(const struct md *md, struct slice channel, struct md_sink *sink) {
    uint16_t symbol = MD_SYMBOL_NONE;
    struct slice rest;
    (void)first_part(channel, &rest);
    (void)md_find_symbol(md, first_part(rest, &rest), &symbol);
    md_emit_kind(sink, MD_ACK, symbol);
}

void paradex_decode_general(struct md *md, struct slice frame, struct md_sink *sink) {
    struct envelope envelope = {.push = false};
    struct json r;
    json_init(&r, frame);
    read_envelope(&r, &envelope);
    if (!json_end(&r)) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
    } else if (envelope.error) {
        md_refuse(sink, FEED_VENUE_ERROR, envelope.text);
    } else if (envelope.push) {
        decode_push(md, &envelope, sink);
    } else if (envelope.result) {
        acknowledge(md, envelope.channel, sink);
    } else {
        md_refuse(sink, FEED_UNKNOWN_KIND, (struct slice){0});
    }
}

FAST_INLINE bool fast_end(struct fast *f, int64_t *time, uint64_t *sequence) {
    return FAST_TIME(f, "\",\"last_updated_at\":", time) && FAST_UINT(f, ",\"seq_no\":", sequence);
}

// As it is documented: {"ask":…,"ask_size":…,"bid":…,"bid_size":…,"last_updated_at":…,"market":…,
// "seq_no":…}, and with the market first: {"market":…,"bid":…,"bid_size":…,"ask":…,"ask_size":…,
// "last_updated_at":…,"seq_no":…}
FAST_INLINE bool fast_best(struct fast *f, struct slice *market, struct md_bbo *bbo,
                           int64_t *time) {
    if (FAST_STRING(f, "\"market\":\"", market)) {
        return FAST_PX(f, ",\"bid\":\"", &bbo->bid) &&
               FAST_QTY(f, "\",\"bid_size\":\"", &bbo->bid_size) &&
               FAST_PX(f, "\",\"ask\":\"", &bbo->ask) &&
               FAST_QTY(f, "\",\"ask_size\":\"", &bbo->ask_size) &&
               fast_end(f, time, &bbo->sequence);
    }
    return FAST_PX(f, "\"ask\":\"", &bbo->ask) &&
           FAST_QTY(f, "\",\"ask_size\":\"", &bbo->ask_size) &&
           FAST_PX(f, "\",\"bid\":\"", &bbo->bid) &&
           FAST_QTY(f, "\",\"bid_size\":\"", &bbo->bid_size) &&
           FAST_TIME(f, "\",\"last_updated_at\":", time) &&
           FAST_STRING(f, ",\"market\":\"", market) && FAST_UINT(f, ",\"seq_no\":", &bbo->sequence);
}

FAST_INLINE bool fast_subscription(struct fast *f) {
    return FAST_LITERAL(f, "{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",") &&
           FAST_LITERAL(f, "\"params\":{\"channel\":\"");
}

static bool decode_fast_bbo(const struct md *md, struct slice frame, struct md_sink *sink) {
    struct fast f;
    struct fast_tail tail;
    struct slice market;
    int64_t time;
    struct md_update update;
    if (!fast_begin(&f, frame, &tail) || !fast_subscription(&f) || !FAST_PASS(&f, "bbo.") ||
        !FAST_LITERAL(&f, ",\"data\":{") || !fast_best(&f, &market, &update.bbo, &time) ||
        !FAST_LITERAL(&f, "}}}") || !fast_done(&f)) {
        return false;
    }
    int32_t symbol = fast_name(&md->natives, market);
    if (symbol < 0) {
        return false;
    }
    update.kind = MD_BBO;
    update.symbol = (uint16_t)symbol;
    update.venue_time_ns = md_ns_from_ms(time);
    md_mark_empty(&update.bbo);
    sink->on_update(sink, &update);
    return true;
}

// {"side":"BUY","price":"67629.7","size":"0.992"}, …, both sides mixed, and the closing bracket.
FAST_INLINE bool fast_inserts(struct fast *f, struct md *md, struct paradex_book *book) {
    do {
        bool buy = FAST_LITERAL(f, "{\"side\":\"BUY\"");
        uint32_t *count = buy ? &book->bid_count : &book->ask_count;
        if ((!buy && !FAST_LITERAL(f, "{\"side\":\"SELL\"")) || *count == MD_LEVELS_MAX) {
            return false;
        }
        struct level *level = buy ? &md->bids[*count] : &md->asks[*count];
        if (!FAST_PX(f, ",\"price\":\"", &level->price) ||
            !FAST_QTY(f, "\",\"size\":\"", &level->size) || !FAST_LITERAL(f, "\"}")) {
            return false;
        }
        (*count)++;
    } while (FAST_LITERAL(f, ","));
    return FAST_LITERAL(f, "]");
}

// {"seq_no":…,"market":…,"last_updated_at":…,"update_type":"s","inserts":[…],"updates":[],
// "deletes":[]}
static bool decode_fast_book(struct md *md, struct slice frame, struct md_sink *sink) {
    struct fast f;
    struct fast_tail tail;
    struct paradex_book book = {.bid_count = 0};
    uint64_t sequence;
    if (!fast_begin(&f, frame, &tail) || !fast_subscription(&f) || !FAST_PASS(&f, "order_book.") ||
        !FAST_UINT(&f, ",\"data\":{\"seq_no\":", &sequence) ||
        !FAST_STRING(&f, ",\"market\":\"", &book.market) ||
        !FAST_TIME(&f, ",\"last_updated_at\":", &book.time_ms) ||
        !FAST_LITERAL(&f, ",\"update_type\":\"s\",\"inserts\":[") || !fast_inserts(&f, md, &book) ||
        !FAST_LITERAL(&f, ",\"updates\":[],\"deletes\":[]}}}") || !fast_done(&f)) {
        return false;
    }
    int32_t symbol = fast_name(&md->natives, book.market);
    if (symbol < 0) {
        return false;
    }
    book.sequence = (int64_t)sequence;
    emit_book(md, &book, true, (uint16_t)symbol, sink);
    return true;
}

void paradex_decode(struct md *md, uint32_t connection, struct slice frame, struct md_sink *sink) {
    (void)connection;
    if (!decode_fast_bbo(md, frame, sink) && !decode_fast_book(md, frame, sink)) {
        paradex_decode_general(md, frame, sink);
    }
}
