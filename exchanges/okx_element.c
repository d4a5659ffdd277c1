// The elements of "data", which look the same on the stream and in REST answers.
#include "exchanges/md_decode.h"
#include "exchanges/okx_md.h"

// Funding is settled every eight hours where an element does not tell both of its times.
#define INTERVAL_DEFAULT_NS (INT64_C(8) * 3600 * NS_PER_S)

// Every member any of the channels needs.
struct members {
    struct slice instrument;
    struct slice bid, bid_size, ask, ask_size;
    struct slice mark, rate, title;
    struct slice contract_value, contract_multiplier, contract_kind, settle, state;
    struct slice tick, lot, size_min, size_max;
    int64_t time, settlement, next_settlement, sequence, previous, checksum;
    uint32_t bid_count, ask_count;
    bool has_bids, has_asks;
    bool bad_number;
};

// A time that may be "".
static void read_time(struct json *r, int64_t *out) {
    struct slice text;
    if (json_text(r, &text) && text.size > 0 && !decimal_parse(text, 0, out)) {
        json_fail(r);
    }
}

static void read_levels(struct json *r, struct level *levels, uint32_t *count, bool *has,
                        bool *bad_number) {
    if (json_peek(r) == JSON_ARRAY) {
        *has = md_read_levels(r, levels, count, bad_number);
    } else {
        json_skip(r);
    }
}

static bool read_book_member(struct md *md, struct json *r, struct slice key, struct members *m) {
    if (slice_equals(key, SLICE("asks"))) {
        read_levels(r, md->asks, &m->ask_count, &m->has_asks, &m->bad_number);
    } else if (slice_equals(key, SLICE("bids"))) {
        read_levels(r, md->bids, &m->bid_count, &m->has_bids, &m->bad_number);
    } else if (slice_equals(key, SLICE("seqId"))) {
        json_int(r, &m->sequence);
    } else if (slice_equals(key, SLICE("prevSeqId"))) {
        json_int(r, &m->previous);
    } else if (slice_equals(key, SLICE("checksum"))) {
        md_read_int(r, &m->checksum);
    } else if (slice_equals(key, SLICE("ts"))) {
        read_time(r, &m->time);
    } else {
        return false;
    }
    return true;
}

struct member_name {
    struct slice key;
    size_t offset; // of a slice in struct members
};
#define MEMBER(name, field)                                                                        \
    { {(name), sizeof(name) - 1}, offsetof(struct members, field) }

static const struct member_name texts[] = {
    MEMBER("instId", instrument),
    MEMBER("bidPx", bid),
    MEMBER("bidSz", bid_size),
    MEMBER("askPx", ask),
    MEMBER("askSz", ask_size),
    MEMBER("markPx", mark),
    MEMBER("fundingRate", rate),
    MEMBER("title", title),
    MEMBER("ctVal", contract_value),
    MEMBER("ctMult", contract_multiplier),
    MEMBER("ctType", contract_kind),
    MEMBER("settleCcy", settle),
    MEMBER("state", state),
    MEMBER("tickSz", tick),
    MEMBER("lotSz", lot),
    MEMBER("minSz", size_min),
    MEMBER("maxLmtSz", size_max),
};

static bool read_text_member(struct json *r, struct slice key, struct members *m) {
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (slice_equals(key, texts[i].key)) {
            struct slice *out = (struct slice *)(void *)((char *)m + texts[i].offset);
            enum json_kind kind = json_peek(r);
            if (kind == JSON_STRING || kind == JSON_NUMBER) {
                json_text(r, out);
            } else {
                json_skip(r);
            }
            return true;
        }
    }
    return false;
}

static void read_members(struct md *md, struct json *r, struct members *m) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (read_book_member(md, r, key, m) || read_text_member(r, key, m)) {
            continue;
        }
        if (slice_equals(key, SLICE("fundingTime"))) {
            read_time(r, &m->settlement);
        } else if (slice_equals(key, SLICE("nextFundingTime"))) {
            read_time(r, &m->next_settlement);
        } else {
            json_skip(r);
        }
    }
}

static bool scale_levels(struct level *levels, uint32_t count, struct qty contract) {
    for (uint32_t i = 0; i < count; i++) {
        bool there = levels[i].size.v > 0;
        levels[i].size = okx_base_size(levels[i].size, contract);
        if (there && levels[i].size.v == 0) {
            return false; // would delete the level
        }
    }
    return true;
}

static bool has_contract(const struct md *md, uint16_t symbol, struct slice name,
                         struct md_sink *sink) {
    if (md->listings[symbol].contract.v > 0) {
        return true;
    }
    md_refuse(sink, FEED_UNKNOWN_SYMBOL, name); // its rules are not known yet
    return false;
}

