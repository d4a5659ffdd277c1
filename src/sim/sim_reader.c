#include "sim/sim_reader.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/json.h"
#include "exchanges/venues.h"

enum {
    OPENING_RECORDS = 8192, // as far as the names and rules are looked for
    NOTHING_RECORDS = 1024, // by then a recording for decoders has shown that it is one
    DECODERS_MAX = 16,
    SUBSCRIBE_TEXT_MAX = 16 * 1024
};

struct names {
    char of[SYMBOL_MAX][NATIVE_NAME_MAX];
    uint16_t count;
};

// One recorded venue.
struct decoder {
    struct sim_reader *reader;
    const struct venue_md *venue;
    bool judged, combined;    // a stream's frame was seen; it is one of Binance's combined streams
    struct names told, ruled; // by the stream, by the rules
    struct universe universe; // names of symbols only
    struct md md;
    struct md_sink sink;
    bool ready, gap;
    struct sim_seen *seen; // universe.symbol_count
};

struct sim_reader {
    struct decoder *decoders[DECODERS_MAX];
    uint32_t count;
    bool learning;
    // the record at hand
    struct decoder *current;            // NULL: not a decoder's
    uint16_t next;                      // symbol to be told next
    bool single_left;                   // `single` is to be told
    struct sim_record_name single;      // of tables and shapes
    char subscribe[SUBSCRIBE_TEXT_MAX]; // scratch
};

// ---- updates ----------------------------------------------------------------------------------

static struct decoder *decoder_of(struct md_sink *sink) {
    return (struct decoder *)(void *)((char *)sink - offsetof(struct decoder, sink));
}

static bool add_name(struct names *names, struct slice name) {
    for (uint16_t i = 0; i < names->count; i++) {
        if (slice_equals(name, slice_of(names->of[i]))) {
            return false;
        }
    }
    if (names->count == SYMBOL_MAX || name.size >= NATIVE_NAME_MAX) {
        return false;
    }
    (void)string_copy(names->of[names->count++], NATIVE_NAME_MAX, name);
    return true;
}

// "BTC-USDT-SWAP", not "30000001" or "ticker:1": those are numbers of the venue.
static bool is_name(struct slice text) {
    bool letter = false;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        letter = letter || (c >= 'A' && c <= 'Z');
        if (c <= ' ' || c > '~' || c == ':' || c == '.') {
            return false;
        }
    }
    return letter;
}

static void scale_side(struct sim_seen *seen, struct level *levels, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        levels[i].size = sim_units_base(&seen->units, levels[i].price, levels[i].size);
    }
}

static void learn_side(struct sim_seen *seen, const struct level *levels, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        sim_learn_level(&seen->tick, &seen->step, levels[i]);
    }
}

static void take_bbo(struct decoder *decoder, const struct md_update *update) {
    struct sim_seen *seen = &decoder->seen[update->symbol];
    const struct md_bbo *bbo = &update->bbo;
    seen->bid = bbo->bid_empty ? (struct level){{0}, {0}} : (struct level){bbo->bid, bbo->bid_size};
    seen->ask = bbo->ask_empty ? (struct level){{0}, {0}} : (struct level){bbo->ask, bbo->ask_size};
    scale_side(seen, &seen->bid, 1);
    scale_side(seen, &seen->ask, 1);
    seen->quoted = true;
    if (decoder->reader->learning) {
        seen->quotes++;
        learn_side(seen, &seen->bid, 1);
        learn_side(seen, &seen->ask, 1);
    }
}

