#include "decode_desk.h"

#include <stdlib.h>

#include "exchanges/md_decode.h"

// Where a venue's messages have names and numbers of listings.
struct name_keys {
    const char *venue;
    const char *names[4];
    const char *numbers[2];
    int64_t first_number; // what the decoder's own number of a listing adds to it
};

static const struct name_keys keys_of_venues[] = {
    {"binance", {"s", "symbol"}, {NULL}, 0},
    {"okx", {"instId"}, {NULL}, 0},
    {"hyperliquid", {"coin", "name"}, {NULL}, 0},
    {"backpack", {"s", "symbol"}, {NULL}, 0},
    {"edgex", {"contractName"}, {"contractId", "channel"}, 0},
    {"grvt", {"instrument"}, {NULL}, 0},
    {"aster", {"s", "symbol"}, {NULL}, 0},
    {"paradex", {"market", "symbol"}, {NULL}, 0},
    {"extended", {"m", "market", "name"}, {NULL}, 0},
    {"lighter", {"s", "symbol"}, {"market_id", "channel"}, 1},
};

static const struct name_keys *keys_of(const struct decode_desks *desks) {
    for (size_t i = 0; i < COUNT_OF(keys_of_venues); i++) {
        if (strcmp(keys_of_venues[i].venue, desks->venue->md->name) == 0) {
            return &keys_of_venues[i];
        }
    }
    return NULL;
}

static bool is_one_of(const char *const *names, size_t count, struct slice key) {
    for (size_t i = 0; i < count && names[i] != NULL; i++) {
        if (slice_equals(key, slice_of(names[i]))) {
            return true;
        }
    }
    return false;
}

static enum status add_desk(struct decode_desks *desks) {
    struct decode_desk *desk = calloc(1, sizeof(*desk));
    if (desk == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for a decoder");
    }
    desks->desks[desks->count++] = desk;
    enum status status = universe_create(&desk->universe, 1, SYMBOL_MAX);
    if (status == STATUS_OK) {
        status = md_create(&desk->md, desks->venue->md, &desk->universe, 0);
    }
    if (status == STATUS_OK) { // no name is in it yet; a renamed one takes two places
        name_map_finish(&desk->md.natives);
        status = name_map_create(&desk->md.natives, 2 * SYMBOL_MAX);
    }
    for (uint16_t i = 0; status == STATUS_OK && i < SYMBOL_MAX; i++) {
        desk->md.listings[i].native[0] = '\0';
        desk->md.listings[i].contract = (struct qty){QTY_ONE}; // as sent until the rules tell
    }
    return status;
}

enum status decode_desks_create(struct decode_desks *desks, const struct venue *venue) {
    *desks = (struct decode_desks){.venue = venue};
    enum status status = add_desk(desks);
    if (status != STATUS_OK) {
        decode_desks_finish(desks);
        return status;
    }
    desks->desks[0]->used = DECODE_NOBODY + 1;
    (void)string_copy(desks->desks[0]->md.listings[DECODE_NOBODY].native, NATIVE_NAME_MAX,
                      SLICE("?"));
    return name_map_put(&desks->desks[0]->md.natives, SLICE("?"), DECODE_NOBODY);
}

void decode_desks_finish(struct decode_desks *desks) {
    for (uint32_t i = 0; i < desks->count; i++) {
        md_finish(&desks->desks[i]->md);
        universe_finish(&desks->desks[i]->universe);
        free(desks->desks[i]);
    }
    desks->count = 0;
}

