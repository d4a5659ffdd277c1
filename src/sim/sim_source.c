#include "sim/sim_source.h"

#include "base/clock.h"
#include "base/json.h"
#include "sim/sim_reader.h"

enum { UNKNOWN_SIZE_USD = 1000 };
#define HALF_QUOTE_NS (10 * NS_PER_S)

// Size units of recorded venues that are not base units: the first row that fits holds.
static const struct {
    const char *venue, *symbol, *in; // beginning of the symbol and a part of it, "" = all
    struct sim_units units;
} contracts[] = {
    {"binance-coinm", "BTC", "", {100, {0}}},
    {"binance-coinm", "", "", {10, {0}}},
    {"okx", "BTC-USD-", "", {100, {0}}},
    {"okx", "", "-USD-", {10, {0}}},
    {"okx", "BTC-", "-SWAP", {0, {QTY_ONE / 100}}},
    {"okx", "ETH-", "-SWAP", {0, {QTY_ONE / 10}}},
};

struct sim_units sim_units_of(const char *venue, const char *symbol) {
    for (size_t i = 0; i < COUNT_OF(contracts); i++) {
        if (strcmp(venue, contracts[i].venue) == 0 &&
            slice_starts(slice_of(symbol), slice_of(contracts[i].symbol)) &&
            strstr(symbol, contracts[i].in) != NULL) {
            return contracts[i].units;
        }
    }
    return (struct sim_units){0};
}

struct qty sim_units_base(const struct sim_units *units, struct px price, struct qty size) {
    if (units->usd != 0 && price.v > 0) {
        int64_t base = mul_div_floor(size.v, units->usd * PX_ONE, price.v);
        size.v = size.v > 0 && base == 0 ? 1 : base;
    } else if (units->coins.v != 0) {
        size.v = mul_div_near(size.v, units->coins.v, QTY_ONE);
    }
    return size;
}

// "…?symbol=BTCUSDT&limit=1000"
static struct slice symbol_of_url(struct slice url) {
    static const char mark[] = "symbol=";
    const char *at = url.size == 0 ? NULL : memmem(url.data, url.size, mark, sizeof(mark) - 1);
    if (at == NULL) {
        return (struct slice){"", 0};
    }
    const char *begin = at + sizeof(mark) - 1;
    const char *end = begin;
    while (end < url.data + url.size && *end != '&') {
        end++;
    }
    return (struct slice){begin, (size_t)(end - begin)};
}

// Enters the "data" of a combined-stream frame; *stream is its name.
static bool enter_data(struct json *r, struct slice raw, struct slice *stream) {
    struct slice key;
    *stream = (struct slice){"", 0};
    json_init(r, raw);
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("stream"))) {
            json_string(r, stream);
        } else if (slice_equals(key, SLICE("data"))) {
            return json_object_begin(r);
        } else {
            json_skip(r);
        }
    }
    return false;
}

bool sim_record_identify(const struct tape_record *record, struct sim_record_name *name) {
    *name = (struct sim_record_name){.venue = record->venue, .symbol = record->symbol};
    if (record->kind == TAPE_ROW) {
        return name->symbol.size > 0;
    }
    if (!slice_starts(record->venue, SLICE("binance")) &&
        !slice_equals(record->venue, SLICE("aster"))) {
        return false;
    }
    if (record->rest) {
        name->symbol = symbol_of_url(record->url);
        return name->symbol.size > 0;
    }
    struct json r;
    struct slice stream, key;
    if (!enter_data(&r, record->raw, &stream)) {
        return false;
    }
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("s"))) {
            json_string(&r, &name->symbol);
        } else if (slice_equals(key, SLICE("E"))) {
            json_int(&r, &name->venue_ms);
        } else {
            json_skip(&r);
        }
        if (name->symbol.size > 0 && name->venue_ms != 0) {
            break;
        }
    }
    return !r.failed && name->symbol.size > 0;
}

