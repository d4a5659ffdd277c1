// What a pane is: a row of the pane table (ui/panes.c) and its state on this screen.
//
// A pane is a list of rows with columns, with an optional block of figures above it. The generic
// code (ui/grid.c) sorts, filters, scrolls and selects; a pane's file says how many rows there are,
// what a cell shows and what a row means. Row numbers are those of the section, or of the pane's
// own natural order; the key of a row is what it is, so that the selection stays on a job while
// others come and go.
#ifndef PERPDESK_UI_PANE_H
#define PERPDESK_UI_PANE_H

#include "ui/draw.h"
#include "ui/page.h"
#include "ui/view.h"

enum pane_id {
    PANE_QUOTES,
    PANE_OPPORTUNITIES,
    PANE_CAPITAL,
    PANE_JOBS,
    PANE_RISK,
    PANE_POSITIONS,
    PANE_LOG,
    PANE_HEALTH,
    PANE_WIRE,
    PANE_EQUITY,
    PANE_ALERTS,
    PANE_LATENCY,
    PANE_COUNT,
    PANE_NONE = PANE_COUNT
};

enum {
    PANE_COLUMNS_MAX = 24,
    PANE_FILTER_MAX = 24,
    PANE_CELL_MAX = 256,
    PANE_SPARK_MAX = 60,
    PANE_SORT_NONE = -1, // the pane's natural order
};

struct pane_column {
    const char *title;
    int columns;
    bool right;  // aligned right, as numbers are
    bool joined; // stands next to the column before it without a gap
    bool sortable;
    bool flexible;    // takes the room that is left, up to `most`; at most one
    int most;         // 0: all of it
    uint8_t priority; // 0 is always shown; the highest goes first when room is short
};

struct pane_cell {
    struct text text;
    int columns; // there is room for so many
    enum ink ink;
    int bar_permille; // -1: text; else a bar with the text behind it where there is room
    int spark_count;  // of points, newest last; 0: none
    uint8_t spark[PANE_SPARK_MAX]; // 0 .. DRAW_LEVELS - 1
    char data[PANE_CELL_MAX];
};

// What a row is about, for the actions.
struct pane_subject {
    uint16_t venue, symbol; // CONTROL_ANY when it is about none
    uint32_t job;           // 0 = none
    uint64_t alert;         // 0 = none
};

struct pane_legend {
    const char *title, *meaning;
};

struct pane_class {
    const char *name; // as on the title line
    const char *help; // one sentence
    const char *empty;
    // What a heading stands for, where that is not plain; ends with a title of NULL.
    const struct pane_legend *legend;
    uint32_t sections; // VIEW_BITs that make it dirty
    // Fills the columns for this view; returns their number.
    int (*columns)(const struct view *view, struct pane_column out[PANE_COLUMNS_MAX]);
    uint32_t (*rows)(const struct view *view);
    uint64_t (*key)(const struct view *view, uint32_t row);
    void (*cell)(const struct view *view, uint32_t row, int column, struct pane_cell *out);
    int64_t (*sort_key)(const struct view *view, uint32_t row, int column); // NULL: not sortable
    int64_t (*rank)(const struct view *view, uint32_t row); // of the natural order; NULL: by row
    // Words a filter is matched against.
    void (*words)(const struct view *view, uint32_t row, struct text *out);
    void (*details)(const struct view *view, uint32_t row, struct page *page);
    void (*why)(const struct view *view, uint32_t row, struct page *page);
    struct pane_subject (*subject)(const struct view *view, uint32_t row);
    // Figures above the rows; returns the lines used. NULL: none.
    int (*head)(const struct view *view, struct canvas *canvas, struct rect area);
};

struct pane_order {
    int64_t key;
    uint32_t row;
};

struct pane {
    const struct pane_class *class;
    struct rect area;
    bool visible, dirty;
    struct pane_order *order; // rows in the order shown
    uint32_t order_max, order_count;
    uint32_t selected, top; // positions in `order`
    int page;               // rows that fit
    int first_y;            // of the window, where the first of them stands
    uint64_t selected_key;
    bool has_selection; // selected_key is set
    int sort_column;    // of the class's columns, or PANE_SORT_NONE
    bool reversed;
    char filter[PANE_FILTER_MAX];
    uint32_t rows_total; // before the filter
};

// The pane table, in order of pane_id.
extern const struct pane_class *const pane_table[PANE_COUNT];
extern const struct pane_class pane_quotes, pane_opportunities, pane_capital, pane_jobs, pane_risk,
    pane_positions, pane_log, pane_health, pane_wire, pane_equity, pane_alerts, pane_latency;
// The key of each, in order of pane_id, parted by blanks; its first letter stands in the title.
#define PANE_KEYS "1 2 3 4 5 6 7 8 9 0 ! @"

// Money as a cell: to the cent, or short ("1.23M") where the column has no room for that.
void pane_cell_usd(struct pane_cell *out, struct usd value);
void pane_cell_usd_signed(struct pane_cell *out, struct usd value); // with the ink of won or lost

// Names in the order of the alphabet, as a sort key.
int64_t pane_letters(const char *name);

enum status pane_create(struct pane *pane, const struct pane_class *class,
                        const struct universe *universe) MUST_CHECK;
void pane_destroy(struct pane *pane);

#endif