// The name of the desk for a venue's own, found by trying: "BTC-USDT-SWAP" is BTC/USDT, because
// that is what BTC/USDT is called there.
static bool guess_symbol(const struct venue_md *venue, struct slice native, struct symbol *out) {
    static const char *const quotes[] = {"USDT", "USDC", "USD"};
    static const char *const ends[] = {"", "USDT", "USDC", "USD"};
    size_t cut = 0;
    while (cut < native.size && native.data[cut] != '-' && native.data[cut] != '_') {
        cut++;
    }
    for (size_t q = 0; q < COUNT_OF(quotes); q++) {
        for (size_t e = 0; e < COUNT_OF(ends); e++) {
            struct slice base = {native.data, cut};
            struct slice end = slice_of(ends[e]);
            bool ends_so = base.size > end.size &&
                           memcmp(base.data + base.size - end.size, end.data, end.size) == 0;
            if (!ends_so) {
                continue;
            }
            base.size -= end.size;
            for (int kilo = 0; kilo < 2; kilo++) { // kPEPE is 1000PEPE
                char name[2 * SYMBOL_NAME_MAX];
                char again[NATIVE_NAME_MAX];
                struct text text = TEXT_OVER(name);
                struct slice rest = kilo ? (struct slice){base.data + 1, base.size - 1} : base;
                text_add_string(&text, kilo ? "1000" : "");
                text_add(&text, rest);
                text_add_char(&text, '/');
                text_add_string(&text, quotes[q]);
                if (!text.truncated && symbol_parse(out, text_slice(&text)) == STATUS_OK &&
                    venue->native_name(out, again) && slice_equals(slice_of(again), native)) {
                    return true;
                }
            }
        }
    }
    return false;
}

static void name_symbol(const struct decode_desks *desks, struct decode_desk *desk, uint16_t symbol,
                        struct slice native) {
    struct symbol guessed;
    struct symbol *out = &desk->universe.symbols[symbol];
    if (guess_symbol(desks->venue->md, native, &guessed)) {
        *out = guessed;
    } else {
        *out = (struct symbol){.name = ""};
        (void)string_copy(out->name, sizeof(out->name), native);
    }
    (void)string_copy(desk->md.listings[symbol].native, NATIVE_NAME_MAX, native);
}

static struct decode_desk *find_name(const struct decode_desks *desks, struct slice name,
                                     uint16_t *symbol) {
    for (uint32_t i = 0; i < desks->count; i++) {
        if (md_find_symbol(&desks->desks[i]->md, name, symbol)) {
            return desks->desks[i];
        }
    }
    return NULL;
}

static struct decode_desk *find_number(const struct decode_desks *desks, uint64_t number,
                                       uint16_t *symbol) {
    for (uint32_t d = 0; number > 0 && d < desks->count; d++) {
        struct decode_desk *desk = desks->desks[d];
        for (uint16_t i = 0; i < desk->used; i++) {
            if (desk->md.native_ids[i] == number) {
                *symbol = i;
                return desk;
            }
        }
    }
    return NULL;
}

// A free symbol with that name. NULL: no more are possible.
static struct decode_desk *add_name(struct decode_desks *desks, struct slice name,
                                    uint16_t *symbol) {
    struct decode_desk *desk = desks->desks[desks->count - 1];
    if (desk->used == SYMBOL_MAX) {
        if (desks->count == DECODE_DESKS_MAX || add_desk(desks) != STATUS_OK) {
            return NULL;
        }
        desk = desks->desks[desks->count - 1];
    }
    if (name_map_put(&desk->md.natives, name, desk->used) != STATUS_OK) {
        return NULL;
    }
    *symbol = desk->used++;
    name_symbol(desks, desk, *symbol, name);
    return desk;
}

// What stood for a number gets its name.
static bool rename_number(struct decode_desks *desks, struct decode_desk *desk, uint16_t symbol,
                          struct slice name) {
    if (name_map_put(&desk->md.natives, name, symbol) != STATUS_OK) {
        return false;
    }
    name_symbol(desks, desk, symbol, name);
    return true;
}

bool decode_desks_learn(struct decode_desks *desks, struct slice name, int64_t id) {
    const struct name_keys *keys = keys_of(desks);
    uint16_t named = 0;
    uint16_t numbered = 0;
    uint64_t number = id < 0 || keys == NULL ? 0 : (uint64_t)id + (uint64_t)keys->first_number;
    char digits[24];
    struct text text = TEXT_OVER(digits);
    if (name.size >= NATIVE_NAME_MAX || (name.size == 0 && number == 0)) {
        return false;
    }
    struct decode_desk *by_number = find_number(desks, number, &numbered);
    if (name.size == 0) {
        if (by_number != NULL) {
            return true;
        }
        text_add_int(&text, id);
        name = text_slice(&text);
    }
    struct decode_desk *by_name = find_name(desks, name, &named);
    if (by_name == NULL && by_number != NULL) {
        return rename_number(desks, by_number, numbered, name);
    }
    if (by_name == NULL) {
        by_name = add_name(desks, name, &named);
    }
    if (by_name != NULL && number > 0) {
        if (by_number != NULL) {
            by_number->md.native_ids[numbered] = 0;
        }
        by_name->md.native_ids[named] = number;
    }
    return by_name != NULL;
}

