// Raw frames of OKX and Hyperliquid, as recorded, applied to a recorded book.
#include "sim/sim_source_inside.h"

static bool stamp_ms(struct json *r, int64_t *ms) {
    struct slice text;
    return json_text(r, &text) && decimal_parse(text, 0, ms);
}

// ---- OKX: {"arg":{"channel":…,"instId":…},"action":…,"data":[{…}]}

struct okx_frame {
    struct slice channel, symbol, action;
    struct json data; // at the first object of "data"
};

static bool okx_open(struct slice raw, struct okx_frame *frame) {
    struct json r;
    struct slice key;
    *frame = (struct okx_frame){.channel = {"", 0}};
    json_init(&r, raw);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("arg"))) {
            json_object_begin(&r);
            while (json_object_next(&r, &key)) {
                bool channel = slice_equals(key, SLICE("channel"));
                if (channel || slice_equals(key, SLICE("instId"))) {
                    json_string(&r, channel ? &frame->channel : &frame->symbol);
                } else {
                    json_skip(&r);
                }
            }
        } else if (slice_equals(key, SLICE("action"))) {
            json_string(&r, &frame->action);
        } else if (slice_equals(key, SLICE("data"))) {
            frame->data = r;
            return json_array_begin(&frame->data) && json_array_next(&frame->data) &&
                   frame->symbol.size > 0;
        } else {
            json_skip(&r);
        }
    }
    return false;
}

static bool is_okx_book(const struct okx_frame *frame) {
    return slice_starts(frame->channel, SLICE("books"));
}

static bool is_okx_best(const struct okx_frame *frame) {
    return slice_equals(frame->channel, SLICE("tickers"));
}

static bool okx_identify(struct slice raw, struct sim_record_name *name) {
    struct okx_frame frame;
    struct slice key;
    if (!okx_open(raw, &frame) || (!is_okx_book(&frame) && !is_okx_best(&frame) &&
                                   !slice_equals(frame.channel, SLICE("bbo-tbt")))) {
        return false;
    }
    name->symbol = frame.symbol;
    struct json *r = &frame.data;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("ts"))) {
            return stamp_ms(r, &name->venue_ms);
        }
        json_skip(r);
    }
    return !r->failed;
}

static bool okx_tickers(struct sim_source *source, struct json *r, struct sim_change *change,
                        bool learn) {
    static const char *const names[] = {"bidPx", "bidSz", "askPx", "askSz"};
    struct slice key, text[COUNT_OF(names)] = {{"", 0}, {"", 0}, {"", 0}, {"", 0}};
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        size_t at = 0;
        while (at < COUNT_OF(names) && !slice_equals(key, slice_of(names[at]))) {
            at++;
        }
        if (at < COUNT_OF(names)) {
            json_text(r, &text[at]);
        } else {
            json_skip(r);
        }
    }
    return !r->failed && sim_source_ticker(source, text, change, learn);
}

// A book without the best prices' own channel gives them too; with tickers coming the book leads,
// because tickers are ten times slower.
static bool okx_book(struct sim_source *source, struct json *r, bool whole,
                     struct sim_change *change, bool learn) {
    struct slice key;
    if (!learn && whole) {
        book_clear(&source->book);
        source->has_depth = true;
    }
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("bids"))) {
            sim_source_levels(source, r, SIDE_BUY, learn);
        } else if (slice_equals(key, SLICE("asks"))) {
            sim_source_levels(source, r, SIDE_SELL, learn);
        } else {
            json_skip(r);
        }
    }
    if (!learn && source->has_depth) {
        source->has_ticker = false;
        change->book = true;
        sim_source_best(source, change);
    }
    return !r->failed;
}

