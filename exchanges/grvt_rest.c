// The REST answers of GRVT, and the feed object they share with the stream. An answer is
// {"result":…}; a refusal {"code":3000,"message":…}.
#include "exchanges/grvt_md.h"
#include "exchanges/md_answer.h"
#include "exchanges/md_quote.h"

enum { INTERVAL_MAX_HOURS = 24 };

static void read_side(struct json *r, struct slice *out, bool *told) {
    *told = true;
    md_read_text(r, out);
}

static bool read_price_member(struct json *r, struct slice key, struct grvt_feed *feed) {
    if (slice_equals(key, SLICE("best_bid_price"))) {
        read_side(r, &feed->bid, &feed->has_bid);
    } else if (slice_equals(key, SLICE("best_bid_size"))) {
        read_side(r, &feed->bid_size, &feed->has_bid_size);
    } else if (slice_equals(key, SLICE("best_ask_price"))) {
        read_side(r, &feed->ask, &feed->has_ask);
    } else if (slice_equals(key, SLICE("best_ask_size"))) {
        read_side(r, &feed->ask_size, &feed->has_ask_size);
    } else if (slice_equals(key, SLICE("mark_price"))) {
        md_read_text(r, &feed->mark);
    } else if (slice_equals(key, SLICE("index_price"))) {
        md_read_text(r, &feed->index);
    } else if (slice_equals(key, SLICE("funding_rate"))) {
        md_read_text(r, &feed->rate);
    } else {
        return false;
    }
    return true;
}

void grvt_read_feed(struct md *md, struct json *r, struct grvt_feed *feed) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("instrument"))) {
            md_read_text(r, &feed->instrument);
        } else if (slice_equals(key, SLICE("event_time"))) {
            md_read_int(r, &feed->time_ns);
        } else if (slice_equals(key, SLICE("bids")) && json_peek(r) == JSON_ARRAY) {
            feed->has_bids = md_read_levels(r, md->bids, &feed->bid_count, &feed->bad_number);
        } else if (slice_equals(key, SLICE("asks")) && json_peek(r) == JSON_ARRAY) {
            feed->has_asks = md_read_levels(r, md->asks, &feed->ask_count, &feed->bad_number);
        } else if (slice_equals(key, SLICE("next_funding_time"))) {
            md_read_int(r, &feed->next_ns);
        } else if (slice_equals(key, SLICE("funding_interval_hours"))) {
            md_read_int(r, &feed->interval_h);
        } else if (!read_price_member(r, key, feed)) {
            json_skip(r);
        }
    }
    feed->time_ns = feed->time_ns > 0 ? feed->time_ns : 0;
    feed->next_ns = feed->next_ns > 0 ? feed->next_ns : 0;
}

// "" is null: nothing there.
static bool merge_px(bool told, struct slice text, struct px *px) {
    if (told && text.size == 0) {
        *px = (struct px){0};
    }
    return !told || text.size == 0 || md_read_px(text, px);
}

static bool merge_qty(bool told, struct slice text, struct qty *qty) {
    if (told && text.size == 0) {
        *qty = (struct qty){0};
    }
    return !told || text.size == 0 || md_read_qty(text, qty);
}

bool grvt_merge(const struct grvt_feed *feed, struct md_bbo *bbo) {
    if (!merge_px(feed->has_bid, feed->bid, &bbo->bid) ||
        !merge_px(feed->has_ask, feed->ask, &bbo->ask) ||
        !merge_qty(feed->has_bid_size, feed->bid_size, &bbo->bid_size) ||
        !merge_qty(feed->has_ask_size, feed->ask_size, &bbo->ask_size)) {
        return false;
    }
    bbo->bid_empty = bbo->bid.v == 0 || bbo->bid_size.v == 0;
    bbo->ask_empty = bbo->ask.v == 0 || bbo->ask_size.v == 0;
    return true;
}

void grvt_emit_bbo(const struct grvt_feed *feed, const struct md_bbo *bbo, uint16_t symbol,
                   struct md_sink *sink) {
    struct md_update update = {
        .kind = MD_BBO, .symbol = symbol, .venue_time_ns = feed->time_ns, .bbo = *bbo};
    sink->on_update(sink, &update);
}

void grvt_emit_funding(const struct md *md, const struct grvt_feed *feed, uint16_t symbol,
                       struct md_sink *sink) {
    int64_t interval_ns = md->funding_interval_ns[symbol];
    if (feed->interval_h > 0 && feed->interval_h <= INTERVAL_MAX_HOURS) {
        interval_ns = feed->interval_h * 3600 * NS_PER_S;
    } else if (interval_ns == 0) {
        interval_ns = GRVT_FUNDING_INTERVAL_NS;
    }
    const struct md_funding_text funding = {.name = feed->instrument,
                                            .rate = feed->rate,
                                            .percent = true,
                                            .mark = feed->mark,
                                            .index = feed->index,
                                            .interval_ns = interval_ns,
                                            .next_settlement_ns = feed->next_ns,
                                            .venue_time_ns = feed->time_ns};
    md_emit_funding(sink, symbol, &funding);
}

struct envelope {
    bool has_result, refused;
    struct slice text;
    int64_t server_ms;
    struct json result;
    enum json_kind result_kind;
};

