// What one line of a recording says. No files here: this half is what the fuzz target drives.
#include "base/json.h"
#include "market/tape.h"

static bool parse_frame_member(struct json *r, struct slice key, struct tape_record *record,
                               bool *skip) {
    if (slice_equals(key, SLICE("t_ns"))) {
        return json_null(r) || (json_int(r, &record->t_ns) && record->t_ns >= 0);
    }
    if (slice_equals(key, SLICE("venue"))) {
        return json_string(r, &record->venue);
    }
    if (slice_equals(key, SLICE("url"))) {
        return json_string(r, &record->url);
    }
    if (slice_equals(key, SLICE("chan"))) {
        struct slice channel;
        if (!json_string(r, &channel)) {
            return false;
        }
        record->rest = slice_equals(channel, SLICE("rest"));
        return record->rest || slice_equals(channel, SLICE("ws"));
    }
    if (slice_equals(key, SLICE("dir"))) {
        struct slice direction;
        if (!json_string(r, &direction)) {
            return false;
        }
        *skip = slice_equals(direction, SLICE("out"));
        return true;
    }
    if (slice_equals(key, SLICE("conn"))) {
        int64_t connection = 0;
        if (!json_int(r, &connection) || connection < 0 || connection > UINT32_MAX) {
            return false;
        }
        record->connection = (uint32_t)connection;
        return true;
    }
    bool raw = slice_equals(key, SLICE("raw"));
    if (raw || slice_equals(key, SLICE("body"))) {
        if (json_peek(r) == JSON_NONE) {
            return false;
        }
        const char *begin = r->at;
        if (!json_skip(r)) {
            return false;
        }
        *(raw ? &record->raw : &record->body) = (struct slice){begin, (size_t)(r->at - begin)};
        return true;
    }
    return json_skip(r);
}

// Nanoseconds of a stamp that a venue wrote in ms, µs or ns, by the number of its digits; -1 for
// another number.
static int64_t stamp_ns(struct slice digits) {
    static const struct {
        size_t digits;
        int64_t unit_ns;
    } units[] = {{13, 1000000}, {16, 1000}, {19, 1}};
    int64_t value = 0;
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        if (digits.size == units[i].digits && decimal_parse(digits, 0, &value) && value >= 0 &&
            value <= INT64_MAX / units[i].unit_ns) {
            return value * units[i].unit_ns;
        }
    }
    return -1;
}

// The venue's stamp, by the names that venues give it, wherever it stands in the message.
static int64_t find_stamp_ns(struct slice raw) {
    static const struct slice names[] = {
        {"\"ts\":", 5}, {"\"E\":", 4}, {"\"time\":", 7}, {"\"timestamp\":", 12}, {"\"T\":", 4},
    };
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *at = memmem(raw.data, raw.size, names[i].data, names[i].size);
        if (at == NULL) {
            continue;
        }
        const char *limit = raw.data + raw.size;
        const char *begin = at + names[i].size;
        begin += begin < limit && *begin == '"';
        const char *end = begin;
        while (end < limit && *end >= '0' && *end <= '9') {
            end++;
        }
        int64_t found_ns = stamp_ns((struct slice){begin, (size_t)(end - begin)});
        if (found_ns >= 0) {
            return found_ns;
        }
    }
    return -1;
}

enum status tape_parse_envelope(struct slice line, struct tape_record *record, bool *skip) {
    record->kind = TAPE_FRAME;
    record->t_ns = -1;
    record->rest = false;
    record->connection = 0;
    record->venue = record->url = record->raw = record->symbol = (struct slice){"", 0};
    record->body = (struct slice){"", 0};
    *skip = false;
    struct json r;
    struct slice key;
    json_init(&r, line);
    if (!json_object_begin(&r)) {
        return status_fail(STATUS_DATA, "not a JSON object");
    }
    while (json_object_next(&r, &key)) {
        if (!parse_frame_member(&r, key, record, skip)) {
            return status_fail(STATUS_DATA, "member \"%.*s\" is malformed",
                               (int)(key.size < 40 ? key.size : 40), key.data);
        }
    }
    if (!json_end(&r)) {
        return status_fail(STATUS_DATA, "not a JSON object");
    }
    if (record->raw.size == 0 || record->venue.size == 0) {
        return status_fail(STATUS_DATA, "\"%s\" is missing",
                           record->raw.size == 0 ? "raw" : "venue");
    }
    if (record->t_ns < 0) {
        record->t_ns = find_stamp_ns(record->raw);
    }
    return STATUS_OK;
}

// Cuts the next comma-separated field off `rest`. False when there is none left.
static bool next_field(struct slice *rest, struct slice *field) {
    if (rest->data == NULL) {
        return false;
    }
    const char *comma = rest->size == 0 ? NULL : memchr(rest->data, ',', rest->size);
    if (comma == NULL) {
        *field = *rest;
        *rest = (struct slice){NULL, 0};
        return true;
    }
    size_t size = (size_t)(comma - rest->data);
    *field = (struct slice){rest->data, size};
    *rest = (struct slice){comma + 1, rest->size - size - 1};
    return true;
}