// The names and numbers of one message, to be put together when there is one of each.
struct found {
    struct decode_desks *desks;
    const struct name_keys *keys;
    struct slice name;
    int64_t number;
    uint32_t names, numbers;
};

// "10000001", or the first number in "depth.10000001.15", "order_book:0", "ticker/0". -1: none.
static int64_t number_in(struct slice text) {
    while (text.size > 0) {
        size_t size = 0;
        while (size < text.size && strchr(".:/", text.data[size]) == NULL) {
            size++;
        }
        int64_t number;
        struct slice part = {text.data, size};
        if (size > 0 && part.data[0] >= '0' && part.data[0] <= '9' &&
            decimal_parse(part, 0, &number)) {
            return number;
        }
        size += size < text.size;
        text = (struct slice){text.data + size, text.size - size};
    }
    return -1;
}

static void walk(struct found *found, struct json *r);

static void walk_object(struct found *found, struct json *r) {
    struct slice key, text, name = {0};
    int64_t number = -1;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        enum json_kind kind = json_peek(r);
        bool is_text = kind == JSON_STRING || kind == JSON_NUMBER;
        if (kind == JSON_STRING && is_one_of(found->keys->names, 4, key)) {
            (void)json_string(r, &name);
        } else if (is_text && is_one_of(found->keys->numbers, 2, key) && json_text(r, &text)) {
            int64_t told = number_in(text);
            number = told >= 0 ? told : number;
        } else {
            walk(found, r);
        }
    }
    if (r->failed) {
        return;
    }
    if (name.size > 0) {
        (void)decode_desks_learn(found->desks, name, number);
    }
    if (name.size > 0 && number < 0) {
        found->name = name;
        found->names++;
    }
    if (number >= 0 && name.size == 0) {
        found->number = number;
        found->numbers++;
    }
}

static void walk(struct found *found, struct json *r) {
    enum json_kind kind = json_peek(r);
    if (kind == JSON_OBJECT) {
        walk_object(found, r);
    } else if (kind == JSON_ARRAY) {
        json_array_begin(r);
        while (json_array_next(r)) {
            walk(found, r);
        }
    } else {
        json_skip(r);
    }
}

void decode_desks_learn_all(struct decode_desks *desks, struct slice message) {
    struct found found = {.desks = desks, .keys = keys_of(desks)};
    struct json r;
    json_init(&r, message);
    if (found.keys == NULL || (json_peek(&r) != JSON_OBJECT && json_peek(&r) != JSON_ARRAY)) {
        return;
    }
    walk(&found, &r);
    if (found.names == 1 && found.numbers == 1) {
        (void)decode_desks_learn(desks, found.name, found.number);
    }
}

bool decode_desks_learn_told(struct decode_desks *desks, struct slice told) {
    const struct name_keys *keys = keys_of(desks);
    uint16_t symbol;
    if (keys != NULL && keys->numbers[0] != NULL && number_in(told) >= 0) {
        return decode_desks_learn(desks, (struct slice){0}, number_in(told));
    }
    return told.size > 0 && find_name(desks, told, &symbol) == NULL &&
           decode_desks_learn(desks, told, -1);
}

// Parts of an address or a JSON text: what lies between these.
static bool is_between(char c) {
    return c != '\0' && strchr("?&=/\"{}[],: ", c) != NULL;
}

struct decode_desk *decode_desks_find(const struct decode_desks *desks, struct slice text,
                                      uint16_t *symbol) {
    const struct name_keys *keys = keys_of(desks);
    for (size_t at = 0, end = 0; at < text.size; at = end + 1) {
        end = at;
        while (end < text.size && !is_between(text.data[end])) {
            end++;
        }
        struct slice part = {text.data + at, end - at};
        struct decode_desk *desk = part.size > 0 ? find_name(desks, part, symbol) : NULL;
        bool number_key = at > 0 && text.data[at - 1] == '=' && keys != NULL;
        int64_t number = -1;
        if (desk == NULL && number_key && decimal_parse(part, 0, &number) && number >= 0) {
            desk = find_number(desks, (uint64_t)number + (uint64_t)keys->first_number, symbol);
        }
        if (desk != NULL) {
            return desk;
        }
    }
    return NULL;
}
