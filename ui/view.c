// Copies of the sections, refreshed by version.
#include "ui/view.h"

#include <stdlib.h>

static void point(struct view *view) {
    view->header = view->rows[STATE_HEADER];
    view->quotes = view->rows[STATE_QUOTES];
    view->venues = view->rows[STATE_VENUES];
    view->capital = view->rows[STATE_CAPITAL];
    view->opportunities = view->rows[STATE_OPPORTUNITIES];
    view->jobs = view->rows[STATE_JOBS];
    view->orders = view->rows[STATE_ORDERS];
    view->risk = view->rows[STATE_RISK];
    view->positions = view->rows[STATE_POSITIONS];
    view->alerts = view->rows[STATE_ALERTS];
    view->equity = view->rows[STATE_EQUITY];
    view->health = view->rows[STATE_HEALTH];
    view->wire = view->rows[STATE_WIRE];
    view->latencies = view->rows[STATE_LATENCY];
}

// Once for all columns and cells that hold prices.
static void measure_prices(struct view *view) {
    enum { LEAST = 10, MOST = 18 };
    int decimals = 0;
    int64_t highest = 0;
    for (uint32_t i = 0; i < view->count[STATE_QUOTES]; i++) {
        const struct state_quote *quote = &view->quotes[i];
        int digits = quote->present ? quote->digits : 0;
        decimals = digits > decimals ? digits : decimals;
        highest = quote->ask.v > highest ? quote->ask.v : highest;
    }
    view->price_decimals = decimals < VIEW_DECIMALS_MAX ? decimals : VIEW_DECIMALS_MAX;
    int columns = 2 + view->price_decimals;
    for (int64_t whole = highest / PX_ONE; whole >= 10; whole /= 10) {
        columns++;
    }
    columns = columns < LEAST ? LEAST : columns;
    view->price_columns = columns < MOST ? columns : MOST;
}

enum status view_create(struct view *view, const struct link *link) {
    ASSERT(link->universe != NULL);
    *view = (struct view){.link = *link, .universe = link->universe, .tick_s = -1};
    measure_prices(view);
    view->log = calloc(LOG_RECENT_MAX, sizeof(*view->log));
    uint32_t listings = state_rows_max(STATE_QUOTES, link->universe);
    view->moves = calloc((size_t)listings + 1, sizeof(*view->moves));
    view->spreads.points =
        calloc((size_t)link->universe->symbol_count + 1, sizeof(*view->spreads.points));
    bool complete = view->log != NULL && view->moves != NULL && view->spreads.points != NULL;
    for (int i = 0; i < STATE_SECTION_COUNT; i++) {
        enum state_section section = (enum state_section)i;
        uint32_t rows = state_rows_max(section, link->universe);
        // One row too many, so that a section without rows still has an address.
        view->rows[i] = calloc((size_t)rows + 1, state_row_size(section));
        complete = complete && view->rows[i] != NULL;
    }
    if (!complete) {
        view_destroy(view);
        return status_fail_errno(STATUS_SYSTEM, "memory for the console's picture");
    }
    point(view);
    return STATUS_OK;
}

void view_destroy(struct view *view) {
    if (view == NULL) {
        return;
    }
    for (int i = 0; i < STATE_SECTION_COUNT; i++) {
        free(view->rows[i]);
    }
    free(view->log);
    free(view->moves);
    free(view->spreads.points);
    *view = (struct view){0};
}

// What the desk told, or what the eye would see against the last copy.
static void note_move(int64_t price, int8_t told, int64_t now_ns, int64_t *last, int8_t *way,
                      int64_t *moved_ns) {
    int8_t seen = *last == 0 || price == *last ? told : price > *last ? 1 : -1;
    *last = price;
    if (seen != 0) {
        *way = seen;
        *moved_ns = now_ns;
    }
}

static void note_moves(struct view *view) {
    int64_t now_ns = view->header->now_ns;
    for (uint32_t i = 0; i < view->count[STATE_QUOTES]; i++) {
        const struct state_quote *q = &view->quotes[i];
        struct view_move *move = &view->moves[i];
        note_move(q->bid.v, q->bid_change, now_ns, &move->bid, &move->bid_way, &move->bid_ns);
        note_move(q->ask.v, q->ask_change, now_ns, &move->ask, &move->ask_way, &move->ask_ns);
    }
}

int view_bid_way(const struct view *view, uint32_t listing) {
    ASSERT(listing < view->count[STATE_QUOTES]);
    const struct view_move *move = &view->moves[listing];
    bool recent = !view->calm && view_now_ns(view) - move->bid_ns < VIEW_MOVE_MS * NS_PER_MS;
    return recent ? move->bid_way : 0;
}

int view_ask_way(const struct view *view, uint32_t listing) {
    ASSERT(listing < view->count[STATE_QUOTES]);
    const struct view_move *move = &view->moves[listing];
    bool recent = !view->calm && view_now_ns(view) - move->ask_ns < VIEW_MOVE_MS * NS_PER_MS;
    return recent ? move->ask_way : 0;
}

static bool refresh_log(struct view *view) {
    bool news = false;
    struct log_line lines[16];
    // Bounded: what is left over comes with the next frame.
    for (int pass = 0; pass < 16; pass++) {
        uint64_t last = view->log_last;
        int got = view->link.ops->log(view->link.self, view->log_last, lines, (int)COUNT_OF(lines),
                                      &last);
        if (got <= 0) {
            break;
        }
        ASSERT(got <= (int)COUNT_OF(lines));
        // Lines may have been lost in between; numbers stay those of the log.
        uint64_t first = last - (uint64_t)got + 1;
        for (int i = 0; i < got; i++) {
            view->log[(first + (uint64_t)i) % LOG_RECENT_MAX] = lines[i];
        }
        view->log_count = first > view->log_last + 1 ? 0 : view->log_count;
        view->log_count += (uint32_t)got;
        if (view->log_count > LOG_RECENT_MAX) {
            view->log_count = LOG_RECENT_MAX;
        }
        view->log_last = last;
        news = true;
    }
    return news;
}