// "bid_px_12" and its three relations. False: not a level column, or deeper than we keep.
static bool level_column(struct slice name, bool *ask, bool *size, uint8_t *level) {
    static const struct {
        struct slice prefix;
        bool ask, size;
    } rows[] = {
        {{"bid_px_", 7}, false, false},
        {{"bid_sz_", 7}, false, true},
        {{"ask_px_", 7}, true, false},
        {{"ask_sz_", 7}, true, true},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (slice_starts(name, rows[i].prefix)) {
            struct slice digits = {name.data + 7, name.size - 7};
            int64_t number = 0;
            if (!decimal_parse(digits, 0, &number) || number < 1 || number > TAPE_LEVELS_MAX) {
                return false;
            }
            *ask = rows[i].ask;
            *size = rows[i].size;
            *level = (uint8_t)(number - 1);
            return true;
        }
    }
    return false;
}

static bool best_column(struct slice name, bool *ask, bool *size) {
    *ask = slice_starts(name, SLICE("ask"));
    *size = name.size > 3;
    return slice_equals(name, SLICE("bid")) || slice_equals(name, SLICE("ask")) ||
           slice_equals(name, SLICE("bid_size")) || slice_equals(name, SLICE("ask_size"));
}

static void set_level_column(struct tape_table *table, uint32_t at, bool ask, bool size,
                             uint8_t level) {
    table->column[at].use = TAPE_COLUMN_LEVEL;
    table->column[at].level = level;
    table->column[at].ask = ask;
    table->column[at].size = size;
}

bool tape_parse_header(struct slice line, struct tape_table *table) {
    memset(table, 0, sizeof(*table));
    uint32_t times = 0, venues = 0, symbols = 0, bests = 0, levels = 0;
    struct slice name;
    while (next_field(&line, &name)) {
        if (table->columns == TAPE_COLUMNS_MAX) {
            return false;
        }
        uint32_t at = table->columns++;
        bool ask = false, size = false;
        uint8_t level = 0;
        if (slice_equals(name, SLICE("ts_ns"))) {
            table->column[at].use = TAPE_COLUMN_TIME;
            times++;
        } else if (slice_equals(name, SLICE("venue"))) {
            table->column[at].use = TAPE_COLUMN_VENUE;
            venues++;
        } else if (slice_equals(name, SLICE("symbol"))) {
            table->column[at].use = TAPE_COLUMN_SYMBOL;
            symbols++;
        } else if (best_column(name, &ask, &size)) {
            set_level_column(table, at, ask, size, 0);
            bests++;
        } else if (level_column(name, &ask, &size, &level)) {
            set_level_column(table, at, ask, size, level);
            levels++;
        }
    }
    table->depth = levels > 0;
    bool bbo = venues == 1 && symbols == 1 && bests == 4 && levels == 0;
    bool depth = bests == 0 && levels >= 4;
    return times == 1 && (bbo || depth);
}

static bool parse_level(struct slice field, bool size, struct level *level) {
    int64_t value = 0;
    if (field.size > 0 &&
        (!decimal_parse_near(field, size ? QTY_DIGITS : PX_DIGITS, &value) || value < 0)) {
        return false;
    }
    if (size) {
        level->size = (struct qty){value};
    } else {
        level->price = (struct px){value};
    }
    return true;
}

// Levels up to the first one without a price.
static uint32_t count_levels(const struct level *levels) {
    uint32_t count = 0;
    while (count < TAPE_LEVELS_MAX && levels[count].price.v > 0) {
        count++;
    }
    return count;
}

enum status tape_parse_row(const struct tape_table *table, struct slice line,
                           struct tape_record *record) {
    record->kind = TAPE_ROW;
    record->t_ns = -1;
    record->depth = table->depth;
    record->rest = false;
    record->connection = 0;
    record->url = record->raw = record->body = (struct slice){"", 0};
    record->venue = record->symbol = (struct slice){"", 0};
    memset(record->bids, 0, sizeof(record->bids));
    memset(record->asks, 0, sizeof(record->asks));
    uint32_t at = 0;
    struct slice field;
    for (; next_field(&line, &field); at++) {
        if (at >= table->columns) {
            return status_fail(STATUS_DATA, "more than %u columns", table->columns);
        }
        switch (table->column[at].use) {
        case TAPE_COLUMN_TIME:
            if (!decimal_parse(field, 0, &record->t_ns) || record->t_ns < 0) {
                return status_fail(STATUS_DATA, "column %u is not a time", at + 1);
            }
            break;
        case TAPE_COLUMN_VENUE:
            record->venue = field;
            break;
        case TAPE_COLUMN_SYMBOL:
            record->symbol = field;
            break;
        case TAPE_COLUMN_LEVEL: {
            struct level *side = table->column[at].ask ? record->asks : record->bids;
            ASSERT(table->column[at].level < TAPE_LEVELS_MAX);
            if (!parse_level(field, table->column[at].size, &side[table->column[at].level])) {
                return status_fail(STATUS_DATA, "column %u is not a number a quote can hold",
                                   at + 1);
            }
            break;
        }
        default:
            break;
        }
    }
    if (at < table->columns) {
        return status_fail(STATUS_DATA, "%u columns instead of %u", at, table->columns);
    }
    record->bid_count = count_levels(record->bids);
    record->ask_count = count_levels(record->asks);
    return STATUS_OK;
}
