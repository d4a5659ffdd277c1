// The elements of "data", which look the same on the stream and in REST answers. Every number is a
// text.
#include <strings.h>

#include "exchanges/edgex_md.h"
#include "exchanges/md_decode.h"
#include "exchanges/md_quote.h"

struct members {
    struct slice contract, name, type;
    struct slice bid, bid_size, ask, ask_size;
    struct slice rate, mark, index;
    int64_t start, end; // versions
    int64_t time_ms, next_ms;
    uint32_t bid_count, ask_count;
    bool has_bids, has_asks, has_end, bad_number;
};

static const struct {
    struct slice key;
    size_t offset; // of a slice in struct members
} texts[] = {
    {{"contractId", 10}, offsetof(struct members, contract)},
    {{"contractName", 12}, offsetof(struct members, name)},
    {{"depthType", 9}, offsetof(struct members, type)},
    {{"bestBidPrice", 12}, offsetof(struct members, bid)},
    {{"bestBidSize", 11}, offsetof(struct members, bid_size)},
    {{"bestAskPrice", 12}, offsetof(struct members, ask)},
    {{"bestAskSize", 11}, offsetof(struct members, ask_size)},
    {{"fundingRate", 11}, offsetof(struct members, rate)},
    {{"markPrice", 9}, offsetof(struct members, mark)},
    {{"indexPrice", 10}, offsetof(struct members, index)},
};

static bool read_text_member(struct json *r, struct slice key, struct members *m) {
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (slice_equals(key, texts[i].key)) {
            md_read_text(r, (struct slice *)(void *)((char *)m + texts[i].offset));
            return true;
        }
    }
    return false;
}

static void read_members(struct md *md, struct json *r, struct members *m) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("asks")) && json_peek(r) == JSON_ARRAY) {
            m->has_asks = md_read_levels(r, md->asks, &m->ask_count, &m->bad_number);
        } else if (slice_equals(key, SLICE("bids")) && json_peek(r) == JSON_ARRAY) {
            m->has_bids = md_read_levels(r, md->bids, &m->bid_count, &m->bad_number);
        } else if (slice_equals(key, SLICE("startVersion"))) {
            json_int(r, &m->start);
        } else if (slice_equals(key, SLICE("endVersion"))) {
            m->has_end = json_int(r, &m->end);
        } else if (slice_equals(key, SLICE("time"))) {
            md_read_int(r, &m->time_ms);
        } else if (slice_equals(key, SLICE("nextFundingTime"))) {
            md_read_int(r, &m->next_ms);
        } else if (!read_text_member(r, key, m)) {
            json_skip(r);
        }
    }
}

bool edgex_find_contract(const struct md *md, int64_t contract, uint16_t *symbol) {
    for (uint16_t i = 0; contract > 0 && i < md->universe->symbol_count; i++) {
        if (md->native_ids[i] == (uint64_t)contract) {
            *symbol = i;
            return true;
        }
    }
    return false;
}

static bool find_symbol(const struct md *md, const struct members *m, uint16_t *symbol) {
    int64_t id;
    return (decimal_parse(m->contract, 0, &id) && edgex_find_contract(md, id, symbol)) ||
           md_find_symbol(md, m->name, symbol);
}

static bool same_word(struct slice told, struct slice word) {
    return told.size == word.size && strncasecmp(told.data, word.data, word.size) == 0;
}

static void emit_depth(const struct md *md, const struct members *m, const struct edgex_list *list,
                       uint16_t symbol, struct md_sink *sink) {
    bool snapshot = list->snapshot;
    if (m->type.size > 0) {
        snapshot = same_word(m->type, SLICE("SNAPSHOT"));
        if (!snapshot && !same_word(m->type, SLICE("CHANGED"))) {
            md_refuse(sink, FEED_UNKNOWN_KIND, m->type);
            return;
        }
    }
    if (!m->has_bids || !m->has_asks || !m->has_end || m->start < 0 || m->end < m->start) {
        md_refuse(sink, FEED_MALFORMED, m->contract);
        return;
    }
    struct md_update update = {
        .kind = MD_BOOK,
        .symbol = symbol,
        .book = {.snapshot = snapshot,
                 .first = (uint64_t)m->start,
                 .last = (uint64_t)m->end,
                 .previous = (uint64_t)m->start,
                 .bids = md->bids,
                 .asks = md->asks,
                 .bid_count = m->bid_count,
                 .ask_count = m->ask_count},
    };
    sink->on_update(sink, &update);
}

