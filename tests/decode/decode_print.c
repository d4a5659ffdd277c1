#include "decode_print.h"

#include "base/json.h"

static void add_key(struct text *out, const char *key) {
    text_add_string(out, ",\"");
    text_add_string(out, key);
    text_add_string(out, "\":");
}

static void add_word(struct text *out, const char *key, const char *word) {
    add_key(out, key);
    json_write_string(out, slice_of(word));
}

// Digits are exact: nothing is rounded.
static void add_decimal(struct text *out, const char *key, int64_t value, int digits, bool told) {
    add_key(out, key);
    if (!told) {
        text_add_string(out, "null");
        return;
    }
    text_add_char(out, '"');
    decimal_print(out, value, digits, 0, digits);
    text_add_char(out, '"');
}

static void add_uint(struct text *out, const char *key, uint64_t value) {
    add_key(out, key);
    text_add_format(out, "%llu", (unsigned long long)value);
}

static void add_ns(struct text *out, const char *key, int64_t value) {
    add_key(out, key);
    if (value > 0) {
        text_add_int(out, value);
    } else {
        text_add_string(out, "null");
    }
}

static void add_bool(struct text *out, const char *key, bool value) {
    add_key(out, key);
    text_add_string(out, value ? "true" : "false");
}

// What a venue said, the inside of a JSON string in whatever bytes: what is no text becomes dots.
static void add_said(struct text *out, const char *key, struct slice said) {
    char bytes[4096];
    struct text decoded = TEXT_OVER(bytes);
    add_key(out, key);
    if (!json_string_decode(said, &decoded)) {
        text_clear(&decoded);
        for (size_t i = 0; i < said.size && i + 1 < sizeof(bytes); i++) {
            char c = said.data[i];
            text_add_char(&decoded, c >= ' ' && c <= '~' ? c : '.');
        }
    }
    json_write_string(out, text_slice(&decoded));
}

static void add_bbo(struct text *out, const struct md_bbo *bbo) {
    add_decimal(out, "bid", bbo->bid.v, PX_DIGITS, !bbo->bid_empty);
    add_decimal(out, "bid_size", bbo->bid_size.v, QTY_DIGITS, !bbo->bid_empty && !bbo->bid_unsized);
    add_decimal(out, "ask", bbo->ask.v, PX_DIGITS, !bbo->ask_empty);
    add_decimal(out, "ask_size", bbo->ask_size.v, QTY_DIGITS, !bbo->ask_empty && !bbo->ask_unsized);
    add_uint(out, "sequence", bbo->sequence);
}

static void add_levels(struct text *out, const char *key, const struct level *levels,
                       uint32_t count) {
    add_key(out, key);
    for (uint32_t i = 0; i < count; i++) {
        text_add_string(out, i == 0 ? "[[\"" : ",[\"");
        px_print(out, levels[i].price, 0, PX_DIGITS);
        text_add_string(out, "\",\"");
        qty_print(out, levels[i].size, 0, QTY_DIGITS);
        text_add_string(out, "\"]");
    }
    text_add_string(out, count == 0 ? "[]" : "]");
}

static void add_book(struct text *out, const struct book_message *book) {
    add_bool(out, "snapshot", book->snapshot);
    add_bool(out, "relative", book->relative);
    add_uint(out, "first", book->first);
    add_uint(out, "last", book->last);
    add_uint(out, "previous", book->previous);
    add_levels(out, "bids", book->bids, book->bid_count);
    add_levels(out, "asks", book->asks, book->ask_count);
}

static void add_funding(struct text *out, const struct md_funding *funding) {
    add_decimal(out, "rate_per_hour", funding->per_hour.v, RATE_DIGITS, funding->has_rate);
    add_decimal(out, "mark", funding->mark.v, PX_DIGITS, funding->has_mark);
    add_decimal(out, "index", funding->index.v, PX_DIGITS, funding->has_index);
    add_ns(out, "next_settlement_ns", funding->next_settlement_ns);
    add_ns(out, "interval_ns", funding->interval_ns);
}

static void add_listing(struct text *out, const struct listing *listing) {
    add_bool(out, "ready", listing->ready);
    add_decimal(out, "tick", listing->tick.v, PX_DIGITS, true);
    add_decimal(out, "step", listing->step.v, QTY_DIGITS, true);
    add_decimal(out, "contract", listing->contract.v, QTY_DIGITS, true);
    add_decimal(out, "size_min", listing->size_min.v, QTY_DIGITS, true);
    add_decimal(out, "size_max", listing->size_max.v, QTY_DIGITS, listing->size_max.v > 0);
    add_decimal(out, "notional_min_usd", listing->notional_min.v, USD_DIGITS,
                listing->notional_min.v > 0);
    add_uint(out, "significant_max", listing->significant_max);
    add_word(out, "settled_in", currency_name((enum currency)listing->settle_currency));
}

static const char *kind_name(enum md_kind kind) {
    static const char *const names[] = {
        [MD_BBO] = "bbo",         [MD_BOOK] = "book",     [MD_FUNDING] = "funding",
        [MD_TIME] = "time",       [MD_ACK] = "ack",       [MD_INSTRUMENT] = "instrument",
        [MD_ALIVE] = "alive",     [MD_NOTICE] = "notice", [MD_REPLY] = "reply",
        [MD_REFUSED] = "ignored",
    };
    return names[kind];
}

void decode_print_update(struct text *out, const struct decode_desk *desk, bool nobody,
                         bool contracts, const struct md_update *update) {
    enum md_kind kind = update->kind;
    add_word(out, "kind", kind_name(kind));
    bool named = kind <= MD_INSTRUMENT || kind == MD_ACK;
    if (named && update->symbol < desk->used && !nobody) {
        const struct symbol *symbol = &desk->universe.symbols[update->symbol];
        const char *native = desk->md.listings[update->symbol].native;
        add_said(out, "symbol", slice_of(symbol->base[0] != '\0' ? symbol->name : native));
        add_said(out, "native", slice_of(native));
    } else if (named) {
        add_key(out, "symbol");
        text_add_string(out, "null");
    }
    if (kind == MD_BBO) {
        add_bbo(out, &update->bbo);
    } else if (kind == MD_BOOK) {
        add_book(out, &update->book);
    } else if (kind == MD_FUNDING) {
        add_funding(out, &update->funding);
    } else if (kind == MD_INSTRUMENT) {
        add_listing(out, &update->listing);
    } else if (kind == MD_REFUSED) {
        add_word(out, "reason", feed_cause_name(update->refused.cause));
        add_word(out, "sentence", feed_cause_sentence(update->refused.cause));
        add_said(out, "text", update->refused.text);
    } else if (kind == MD_NOTICE) {
        add_said(out, "text", update->refused.text);
    } else if (kind == MD_REPLY) {
        add_key(out, "text");
        json_write_string(out, update->refused.text);
    }
    if (contracts && (kind == MD_BBO || kind == MD_BOOK)) {
        add_word(out, "sizes", "contracts");
    }
    if (kind <= MD_TIME && kind != MD_INSTRUMENT) {
        add_ns(out, "venue_time_ns", update->venue_time_ns);
    }
}