static void take_book(struct decoder *decoder, const struct md_update *update) {
    struct sim_seen *seen = &decoder->seen[update->symbol];
    const struct book_message *book = &update->book;
    if (seen->sync.book.levels_max == 0 &&
        book_sync_create(&seen->sync, decoder->venue->book_rule, decoder->venue->book_levels) !=
            STATUS_OK) {
        return; // no memory: the best prices are shown, where they come by themselves
    }
    // A book's levels lie in the decoder's own scratch.
    ASSERT((book->bid_count == 0 || book->bids == decoder->md.bids) &&
           (book->ask_count == 0 || book->asks == decoder->md.asks));
    scale_side(seen, decoder->md.bids, book->bid_count);
    scale_side(seen, decoder->md.asks, book->ask_count);
    if (decoder->reader->learning) {
        seen->books++;
        learn_side(seen, decoder->md.bids, book->bid_count);
        learn_side(seen, decoder->md.asks, book->ask_count);
    }
    struct book_message numbered = *book;
    bool unnumbered = book->last == 0 && book->previous == 0 && !book->snapshot;
    if (unnumbered && decoder->venue->book_rule == BOOK_RULE_PREVIOUS) {
        numbered.previous = seen->sync.last; // recorded before the venue told its numbers
        numbered.last = seen->sync.last + 1;
    }
    if (book_sync_apply(&seen->sync, &numbered) == BOOK_APPLIED) {
        seen->booked = true;
        if (book_crossed(&seen->sync.book)) {
            book_sync_reset(&seen->sync);
        }
    }
}

// Rules of another kind of instrument than the decoder is for mean other sizes.
static void take_rules(struct decoder *decoder, uint16_t symbol) {
    struct sim_seen *seen = &decoder->seen[symbol];
    if (seen->foreign) {
        decoder->md.listings[symbol].contract.v = QTY_ONE;
    } else {
        seen->units = (struct sim_units){0};
    }
}

static void on_update(struct md_sink *sink, const struct md_update *update) {
    struct decoder *decoder = decoder_of(sink);
    if (update->kind == MD_REFUSED) {
        decoder->gap = decoder->gap || update->refused.cause == FEED_GAP;
        if (!decoder->ready && update->refused.cause == FEED_UNKNOWN_SYMBOL &&
            is_name(update->refused.text)) {
            (void)add_name(&decoder->told, update->refused.text);
        }
        return;
    }
    bool of_symbol =
        update->kind == MD_BBO || update->kind == MD_BOOK || update->kind == MD_INSTRUMENT;
    if (!decoder->ready || !of_symbol || update->symbol >= decoder->universe.symbol_count) {
        return;
    }
    decoder->seen[update->symbol].venue_ns = update->venue_time_ns;
    if (update->kind == MD_BBO) {
        take_bbo(decoder, update);
    } else if (update->kind == MD_BOOK) {
        take_book(decoder, update);
    } else {
        take_rules(decoder, update->symbol);
    }
}

// ---- messages ---------------------------------------------------------------------------------

// What a feed does on a new connection: decoders begin their counts with it. Nothing is sent.
static void begin_connection(struct decoder *decoder, uint32_t connection) {
    for (uint32_t step = 0;; step++) {
        struct text text = TEXT_OVER(decoder->reader->subscribe);
        if (!decoder->venue->subscribe(&decoder->md, connection, step, &text)) {
            return;
        }
    }
}

static void forget_books(struct decoder *decoder) {
    for (uint16_t i = 0; i < decoder->universe.symbol_count && decoder->seen != NULL; i++) {
        if (decoder->seen[i].sync.book.levels_max > 0) {
            book_sync_reset(&decoder->seen[i].sync);
        }
    }
}

static void decode_frame(struct decoder *decoder, const struct tape_record *record) {
    if (record->connection >= MD_CONNECTIONS_MAX || record->raw.data[0] == '"') {
        return; // a string holds what was no JSON: no venue's market data
    }
    decoder->gap = false;
    decoder->venue->decode(&decoder->md, record->connection, record->raw, &decoder->sink);
    if (decoder->gap) { // the recorder's feed connected anew here
        forget_books(decoder);
        begin_connection(decoder, record->connection);
        decoder->venue->decode(&decoder->md, record->connection, record->raw, &decoder->sink);
    }
}

static bool ends_with(struct slice text, struct slice end) {
    return text.size >= end.size &&
           memcmp(text.data + text.size - end.size, end.data, end.size) == 0;
}

// Whether the record answers this very request.
static bool answers(struct decoder *decoder, const struct tape_record *record,
                    enum md_request_kind kind, uint16_t symbol) {
    struct md_request request = {0};
    return decoder->venue->request(&decoder->md, kind, symbol, &request) &&
           ends_with(record->url, slice_of(request.path)) &&
           slice_equals(record->body, slice_of(request.body));
}

