// What every reader of the messages of P1 must agree on.
#include "decode_load.h"

#include <stdlib.h>

#include <cjson/cJSON.h>

#include "base/clock.h"

enum { MESSAGE_MAX = 4096 };

// One value of cJSON's tree by a way like "data.levels.0.3.px", as a number of the scale.
static int64_t tree_value(const cJSON *node, const char *way, size_t size, int digits) {
    char name[16];
    int64_t value;
    for (const char *end = way + size; way < end; way++) {
        size_t length = 0;
        while (way < end && *way != '.' && length < sizeof(name) - 1) {
            name[length++] = *way++;
        }
        name[length] = '\0';
        node = cJSON_IsArray(node) ? cJSON_GetArrayItem(node, atoi(name))
                                   : cJSON_GetObjectItemCaseSensitive(node, name);
    }
    ASSERT(cJSON_IsString(node));
    ASSERT(decimal_parse(slice_of(node->valuestring), digits, &value));
    return value;
}

static void check_level(const cJSON *tree, const char *ways, uint32_t index, struct level level) {
    char data[128];
    struct text text = TEXT_OVER(data);
    for (const char *c = ways; *c != '\0'; c++) {
        if (c[0] == '%' && c[1] == 'u') {
            text_add_int(&text, index);
            c++;
        } else if (c[0] == '%' && c[1] == 'a') { // behind the levels of the other side
            text_add_int(&text, FLOOR_LEVELS + index);
            c++;
        } else {
            text_add_char(&text, *c);
        }
    }
    const char *second = strchr(data, ' ');
    ASSERT(second != NULL);
    ASSERT(tree_value(tree, data, (size_t)(second - data), PX_DIGITS) == level.price.v);
    ASSERT(tree_value(tree, second + 1, strlen(second + 1), QTY_DIGITS) == level.size.v);
}

struct keeper {
    struct md_sink sink; // must be first
    struct md_update last;
};

static void on_keep(struct md_sink *sink, const struct md_update *update) {
    ((struct keeper *)(void *)sink)->last = *update;
}

// The decoder's update in the form of the floors.
static void take_update(const struct md_update *update, struct floor_quote *out) {
    if (update->kind == MD_BBO) {
        out->counts[0] = out->counts[1] = 1;
        out->sides[0][0] = (struct level){update->bbo.bid, update->bbo.bid_size};
        out->sides[1][0] = (struct level){update->bbo.ask, update->bbo.ask_size};
        out->sequence = update->bbo.sequence;
    } else {
        ASSERT(update->kind == MD_BOOK);
        const struct book_message *book = &update->book;
        ASSERT(book->bid_count > 0 && book->bid_count <= FLOOR_LEVELS);
        ASSERT(book->ask_count == book->bid_count);
        out->counts[0] = out->counts[1] = book->bid_count;
        memcpy(out->sides[0], book->bids, book->bid_count * sizeof(struct level));
        memcpy(out->sides[1], book->asks, book->ask_count * sizeof(struct level));
        out->sequence = 0;
    }
    out->time_ms = (uint64_t)(update->venue_time_ns / NS_PER_MS);
}

static void check_floor(const struct decode_load *load, struct slice message, floor_read *read,
                        const struct floor_quote *expected) {
    struct floor_quote quote;
    uint64_t name[2] = {0};
    struct slice native = slice_of(load->md.listings[0].native);
    ASSERT(native.size <= sizeof(name));
    if (load->market > 0) {
        name[0] = load->market;
    } else {
        memcpy(name, native.data, native.size);
    }
    ASSERT(read(message, &quote));
    ASSERT(memcmp(quote.name, name, sizeof(name)) == 0);
    ASSERT(quote.time_ms == expected->time_ms);
    ASSERT(expected->sequence == 0 || quote.sequence == expected->sequence);
    for (int side = 0; side < 2; side++) {
        ASSERT(quote.counts[side] == expected->counts[side]);
        ASSERT(memcmp(quote.sides[side], expected->sides[side],
                      quote.counts[side] * sizeof(struct level)) == 0);
    }
}

// The decoder against cJSON's tree, the floors against the decoder.
static void check_equal(struct decode_load *load, struct slice message) {
    struct keeper keeper = {.sink = {on_keep}};
    struct floor_quote quote;
    cJSON *tree = cJSON_ParseWithLength(message.data, message.size);
    ASSERT(tree != NULL);
    load->md.venue->decode(&load->md, 0, message, &keeper.sink);
    take_update(&keeper.last, &quote);
    for (uint32_t i = 0; i < quote.counts[0]; i++) {
        check_level(tree, load->bid, i, quote.sides[0][i]);
        check_level(tree, load->ask, i, quote.sides[1][i]);
    }
    cJSON_Delete(tree);
    check_floor(load, message, load->anchored, &quote);
    check_floor(load, message, load->scanner, &quote);
}

void decode_load_prepare(struct decode_load *load, const struct universe *universe) {
    const struct venue *venue = venue_find(slice_of(load->venue));
    ASSERT(venue != NULL);
    ASSERT(md_create(&load->md, venue->md, universe, 0) == STATUS_OK);
    load->md.listings[0].contract = (struct qty){QTY_ONE};
    load->md.native_ids[0] = load->native_id;
    load->arena = calloc(DECODE_MESSAGES, MESSAGE_MAX);
    ASSERT(load->arena != NULL);
    char *at = load->arena;
    for (uint32_t n = 0; n < DECODE_MESSAGES; n++) {
        struct text text = text_over(at, MESSAGE_MAX - FLOOR_READ_AHEAD);
        load->write(&text, n);
        ASSERT(!text.truncated);
        load->messages[n] = (struct slice){at, text.size};
        at += text.size + 1;
    }
    load->md.merged_sequence[0] = UINT64_MAX; // GRVT: the next message begins the count
    for (uint32_t n = 0; n < DECODE_MESSAGES; n++) {
        check_equal(load, load->messages[n]);
    }
}

void decode_load_finish(struct decode_load *load) {
    md_finish(&load->md);
    free(load->arena);
}
