// Where everything stands, for any size of window.
//
// Two lines of header, one of footer, panes between. A pane is a title rule and what is below it;
// panes side by side have a line between them. In every arrangement one place is shared by the
// panes that have none of their own: the one last focused is shown. Pure arithmetic.
#ifndef PERPDESK_UI_LAYOUT_H
#define PERPDESK_UI_LAYOUT_H

#include "ui/pane.h"

enum {
    LAYOUT_COLUMNS_MIN = 60,
    LAYOUT_ROWS_MIN = 15,
    LAYOUT_HEADER_ROWS = 2,
    LAYOUT_FOOTER_ROWS = 1,
    LAYOUT_FULL_NAMES = 100, // columns from which venue names are whole
    LAYOUT_WIDE = 160,
    LAYOUT_LINES_MAX = 4,
};

struct layout {
    bool small; // below the least size: one summary line
    struct rect header, footer;
    struct rect panes[PANE_COUNT];       // rows 0: not shown
    struct rect lines[LAYOUT_LINES_MAX]; // vertical lines, one column wide; row 0 meets a title
    int line_count;
};

enum layout_preset {
    LAYOUT_BY_SIZE,
    LAYOUT_PRICES,
    LAYOUT_TRADING,
    LAYOUT_SAFETY,
    LAYOUT_PRESET_COUNT
};

struct layout_wish {
    int columns, rows;
    enum layout_preset preset;
    enum pane_id focus, shared; // shared: the pane wanted in the shared place, or PANE_NONE
    bool zoomed;                // `focus` alone
    int quotes, capital;        // rows of data these two will ever have: no more room than that
};

const char *layout_preset_name(enum layout_preset preset);
void layout_make(struct layout *layout, const struct layout_wish *wish);

#endif