static void decode_answer(struct decoder *decoder, const struct tape_record *record) {
    const struct venue_md *venue = decoder->venue;
    static const enum md_request_kind kinds[] = {MD_REQUEST_BOOK, MD_REQUEST_QUOTE};
    if (answers(decoder, record, MD_REQUEST_INSTRUMENTS, 0)) {
        venue->decode_rest(&decoder->md, MD_REQUEST_INSTRUMENTS, 0, record->raw, &decoder->sink);
        return;
    }
    for (uint16_t i = 0; i < decoder->universe.symbol_count; i++) {
        for (size_t k = 0; k < COUNT_OF(kinds); k++) {
            if (answers(decoder, record, kinds[k], i)) {
                venue->decode_rest(&decoder->md, kinds[k], i, record->raw, &decoder->sink);
                return;
            }
        }
    }
}

// ---- opening ----------------------------------------------------------------------------------

static enum status make_md(struct decoder *decoder) {
    enum status status = md_create(&decoder->md, decoder->venue, &decoder->universe, 0);
    if (status != STATUS_OK) {
        return status;
    }
    decoder->md.demo_streams = true;
    for (uint16_t i = 0; i < decoder->universe.symbol_count; i++) {
        decoder->md.wants_book[i] = true;
    }
    for (uint32_t i = 0; i < MD_CONNECTIONS_MAX; i++) {
        begin_connection(decoder, i);
    }
    return STATUS_OK;
}

// A decoder that knows no symbol at all, to be told those there are.
static enum status probe_create(struct sim_reader *reader, const struct venue_md *venue,
                                struct decoder **out) {
    struct decoder *decoder = calloc(1, sizeof(*decoder));
    if (decoder == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for the decoder of %s", venue->name);
    }
    decoder->reader = reader;
    decoder->venue = venue;
    decoder->sink.on_update = on_update;
    decoder->universe.venue_count = decoder->universe.symbol_count = 1;
    enum status status = symbol_parse(&decoder->universe.symbols[0], SLICE("NONE/NONE"));
    ASSERT(status == STATUS_OK);
    status = make_md(decoder);
    if (status != STATUS_OK) {
        free(decoder);
        return status;
    }
    reader->decoders[reader->count++] = decoder;
    *out = decoder;
    return STATUS_OK;
}

static struct decoder *find_decoder(const struct sim_reader *reader, struct slice venue) {
    for (uint32_t i = 0; i < reader->count; i++) {
        if (slice_equals(venue, slice_of(reader->decoders[i]->venue->name))) {
            return reader->decoders[i];
        }
    }
    return NULL;
}

// Texts of an answer that the venue itself would call a symbol by.
static void find_ruled_names(struct decoder *decoder, struct slice answer) {
    const char *limit = answer.data + answer.size;
    for (const char *at = answer.data; at < limit; at++) {
        if (*at != '"') {
            continue;
        }
        const char *end = json_find_quote(at + 1, limit);
        struct slice text = {at + 1, (size_t)(end - at - 1)};
        char native[NATIVE_NAME_MAX];
        struct symbol symbol;
        if (is_name(text) && text.size < NATIVE_NAME_MAX &&
            sim_source_canonical(&symbol, text) == STATUS_OK &&
            decoder->venue->native_name(&symbol, native) && slice_equals(text, slice_of(native))) {
            (void)add_name(&decoder->ruled, text);
        }
        at = end;
    }
}

static enum status find_names(struct sim_reader *reader, const struct tape_record *record) {
    const struct venue *venue = record->kind == TAPE_FRAME ? venue_find(record->venue) : NULL;
    struct decoder *decoder = find_decoder(reader, record->venue);
    if (venue != NULL && decoder == NULL && reader->count < DECODERS_MAX) {
        enum status status = probe_create(reader, venue->md, &decoder);
        if (status != STATUS_OK) {
            return status;
        }
    }
    if (venue == NULL || decoder == NULL || decoder->combined) {
        return STATUS_OK;
    }
    if (record->rest) {
        find_ruled_names(decoder, record->raw);
        return STATUS_OK;
    }
    if (!decoder->judged) {
        decoder->judged = true;
        decoder->combined = slice_starts(record->raw, SLICE("{\"stream\":\""));
    }
    if (!decoder->combined) {
        decode_frame(decoder, record);
    }
    return STATUS_OK;
}

