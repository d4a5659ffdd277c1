// scan over a recording: the tape's quotes through filter, picture and scanner, in one thread and
// in memory.
//
// A recorded venue that is one of ours is itself, others are left out. Every symbol of the
// recording is scanned, SYMBOL_MAX of them at a time: with more the tape is played again for the
// next ones, which changes nothing, because a symbol is only ever compared with itself. The
// filter's rule on jumps is left out: rows may be minutes apart, where every price is a jump.
#include <stdio.h>
#include <stdlib.h>

#include "cli/scan_line.h"
#include "io/config.h"
#include "sim/sim_source.h"
#include "trade/desk.h"

enum { SOURCES_MAX = 4096 };

struct recorded {
    struct sim_source source;
    struct filter filter;
    uint32_t symbol;  // in recorded_scan.symbols
    uint16_t venue;   // in the universe
    uint32_t updates; // quotes taken
    bool open, left_out;
};

struct recorded_scan {
    const struct cli_args *args;
    struct config config;
    struct tape *tape;
    struct tape_record record;
    struct recorded *sources; // SOURCES_MAX
    struct symbol *symbols;   // SOURCES_MAX, canonical
    uint32_t source_count, symbol_count, left_out, bad_lines;
    uint16_t venue_count;
    struct venue_entry venues[VENUE_MAX];
    // the part of the symbols at hand
    uint32_t first;
    struct universe universe;
    struct desk desk;
    struct engine engine;
    struct scan_view view;
    int64_t now_ns;
    uint64_t quotes, crossings;
    bool output_gone;
};

// ---- what the recording holds -----------------------------------------------------------------

// Index of the recorded venue in the universe, -1 when it is none of ours or is off.
static int venue_of(struct recorded_scan *scan, struct slice name) {
    for (uint16_t i = 0; i < scan->venue_count; i++) {
        if (slice_equals(slice_of(scan->venues[i].name), name)) {
            return i;
        }
    }
    for (uint16_t i = 0; i < scan->config.venues_on; i++) {
        if (slice_equals(slice_of(scan->config.venues[i].name), name)) {
            scan->venues[scan->venue_count] = scan->config.venues[i];
            return scan->venue_count++;
        }
    }
    return -1;
}

static uint32_t symbol_of(struct recorded_scan *scan, const struct symbol *symbol) {
    uint32_t at = 0;
    while (at < scan->symbol_count && strcmp(scan->symbols[at].name, symbol->name) != 0) {
        at++;
    }
    if (at == scan->symbol_count) {
        scan->symbols[scan->symbol_count++] = *symbol;
    }
    return at;
}

static struct recorded *find(struct recorded_scan *scan, const struct sim_record_name *name) {
    for (uint32_t i = 0; i < scan->source_count; i++) {
        struct recorded *known = &scan->sources[i];
        if (slice_equals(slice_of(known->source.symbol), name->symbol) &&
            slice_equals(slice_of(known->source.venue), name->venue)) {
            return known;
        }
    }
    return NULL;
}

static enum status note_source(struct recorded_scan *scan, const struct sim_record_name *name) {
    if (find(scan, name) != NULL) {
        return STATUS_OK;
    }
    if (scan->source_count == SOURCES_MAX) {
        return status_fail(STATUS_DATA, "the recording holds more than %d books", SOURCES_MAX);
    }
    struct recorded *added = &scan->sources[scan->source_count];
    enum status understood = sim_source_init(&added->source, name);
    int venue = understood == STATUS_OK ? venue_of(scan, name->venue) : -1;
    added->left_out = venue < 0;
    if (added->source.symbol[0] == '\0') {
        return STATUS_OK; // a name too long to be known again
    }
    scan->source_count++;
    if (added->left_out) {
        scan->left_out++;
        return STATUS_OK;
    }
    added->venue = (uint16_t)venue;
    added->symbol = symbol_of(scan, &added->source.canonical);
    return STATUS_OK;
}

// The next record of a source; TAPE_END at the end. Lines of another form are passed over.
static enum status next_record(struct recorded_scan *scan, struct sim_record_name *name) {
    for (;;) {
        enum status status = tape_next(scan->tape, &scan->record);
        if (status == STATUS_DATA) {
            scan->bad_lines++;
            continue;
        }
        if (status != STATUS_OK || scan->record.kind == TAPE_END) {
            return status;
        }
        if (sim_record_identify(&scan->record, name)) {
            return STATUS_OK;
        }
    }
}

static enum status survey(struct recorded_scan *scan) {
    struct sim_record_name name;
    for (;;) {
        enum status status = next_record(scan, &name);
        if (status != STATUS_OK || cli_stopped()) {
            return status;
        }
        if (scan->record.kind == TAPE_END) {
            break;
        }
        status = note_source(scan, &name);
        if (status != STATUS_OK) {
            return status;
        }
    }
    scan->bad_lines = 0; // counted when they are played
    return scan->venue_count > 0 ? STATUS_OK
                                 : status_fail(STATUS_DATA, "%s: no quotes of a venue of ours",
                                               scan->args->operands[0]);
}

