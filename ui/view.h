// The console's own copy of the desk: every section, and the last log lines.
//
// Memory is sized once from the universe. view_refresh copies only the sections whose version
// changed and says which: that is what marks panes dirty. One thread.
#ifndef PERPDESK_UI_VIEW_H
#define PERPDESK_UI_VIEW_H

#include "ui/link.h"

enum {
    VIEW_LOG = STATE_SECTION_COUNT, // the log counts as one more section
    VIEW_TICK,                      // a second of desk time has passed
    VIEW_SECTION_COUNT
};
enum { VIEW_DECIMALS_MAX = 8 };
#define VIEW_BIT(section) (1U << (section))

// The last move of a listing's prices. The desk publishes more often than a screen is drawn, so a
// move told for one publication only would hardly ever be seen: it is kept for VIEW_MOVE_MS.
struct view_move {
    int64_t bid, ask;        // as last seen
    int64_t bid_ns, ask_ns;  // desk time of the move
    int8_t bid_way, ask_way; // -1 down, 1 up
};
enum { VIEW_MOVE_MS = 1000 };

// What the console itself costs, over its last second.
struct view_screen {
    uint32_t frames, skipped; // drawn; put off because the terminal took nothing
    uint64_t bytes;           // written to the terminal
    int64_t draw_ns;          // mean of the frames
};

// The best crossing of each symbol, once a second of desk time: highest bid less lowest ask of
// venues with fresh quotes.
enum { VIEW_SPREADS_MAX = 60 };
struct view_spreads {
    struct bps (*points)[VIEW_SPREADS_MAX]; // by symbol, ring
    uint32_t count;                         // seconds taken
};

struct view {
    struct link link;
    const struct universe *universe;
    const struct state_header *header;
    const struct state_quote *quotes;
    const struct state_venue *venues;
    const struct state_capital *capital;
    const struct state_opportunity *opportunities;
    const struct state_job *jobs;
    const struct state_order *orders;
    const struct state_risk *risk;
    const struct state_position *positions;
    const struct state_alert *alerts;
    const struct state_equity *equity;
    const struct state_health *health;
    const struct state_wire *wire;
    const struct state_latency *latencies;
    void *rows[STATE_SECTION_COUNT];
    uint32_t count[STATE_SECTION_COUNT];
    uint64_t version[STATE_SECTION_COUNT];
    struct view_move *moves; // by listing
    struct log_line *log;    // ring of LOG_RECENT_MAX
    uint64_t log_last;       // number of the newest line, 0 = none
    uint32_t log_count;
    int64_t tick_s;                    // desk second last told
    int price_decimals, price_columns; // of all prices, as the quotes are now
    bool full_names;                   // the screen has room for whole venue names
    bool wide;                         // and for the wide form of everything
    bool calm;                         // moves are not marked
    struct view_screen screen;
    struct view_spreads spreads;
};

enum status view_create(struct view *view, const struct link *link) MUST_CHECK;
void view_destroy(struct view *view);
// Returns VIEW_BITs of what changed.
uint32_t view_refresh(struct view *view);
// 0 = the newest.
const struct log_line *view_log_line(const struct view *view, uint32_t back);
uint64_t view_log_number(const struct view *view, uint32_t back);

// Names for the screen: whole, or cut to four letters on a narrow one; "-" for none.
const char *view_venue(const struct view *view, uint16_t venue, char out[VENUE_NAME_MAX]);
const char *view_symbol(const struct view *view, uint16_t symbol);
void view_add_route(const struct view *view, uint16_t buy, uint16_t sell, struct text *out);
int view_venue_columns(const struct view *view); // width of the longest venue name shown
int view_symbol_columns(const struct view *view);
// Prices of all symbols stand in columns of one width, their points below each other.
int view_price_decimals(const struct view *view);
int view_price_columns(const struct view *view);
// The state_quote of a listing, NULL when there is none.
const struct state_quote *view_quote(const struct view *view, uint16_t venue, uint16_t symbol);
int64_t view_now_ns(const struct view *view);
// The last spreads of a symbol, oldest first, at most `most`; returns their number.
uint32_t view_spreads_of(const struct view *view, uint16_t symbol, uint32_t most,
                         struct bps out[VIEW_SPREADS_MAX]);
// -1, 0 or 1: how a listing's bid (ask) moved within the last VIEW_MOVE_MS.
int view_bid_way(const struct view *view, uint32_t listing);
int view_ask_way(const struct view *view, uint32_t listing);

#endif