enum status sim_source_canonical(struct symbol *symbol, struct slice recorded) {
    size_t size = 0;
    while (size < recorded.size && strchr("-_/:", recorded.data[size]) == NULL) {
        size++;
    }
    static const struct slice quotes[] = {{"USDT", 4}, {"USDC", 4}, {"USD", 3}};
    for (size_t i = 0; i < COUNT_OF(quotes); i++) {
        size_t end = quotes[i].size;
        if (size > end && memcmp(recorded.data + size - end, quotes[i].data, end) == 0) {
            size -= end;
            break;
        }
    }
    char name[SYMBOL_NAME_MAX];
    struct text text = TEXT_OVER(name);
    bool kilo = size > 1 && recorded.data[0] == 'k'; // kPEPE
    text_add_string(&text, kilo ? "1000" : "");
    text_add(&text, (struct slice){recorded.data + kilo, size - kilo});
    text_add_string(&text, "/USDT");
    if (text.truncated) {
        return status_fail(STATUS_DATA, "symbol %.*s is too long", (int)recorded.size,
                           recorded.data);
    }
    return symbol_parse(symbol, text_slice(&text));
}

enum status sim_source_init(struct sim_source *source, const struct sim_record_name *name) {
    *source = (struct sim_source){.tick = {PX_ONE}, .step = {QTY_ONE}};
    if (!string_copy(source->venue, sizeof(source->venue), name->venue) ||
        !string_copy(source->symbol, sizeof(source->symbol), name->symbol)) {
        return status_fail(STATUS_DATA, "a venue's or symbol's name is too long");
    }
    source->units = sim_units_of(source->venue, source->symbol);
    source->seen = name->seen;
    return sim_source_canonical(&source->canonical, name->symbol);
}

enum status sim_source_open_book(struct sim_source *source) {
    return source->seen != NULL ? STATUS_OK : book_create(&source->book, SIM_SOURCE_LEVELS);
}

void sim_source_finish(struct sim_source *source) {
    if (source->seen == NULL) {
        book_finish(&source->book);
    }
    *source = (struct sim_source){0};
}

void sim_source_forget(struct sim_source *source) {
    if (source->seen != NULL) {
        source->book = (struct book){0}; // the view of it
    } else {
        book_clear(&source->book);
    }
    source->bid = source->ask = (struct level){{0}, {0}};
    source->has_ticker = source->has_depth = false;
    source->ticker_id = 0;
    source->bid_ns = source->ask_ns = 0;
}

void sim_learn_level(struct px *tick, struct qty *step, struct level level) {
    while (tick->v > 1 && level.price.v % tick->v != 0) {
        tick->v /= 10;
    }
    while (step->v > 1 && level.size.v % step->v != 0) {
        step->v /= 10;
    }
}

static void learn_level(struct sim_source *source, struct level level) {
    sim_learn_level(&source->tick, &source->step, level);
}

static bool read_level(const struct sim_source *source, struct slice price, struct slice size,
                       struct level *level) {
    if (!px_parse(price, &level->price) || level->price.v <= 0 ||
        !decimal_parse_near(size, QTY_DIGITS, &level->size.v) || level->size.v < 0) {
        return false;
    }
    level->size = sim_units_base(&source->units, level->price, level->size);
    return true;
}

static void put_level(struct sim_source *source, enum side side, struct level level, bool learn) {
    if (learn) {
        learn_level(source, level);
    } else {
        book_set(&source->book, side, level);
    }
}

static bool read_levels(struct sim_source *source, struct json *r, enum side side, bool learn) {
    json_array_begin(r);
    while (json_array_next(r)) {
        struct slice price = {"", 0}, size = {"", 0};
        struct level level;
        json_array_begin(r);
        if (!json_array_next(r) || !json_text(r, &price) || !json_array_next(r) ||
            !json_text(r, &size)) {
            return json_fail(r);
        }
        while (json_array_next(r)) {
            json_skip(r);
        }
        if (r->failed || !read_level(source, price, size, &level)) {
            return json_fail(r);
        }
        put_level(source, side, level, learn);
    }
    return !r->failed;
}

