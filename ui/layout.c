// Three arrangements: stacked (80x24), medium (120x40) and wide (200x60).
#include "ui/layout.h"

static int share(int rows, int permille, int least) {
    int part = rows * permille / 1000;
    return part < least ? least : part;
}

static void place(struct layout *layout, enum pane_id pane, int x, int y, int columns, int rows) {
    layout->panes[pane] = (struct rect){x, y, columns, rows};
}

static void divide(struct layout *layout, int x, int y, int rows) {
    ASSERT(layout->line_count < LAYOUT_LINES_MAX);
    layout->lines[layout->line_count++] = (struct rect){x, y, 1, rows};
}

// Everything over the whole width, only CAPITAL and RISK side by side.
static void stack(struct layout *layout, int columns, int rows, enum pane_id shared) {
    int y = LAYOUT_HEADER_ROWS;
    bool tall = rows >= 38;
    int bottom = share(rows, 240, 4);
    int log = tall ? share(rows, 140, 4) : 0;
    int positions = tall ? share(rows, 130, 4) : 0;
    int opportunities = share(rows, tall ? 160 : 200, 3);
    int jobs = share(rows, tall ? 150 : 240, 3);
    int quotes = rows - bottom - log - positions - opportunities - jobs;
    place(layout, PANE_QUOTES, 0, y, columns, quotes);
    y += quotes;
    place(layout, PANE_OPPORTUNITIES, 0, y, columns, opportunities);
    y += opportunities;
    place(layout, tall ? PANE_JOBS : shared, 0, y, columns, jobs);
    y += jobs;
    if (tall) {
        place(layout, PANE_POSITIONS, 0, y, columns, positions);
        y += positions;
    }
    int left = columns / 2;
    place(layout, PANE_CAPITAL, 0, y, left, bottom);
    divide(layout, left, y, bottom);
    place(layout, PANE_RISK, left + 1, y, columns - left - 1, bottom);
    y += bottom;
    if (tall) {
        place(layout, PANE_LOG, 0, y, columns, log);
    }
}

static void medium(struct layout *layout, int columns, int rows) {
    int y = LAYOUT_HEADER_ROWS;
    int log = share(rows, 150, 4);
    int middle = share(rows, 420, 12);
    int opportunities = share(rows, 190, 4);
    int quotes = rows - log - middle - opportunities;
    int left = columns * 58 / 100;
    place(layout, PANE_QUOTES, 0, y, columns, quotes);
    y += quotes;
    place(layout, PANE_OPPORTUNITIES, 0, y, columns, opportunities);
    y += opportunities;
    int jobs = middle * 55 / 100;
    int capital = middle * 34 / 100;
    place(layout, PANE_JOBS, 0, y, left, jobs);
    place(layout, PANE_POSITIONS, 0, y + jobs, left, middle - jobs);
    divide(layout, left, y, middle);
    place(layout, PANE_CAPITAL, left + 1, y, columns - left - 1, capital);
    place(layout, PANE_RISK, left + 1, y + capital, columns - left - 1, middle - capital);
    y += middle;
    place(layout, PANE_LOG, 0, y, columns, log);
}

static void wide(struct layout *layout, int columns, int rows) {
    int y = LAYOUT_HEADER_ROWS;
    int left = columns * 54 / 100;
    int right = columns - left - 1;
    int log = share(rows, 200, 5);
    int top = rows - log;
    int quotes = top * 38 / 100;
    int jobs = top * 34 / 100;
    place(layout, PANE_QUOTES, 0, y, left, quotes);
    place(layout, PANE_JOBS, 0, y + quotes, left, jobs);
    place(layout, PANE_POSITIONS, 0, y + quotes + jobs, left, top - quotes - jobs);
    divide(layout, left, y, top);
    int capital = top * 20 / 100;
    place(layout, PANE_OPPORTUNITIES, left + 1, y, right, quotes);
    place(layout, PANE_CAPITAL, left + 1, y + quotes, right, capital);
    place(layout, PANE_RISK, left + 1, y + quotes + capital, right, top - quotes - capital);
    place(layout, PANE_LOG, 0, y + top, columns, log);
}

void layout_make(struct layout *layout, int columns, int rows, enum pane_id focus,
                 enum pane_id shared, bool zoomed) {
    ASSERT((unsigned)focus < PANE_COUNT && (unsigned)shared < PANE_COUNT);
    *layout = (struct layout){.small = columns < LAYOUT_COLUMNS_MIN || rows < LAYOUT_ROWS_MIN};
    layout->header = (struct rect){0, 0, columns, LAYOUT_HEADER_ROWS};
    layout->footer = (struct rect){0, rows - LAYOUT_FOOTER_ROWS, columns, LAYOUT_FOOTER_ROWS};
    if (layout->small) {
        return;
    }
    int room = rows - LAYOUT_HEADER_ROWS - LAYOUT_FOOTER_ROWS;
    if (zoomed) {
        place(layout, focus, 0, LAYOUT_HEADER_ROWS, columns, room);
    } else if (columns >= LAYOUT_WIDE && room >= 37) {
        wide(layout, columns, room);
    } else if (columns >= 110 && room >= 29) {
        medium(layout, columns, room);
    } else {
        stack(layout, columns, room, shared);
    }
}
