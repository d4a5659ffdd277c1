// Setting up a simulated market: what is in the recording, what stands for what, the rules of each
// instrument.
#include <stdlib.h>

#include "base/clock.h"
#include "base/table.h"
#include "exchanges/venue_account.h"
#include "sim/sim_market_private.h"

enum { LOOK_AHEAD_RECORDS = 8192, STAMPS_MAX = 101, SETTLEMENT_H = 4 };
enum { ACCOUNT_LEVERAGE = 10, FIRST_ORDER_NUMBER = 1000000 };

static const struct sim_map demo_map[] = {
    {"binance-coinm", "okx"},
    {"binance-spot", "hyperliquid"},
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

static void look_at(struct sim_market *market, const struct tape_record *record,
                    struct look *look) {
    struct sim_record_name name;
    if (!sim_record_identify(record, &name)) {
        return;
    }
    look->understood++;
    struct sim_source *source = find_source(market, &name);
    if (source == NULL && market->source_count < SIM_SOURCES_MAX) {
        source = &market->sources[market->source_count];
        if (sim_source_init(source, &name) != STATUS_OK) {
            return; // a symbol with no canonical form is not shown
        }
        market->source_count++;
    }
    if (source != NULL) {
        sim_source_learn(source, record);
    }
    if (name.venue_ms > 0 && name.venue_ms < INT64_MAX / NS_PER_MS &&
        look->stamp_count < STAMPS_MAX) {
        look->stamps_ns[look->stamp_count++] = name.venue_ms * NS_PER_MS - record->t_ns;
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
        look_at(market, &market->record, &look);
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
    return tape_rewind(market->tape);
}

static int served_index(const struct sim_market *market, const char *name) {
    for (uint32_t i = 0; i < market->options.venue_count; i++) {
        if (strcmp(market->options.venues[i]->name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static int mapped(const struct sim_market *market, const char *recorded) {
    const struct sim_map *map = market->options.map != NULL ? market->options.map : demo_map;
    uint32_t count = market->options.map != NULL ? market->options.map_count : COUNT_OF(demo_map);
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(map[i].recorded, recorded) == 0) {
            return served_index(market, map[i].served);
        }
    }
    return served_index(market, recorded);
}

// Gives every source the venue that shows it; UINT32_MAX: none.
static void assign_venues(struct sim_market *market) {
    bool taken[SIM_VENUES_MAX] = {false};
    for (uint32_t i = 0; i < market->source_count; i++) {
        int venue = mapped(market, market->sources[i].venue);
        market->sources[i].world = venue < 0 ? UINT32_MAX : (uint32_t)venue;
        if (venue >= 0) {
            taken[venue] = true;
        }
    }
    for (uint32_t i = 0; i < market->source_count; i++) {
        struct sim_source *source = &market->sources[i];
        for (uint32_t k = 0; k < i && source->world == UINT32_MAX; k++) {
            if (strcmp(market->sources[k].venue, source->venue) == 0) {
                source->world = market->sources[k].world;
            }
        }
        for (uint32_t v = 0; v < market->options.venue_count && source->world == UINT32_MAX; v++) {
            if (!taken[v]) {
                source->world = v;
                taken[v] = true;
            }
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

// Numbers the listings of each venue; a second book of the same symbol is not shown.
static void assign_listings(struct sim_market *market, uint32_t counts[SIM_VENUES_MAX]) {
    bool used[SIM_VENUES_MAX][SIM_SYMBOLS_MAX] = {{false}};
    for (uint32_t i = 0; i < market->source_count; i++) {
        struct sim_source *source = &market->sources[i];
        if (source->world == UINT32_MAX) {
            continue;
        }
        int symbol = find_symbol(market, source->canonical.name);
        if (symbol < 0 && market->symbol_count < SIM_SYMBOLS_MAX) {
            symbol = (int)market->symbol_count;
            market->symbols[market->symbol_count++] = source->canonical;
        }
        if (symbol >= 0 && !used[source->world][symbol]) {
            used[source->world][symbol] = true;
            source->shown = true;
            source->listing = counts[source->world]++;
        }
    }
}

static void set_up_listing(struct sim_market *market, struct sim_source *source) {
    const struct venue_sim *venue = market->options.venues[source->world];
    struct vsim_listing *listing = &market->worlds[source->world].listings[source->listing];
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
        listing->recorded = UINT32_MAX; // narrowed to the channels that turn up
    }
}

// Which channels come byte for byte: those seen in the look-ahead. Needs a second look because the
// listings exist now.
static enum status find_recorded(struct sim_market *market) {
    uint32_t seen[SIM_SOURCES_MAX] = {0};
    for (uint32_t i = 0; i < LOOK_AHEAD_RECORDS; i++) {
        enum status result = tape_next(market->tape, &market->record);
        if (result == STATUS_IO || (result == STATUS_OK && market->record.kind == TAPE_END)) {
            break;
        }
        struct sim_record_name name;
        if (result != STATUS_OK || market->record.kind != TAPE_FRAME || market->record.rest ||
            !sim_record_identify(&market->record, &name)) {
            continue;
        }
        struct sim_source *source = find_source(market, &name);
        if (source == NULL || !source->shown) {
            continue;
        }
        const struct vsim_world *world = &market->worlds[source->world];
        if (world->listings[source->listing].recorded != 0) {
            int channel = world->venue->recorded_channel(market->record.raw);
            seen[source - market->sources] |= channel < 0 ? 0 : UINT32_C(1) << channel;
        }
    }
    for (uint32_t i = 0; i < market->source_count; i++) {
        const struct sim_source *source = &market->sources[i];
        if (source->shown) {
            market->worlds[source->world].listings[source->listing].recorded &= seen[i];
        }
    }
    return tape_rewind(market->tape);
}

static enum status set_up(struct sim_market *market) {
    enum status result = tape_create(&market->tape, market->options.path);
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
    assign_venues(market);
    assign_listings(market, counts);
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
    for (uint32_t i = 0; i < market->source_count && result == STATUS_OK; i++) {
        if (market->sources[i].shown) {
            set_up_listing(market, &market->sources[i]);
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
    return result == STATUS_OK ? find_recorded(market) : result;
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
    }
    if (market == NULL || market->sources == NULL) {
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
    tape_destroy(market->tape);
    free(market->sources);
    free(market->bids);
    free(market->asks);
    free(market->frame.data);
    free(market);
}