static void take_best(struct sim_source *source, struct sim_change *change) {
    const struct book_side *bids = &source->book.bids, *asks = &source->book.asks;
    if (!source->has_ticker && bids->count > 0 && asks->count > 0) {
        source->bid = bids->levels[bids->count - 1];
        source->ask = asks->levels[asks->count - 1];
        change->quote = true;
    }
}

static void note_id(struct sim_source *source, int64_t id) {
    if (id > 0) {
        source->first_id = source->first_id == 0 ? (uint64_t)id : source->first_id;
        source->last_id = (uint64_t)id > source->last_id ? (uint64_t)id : source->last_id;
    }
}

static bool apply_snapshot(struct sim_source *source, struct slice raw, struct sim_change *change,
                           bool learn) {
    struct json r;
    struct slice key;
    int64_t id = 0;
    if (!learn) {
        book_clear(&source->book);
    }
    json_init(&r, raw);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("lastUpdateId"))) {
            json_int(&r, &id);
        } else if (slice_equals(key, SLICE("bids"))) {
            read_levels(source, &r, SIDE_BUY, learn);
        } else if (slice_equals(key, SLICE("asks"))) {
            read_levels(source, &r, SIDE_SELL, learn);
        } else {
            json_skip(&r);
        }
    }
    if (!learn) {
        note_id(source, id);
        source->has_depth = change->book = true;
        take_best(source, change);
    }
    return json_end(&r);
}

static bool apply_delta(struct sim_source *source, struct json *r, struct sim_change *change,
                        bool learn) {
    struct slice key;
    int64_t id = 0;
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("u"))) {
            json_int(r, &id);
        } else if (slice_equals(key, SLICE("b"))) {
            read_levels(source, r, SIDE_BUY, learn);
        } else if (slice_equals(key, SLICE("a"))) {
            read_levels(source, r, SIDE_SELL, learn);
        } else {
            json_skip(r);
        }
    }
    if (!learn && source->has_depth) {
        note_id(source, id);
        change->book = true;
        take_best(source, change);
    }
    return !r->failed;
}

static bool take_ticker(struct sim_source *source, const struct slice text[4],
                        struct sim_change *change, bool learn) {
    struct level bid, ask;
    if (!read_level(source, text[0], text[1], &bid) ||
        !read_level(source, text[2], text[3], &ask)) {
        return false;
    }
    if (learn) {
        learn_level(source, bid);
        learn_level(source, ask);
    } else {
        source->bid = bid;
        source->ask = ask;
        source->has_ticker = change->quote = true;
    }
    return true;
}

static bool apply_ticker(struct sim_source *source, struct json *r, struct sim_change *change,
                         bool learn) {
    struct slice key, text[4] = {{"", 0}, {"", 0}, {"", 0}, {"", 0}};
    static const char names[] = "bBaA";
    int64_t id = 0;
    while (json_object_next(r, &key)) {
        const char *name = key.size == 1 ? strchr(names, key.data[0]) : NULL;
        if (name != NULL && *name != '\0') {
            json_text(r, &text[name - names]);
        } else if (slice_equals(key, SLICE("u"))) {
            json_int(r, &id);
        } else {
            json_skip(r);
        }
    }
    if (r->failed || !take_ticker(source, text, change, learn)) {
        return false;
    }
    source->ticker_id = !learn && id > 0 ? (uint64_t)id : 0;
    return true;
}

static bool apply_frame(struct sim_source *source, const struct tape_record *record,
                        struct sim_change *change, bool learn) {
    if (record->rest) {
        return apply_snapshot(source, record->raw, change, learn);
    }
    struct json r;
    struct slice stream;
    if (!enter_data(&r, record->raw, &stream)) {
        return false;
    }
    const char *at = memchr(stream.data, '@', stream.size);
    struct slice kind =
        at == NULL ? stream : (struct slice){at + 1, (size_t)(stream.data + stream.size - at - 1)};
    if (slice_equals(kind, SLICE("bookTicker"))) {
        return apply_ticker(source, &r, change, learn);
    }
    if (slice_starts(kind, SLICE("depth"))) {
        return apply_delta(source, &r, change, learn);
    }
    return true;
}