static struct bps spread_of(const struct view *view, uint16_t symbol) {
    struct px bid = {0};
    struct px ask = {INT64_MAX};
    for (uint16_t venue = 0; venue < view->universe->venue_count; venue++) {
        const struct state_quote *q = view_quote(view, venue, symbol);
        if (q != NULL && q->present && q->freshness == FRESH_OK && q->bid.v > 0) {
            bid = q->bid.v > bid.v ? q->bid : bid;
            ask = q->ask.v < ask.v ? q->ask : ask;
        }
    }
    return bid.v > 0 && ask.v > 0 ? bps_between_near(bid, ask) : (struct bps){0};
}

static void note_spreads(struct view *view) {
    for (uint16_t i = 0; i < view->universe->symbol_count; i++) {
        view->spreads.points[i][view->spreads.count % VIEW_SPREADS_MAX] = spread_of(view, i);
    }
    view->spreads.count++;
}

uint32_t view_spreads_of(const struct view *view, uint16_t symbol, uint32_t most,
                         struct bps out[VIEW_SPREADS_MAX]) {
    ASSERT(symbol < view->universe->symbol_count);
    uint32_t kept = view->spreads.count < VIEW_SPREADS_MAX ? view->spreads.count : VIEW_SPREADS_MAX;
    kept = kept < most ? kept : most;
    for (uint32_t i = 0; i < kept; i++) {
        uint32_t at = view->spreads.count - kept + i;
        out[i] = view->spreads.points[symbol][at % VIEW_SPREADS_MAX];
    }
    return kept;
}

uint32_t view_refresh(struct view *view) {
    uint32_t changed = 0;
    if (view->link.ops->refresh != NULL) {
        view->link.ops->refresh(view->link.self);
    }
    for (int i = 0; i < STATE_SECTION_COUNT; i++) {
        enum state_section section = (enum state_section)i;
        uint64_t version = view->link.ops->version(view->link.self, section);
        if (version == view->version[i]) {
            continue;
        }
        uint32_t count =
            view->link.ops->read(view->link.self, section, view->rows[i], &view->version[i]);
        uint32_t most = state_rows_max(section, view->universe);
        view->count[i] = count < most ? count : most;
        changed |= VIEW_BIT(i);
    }
    if ((changed & VIEW_BIT(STATE_QUOTES)) != 0) {
        note_moves(view);
        measure_prices(view);
    }
    if (refresh_log(view)) {
        changed |= VIEW_BIT(VIEW_LOG);
    }
    int64_t second = view->header->now_ns / NS_PER_S;
    if (second != view->tick_s) {
        view->tick_s = second;
        note_spreads(view);
        changed |= VIEW_BIT(VIEW_TICK);
    }
    return changed;
}

uint64_t view_log_number(const struct view *view, uint32_t back) {
    ASSERT(back < view->log_count);
    return view->log_last - back;
}

const struct log_line *view_log_line(const struct view *view, uint32_t back) {
    return &view->log[view_log_number(view, back) % LOG_RECENT_MAX];
}

enum { SHORT_NAME = 4 };

const char *view_venue(const struct view *view, uint16_t venue, char out[VENUE_NAME_MAX]) {
    if (venue >= view->universe->venue_count) {
        return "-";
    }
    const char *name = view->universe->venues[venue].name;
    if (view->full_names) {
        return name;
    }
    memcpy(out, name, VENUE_NAME_MAX);
    out[SHORT_NAME] = '\0';
    return out;
}

const char *view_symbol(const struct view *view, uint16_t symbol) {
    return symbol < view->universe->symbol_count ? view->universe->symbols[symbol].name : "-";
}

void view_add_route(const struct view *view, uint16_t buy, uint16_t sell, struct text *out) {
    char name[VENUE_NAME_MAX];
    text_add_string(out, view_venue(view, buy, name));
    if (sell != buy) { // else it is one leg
        text_add_string(out, "→");
        text_add_string(out, view_venue(view, sell, name));
    }
}

int view_venue_columns(const struct view *view) {
    int columns = SHORT_NAME + 1; // as wide as its heading
    if (!view->full_names) {
        return columns;
    }
    for (uint16_t i = 0; i < view->universe->venue_count; i++) {
        int length = (int)strlen(view->universe->venues[i].name);
        columns = length > columns ? length : columns;
    }
    return columns;
}

int view_symbol_columns(const struct view *view) {
    int columns = 6;
    for (uint16_t i = 0; i < view->universe->symbol_count; i++) {
        int length = (int)strlen(view->universe->symbols[i].name);
        columns = length > columns ? length : columns;
    }
    return columns < 14 ? columns : 14;
}

const struct state_quote *view_quote(const struct view *view, uint16_t venue, uint16_t symbol) {
    if (venue >= view->universe->venue_count || symbol >= view->universe->symbol_count) {
        return NULL;
    }
    uint32_t id = listing_id(view->universe, venue, symbol);
    return id < view->count[STATE_QUOTES] ? &view->quotes[id] : NULL;
}

int64_t view_now_ns(const struct view *view) {
    return view->header->now_ns;
}

int view_price_decimals(const struct view *view) {
    return view->price_decimals;
}

int view_price_columns(const struct view *view) {
    return view->price_columns;
}