// ---- one part of the symbols ------------------------------------------------------------------

static void copy_quote(struct recorded_scan *scan, uint16_t venue, uint16_t symbol) {
    const struct quote *quote = picture_quote(&scan->desk, venue, symbol);
    scan->view.quotes[listing_id(&scan->universe, venue, symbol)] =
        (struct state_quote){.bid = quote->bid, .ask = quote->ask};
}

static enum status on_found(void *self, struct bus *bus, const struct event *event) {
    struct recorded_scan *scan = self;
    const struct event_opportunity *found = &event->u.opportunity;
    const struct quote *bought = picture_quote(&scan->desk, found->buy_venue, found->symbol);
    const struct quote *sold = picture_quote(&scan->desk, found->sell_venue, found->symbol);
    struct state_opportunity row = {
        .symbol = found->symbol,
        .buy_venue = found->buy_venue,
        .sell_venue = found->sell_venue,
        .buy_ask = found->buy_ask,
        .sell_bid = found->sell_bid,
        .buy_size = bought->ask_size,
        .sell_size = sold->bid_size,
        .size = found->size,
        .gross = found->gross,
        .first_seen_ns = found->first_seen_ns,
        .last_seen_ns = bus->now_ns,
    };
    copy_quote(scan, found->buy_venue, found->symbol);
    copy_quote(scan, found->sell_venue, found->symbol);
    scan->crossings++;
    scan->output_gone = scan->output_gone || !scan_put(&scan->view, &row);
    return STATUS_OK;
}

static const struct component printer = {
    .name = "scan", .kinds = EVENT_BIT(EVENT_OPPORTUNITY_FOUND), .on_event = on_found};

// Time up to `to_ns`. In a long gap nothing is left standing soon, and the rest is passed over.
static void advance(struct recorded_scan *scan, int64_t to_ns) {
    const struct settings *settings = &scan->config.settings;
    int64_t fresh_ns = settings->feeds.stale_ns > settings->feeds.quiet_ns
                           ? settings->feeds.stale_ns
                           : settings->feeds.quiet_ns;
    int64_t settled_ns = scan->now_ns + fresh_ns + settings->scanner.gone_ns + NS_PER_S;
    int64_t end_ns = to_ns < settled_ns ? to_ns : settled_ns;
    while (scan->now_ns < end_ns) {
        int64_t due_ns = engine_deadline_ns(&scan->engine);
        scan->now_ns =
            due_ns < end_ns ? (due_ns > scan->now_ns ? due_ns : scan->now_ns + 1) : end_ns;
        engine_timer(&scan->engine, scan->now_ns);
    }
    scan->now_ns = to_ns > scan->now_ns ? to_ns : scan->now_ns;
}

static void enter_quote(struct recorded_scan *scan, struct recorded *recorded, uint16_t symbol) {
    const struct filter_limits limits = {.jump_max = {INT64_MAX},
                                         .volume_min = scan->config.settings.feeds.volume_min,
                                         .unknown_size = scan->config.settings.feeds.unknown_size,
                                         .future_max_ns = INT64_MAX,
                                         .past_max_ns = INT64_MAX};
    struct event_quote event = {.venue = recorded->venue,
                                .symbol = symbol,
                                .quote = {.bid = recorded->source.bid.price,
                                          .ask = recorded->source.ask.price,
                                          .bid_size = recorded->source.bid.size,
                                          .ask_size = recorded->source.ask.size,
                                          .receive_ns = scan->now_ns}};
    enum feed_cause cause;
    if (filter_quote(&recorded->filter, &limits, &event.quote, scan->now_ns, 0, &cause) !=
        FILTER_PASS) {
        return;
    }
    event.quote.update = ++recorded->updates;
    scan->quotes++;
    engine_input(&scan->engine, EVENT_QUOTE_UPDATED, &event, scan->now_ns);
}

static enum status take_record(struct recorded_scan *scan, const struct sim_record_name *name) {
    struct recorded *recorded = find(scan, name);
    if (recorded == NULL || recorded->left_out || recorded->symbol < scan->first ||
        recorded->symbol - scan->first >= scan->universe.symbol_count) {
        return STATUS_OK;
    }
    if (!recorded->open) {
        enum status status = sim_source_open_book(&recorded->source);
        if (status != STATUS_OK) {
            return status;
        }
        recorded->open = true;
    }
    if (scan->now_ns == 0) {
        scan->now_ns = scan->record.t_ns;
        for (uint16_t i = 0; i < scan->venue_count; i++) {
            struct event_feed live = {.venue = i, .state = FEED_LIVE, .clock_known = true};
            engine_input(&scan->engine, EVENT_FEED_STATE, &live, scan->now_ns);
        }
    }
    advance(scan, scan->record.t_ns);
    struct sim_change change;
    if (sim_source_apply(&recorded->source, &scan->record, &change) && change.quote) {
        enter_quote(scan, recorded, (uint16_t)(recorded->symbol - scan->first));
    }
    return STATUS_OK;
}

