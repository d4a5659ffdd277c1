// venue_vectors DIR [VENUE…]: runs every case of DIR/<venue>/*.json, in the formats of the venues'
// sheets, and ends with `N passed, N failed, N skipped`. A skip says why; a file whose name is no
// known format counts as one skip.
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "exchanges/bytes_text.h"
#include "exchanges/venues.h"
#include "vectors.h"

static const struct {
    const char *venue;
    const struct vectors_format *formats;
} venues[] = {
    {"aster", vectors_aster},
    {"backpack", vectors_backpack},
    {"binance", vectors_binance},
    {"edgex", vectors_edgex},
    {"extended", vectors_extended},
    {"grvt", vectors_grvt},
    {"hyperliquid", vectors_hyperliquid},
    {"lighter", vectors_lighter},
    {"paradex", vectors_paradex},
    {"starknet", vectors_starknet},
};

// ---- cases -------------------------------------------------------------------------------------

void vectors_begin(struct vectors *vectors, const json_t *one, size_t index, const char *id) {
    if (id == NULL) {
        id = vectors_text(one, "id");
        id = id[0] != '\0' ? id : vectors_text(one, "description");
    }
    vectors->case_failed = false;
    if (id[0] != '\0') {
        (void)string_copy(vectors->id, sizeof(vectors->id), slice_of(id));
    } else {
        (void)snprintf(vectors->id, sizeof(vectors->id), "case %zu", index);
    }
}

void vectors_end(struct vectors *vectors) {
    vectors->passed += !vectors->case_failed;
    vectors->failed += vectors->case_failed;
}

void vectors_skip(struct vectors *vectors, const char *reason) {
    printf("skipped %s/%s %s: %s\n", vectors->venue, vectors->file, vectors->id, reason);
    vectors->skipped++;
}

__attribute__((format(printf, 2, 3))) static void complain(struct vectors *vectors,
                                                           const char *format, ...) {
    va_list arguments;
    vectors->case_failed = true;
    printf("failed %s/%s %s: ", vectors->venue, vectors->file, vectors->id);
    va_start(arguments, format);
    (void)vprintf(format, arguments);
    va_end(arguments);
    (void)putchar('\n');
}

bool vectors_true(struct vectors *vectors, bool condition, const char *what) {
    if (!condition) {
        complain(vectors, "%s", what);
    }
    return condition;
}

bool vectors_same(struct vectors *vectors, const char *what, struct slice got, struct slice want) {
    if (!slice_equals(got, want)) {
        complain(vectors, "%s is %.*s, not %.*s", what, (int)got.size, got.data, (int)want.size,
                 want.data);
        return false;
    }
    return true;
}

bool vectors_same_bytes(struct vectors *vectors, const char *what, const uint8_t *got, size_t size,
                        const char *hex) {
    uint8_t want[512];
    char got_data[1100];
    struct text got_text = TEXT_OVER(got_data);
    if (size > sizeof(want) || !hex_read_number(slice_of(hex), want, size) ||
        memcmp(got, want, size) != 0) {
        hex_add(&got_text, got, size);
        complain(vectors, "%s is %s, not %s", what, got_data, hex);
        return false;
    }
    return true;
}

// ---- members -----------------------------------------------------------------------------------

const char *vectors_text(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

struct slice vectors_slice(const json_t *object, const char *name) {
    const json_t *member = json_object_get(object, name);
    const char *text = json_string_value(member);
    return text != NULL ? (struct slice){text, json_string_length(member)} : (struct slice){"", 0};
}

int64_t vectors_int(const json_t *object, const char *name) {
    return json_integer_value(json_object_get(object, name));
}

// ---- accounts ----------------------------------------------------------------------------------

bool vectors_account_create(struct vectors *vectors, struct vectors_account *account,
                            const char *venue, const char *const *symbols,
                            const struct slice *secrets, bool testnet) {
    const struct venue *row = venue_find(slice_of(venue));
    uint16_t count = 0;
    while (symbols[count] != NULL) {
        count++;
    }
    memset(account, 0, sizeof(*account));
    enum status status = row == NULL || row->oe == NULL
                             ? status_fail(STATUS_DATA, "%s has no order entry", venue)
                             : universe_create(&account->universe, 1, count);
    for (uint16_t i = 0; status == STATUS_OK && i < count; i++) {
        status = symbol_parse(&account->universe.symbols[i], slice_of(symbols[i]));
    }
    if (status == STATUS_OK) {
        status = oe_create(&account->oe, row->oe, row->md, &account->universe, testnet, secrets);
    }
    return vectors_true(vectors, status == STATUS_OK, status_text());
}

void vectors_account_finish(struct vectors_account *account) {
    oe_destroy(&account->oe);
    universe_finish(&account->universe);
}

void vectors_learn(struct vectors_account *account, uint16_t symbol, struct px tick,
                   struct qty step) {
    struct listing listing = account->oe.listings[symbol];
    listing.ready = true;
    listing.symbol = symbol;
    listing.tick = tick;
    listing.step = step;
    listing.contract = (struct qty){QTY_ONE};
    oe_learn(&account->oe, symbol, &listing);
}

// ---- fields ------------------------------------------------------------------------------------

void vectors_escape(struct text *out, struct slice value) {
    for (size_t i = 0; i < value.size; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
            (c != '\0' && strchr("-_.~!*'()", c) != NULL)) {
            text_add_char(out, (char)c);
        } else {
            text_add_format(out, "%%%02X", c);
        }
    }
}

