#include "exchanges/md_decode.h"

void md_emit_kind(struct md_sink *sink, enum md_kind kind, uint16_t symbol) {
    struct md_update update = {.kind = kind, .symbol = symbol};
    sink->on_update(sink, &update);
}

void md_emit_time(struct md_sink *sink, int64_t venue_time_ns) {
    struct md_update update = {.kind = MD_TIME, .venue_time_ns = venue_time_ns};
    sink->on_update(sink, &update);
}

void md_emit_notice(struct md_sink *sink, struct slice text) {
    struct md_update update = {.kind = MD_NOTICE, .refused = {.text = text}};
    sink->on_update(sink, &update);
}

void md_refuse(struct md_sink *sink, enum feed_cause cause, struct slice text) {
    struct md_update update = {.kind = MD_REFUSED, .refused = {.cause = cause, .text = text}};
    sink->on_update(sink, &update);
}

void md_emit_listing(struct md *md, struct md_sink *sink, const struct listing *listing) {
    md->listings[listing->symbol] = *listing;
    struct md_update update = {
        .kind = MD_INSTRUMENT, .symbol = listing->symbol, .listing = *listing};
    sink->on_update(sink, &update);
}

void md_emit_snapshot(const struct md *md, struct md_sink *sink, uint16_t symbol,
                      const struct md_snapshot *snapshot) {
    struct md_update update = {.kind = MD_BOOK,
                               .symbol = symbol,
                               .venue_time_ns = snapshot->venue_time_ns,
                               .book = {.snapshot = true,
                                        .last = snapshot->id,
                                        .bids = md->bids,
                                        .asks = md->asks,
                                        .bid_count = snapshot->bid_count,
                                        .ask_count = snapshot->ask_count,
                                        .venue_time_ns = snapshot->venue_time_ns}};
    sink->on_update(sink, &update);
}

bool md_find_symbol(const struct md *md, struct slice native, uint16_t *symbol) {
    int32_t found = name_map_get(&md->natives, native);
    if (found < 0) {
        return false;
    }
    *symbol = (uint16_t)found;
    return true;
}

bool md_need_symbol(const struct md *md, struct md_sink *sink, struct slice native,
                    uint16_t *symbol) {
    if (md_find_symbol(md, native, symbol)) {
        return true;
    }
    md_refuse(sink, FEED_UNKNOWN_SYMBOL, native);
    return false;
}

int64_t md_ns_from_us(int64_t us) {
    int64_t ns;
    return us <= 0 || __builtin_mul_overflow(us, 1000, &ns) ? 0 : ns;
}

bool md_read_px(struct slice text, struct px *out) {
    return text.size > 0 && px_parse(text, out) && out->v >= 0;
}

bool md_read_px_near(struct slice text, struct px *out) {
    return text.size > 0 && decimal_parse_near(text, PX_DIGITS, &out->v) && out->v >= 0;
}

bool md_read_qty(struct slice text, struct qty *out) {
    return text.size > 0 && qty_parse(text, out) && out->v >= 0;
}

bool md_read_rate(struct slice text, struct rate *out) {
    return text.size > 0 && decimal_parse_near(text, RATE_DIGITS, &out->v);
}

struct rate md_rate_per_hour(struct rate rate, int64_t interval_ns) {
    return (struct rate){mul_div_near(rate.v, 3600 * NS_PER_S, interval_ns)};
}

void md_read_text(struct json *r, struct slice *out) {
    enum json_kind kind = json_peek(r);
    if (kind == JSON_STRING || kind == JSON_NUMBER) {
        json_text(r, out);
    } else {
        json_skip(r);
    }
}

void md_read_int(struct json *r, int64_t *out) {
    struct slice text = {0};
    if (!json_null(r) && json_text(r, &text) && text.size > 0 && !decimal_parse(text, 0, out)) {
        json_fail(r);
    }
}

void md_read_value(struct json *r, struct slice *out) {
    enum json_kind kind = json_peek(r);
    if (kind == JSON_OBJECT || kind == JSON_ARRAY || kind == JSON_BOOL) {
        struct slice value = json_raw(r);
        if (value.size > 0) {
            *out = value;
        }
        return;
    }
    md_read_text(r, out);
}

