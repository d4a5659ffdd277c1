#include "exchanges/md_decode.h"
#include "exchanges/md_quote.h"
#include "toy.h"

static struct slice next_word(struct slice *rest) {
    size_t size = 0;
    while (size < rest->size && rest->data[size] != ' ') {
        size++;
    }
    struct slice word = {rest->data, size};
    size_t used = size < rest->size ? size + 1 : size;
    *rest = (struct slice){rest->data + used, rest->size - used};
    return word;
}

static int64_t next_number(struct slice *rest) {
    int64_t number;
    return decimal_parse(next_word(rest), 0, &number) && number > 0 ? number : 0;
}

static bool native_name(const struct symbol *symbol, char out[NATIVE_NAME_MAX]) {
    return string_copy(out, NATIVE_NAME_MAX, slice_of(symbol->base));
}

static bool subscribe(struct md *md, uint32_t connection, uint32_t step, struct text *out) {
    int symbol = connection == 0 ? md_listed_symbol(md, step) : -1;
    if (symbol >= 0) {
        text_add_format(out, "SUB %s", md->listings[symbol].native);
    }
    return symbol >= 0;
}

static void decode_quote(struct md_sink *sink, uint16_t symbol, struct slice rest) {
    struct md_quote_text quote = {.sequence = (uint64_t)next_number(&rest)};
    quote.bid = next_word(&rest);
    quote.bid_size = next_word(&rest);
    quote.ask = next_word(&rest);
    quote.ask_size = next_word(&rest);
    quote.venue_time_ns = md_ns_from_ms(next_number(&rest));
    md_emit_quote(sink, symbol, &quote);
}

static bool read_side(struct slice *rest, struct level *levels, uint32_t *count) {
    int64_t told = next_number(rest);
    *count = told > TOY_LEVELS ? TOY_LEVELS : (uint32_t)told;
    for (uint32_t i = 0; i < *count; i++) {
        if (!md_read_px(next_word(rest), &levels[i].price) ||
            !md_read_qty(next_word(rest), &levels[i].size)) {
            return false;
        }
    }
    return told <= TOY_LEVELS;
}

static void decode_book(struct md *md, struct md_sink *sink, uint16_t symbol, struct slice rest) {
    struct md_update update = {.kind = MD_BOOK, .symbol = symbol};
    update.book = (struct book_message){.snapshot = true, .bids = md->bids, .asks = md->asks};
    update.book.last = (uint64_t)next_number(&rest);
    if (!read_side(&rest, md->bids, &update.book.bid_count) ||
        !read_side(&rest, md->asks, &update.book.ask_count)) {
        md_refuse(sink, FEED_BAD_NUMBER, rest);
        return;
    }
    update.venue_time_ns = update.book.venue_time_ns = md_ns_from_ms(next_number(&rest));
    sink->on_update(sink, &update);
}

static void decode_funding(struct md_sink *sink, uint16_t symbol, struct slice rest) {
    struct md_funding_text funding = {.interval_ns = 3600 * NS_PER_S};
    funding.rate = next_word(&rest);
    funding.mark = next_word(&rest);
    funding.index = next_word(&rest);
    funding.next_settlement_ns = md_ns_from_ms(next_number(&rest));
    funding.venue_time_ns = md_ns_from_ms(next_number(&rest));
    md_emit_funding(sink, symbol, &funding);
}

static void decode(struct md *md, uint32_t connection, struct slice frame, struct md_sink *sink) {
    (void)connection;
    struct slice rest = frame;
    struct slice kind = next_word(&rest);
    struct slice name = next_word(&rest);
    uint16_t symbol;
    if (slice_equals(kind, SLICE("PONG"))) {
        md_emit_kind(sink, MD_ALIVE, MD_SYMBOL_NONE);
    } else if (slice_equals(kind, SLICE("NO"))) {
        md_refuse(sink, FEED_VENUE_ERROR, name);
    } else if (!md_need_symbol(md, sink, name, &symbol)) {
        return;
    } else if (slice_equals(kind, SLICE("OK"))) {
        md_emit_kind(sink, MD_ACK, symbol);
    } else if (slice_equals(kind, SLICE("Q"))) {
        decode_quote(sink, symbol, rest);
    } else if (slice_equals(kind, SLICE("B"))) {
        decode_book(md, sink, symbol, rest);
    } else if (slice_equals(kind, SLICE("F"))) {
        decode_funding(sink, symbol, rest);
    } else {
        md_refuse(sink, FEED_UNKNOWN_KIND, kind);
    }
}

static bool request(struct md *md, enum md_request_kind kind, uint16_t symbol,
                    struct md_request *out) {
    (void)md;
    (void)symbol;
    if (kind == MD_REQUEST_TIME || kind == MD_REQUEST_INSTRUMENTS) {
        md_get(out, 1, kind == MD_REQUEST_TIME ? "/time" : "/rules", "");
        return true;
    }
    return false;
}

static void decode_rules(struct md *md, struct slice line, struct md_sink *sink) {
    struct listing listing;
    uint16_t symbol;
    if (!md_find_symbol(md, next_word(&line), &symbol)) {
        return; // not one of ours
    }
    listing = md->listings[symbol];
    listing.ready = md_read_px(next_word(&line), &listing.tick) &&
                    md_read_qty(next_word(&line), &listing.step) && listing.tick.v > 0 &&
                    listing.step.v > 0;
    listing.contract = (struct qty){QTY_ONE};
    listing.size_min = listing.step;
    md_emit_listing(md, sink, &listing);
}

static void decode_rest(struct md *md, enum md_request_kind kind, uint16_t symbol,
                        struct slice body, struct md_sink *sink) {
    (void)symbol;
    if (kind == MD_REQUEST_TIME) {
        md_emit_time(sink, md_ns_from_ms(next_number(&body)));
        return;
    }
    while (body.size > 0) {
        const char *end = memchr(body.data, '\n', body.size);
        size_t size = end == NULL ? body.size : (size_t)(end - body.data);
        decode_rules(md, (struct slice){body.data, size}, sink);
        size += end != NULL;
        body = (struct slice){body.data + size, body.size - size};
    }
}

const struct venue_md toy_md = {
    .name = "toy",
    .title = "Toy",
    .quote_currency = CURRENCY_USDT,
    .book_rule = BOOK_RULE_SNAPSHOTS,
    .book_levels = TOY_LEVELS,
    .mainnet = {.ws = {"wss://toy.invalid/feed"}, .rest = "https://toy.invalid"},
    .testnet = {.ws = {"wss://toy.invalid/feed"}, .rest = "https://toy.invalid"},
    .heartbeat_ms = 5000,
    .heartbeat_text = "PING",
    .weight_per_minute = 600,
    .native_name = native_name,
    .subscribe = subscribe,
    .decode = decode,
    .request = request,
    .decode_rest = decode_rest,
};
