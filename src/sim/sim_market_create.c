// Setting up a simulated market: what is in the recording, what stands for what, the rules of each
// instrument.
#include <stdlib.h>

#include "base/clock.h"
#include "base/table.h"
#include "exchanges/venue_account.h"
#include "sim/sim_market_private.h"

enum { LOOK_AHEAD_RECORDS = 8192, STAMPS_MAX = 101, SETTLEMENT_H = 4 };
enum { ACCOUNT_LEVERAGE = 10, FIRST_ORDER_NUMBER = 1000000 };

// What the shipped recording shows beyond the venues it has by name. Dealt so that venues of
// different books differ in fees, too.
static const struct sim_map demo_map[] = {
    {"binance", "aster"},         {"binance", "edgex"},
    {"binance", "grvt"},          {"binance-spot", "hyperliquid"},
    {"binance-spot", "lighter"},  {"binance-spot", "backpack"},
    {"binance-spot", "extended"}, {"binance-coinm", "okx"},
    {"binance-coinm", "paradex"},
};

struct look {
    int64_t stamps_ns[STAMPS_MAX]; // venue's stamp minus recorder's
    uint32_t stamp_count;
    uint64_t understood;
    char why[256]; // of the first line that could not be read
};

static int compare_ns(const void *a, const void *b) {
    const int64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static struct sim_source *find_source(struct sim_market *market,
                                      const struct sim_record_name *name) {
    for (uint32_t i = 0; i < market->source_count; i++) {
        struct sim_source *source = &market->sources[i];
        if (slice_equals(slice_of(source->symbol), name->symbol) &&
            slice_equals(slice_of(source->venue), name->venue)) {
            return source;
        }
    }
    return NULL;
}

struct sim_source *sim_market_source(struct sim_market *market,
                                     const struct sim_record_name *name) {
    return find_source(market, name);
}

static int served_index(const struct sim_market *market, const char *name) {
    for (uint32_t i = 0; i < market->options.venue_count; i++) {
        if (strcmp(market->options.venues[i]->name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

// Which channels of its own venue a book has frames of: those go out byte for byte.
static void note_channel(const struct sim_market *market, const struct tape_record *record,
                         struct sim_source *source) {
    int venue = served_index(market, source->venue);
    if (record->kind != TAPE_FRAME || record->rest || venue < 0 ||
        market->options.venues[venue]->recorded_channel == NULL) {
        return;
    }
    int channel = market->options.venues[venue]->recorded_channel(record->raw);
    source->channels |= channel < 0 ? 0 : UINT32_C(1) << channel;
}

static void look_at(struct sim_market *market, const struct tape_record *record,
                    const struct sim_record_name *name, struct look *look) {
    look->understood++;
    struct sim_source *source = find_source(market, name);
    if (source == NULL && market->source_count < SIM_SOURCES_MAX) {
        source = &market->sources[market->source_count];
        if (sim_source_init(source, name) != STATUS_OK) {
            return; // a symbol with no canonical form is not shown
        }
        market->source_count++;
    }
    if (source != NULL) {
        sim_source_learn(source, record);
        note_channel(market, record, source);
    }
    if (name->venue_ms > 0 && name->venue_ms < INT64_MAX / NS_PER_MS &&
        look->stamp_count < STAMPS_MAX) {
        look->stamps_ns[look->stamp_count++] = name->venue_ms * NS_PER_MS - record->t_ns;
    }
}

// The beginning of the recording tells its books, their precision and its clock.
static enum status look_ahead(struct sim_market *market) {
    struct look look = {.stamp_count = 0};
    market->first_ns = -1;
    for (uint32_t i = 0; i < LOOK_AHEAD_RECORDS; i++) {
        enum status result = tape_next(market->tape, &market->record);
        if (result != STATUS_OK) {
            if (look.why[0] == '\0') {
                (void)string_copy(look.why, sizeof(look.why), slice_of(status_text()));
            }
            continue; // the tape goes on behind it
        }
        if (market->record.kind == TAPE_END) {
            break;
        }
        if (market->first_ns < 0) {
            market->first_ns = market->record.t_ns;
        }
        struct sim_record_name name;
        sim_reader_take(market->reader, &market->record);
        while (sim_reader_next(market->reader, &name)) {
            look_at(market, &market->record, &name, &look);
        }
    }
    if (look.understood == 0 || market->source_count == 0) {
        return look.why[0] != '\0'
                   ? status_fail(STATUS_DATA, "%s", look.why)
                   : status_fail(STATUS_DATA, "%s: holds no order books this simulator understands",
                                 market->options.path);
    }
    if (look.stamp_count > 0) {
        qsort(look.stamps_ns, look.stamp_count, sizeof(look.stamps_ns[0]), compare_ns);
        int64_t unit = 10 * NS_PER_MS; // finer is the network, not the clock
        market->offset_ns = mul_div_near(look.stamps_ns[look.stamp_count / 2], 1, unit) * unit;
    }
    sim_reader_rewind(market->reader);
    return tape_rewind(market->tape);
}

static bool is_recorded(const struct sim_market *market, const char *name) {
    for (uint32_t i = 0; i < market->source_count; i++) {
        if (strcmp(market->sources[i].venue, name) == 0) {
            return true;
        }
    }
    return false;
}

static enum status refuse_unrecorded(const struct sim_market *market, const char *name) {
    char bytes[256];
    struct text text = TEXT_OVER(bytes);
    for (uint32_t i = 0; i < market->source_count; i++) {
        const char *venue = market->sources[i].venue;
        bool told = false;
        for (uint32_t k = 0; k < i && !told; k++) {
            told = strcmp(market->sources[k].venue, venue) == 0;
        }
        if (!told) {
            text_add_format(&text, "%s%s", i == 0 ? "" : ", ", venue);
        }
    }
    return status_fail(STATUS_USAGE, "the recording has no books of %s: it has those of %s", name,
                       bytes);
}

// shows[v]: the recorded venue whose books the served venue v shows, NULL = none.
static enum status deal_by_map(const struct sim_market *market, const char *shows[SIM_VENUES_MAX]) {
    for (uint32_t i = 0; i < market->options.map_count; i++) {
        const struct sim_map *row = &market->options.map[i];
        int venue = served_index(market, row->served);
        if (venue < 0) {
            return status_fail(STATUS_USAGE, "%s is not served", row->served);
        }
        if (shows[venue] != NULL) {
            return status_fail(STATUS_USAGE, "%s is to show two books, %s and %s", row->served,
                               shows[venue], row->recorded);
        }
        if (!is_recorded(market, row->recorded)) {
            return refuse_unrecorded(market, row->recorded);
        }
        shows[venue] = row->recorded;
    }
    return STATUS_OK;
}

static bool is_shown(const struct sim_market *market, const char *shows[SIM_VENUES_MAX],
                     const char *recorded) {
    for (uint32_t v = 0; v < market->options.venue_count; v++) {
        if (shows[v] != NULL && strcmp(shows[v], recorded) == 0) {
            return true;
        }
    }
    return false;
}

static void deal_by_name(const struct sim_market *market, const char *shows[SIM_VENUES_MAX]) {
    for (uint32_t v = 0; v < market->options.venue_count; v++) {
        const char *name = market->options.venues[v]->name;
        shows[v] = is_recorded(market, name) ? name : NULL;
    }
    for (size_t i = 0; i < COUNT_OF(demo_map); i++) {
        int venue = served_index(market, demo_map[i].served);
        if (venue >= 0 && shows[venue] == NULL && is_recorded(market, demo_map[i].recorded)) {
            shows[venue] = demo_map[i].recorded;
        }
    }
    for (uint32_t i = 0; i < market->source_count; i++) {
        const char *recorded = market->sources[i].venue;
        uint32_t v = 0;
        while (v < market->options.venue_count && shows[v] != NULL) {
            v++;
        }
        if (v < market->options.venue_count && !is_shown(market, shows, recorded)) {
            shows[v] = recorded;
        }
    }
}

static int find_symbol(const struct sim_market *market, const char *name) {
    for (uint32_t i = 0; i < market->symbol_count; i++) {
        if (strcmp(market->symbols[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static int number_symbol(struct sim_market *market, const struct symbol *canonical) {
    int symbol = find_symbol(market, canonical->name);
    if (symbol < 0 && market->symbol_count < SIM_SYMBOLS_MAX) {
        symbol = (int)market->symbol_count;
        market->symbols[market->symbol_count++] = *canonical;
    }
    return symbol;
}

// Gives every book the places that show it and numbers the listings of each venue; a second book
// of the same symbol is not shown.
static void assign_places(struct sim_market *market, const char *shows[SIM_VENUES_MAX],
                          uint32_t counts[SIM_VENUES_MAX]) {
    bool used[SIM_VENUES_MAX][SIM_SYMBOLS_MAX] = {{false}};
    for (uint32_t i = 0; i < market->source_count; i++) {
        struct sim_source *source = &market->sources[i];
        source->first_place = market->place_count;
        for (uint32_t v = 0; v < market->options.venue_count; v++) {
            if (shows[v] == NULL || strcmp(shows[v], source->venue) != 0) {
                continue;
            }
            int symbol = number_symbol(market, &source->canonical);
            if (symbol >= 0 && !used[v][symbol]) {
                used[v][symbol] = true;
                source->place_count++;
                market->places[market->place_count++] =
                    (struct sim_place){.source = i, .world = v, .listing = counts[v]++};
            }
        }
    }
}

static void set_up_listing(struct sim_market *market, const struct sim_place *place) {
    const struct sim_source *source = &market->sources[place->source];
    const struct venue_sim *venue = market->options.venues[place->world];
    struct vsim_listing *listing = sim_market_listing(market, place);
    struct listing seen = {.ready = true, .tick = source->tick, .step = source->step};
    int symbol = find_symbol(market, source->canonical.name);
    ASSERT(symbol >= 0);
    listing->symbol = &market->symbols[symbol];
    venue->rules(listing->symbol, &seen, &listing->rules);
    ASSERT(listing->rules.tick.v > 0 && listing->rules.step.v > 0 && listing->rules.contract.v > 0);
    listing->funding_interval_ns = venue->funding_interval_ns;
    listing->next_settlement_ns = market->start_ns + SETTLEMENT_H * 3600 * NS_PER_S;
    // Between -0.5 and 1.5 bps for 8 h, by name.
    uint64_t seed = hash_bytes(venue->name, strlen(venue->name), 8);
    uint64_t draw = hash_bytes(listing->symbol->name, strlen(listing->symbol->name), seed) % 200;
    int64_t eight_hours = ((int64_t)draw - 50) * (PX_ONE / 1000000);
    listing->funding.v = eight_hours / (8 * 3600 * NS_PER_S / venue->funding_interval_ns);
    if (venue->recorded_channel != NULL && strcmp(venue->name, source->venue) == 0) {
        listing->recorded = source->channels;
    }
}

static enum status set_up(struct sim_market *market) {
    enum status result = tape_create(&market->tape, market->options.path);
    if (result == STATUS_OK) {
        result = sim_reader_create(&market->reader, market->options.path);
    }
    if (result == STATUS_OK) {
        result = look_ahead(market);
    }
    if (result != STATUS_OK) {
        return result;
    }
    market->start_ns = market->first_ns + market->offset_ns;
    if (market->options.start_ns > 0) {
        market->shift_ns = (market->options.start_ns - market->start_ns) / NS_PER_MS * NS_PER_MS;
        market->start_ns += market->shift_ns;
    }
    uint32_t counts[SIM_VENUES_MAX] = {0};
    const char *shows[SIM_VENUES_MAX] = {NULL};
    if (market->options.map == NULL) {
        deal_by_name(market, shows);
    } else {
        result = deal_by_map(market, shows);
    }
    if (result != STATUS_OK) {
        return result;
    }
    assign_places(market, shows, counts);
    uint32_t levels_max = 0;
    for (uint32_t i = 0; i < market->options.venue_count && result == STATUS_OK; i++) {
        const struct venue_sim *venue = market->options.venues[i];
        levels_max = venue->book_levels > levels_max ? venue->book_levels : levels_max;
        result = vsim_world_create(&market->worlds[i], venue, counts[i]);
        market->worlds[i].now_ns = market->start_ns;
        if (market->options.connection_age_s > 0) {
            market->worlds[i].limits.age_s = market->options.connection_age_s;
        }
        market->publish_ns[i] = market->start_ns;
    }
    market->funding_ns = market->start_ns;
    for (uint32_t i = 0; i < market->place_count && result == STATUS_OK; i++) {
        set_up_listing(market, &market->places[i]);
    }
    for (uint32_t i = 0; i < market->source_count && result == STATUS_OK; i++) {
        if (market->sources[i].place_count > 0) {
            result = sim_source_open_book(&market->sources[i]);
        }
    }
    market->bids = calloc(levels_max, sizeof(struct level));
    market->asks = calloc(levels_max, sizeof(struct level));
    char *frame = malloc(SIM_FRAME_MAX);
    if (frame != NULL) {
        market->frame = text_over(frame, SIM_FRAME_MAX);
    }
    if (result == STATUS_OK && (market->bids == NULL || market->asks == NULL || frame == NULL)) {
        result = status_fail(STATUS_SYSTEM, "no memory");
    }
    return result;
}

static enum status open_account(struct sim_market *market, const struct sim_account *account) {
    int venue = sim_market_venue(market, slice_of(account->venue));
    const struct vsim_private *side =
        venue < 0 ? NULL : market->options.venues[venue]->private_side;
    if (side == NULL || market->accounts[venue] != NULL) {
        return status_fail(STATUS_USAGE, "%s keeps no account, or has one already", account->venue);
    }
    struct vsim_world *world = &market->worlds[venue];
    struct vacc_options options = {.maker_fee = account->maker_fee,
                                   .taker_fee = account->taker_fee,
                                   .taker_delay_ns = account->taker_delay_ns,
                                   .balance = account->balance,
                                   .leverage = ACCOUNT_LEVERAGE,
                                   .first_number = FIRST_ORDER_NUMBER};
    enum status result =
        vacc_create(&market->accounts[venue], &options, world->listing_count, side->own_size);
    if (result == STATUS_OK) {
        result = side->init(market->accounts[venue], account->secrets);
        world->account = market->accounts[venue];
    }
    return result;
}

enum status sim_market_create(struct sim_market **out, const struct sim_market_options *options) {
    ASSERT(options->venue_count > 0 && options->venue_count <= SIM_VENUES_MAX);
    *out = NULL;
    struct sim_market *market = calloc(1, sizeof(*market));
    if (market != NULL) {
        market->sources = calloc(SIM_SOURCES_MAX, sizeof(*market->sources));
        market->places = calloc(SIM_PLACES_MAX, sizeof(*market->places));
    }
    if (market == NULL || market->sources == NULL || market->places == NULL) {
        if (market != NULL) {
            free(market->sources);
            free(market->places);
        }
        free(market);
        return status_fail(STATUS_SYSTEM, "simulator: no memory");
    }
    market->options = *options;
    enum status result = set_up(market);
    for (uint32_t i = 0; i < options->account_count && result == STATUS_OK; i++) {
        result = open_account(market, &options->accounts[i]);
    }
    if (result != STATUS_OK) {
        sim_market_destroy(market);
        return status_context(result, "simulator");
    }
    *out = market;
    return STATUS_OK;
}

void sim_market_destroy(struct sim_market *market) {
    if (market == NULL) {
        return;
    }
    for (uint32_t i = 0; i < SIM_SESSIONS_MAX; i++) {
        ASSERT(market->sessions[i] == NULL);
    }
    for (uint32_t i = 0; i < market->source_count; i++) {
        sim_source_finish(&market->sources[i]);
    }
    for (uint32_t i = 0; i < market->options.venue_count; i++) {
        market->worlds[i].account = NULL;
        vacc_destroy(market->accounts[i]);
        vsim_world_finish(&market->worlds[i]);
    }
    sim_reader_destroy(market->reader);
    tape_destroy(market->tape);
    free(market->sources);
    free(market->places);
    free(market->bids);
    free(market->asks);
    free(market->frame.data);
    free(market);
}