// The best of levels whose order nobody promised.
static bool best_level(const struct level *levels, uint32_t count, bool bids, struct px *price,
                       struct qty *size) {
    bool found = false;
    for (uint32_t i = 0; i < count; i++) {
        bool better =
            !found || (bids ? levels[i].price.v > price->v : levels[i].price.v < price->v);
        if (better && levels[i].price.v > 0 && levels[i].size.v > 0) {
            *price = levels[i].price;
            *size = levels[i].size;
            found = true;
        }
    }
    return found;
}

static void emit_depth_quote(const struct md *md, const struct members *m, uint16_t symbol,
                             struct md_sink *sink) {
    struct md_update update = {.kind = MD_BBO, .symbol = symbol};
    struct md_bbo *bbo = &update.bbo;
    if (!m->has_bids || !m->has_asks) {
        md_refuse(sink, FEED_MALFORMED, m->contract);
        return;
    }
    bbo->bid_empty = !best_level(md->bids, m->bid_count, true, &bbo->bid, &bbo->bid_size);
    bbo->ask_empty = !best_level(md->asks, m->ask_count, false, &bbo->ask, &bbo->ask_size);
    sink->on_update(sink, &update);
}

// "0" on both is a side without orders.
static bool read_side(struct slice price, struct slice size, struct px *px, struct qty *qty,
                      bool *empty) {
    *empty = price.size == 0 || size.size == 0;
    if (*empty) {
        return true;
    }
    if (!md_read_px(price, px) || !md_read_qty(size, qty)) {
        return false;
    }
    *empty = px->v == 0 || qty->v == 0;
    return true;
}

static void emit_book_ticker(const struct members *m, uint16_t symbol, struct md_sink *sink) {
    struct md_update update = {
        .kind = MD_BBO, .symbol = symbol, .venue_time_ns = md_ns_from_ms(m->time_ms)};
    struct md_bbo *bbo = &update.bbo;
    if (!read_side(m->bid, m->bid_size, &bbo->bid, &bbo->bid_size, &bbo->bid_empty) ||
        !read_side(m->ask, m->ask_size, &bbo->ask, &bbo->ask_size, &bbo->ask_empty)) {
        md_refuse(sink, FEED_BAD_NUMBER, m->contract);
        return;
    }
    sink->on_update(sink, &update);
}

static void emit_ticker(const struct md *md, const struct members *m, uint16_t symbol,
                        struct md_sink *sink) {
    int64_t interval_ns = md->funding_interval_ns[symbol];
    const struct md_funding_text funding = {
        .name = m->contract,
        .rate = m->rate,
        .mark = m->mark,
        .index = m->index,
        .interval_ns = interval_ns > 0 ? interval_ns : EDGEX_FUNDING_INTERVAL_NS,
        .next_settlement_ns = md_ns_from_ms(m->next_ms)};
    md_emit_funding(sink, symbol, &funding);
}

static void emit(const struct md *md, const struct members *m, const struct edgex_list *list,
                 struct md_sink *sink) {
    uint16_t symbol;
    if (!find_symbol(md, m, &symbol)) {
        if (!list->others) {
            md_refuse(sink, FEED_UNKNOWN_SYMBOL, m->contract);
        }
        return;
    }
    switch (list->kind) {
    case EDGEX_DEPTH:
        emit_depth(md, m, list, symbol, sink);
        return;
    case EDGEX_DEPTH_AS_QUOTE:
        emit_depth_quote(md, m, symbol, sink);
        return;
    case EDGEX_TICKER:
        emit_ticker(md, m, symbol, sink);
        return;
    case EDGEX_BOOK_TICKER:
        emit_book_ticker(m, symbol, sink);
        return;
    }
    ASSERT(false);
}

void edgex_decode_list(struct md *md, struct json *r, const struct edgex_list *list,
                       struct md_sink *sink) {
    json_array_begin(r);
    while (json_array_next(r)) {
        struct members members = {.start = -1};
        read_members(md, r, &members);
        if (members.bad_number) {
            md_refuse(sink, FEED_BAD_NUMBER, members.contract);
            return;
        }
        if (!r->failed) {
            emit(md, &members, list, sink);
        }
    }
    if (r->failed) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
    }
}