static struct slice cut(struct slice *rest, char separator) {
    const char *at = rest->size == 0 ? NULL : memchr(rest->data, separator, rest->size);
    size_t size = at == NULL ? rest->size : (size_t)(at - rest->data);
    size_t used = at == NULL ? size : size + 1;
    struct slice part = {rest->data, size};
    *rest = (struct slice){rest->data + used, rest->size - used};
    return part;
}

bool vectors_field(struct slice query, const char *name, struct slice *value) {
    while (query.size > 0) {
        struct slice pair = cut(&query, '&');
        if (slice_equals(cut(&pair, '='), slice_of(name))) {
            *value = pair;
            return true;
        }
    }
    return false;
}

static bool is_listed(struct slice name, const json_t *skip, struct slice extra) {
    size_t i;
    const json_t *item;
    json_array_foreach(skip, i, item) {
        if (slice_equals(name, slice_of(json_string_value(item)))) {
            return true;
        }
    }
    while (extra.size > 0) {
        if (slice_equals(name, cut(&extra, ' '))) {
            return true;
        }
    }
    return false;
}

static void one_way(struct vectors *vectors, struct slice from, struct slice to, const json_t *skip,
                    struct slice extra) {
    while (from.size > 0) {
        struct slice pair = cut(&from, '&');
        struct slice name = cut(&pair, '='), value;
        char plain[64];
        if (is_listed(name, skip, extra)) {
            continue;
        }
        (void)string_copy(plain, sizeof(plain), name);
        if (!vectors_field(to, plain, &value)) {
            complain(vectors, "field %s is only on one side", plain);
        } else {
            (void)vectors_same(vectors, plain, value, pair);
        }
    }
}

void vectors_same_fields(struct vectors *vectors, struct slice got, struct slice want,
                         const json_t *skip, const char *extra) {
    one_way(vectors, want, got, skip, slice_of(extra));
    one_way(vectors, got, want, skip, slice_of(extra));
}

// ---- files -------------------------------------------------------------------------------------

static void run_file(struct vectors *vectors, const struct vectors_format *formats,
                     const char *folder) {
    char path[4096];
    json_error_t error;
    for (; formats->file != NULL; formats++) {
        if (strcmp(formats->file, vectors->file) != 0) {
            continue;
        }
        (void)snprintf(path, sizeof(path), "%s/%s/%s", folder, vectors->venue, vectors->file);
        json_t *root = json_load_file(path, JSON_DECODE_ANY, &error);
        uint32_t before = vectors->passed + vectors->failed + vectors->skipped;
        (void)string_copy(vectors->id, sizeof(vectors->id), SLICE("file"));
        if (root == NULL) {
            complain(vectors, "line %d: %s", error.line, error.text);
            vectors->failed++;
            return;
        }
        formats->run(vectors, root);
        if (vectors->passed + vectors->failed + vectors->skipped == before) {
            complain(vectors, "no case in it");
            vectors->failed++;
        }
        json_decref(root);
        return;
    }
    (void)string_copy(vectors->id, sizeof(vectors->id), SLICE("file"));
    vectors_skip(vectors, "no format of that name");
}

static int is_json(const struct dirent *entry) {
    size_t size = strlen(entry->d_name);
    return size > 5 && strcmp(entry->d_name + size - 5, ".json") == 0;
}

static void run_venue(struct vectors *vectors, const struct vectors_format *formats,
                      const char *folder) {
    char path[4096];
    struct dirent **entries;
    (void)snprintf(path, sizeof(path), "%s/%s", folder, vectors->venue);
    int count = scandir(path, &entries, is_json, alphasort);
    if (count < 0) {
        return; // no vectors of that venue here
    }
    for (int i = 0; i < count; i++) {
        vectors->file = entries[i]->d_name;
        uint32_t before[] = {vectors->passed, vectors->failed, vectors->skipped};
        run_file(vectors, formats, folder);
        printf("%s/%s: %u passed, %u failed, %u skipped\n", vectors->venue, vectors->file,
               vectors->passed - before[0], vectors->failed - before[1],
               vectors->skipped - before[2]);
        free(entries[i]);
    }
    free(entries);
}

static bool is_wanted(const char *venue, int argc, char **argv) {
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], venue) == 0) {
            return true;
        }
    }
    return argc <= 2;
}

int main(int argc, char **argv) {
    struct vectors vectors = {0};
    if (argc < 2) {
        (void)fprintf(stderr, "usage: venue_vectors DIR [VENUE...]\n");
        return 64;
    }
    for (size_t i = 0; i < COUNT_OF(venues); i++) {
        if (is_wanted(venues[i].venue, argc, argv)) {
            vectors.venue = venues[i].venue;
            run_venue(&vectors, venues[i].formats, argv[1]);
        }
    }
    printf("%u passed, %u failed, %u skipped\n", vectors.passed, vectors.failed, vectors.skipped);
    return vectors.failed > 0 || vectors.passed == 0 ? 1 : 0;
}
