#include "harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const char *shared_folder(void) {
    const char *told = getenv("PERPDESK_SHARED");
    return told != NULL ? told : SHARED_DEFAULT;
}

bool harness_has_shared(void) {
    if (access(shared_folder(), R_OK) == 0) {
        return true;
    }
    print_message("# no samples and recordings at %s: set PERPDESK_SHARED\n", shared_folder());
    return false;
}

const char *harness_path(const char *folder, const char *name) {
    static char path[4096];
    struct text text = TEXT_OVER(path);
    text_add_format(&text, "%s/%s/%s", shared_folder(), folder, name);
    assert_false(text.truncated);
    return path;
}

char *harness_read(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fail_msg("%s cannot be read", path);
    }
    char *data = malloc(HARNESS_LINE_MAX);
    assert_non_null(data);
    *size = fread(data, 1, HARNESS_LINE_MAX - 1, file);
    data[*size] = '\0';
    (void)fclose(file);
    return data;
}

void harness_compare_golden(const struct text *found, const char *name, ...) {
    char path[4096];
    const char *write_to = getenv("PERPDESK_GOLDEN");
    int used = snprintf(path, sizeof(path), "%s/", write_to != NULL ? write_to : GOLDEN_FOLDER);
    assert_in_range(used, 1, sizeof(path) - 1);
    va_list arguments;
    va_start(arguments, name);
    used += vsnprintf(path + used, sizeof(path) - (size_t)used, name, arguments);
    va_end(arguments);
    assert_in_range(used, 1, sizeof(path) - 1);
    assert_false(found->truncated);
    if (write_to != NULL) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(found->data, 1, found->size, file), found->size);
        assert_int_equal(fclose(file), 0);
        return;
    }
    size_t size;
    char *expected = harness_read(path, &size);
    assert_string_equal(found->data, expected);
    free(expected);
}

void recording_open(struct recording *recording, const char *folder, const char *name) {
    const char *path = harness_path(folder, name);
    recording->file = gzopen(path, "rb");
    recording->line = malloc(HARNESS_LINE_MAX);
    recording->lines = 0;
    if (recording->file == NULL || recording->line == NULL) {
        fail_msg("%s cannot be read", path);
    }
}

bool recording_next(struct recording *recording, struct slice *line) {
    if (gzgets(recording->file, recording->line, HARNESS_LINE_MAX) == NULL) {
        return false;
    }
    *line = slice_of(recording->line);
    while (line->size > 0 && line->data[line->size - 1] == '\n') {
        line->size--;
    }
    recording->lines++;
    return true;
}

void recording_close(struct recording *recording) {
    gzclose(recording->file);
    free(recording->line);
}

struct slice harness_member(struct slice line, const char *name) {
    struct json r;
    struct slice key;
    struct slice found = {0};
    json_init(&r, line);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        (void)json_peek(&r); // blanks
        struct slice value = json_raw(&r);
        if (slice_equals(key, slice_of(name))) {
            found = value;
        }
    }
    assert_true(json_end(&r));
    return found;
}

struct slice harness_compact(struct slice json, char *out) {
    size_t size = 0;
    bool inside = false;
    for (size_t i = 0; i < json.size; i++) {
        char c = json.data[i];
        if (inside && c == '\\') {
            out[size++] = c;
            c = json.data[++i];
        } else if (c == '"') {
            inside = !inside;
        } else if (!inside && (c == ' ' || c == '\n' || c == '\r' || c == '\t')) {
            continue;
        }
        out[size++] = c;
    }
    return (struct slice){out, size};
}

static void on_update(struct md_sink *sink, const struct md_update *update) {
    struct harness *harness = (struct harness *)(void *)sink;
    assert_in_range(update->kind, 0, MD_REFUSED);
    harness->kinds[update->kind]++;
    if (update->kind == MD_REFUSED) {
        assert_in_range(update->refused.cause, 0, FEED_CAUSE_COUNT - 1);
        harness->causes[update->refused.cause]++;
    }
    harness->last = *update;
    if (harness->description != NULL) {
        harness_describe(harness->description, &harness->universe, update);
    }
    if (harness->on_update != NULL) {
        harness->on_update(harness, update);
    }
}

void harness_create(struct harness *harness, const char *venue, const char *const *symbols) {
    uint16_t count = 0;
    while (symbols[count] != NULL) {
        count++;
    }
    assert_in_range(count, 1, HARNESS_SYMBOLS_MAX);
    memset(harness, 0, sizeof(*harness));
    harness->sink.on_update = on_update;
    assert_int_equal(universe_create(&harness->universe, 1, count), STATUS_OK);
    for (uint16_t i = 0; i < count; i++) {
        struct symbol *symbol = &harness->universe.symbols[i];
        if (strchr(symbols[i], '/') != NULL) {
            assert_int_equal(symbol_parse(symbol, slice_of(symbols[i])), STATUS_OK);
        } else {
            (void)string_copy(symbol->name, sizeof(symbol->name), slice_of(symbols[i]));
        }
    }
    const struct venue *row = venue_find(slice_of(venue));
    assert_non_null(row);
    assert_int_equal(md_create(&harness->md, row->md, &harness->universe, 0), STATUS_OK);
    for (uint16_t i = 0; i < count; i++) {
        struct listing *listing = &harness->md.listings[i];
        if (strchr(symbols[i], '/') == NULL) {
            (void)string_copy(listing->native, sizeof(listing->native), slice_of(symbols[i]));
            if (name_map_get(&harness->md.natives, slice_of(symbols[i])) < 0) {
                assert_int_equal(name_map_put(&harness->md.natives, slice_of(symbols[i]), i),
                                 STATUS_OK);
            }
        }
        listing->contract = (struct qty){QTY_ONE};
    }
}