static enum status find_rules(struct sim_reader *reader, const struct tape_record *record) {
    struct decoder *decoder = find_decoder(reader, record->venue);
    if (record->kind == TAPE_FRAME && record->rest && decoder != NULL && decoder->ready &&
        answers(decoder, record, MD_REQUEST_INSTRUMENTS, 0)) {
        decode_answer(decoder, record);
    }
    return STATUS_OK;
}

static bool decodes_any(const struct sim_reader *reader) {
    for (uint32_t i = 0; i < reader->count; i++) {
        if (!reader->decoders[i]->combined) {
            return true;
        }
    }
    return false;
}

static enum status pass(struct sim_reader *reader, const char *path,
                        enum status (*look)(struct sim_reader *reader,
                                            const struct tape_record *record)) {
    struct tape *tape;
    struct tape_record *record = malloc(sizeof(*record));
    enum status status = record == NULL ? status_fail(STATUS_SYSTEM, "no memory for a record")
                                        : tape_create(&tape, path);
    if (status != STATUS_OK) {
        free(record);
        return status;
    }
    for (uint32_t i = 0; i < OPENING_RECORDS && status == STATUS_OK; i++) {
        if (i == NOTHING_RECORDS && !decodes_any(reader)) {
            break; // the start does not wait for more
        }
        if (tape_next(tape, record) != STATUS_OK) {
            continue; // who plays the recording will say so
        }
        if (record->kind == TAPE_END) {
            break;
        }
        status = look(reader, record);
    }
    tape_destroy(tape);
    free(record);
    return status;
}

// The names found are the venue's natives, whatever native_name would make of them.
static enum status fill_natives(struct decoder *decoder, const struct names *natives) {
    struct md *md = &decoder->md;
    name_map_finish(&md->natives);
    enum status status = name_map_create(&md->natives, natives->count);
    for (uint16_t i = 0; i < natives->count && status == STATUS_OK; i++) {
        struct sim_seen *seen = &decoder->seen[i];
        char native[NATIVE_NAME_MAX];
        const struct symbol *symbol = &decoder->universe.symbols[i];
        seen->foreign =
            !decoder->venue->native_name(symbol, native) || strcmp(native, natives->of[i]) != 0;
        seen->units = sim_units_of(decoder->venue->name, natives->of[i]);
        seen->tick.v = PX_ONE;
        seen->step.v = QTY_ONE;
        md->listings[i].contract.v = QTY_ONE;
        (void)string_copy(md->listings[i].native, NATIVE_NAME_MAX, slice_of(natives->of[i]));
        status = name_map_put(&md->natives, slice_of(natives->of[i]), i);
    }
    return status;
}

// From a probe to a decoder that knows its symbols.
static enum status make_ready(struct decoder *decoder) {
    const struct names *found = decoder->told.count > 0 ? &decoder->told : &decoder->ruled;
    struct names natives = {.count = 0};
    md_finish(&decoder->md);
    for (uint16_t i = 0; i < found->count; i++) {
        struct symbol *symbol = &decoder->universe.symbols[natives.count];
        if (sim_source_canonical(symbol, slice_of(found->of[i])) == STATUS_OK) {
            (void)add_name(&natives, slice_of(found->of[i]));
        }
    }
    if (natives.count == 0 || decoder->combined) {
        return STATUS_OK; // nothing of it will be shown
    }
    decoder->universe.symbol_count = natives.count;
    decoder->seen = calloc(natives.count, sizeof(*decoder->seen));
    if (decoder->seen == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for the symbols of %s", decoder->venue->name);
    }
    enum status status = make_md(decoder);
    if (status == STATUS_OK) {
        decoder->ready = true;
        status = fill_natives(decoder, &natives);
    }
    return status;
}