// A venue's wire has no way to say "size unknown": such a side is shown with what the desk assumes
// for one.
static struct level with_size(struct level level) {
    if (level.size.v == 0) {
        level.size = qty_for_usd_floor(USD(UNKNOWN_SIZE_USD), level.price);
    }
    return level;
}

// One side of a table that may know the other only. It stays what it was for HALF_QUOTE_NS, as
// long as the two do not cross: longer would make a market that nobody saw.
static void apply_half(struct level *side, int64_t *side_ns, const struct level *told,
                       uint32_t count, int64_t now_ns) {
    if (count > 0) {
        *side = with_size(told[0]);
        *side_ns = now_ns;
    } else if (now_ns - *side_ns > HALF_QUOTE_NS) {
        *side = (struct level){{0}, {0}};
    }
}

static void apply_best(struct sim_source *source, const struct tape_record *record) {
    apply_half(&source->bid, &source->bid_ns, record->bids, record->bid_count, record->t_ns);
    apply_half(&source->ask, &source->ask_ns, record->asks, record->ask_count, record->t_ns);
    if (source->bid.price.v < source->ask.price.v) {
        return;
    }
    if (record->bid_count == 0 && source->bid_ns < record->t_ns) {
        source->bid = (struct level){{0}, {0}};
    } else if (record->ask_count == 0 && source->ask_ns < record->t_ns) {
        source->ask = (struct level){{0}, {0}};
    }
}

static void apply_row(struct sim_source *source, const struct tape_record *record,
                      struct sim_change *change) {
    bool both = record->bid_count > 0 && record->ask_count > 0;
    bool any = record->bid_count > 0 || record->ask_count > 0;
    if (!record->depth && any) {
        apply_best(source, record);
        source->has_ticker = change->quote = true;
    }
    source->has_depth = source->has_depth || record->depth;
    if (record->depth || (!source->has_depth && both)) {
        book_clear(&source->book);
        for (uint32_t i = 0; i < record->bid_count; i++) {
            book_set(&source->book, SIDE_BUY, with_size(record->bids[i]));
        }
        for (uint32_t i = 0; i < record->ask_count; i++) {
            book_set(&source->book, SIDE_SELL, with_size(record->asks[i]));
        }
        change->book = true;
        take_best(source, change);
    }
}

static void apply_seen(struct sim_source *source, struct sim_change *change) {
    const struct sim_seen *seen = source->seen;
    if (seen->booked) {
        source->book = seen->sync.book; // a view: the levels stay the reader's
        source->has_depth = change->book = true;
        source->has_ticker = source->has_ticker && !seen->book_leads;
        take_best(source, change);
    }
    if (seen->quoted && !(seen->book_leads && source->has_depth)) {
        source->bid = seen->bid;
        source->ask = seen->ask;
        source->has_ticker = change->quote = true;
    }
}

bool sim_source_apply(struct sim_source *source, const struct tape_record *record,
                      struct sim_change *change) {
    *change = (struct sim_change){false, false};
    if (source->seen != NULL) {
        apply_seen(source, change);
        return true;
    }
    if (record->kind == TAPE_FRAME) {
        return apply_frame(source, record, change, false);
    }
    apply_row(source, record, change);
    return true;
}

void sim_source_learn(struct sim_source *source, const struct tape_record *record) {
    struct sim_change change;
    if (source->seen != NULL) {
        source->tick = source->seen->tick;
        source->step = source->seen->step;
        return;
    }
    if (record->kind == TAPE_FRAME) {
        (void)apply_frame(source, record, &change, true);
        return;
    }
    for (uint32_t i = 0; i < record->bid_count; i++) {
        learn_level(source, record->bids[i]);
    }
    for (uint32_t i = 0; i < record->ask_count; i++) {
        learn_level(source, record->asks[i]);
    }
}