void harness_finish(struct harness *harness) {
    md_finish(&harness->md);
    universe_finish(&harness->universe);
}

static void add_side(struct text *out, const char *word, struct px px, struct qty qty, bool empty) {
    text_add_format(out, " %s ", word);
    if (empty) {
        text_add_string(out, "empty");
        return;
    }
    px_print(out, px, 0, PX_DIGITS);
    text_add_string(out, " x ");
    qty_print(out, qty, 0, QTY_DIGITS);
}

static void add_levels(struct text *out, const char *word, const struct level *levels,
                       uint32_t count) {
    text_add_format(out, " %u %s", count, word);
    for (uint32_t i = 0; i < count; i++) {
        add_side(out, i == 0 ? ":" : ",", levels[i].price, levels[i].size, false);
    }
}

static void add_book(struct text *out, const struct book_message *book) {
    text_add_format(out, " %s %lu..%lu after %lu", book->snapshot ? "snapshot" : "delta",
                    (unsigned long)book->first, (unsigned long)book->last,
                    (unsigned long)book->previous);
    if (book->checksum != 0) {
        text_add_format(out, " checksum %d", book->checksum);
    }
    add_levels(out, "bids", book->bids, book->bid_count);
    add_levels(out, "asks", book->asks, book->ask_count);
}

static void add_funding(struct text *out, const struct md_funding *funding) {
    if (funding->has_rate) {
        text_add_string(out, " per hour ");
        decimal_print(out, funding->per_hour.v, RATE_DIGITS, 0, RATE_DIGITS);
    }
    if (funding->has_mark) {
        text_add_string(out, " mark ");
        px_print(out, funding->mark, 0, PX_DIGITS);
    }
    if (funding->has_index) {
        text_add_string(out, " index ");
        px_print(out, funding->index, 0, PX_DIGITS);
    }
    text_add_format(out, " next %ld every %ld h", (long)(funding->next_settlement_ns / 1000000),
                    (long)(funding->interval_ns / INT64_C(3600000000000)));
}

static void add_listing(struct text *out, const struct listing *listing) {
    text_add_format(out, " %s %s", listing->native, listing->ready ? "ready" : "not ready");
    text_add_string(out, " tick ");
    px_print(out, listing->tick, 0, PX_DIGITS);
    text_add_string(out, " step ");
    qty_print(out, listing->step, 0, QTY_DIGITS);
    text_add_string(out, " contract ");
    qty_print(out, listing->contract, 0, QTY_DIGITS);
    text_add_string(out, " min ");
    qty_print(out, listing->size_min, 0, QTY_DIGITS);
    text_add_string(out, " max ");
    qty_print(out, listing->size_max, 0, QTY_DIGITS);
    text_add_string(out, " notional ");
    usd_print(out, listing->notional_min, 0, USD_DIGITS);
    text_add_format(out, " digits %u in %s", listing->significant_max,
                    currency_name((enum currency)listing->settle_currency));
}

void harness_describe(struct text *out, const struct universe *universe,
                      const struct md_update *update) {
    static const char *const names[] = {"bbo", "book",  "funding", "instrument", "time",
                                        "ack", "alive", "notice",  "reply",      "refused"};
    text_add_format(out, "  %s", names[update->kind]);
    bool named = update->kind <= MD_INSTRUMENT || update->kind == MD_ACK;
    if (named && update->symbol < universe->symbol_count) {
        text_add_format(out, " %s", universe->symbols[update->symbol].name);
    }
    if (update->kind == MD_BBO) {
        add_side(out, "bid", update->bbo.bid, update->bbo.bid_size, update->bbo.bid_empty);
        add_side(out, "ask", update->bbo.ask, update->bbo.ask_size, update->bbo.ask_empty);
        text_add_format(out, " sequence %lu", (unsigned long)update->bbo.sequence);
    } else if (update->kind == MD_BOOK) {
        add_book(out, &update->book);
    } else if (update->kind == MD_FUNDING) {
        add_funding(out, &update->funding);
    } else if (update->kind == MD_INSTRUMENT) {
        add_listing(out, &update->listing);
    } else if (update->kind == MD_REFUSED) {
        text_add_format(out, " %s", feed_cause_name(update->refused.cause));
    }
    if (update->kind == MD_REFUSED || update->kind == MD_NOTICE || update->kind == MD_REPLY) {
        text_add_string(out, " \"");
        text_add(out, update->refused.text);
        text_add_string(out, "\"");
    }
    if (update->venue_time_ns != 0) {
        text_add_format(out, " at %ld", (long)(update->venue_time_ns / 1000000));
    }
    text_add_char(out, '\n');
}