static void emit_bbo(struct md *md, const struct members *m, uint16_t symbol,
                     struct md_sink *sink) {
    struct md_update update = {.kind = MD_BBO,
                               .symbol = symbol,
                               .venue_time_ns = md_ns_from_ms(m->time),
                               .bbo = {.sequence = (uint64_t)m->sequence}};
    struct md_bbo *bbo = &update.bbo;
    struct qty contract = md->listings[symbol].contract;
    if (!m->has_bids || !m->has_asks || m->sequence < 0) {
        md_refuse(sink, FEED_MALFORMED, m->instrument);
        return;
    }
    if (m->bid_count > 0) {
        bbo->bid = md->bids[0].price;
        bbo->bid_size = okx_base_size(md->bids[0].size, contract);
    }
    if (m->ask_count > 0) {
        bbo->ask = md->asks[0].price;
        bbo->ask_size = okx_base_size(md->asks[0].size, contract);
    }
    bbo->bid_empty = bbo->bid.v == 0 || bbo->bid_size.v == 0;
    bbo->ask_empty = bbo->ask.v == 0 || bbo->ask_size.v == 0;
    sink->on_update(sink, &update);
}

// A side of a ticker: "" where there are no orders.
static bool read_ticker_side(struct slice price, struct slice size, struct qty contract,
                             struct px *px, struct qty *qty, bool *empty) {
    *empty = price.size == 0 || size.size == 0;
    if (*empty) {
        return true;
    }
    struct qty contracts;
    if (!md_read_px(price, px) || !md_read_qty(size, &contracts)) {
        return false;
    }
    *qty = okx_base_size(contracts, contract);
    *empty = px->v == 0 || qty->v == 0;
    return true;
}

static void emit_ticker(struct md *md, const struct members *m, uint16_t symbol,
                        struct md_sink *sink) {
    struct md_update update = {
        .kind = MD_BBO, .symbol = symbol, .venue_time_ns = md_ns_from_ms(m->time)};
    struct md_bbo *bbo = &update.bbo;
    struct qty contract = md->listings[symbol].contract;
    if (!read_ticker_side(m->bid, m->bid_size, contract, &bbo->bid, &bbo->bid_size,
                          &bbo->bid_empty) ||
        !read_ticker_side(m->ask, m->ask_size, contract, &bbo->ask, &bbo->ask_size,
                          &bbo->ask_empty)) {
        md_refuse(sink, FEED_BAD_NUMBER, m->instrument);
        return;
    }
    sink->on_update(sink, &update);
}

static void emit_book(struct md *md, const struct members *m, const struct okx_element *element,
                      uint16_t symbol, struct md_sink *sink) {
    struct qty contract = md->listings[symbol].contract;
    bool update = slice_equals(element->action, SLICE("update"));
    bool known =
        update || element->action.size == 0 || slice_equals(element->action, SLICE("snapshot"));
    if (!known || !m->has_bids || !m->has_asks || m->sequence < 0 || m->previous < -1 ||
        m->checksum < INT32_MIN || m->checksum > INT32_MAX) {
        md_refuse(sink, FEED_MALFORMED, m->instrument);
        return;
    }
    if (!scale_levels(md->bids, m->bid_count, contract) ||
        !scale_levels(md->asks, m->ask_count, contract)) {
        md_refuse(sink, FEED_BAD_NUMBER, m->instrument);
        return;
    }
    struct md_update out = {
        .kind = MD_BOOK,
        .symbol = symbol,
        .venue_time_ns = md_ns_from_ms(m->time),
        .book = {.snapshot = !update,
                 .first = (uint64_t)m->sequence,
                 .last = (uint64_t)m->sequence,
                 .previous = m->previous < 0 ? 0 : (uint64_t)m->previous,
                 .checksum = (int32_t)m->checksum,
                 .bids = md->bids,
                 .asks = md->asks,
                 .bid_count = m->bid_count,
                 .ask_count = m->ask_count,
                 .venue_time_ns = md_ns_from_ms(m->time)},
    };
    sink->on_update(sink, &out);
}

static void emit_mark(const struct members *m, uint16_t symbol, struct md_sink *sink) {
    struct md_update update = {.kind = MD_FUNDING,
                               .symbol = symbol,
                               .venue_time_ns = md_ns_from_ms(m->time),
                               .funding = {.has_mark = true}};
    if (!md_read_px_near(m->mark, &update.funding.mark)) {
        md_refuse(sink, FEED_BAD_NUMBER, m->instrument);
        return;
    }
    sink->on_update(sink, &update);
}