static enum status play(struct recorded_scan *scan) {
    struct sim_record_name name;
    enum status status = tape_rewind(scan->tape);
    scan->bad_lines = 0;
    scan->now_ns = 0;
    while (status == STATUS_OK && !scan->output_gone && !cli_stopped()) {
        status = next_record(scan, &name);
        if (status == STATUS_OK && scan->record.kind == TAPE_END) {
            break;
        }
        status = status == STATUS_OK ? take_record(scan, &name) : status;
    }
    return status;
}

static void part_finish(struct recorded_scan *scan) {
    for (uint32_t i = 0; i < scan->source_count; i++) {
        if (scan->sources[i].open) {
            book_finish(&scan->sources[i].source.book);
            scan->sources[i].open = false;
        }
    }
    engine_finish(&scan->engine);
    desk_finish(&scan->desk);
    free(scan->view.quotes);
    scan->view.quotes = NULL;
}

static enum status part_create(struct recorded_scan *scan) {
    scan->view =
        (struct scan_view){.universe = &scan->universe, .json = scan->args->json, .gross = true};
    scan->view.quotes = calloc((size_t)scan->universe.venue_count * scan->universe.symbol_count,
                               sizeof(*scan->view.quotes));
    if (scan->view.quotes == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for the quotes of a scan");
    }
    enum status status =
        desk_create(&scan->desk, DESK_DEMO, &scan->config.settings, &scan->universe);
    if (status == STATUS_OK) {
        struct engine_options options = {
            .universe = &scan->universe, .publish_ns = INT64_MAX, .is_paper_venue = true};
        status = engine_create(&scan->engine, &options);
        if (status != STATUS_OK) {
            desk_finish(&scan->desk);
        }
    }
    if (status != STATUS_OK) {
        free(scan->view.quotes);
        return status;
    }
    engine_add(&scan->engine, &picture_component, &scan->desk);
    engine_add(&scan->engine, &scanner_component, &scan->desk);
    engine_add(&scan->engine, &printer, scan);
    return STATUS_OK;
}

static enum status scan_part(struct recorded_scan *scan) {
    uint32_t left = scan->symbol_count - scan->first;
    enum status status = universe_create(&scan->universe, scan->venue_count,
                                         (uint16_t)(left < SYMBOL_MAX ? left : SYMBOL_MAX));
    if (status != STATUS_OK) {
        return status;
    }
    memcpy(scan->universe.venues, scan->venues, sizeof(scan->universe.venues));
    memcpy(scan->universe.symbols, &scan->symbols[scan->first],
           scan->universe.symbol_count * sizeof(scan->symbols[0]));
    status = part_create(scan);
    if (status == STATUS_OK) {
        status = play(scan);
        part_finish(scan);
    }
    scan->first += scan->universe.symbol_count;
    universe_finish(&scan->universe);
    return status;
}

// ---- the whole --------------------------------------------------------------------------------

static void tell_sum(const struct recorded_scan *scan) {
    (void)fprintf(stderr,
                  "%llu crossings in %llu quotes of %u symbols on %u venues; left out: %u books of "
                  "other venues or names, %u lines of another form\n",
                  (unsigned long long)scan->crossings, (unsigned long long)scan->quotes,
                  scan->symbol_count, scan->venue_count, scan->left_out, scan->bad_lines);
}

static enum status scan_tape(struct recorded_scan *scan) {
    enum status status = survey(scan);
    while (status == STATUS_OK && scan->first < scan->symbol_count && !scan->output_gone &&
           !cli_stopped()) {
        status = scan_part(scan);
    }
    if (status == STATUS_OK) {
        status = cli_end_output();
        tell_sum(scan);
    }
    return status;
}

enum status scan_recording(const struct cli_args *args) {
    if (!args->gross || args->demo || args->seconds_ns > 0 || args->speed_ppm > 0) {
        return status_fail(STATUS_USAGE, "a recording is scanned whole and before costs: scan "
                                         "--gross PATH, or scan --demo=PATH to have it served");
    }
    struct recorded_scan *scan = aligned_alloc(64, (sizeof(struct recorded_scan) + 63) / 64 * 64);
    if (scan == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for a scan");
    }
    memset(scan, 0, sizeof(*scan));
    scan->args = args;
    cli_catch_signals();
    scan->sources = calloc(SOURCES_MAX, sizeof(*scan->sources));
    scan->symbols = calloc(SOURCES_MAX, sizeof(*scan->symbols));
    enum status status = scan->sources != NULL && scan->symbols != NULL
                             ? cli_load_config(args, &scan->config, NULL)
                             : status_fail(STATUS_SYSTEM, "no memory for a scan");
    if (status == STATUS_OK) {
        status = tape_create(&scan->tape, args->operands[0]);
    }
    if (status == STATUS_OK) {
        status = scan_tape(scan);
    }
    tape_destroy(scan->tape);
    free(scan->symbols);
    free(scan->sources);
    free(scan);
    return status;
}