void md_read_fields(struct json *r, const struct md_field *fields, size_t count, void *out) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        size_t i = 0;
        while (i < count && !slice_equals(key, slice_of(fields[i].name))) {
            i++;
        }
        if (i < count) {
            md_read_value(r, (struct slice *)(void *)((char *)out + fields[i].offset));
        } else {
            json_skip(r);
        }
    }
}

bool md_next_row(struct json *r, const struct md_field *fields, size_t count, void *row,
                 size_t row_size) {
    if (!json_array_next(r)) {
        return false;
    }
    memset(row, 0, row_size);
    md_read_fields(r, fields, count, row);
    return !r->failed;
}

bool md_read_object(struct slice text, const struct md_field *fields, size_t count, void *out) {
    struct json r;
    json_init(&r, text);
    md_read_fields(&r, fields, count, out);
    return json_end(&r);
}

static void read_level_object(struct json *r, struct slice *price, struct slice *size) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("price"))) {
            json_text(r, price);
        } else if (slice_equals(key, SLICE("size"))) {
            json_text(r, size);
        } else {
            json_skip(r);
        }
    }
}

static void read_level_array(struct json *r, struct slice *price, struct slice *size) {
    json_array_begin(r);
    if (!json_array_next(r) || !json_text(r, price) || !json_array_next(r) || !json_text(r, size)) {
        json_fail(r);
        return;
    }
    while (json_array_next(r)) {
        json_skip(r);
    }
}

static bool read_level(struct json *r, struct level *level, bool *bad_number) {
    struct slice price = {0};
    struct slice size = {0};
    if (json_peek(r) == JSON_OBJECT) {
        read_level_object(r, &price, &size);
    } else {
        read_level_array(r, &price, &size);
    }
    if (r->failed) {
        return false;
    }
    *bad_number = !md_read_px(price, &level->price) || !md_read_qty(size, &level->size);
    return !*bad_number;
}

bool md_read_levels(struct json *r, struct level *levels, uint32_t *count, bool *bad_number) {
    *count = 0;
    json_array_begin(r);
    while (json_array_next(r)) {
        if (*count == MD_LEVELS_MAX) {
            return json_fail(r);
        }
        if (!read_level(r, &levels[*count], bad_number)) {
            return false;
        }
        (*count)++;
    }
    return !r->failed;
}

void md_add_kilo_base(struct text *out, const struct symbol *symbol) {
    struct slice base = slice_of(symbol->base);
    if (slice_starts(base, SLICE("1000")) && base.size > 4 && base.data[4] > '9') {
        text_add_char(out, 'k');
        base = (struct slice){base.data + 4, base.size - 4};
    }
    text_add(out, base);
}

bool md_dollar_name(const struct symbol *symbol, bool kilo, const char *behind,
                    char out[NATIVE_NAME_MAX]) {
    struct slice quote = slice_of(symbol->quote);
    if (!slice_equals(quote, SLICE("USDT")) && !slice_equals(quote, SLICE("USDC")) &&
        !slice_equals(quote, SLICE("USD"))) {
        return false;
    }
    struct text text = text_over(out, NATIVE_NAME_MAX);
    if (kilo) {
        md_add_kilo_base(&text, symbol);
    } else {
        text_add_string(&text, symbol->base);
    }
    text_add_string(&text, behind);
    return !text.truncated;
}

int md_listed_symbol(const struct md *md, uint32_t n) {
    for (uint16_t i = 0; i < md->universe->symbol_count; i++) {
        if (md->listings[i].native[0] != '\0' && n-- == 0) {
            return i;
        }
    }
    return -1;
}

void md_get(struct md_request *out, uint32_t weight, const char *path, const char *argument) {
    struct text text = TEXT_OVER(out->path);
    text_add_string(&text, path);
    text_add_string(&text, argument);
    ASSERT(!text.truncated);
    out->method = "GET";
    out->body[0] = '\0';
    out->weight = weight;
}

bool md_read_members(struct slice text, const struct md_field *fields, size_t count, void *out) {
    for (size_t i = 0; i < count; i++) {
        *(struct slice *)(void *)((char *)out + fields[i].offset) = (struct slice){"", 0};
    }
    return text.size > 0 && md_read_object(text, fields, count, out);
}