static void emit_funding(const struct members *m, uint16_t symbol, struct md_sink *sink) {
    int64_t settlement_ns = md_ns_from_ms(m->settlement);
    int64_t next_ns = md_ns_from_ms(m->next_settlement);
    bool told = settlement_ns > 0 && next_ns > settlement_ns;
    struct md_update update = {
        .kind = MD_FUNDING,
        .symbol = symbol,
        .venue_time_ns = md_ns_from_ms(m->time),
        .funding = {.has_rate = m->rate.size > 0,
                    .next_settlement_ns = settlement_ns,
                    .interval_ns = told ? next_ns - settlement_ns : INTERVAL_DEFAULT_NS},
    };
    struct rate rate = {0};
    if (update.funding.has_rate && !md_read_rate(m->rate, &rate)) {
        md_refuse(sink, FEED_BAD_NUMBER, m->instrument);
        return;
    }
    update.funding.per_hour = md_rate_per_hour(rate, update.funding.interval_ns);
    sink->on_update(sink, &update);
}

static void emit_rules(struct md *md, const struct members *m, uint16_t symbol,
                       struct md_sink *sink) {
    struct listing listing = md->listings[symbol];
    struct qty value;
    struct qty multiplier;
    struct qty lot;
    struct qty size_min;
    struct qty size_max;
    if (!md_read_qty(m->contract_value, &value) ||
        !md_read_qty(m->contract_multiplier, &multiplier) || !md_read_px(m->tick, &listing.tick) ||
        !md_read_qty(m->lot, &lot) || !md_read_qty(m->size_min, &size_min)) {
        md_refuse(sink, FEED_BAD_NUMBER, m->instrument);
        return;
    }
    listing.contract = okx_base_size(value, multiplier);
    listing.step = okx_base_size(lot, listing.contract);
    listing.size_min = okx_base_size(size_min, listing.contract);
    // A maximum beyond any quantity here is no limit.
    listing.size_max = md_read_qty(m->size_max, &size_max)
                           ? okx_base_size(size_max, listing.contract)
                           : (struct qty){0};
    if (listing.tick.v <= 0 || listing.contract.v <= 0 || listing.step.v <= 0) {
        md_refuse(sink, FEED_BAD_NUMBER, m->instrument);
        return;
    }
    bool usdc = slice_equals(m->settle, SLICE("USDC"));
    bool linear = slice_equals(m->contract_kind, SLICE("linear")) &&
                  (usdc || slice_equals(m->settle, SLICE("USDT")));
    listing.quote_currency = usdc ? CURRENCY_USDC : CURRENCY_USDT;
    listing.settle_currency = listing.quote_currency;
    listing.ready = linear && slice_equals(m->state, SLICE("live"));
    md_emit_listing(md, sink, &listing);
}

static bool is_book(struct slice channel) {
    return slice_equals(channel, SLICE("books")) || slice_equals(channel, SLICE("books5")) ||
           slice_equals(channel, SLICE("books50-l2-tbt")) ||
           slice_equals(channel, SLICE("books-l2-tbt"));
}

static void emit(struct md *md, const struct members *m, const struct okx_element *element,
                 struct md_sink *sink) {
    struct slice channel = element->channel;
    uint16_t symbol;
    if (slice_equals(channel, SLICE("instruments"))) {
        // All of a kind are told, most of which nobody asked for.
        if (md_find_symbol(md, m->instrument, &symbol)) {
            emit_rules(md, m, symbol, sink);
        }
        return;
    }
    if (!md_need_symbol(md, sink, m->instrument, &symbol)) {
        return;
    }
    if (slice_equals(channel, SLICE("mark-price"))) {
        emit_mark(m, symbol, sink);
    } else if (slice_equals(channel, SLICE("funding-rate"))) {
        emit_funding(m, symbol, sink);
    } else if (!has_contract(md, symbol, m->instrument, sink)) {
        return;
    } else if (slice_equals(channel, SLICE("bbo-tbt"))) {
        emit_bbo(md, m, symbol, sink);
    } else if (slice_equals(channel, SLICE("tickers"))) {
        emit_ticker(md, m, symbol, sink);
    } else if (is_book(channel)) {
        emit_book(md, m, element, symbol, sink);
    }
}

bool okx_decode_element(struct md *md, struct json *r, const struct okx_element *element,
                        struct md_sink *sink, bool *reported) {
    struct members members = {.instrument = element->instrument};
    read_members(md, r, &members);
    if (members.bad_number) {
        md_refuse(sink, FEED_BAD_NUMBER, members.instrument);
        *reported = true;
        return false;
    }
    if (r->failed) {
        return false;
    }
    if (slice_equals(element->channel, SLICE("status"))) {
        md_emit_notice(sink, members.title);
    } else {
        emit(md, &members, element, sink);
    }
    return true;
}