enum status sim_reader_create(struct sim_reader **out, const char *path) {
    *out = NULL;
    struct sim_reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for the recording");
    }
    enum status status = pass(reader, path, find_names);
    bool rules = false;
    for (uint32_t i = 0; i < reader->count && status == STATUS_OK; i++) {
        status = make_ready(reader->decoders[i]);
        rules = rules || reader->decoders[i]->ready;
    }
    if (status == STATUS_OK && rules) {
        status = pass(reader, path, find_rules);
    }
    if (status != STATUS_OK) {
        sim_reader_destroy(reader);
        return status;
    }
    reader->learning = true;
    *out = reader;
    return STATUS_OK;
}

void sim_reader_destroy(struct sim_reader *reader) {
    for (uint32_t i = 0; reader != NULL && i < reader->count; i++) {
        struct decoder *decoder = reader->decoders[i];
        for (uint16_t k = 0; decoder->seen != NULL && k < decoder->universe.symbol_count; k++) {
            if (decoder->seen[k].sync.book.levels_max > 0) {
                book_sync_finish(&decoder->seen[k].sync);
            }
        }
        if (decoder->md.venue != NULL) {
            md_finish(&decoder->md);
        }
        free(decoder->seen);
        free(decoder);
    }
    free(reader);
}

// ---- records ----------------------------------------------------------------------------------

// A channel that tells now and then (OKX's tickers) beside a book that tells each change.
static void choose_leaders(struct decoder *decoder) {
    enum { SELDOM = 4 };
    for (uint16_t i = 0; i < decoder->universe.symbol_count; i++) {
        struct sim_seen *seen = &decoder->seen[i];
        seen->book_leads = seen->books / SELDOM > seen->quotes;
    }
}

void sim_reader_rewind(struct sim_reader *reader) {
    reader->current = NULL;
    reader->single_left = false;
    for (uint32_t i = 0; i < reader->count; i++) {
        struct decoder *decoder = reader->decoders[i];
        if (!decoder->ready) {
            continue;
        }
        if (reader->learning) {
            choose_leaders(decoder);
        }
        forget_books(decoder);
        memset(decoder->md.merged, 0, sizeof(decoder->md.merged));
        memset(decoder->md.merged_sequence, 0, sizeof(decoder->md.merged_sequence));
        memset(decoder->md.merged_asked_ns, 0, sizeof(decoder->md.merged_asked_ns));
        for (uint32_t k = 0; k < MD_CONNECTIONS_MAX; k++) {
            begin_connection(decoder, k);
        }
    }
    reader->learning = false;
}

void sim_reader_take(struct sim_reader *reader, const struct tape_record *record) {
    struct decoder *decoder =
        record->kind == TAPE_FRAME ? find_decoder(reader, record->venue) : NULL;
    reader->current = decoder != NULL && decoder->ready ? decoder : NULL;
    reader->single_left = false;
    reader->next = 0;
    if (reader->current == NULL) {
        reader->single_left =
            (decoder == NULL || decoder->combined) && sim_record_identify(record, &reader->single);
        return;
    }
    for (uint16_t i = 0; i < decoder->universe.symbol_count; i++) {
        decoder->seen[i].quoted = decoder->seen[i].booked = false;
    }
    if (record->rest) {
        decode_answer(decoder, record);
    } else {
        decode_frame(decoder, record);
    }
}

bool sim_reader_next(struct sim_reader *reader, struct sim_record_name *name) {
    if (reader->single_left) {
        reader->single_left = false;
        *name = reader->single;
        return true;
    }
    const struct decoder *decoder = reader->current;
    while (decoder != NULL && reader->next < decoder->universe.symbol_count) {
        uint16_t symbol = reader->next++;
        const struct sim_seen *seen = &decoder->seen[symbol];
        if (seen->quoted || seen->booked) {
            *name = (struct sim_record_name){
                .venue = slice_of(decoder->venue->name),
                .symbol = slice_of(decoder->md.listings[symbol].native),
                .venue_ms = seen->venue_ns / NS_PER_MS,
                .seen = seen,
            };
            return true;
        }
    }
    return false;
}