static void read_envelope(struct json *r, struct envelope *envelope) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("result"))) {
            envelope->has_result = true;
            envelope->result_kind = json_peek(r);
            envelope->result = *r;
            json_skip(r);
        } else if (slice_equals(key, SLICE("code"))) {
            envelope->refused = true;
            json_skip(r);
        } else if (slice_equals(key, SLICE("message"))) {
            md_read_text(r, &envelope->text);
        } else if (slice_equals(key, SLICE("server_time"))) {
            md_read_int(r, &envelope->server_ms);
        } else {
            json_skip(r);
        }
    }
}

struct instrument {
    struct slice name, kind;
    struct md_rules_text texts;
    int64_t interval_h;
};

static void read_instrument(struct json *r, struct instrument *instrument) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("instrument"))) {
            md_read_text(r, &instrument->name);
        } else if (slice_equals(key, SLICE("kind"))) {
            md_read_text(r, &instrument->kind);
        } else if (slice_equals(key, SLICE("tick_size"))) {
            md_read_text(r, &instrument->texts.tick);
        } else if (slice_equals(key, SLICE("min_size"))) {
            md_read_text(r, &instrument->texts.size_min);
            instrument->texts.step = instrument->texts.size_min;
        } else if (slice_equals(key, SLICE("min_notional"))) {
            md_read_text(r, &instrument->texts.notional_min);
        } else if (slice_equals(key, SLICE("funding_interval_hours"))) {
            md_read_int(r, &instrument->interval_h);
        } else {
            json_skip(r);
        }
    }
}

// Only active ones were asked for. The least size is the step as well.
static void emit_rules(struct md *md, const struct instrument *instrument, uint16_t symbol,
                       struct md_sink *sink) {
    struct listing listing = md->listings[symbol];
    if (!md_read_rules(&instrument->texts, &listing)) {
        md_refuse(sink, FEED_BAD_NUMBER, instrument->name);
        return;
    }
    listing.ready = slice_equals(instrument->kind, SLICE("PERPETUAL"));
    if (instrument->interval_h > 0 && instrument->interval_h <= INTERVAL_MAX_HOURS) {
        md->funding_interval_ns[symbol] = instrument->interval_h * 3600 * NS_PER_S;
    }
    md_emit_listing(md, sink, &listing);
}

static void decode_instruments(struct md *md, struct json *r, struct md_sink *sink) {
    uint16_t symbol;
    json_array_begin(r);
    while (json_array_next(r)) {
        struct instrument instrument = {.interval_h = 0};
        read_instrument(r, &instrument);
        if (!r->failed && md_find_symbol(md, instrument.name, &symbol)) {
            emit_rules(md, &instrument, symbol, sink);
        }
    }
    if (r->failed) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
    }
}

static void decode_feed(struct md *md, enum md_request_kind kind, uint16_t symbol, struct json *r,
                        struct md_sink *sink) {
    struct grvt_feed feed = {.time_ns = 0};
    struct md_bbo bbo = {.bid_empty = true};
    grvt_read_feed(md, r, &feed);
    if (feed.bad_number || r->failed) {
        md_refuse(sink, r->failed && !feed.bad_number ? FEED_MALFORMED : FEED_BAD_NUMBER,
                  feed.instrument);
    } else if (!slice_equals(feed.instrument, slice_of(md->listings[symbol].native))) {
        md_refuse(sink, FEED_UNKNOWN_SYMBOL, feed.instrument);
    } else if (kind == MD_REQUEST_FUNDING) {
        grvt_emit_funding(md, &feed, symbol, sink);
    } else if (kind == MD_REQUEST_QUOTE) {
        if (grvt_merge(&feed, &bbo)) {
            grvt_emit_bbo(&feed, &bbo, symbol, sink);
        } else {
            md_refuse(sink, FEED_BAD_NUMBER, feed.instrument);
        }
    } else if (feed.has_bids && feed.has_asks) {
        const struct md_snapshot book = {.bid_count = feed.bid_count,
                                         .ask_count = feed.ask_count,
                                         .venue_time_ns = feed.time_ns};
        md_emit_snapshot(md, sink, symbol, &book);
    } else {
        md_refuse(sink, FEED_MALFORMED, feed.instrument);
    }
}

void grvt_decode_rest(struct md *md, enum md_request_kind kind, uint16_t symbol, struct slice body,
                      struct md_sink *sink) {
    struct envelope envelope = {.has_result = false};
    struct json r;
    json_init(&r, body);
    read_envelope(&r, &envelope);
    bool whole = json_end(&r);
    bool listed = kind == MD_REQUEST_INSTRUMENTS;
    if (whole && envelope.refused) {
        md_refuse(sink, FEED_VENUE_ERROR, envelope.text);
    } else if (whole && kind == MD_REQUEST_TIME && md_ns_from_ms(envelope.server_ms) > 0) {
        md_emit_time(sink, md_ns_from_ms(envelope.server_ms));
    } else if (!whole || kind == MD_REQUEST_TIME || !envelope.has_result ||
               envelope.result_kind != (listed ? JSON_ARRAY : JSON_OBJECT)) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
    } else if (listed) {
        decode_instruments(md, &envelope.result, sink);
    } else {
        decode_feed(md, kind, symbol, &envelope.result, sink);
    }
}