static bool okx_apply(struct sim_source *source, struct slice raw, struct sim_change *change,
                      bool learn) {
    struct okx_frame frame;
    if (!okx_open(raw, &frame)) {
        return false;
    }
    if (is_okx_best(&frame)) {
        return source->has_depth || okx_tickers(source, &frame.data, change, learn);
    }
    bool whole = !slice_equals(frame.action, SLICE("update"));
    bool only_best = slice_equals(frame.channel, SLICE("bbo-tbt"));
    if (only_best && source->has_depth) {
        return true; // the book leads
    }
    return okx_book(source, &frame.data, whole, change, learn);
}

// ---- Hyperliquid: {"channel":"l2Book"|"bbo","data":{"coin":…,"time":…,"levels":[[…],[…]]}}

static bool hyperliquid_open(struct slice raw, struct slice *channel, struct json *data) {
    struct slice key;
    struct json r;
    bool found = false;
    *channel = (struct slice){"", 0};
    json_init(&r, raw);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("channel"))) {
            json_string(&r, channel);
        } else {
            found = found || slice_equals(key, SLICE("data"));
            *data = slice_equals(key, SLICE("data")) ? r : *data;
            json_skip(&r);
        }
    }
    return !r.failed && found &&
           (slice_equals(*channel, SLICE("l2Book")) || slice_equals(*channel, SLICE("bbo")));
}

static bool hyperliquid_identify(struct slice raw, struct sim_record_name *name) {
    struct slice channel, key;
    struct json r;
    if (!hyperliquid_open(raw, &channel, &r)) {
        return false;
    }
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("coin"))) {
            json_string(&r, &name->symbol);
        } else if (slice_equals(key, SLICE("time"))) {
            (void)stamp_ms(&r, &name->venue_ms);
        } else {
            json_skip(&r);
        }
    }
    return !r.failed && name->symbol.size > 0;
}

// {"px":…,"sz":…,"n":…}, members in any order; null: the side is empty.
static bool hyperliquid_level(struct sim_source *source, struct json *r, enum side side,
                              bool learn) {
    struct slice key, price = {"", 0}, size = {"", 0};
    struct level level;
    if (json_null(r)) {
        return true;
    }
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("px"))) {
            json_text(r, &price);
        } else if (slice_equals(key, SLICE("sz"))) {
            json_text(r, &size);
        } else {
            json_skip(r);
        }
    }
    if (r->failed || !sim_source_level(source, price, size, &level)) {
        return json_fail(r);
    }
    sim_source_put(source, side, level, learn);
    return true;
}

static bool hyperliquid_levels(struct sim_source *source, struct json *r, bool whole, bool learn) {
    enum side side = SIDE_BUY;
    json_array_begin(r);
    while (json_array_next(r)) {
        if (!whole) {
            hyperliquid_level(source, r, side, learn);
        } else {
            json_array_begin(r);
            while (json_array_next(r)) {
                hyperliquid_level(source, r, side, learn);
            }
        }
        side = SIDE_SELL;
    }
    return !r->failed;
}

static bool hyperliquid_apply(struct sim_source *source, struct slice raw,
                              struct sim_change *change, bool learn) {
    struct slice channel, key;
    struct json r;
    if (!hyperliquid_open(raw, &channel, &r)) {
        return false;
    }
    bool whole = slice_equals(channel, SLICE("l2Book"));
    if (!whole && source->has_depth) {
        return true; // the book leads
    }
    if (!learn) {
        book_clear(&source->book);
        source->has_depth = source->has_depth || whole;
    }
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("levels")) || slice_equals(key, SLICE("bbo"))) {
            hyperliquid_levels(source, &r, whole, learn);
        } else {
            json_skip(&r);
        }
    }
    if (!learn) {
        change->book = true;
        sim_source_best(source, change);
    }
    return !r.failed;
}

static const struct sim_shape shapes[] = {
    {"okx", okx_identify, okx_apply},
    {"hyperliquid", hyperliquid_identify, hyperliquid_apply},
};

const struct sim_shape *sim_shape_of(struct slice venue) {
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        if (slice_equals(venue, slice_of(shapes[i].venue))) {
            return &shapes[i];
        }
    }
    return NULL;
}
