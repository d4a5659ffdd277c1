// Three arrangements by size: stacked (80x24), medium (120x40) and wide (200x60); and the presets,
// which show a few panes only, one below the other, at any size.
#include "ui/layout.h"

static int share(int rows, int permille, int least) {
    int part = rows * permille / 1000;
    return part < least ? least : part;
}

// A pane's title and its headings stand above its rows.
enum { EDGES = 2 };

static int at_most(int rows, int most) {
    return rows < most ? rows : most;
}

static void place(struct layout *layout, enum pane_id pane, int x, int y, int columns, int rows) {
    layout->panes[pane] = (struct rect){x, y, columns, rows};
}

static void divide(struct layout *layout, int x, int y, int rows) {
    ASSERT(layout->line_count < LAYOUT_LINES_MAX);
    layout->lines[layout->line_count++] = (struct rect){x, y, 1, rows};
}

// The place that panes without one of their own share.
static void place_shared(struct layout *layout, const struct layout_wish *wish,
                         enum pane_id otherwise, struct rect area) {
    bool wanted = wish->shared != PANE_NONE && layout->panes[wish->shared].rows == 0;
    layout->panes[wanted ? wish->shared : otherwise] = area;
}

// Everything over the whole width, only CAPITAL and RISK side by side.
static void stack(struct layout *layout, const struct layout_wish *wish, int rows) {
    int columns = wish->columns;
    int y = LAYOUT_HEADER_ROWS;
    bool tall = rows >= 38;
    int bottom = share(rows, 240, 3);
    int log = tall ? share(rows, 140, 4) : 0;
    int positions = tall ? share(rows, 130, 4) : 0;
    int opportunities = share(rows, tall ? 160 : 200, 3);
    int jobs = share(rows, tall ? 150 : 240, 3);
    int quotes =
        at_most(rows - bottom - log - positions - opportunities - jobs, wish->quotes + EDGES);
    jobs = rows - bottom - log - positions - opportunities - quotes;
    place(layout, PANE_QUOTES, 0, y, columns, quotes);
    y += quotes;
    place(layout, PANE_OPPORTUNITIES, 0, y, columns, opportunities);
    y += opportunities;
    struct rect middle = {0, y, columns, jobs};
    y += jobs;
    if (tall) {
        layout->panes[PANE_JOBS] = middle;
        place(layout, PANE_POSITIONS, 0, y, columns, positions);
        y += positions;
    }
    int left = columns / 2;
    place(layout, PANE_CAPITAL, 0, y, left, bottom);
    divide(layout, left, y, bottom);
    place(layout, PANE_RISK, left + 1, y, columns - left - 1, bottom);
    y += bottom;
    if (tall) {
        place_shared(layout, wish, PANE_LOG, (struct rect){0, y, columns, log});
    } else {
        place_shared(layout, wish, PANE_JOBS, middle);
    }
}

static void medium(struct layout *layout, const struct layout_wish *wish, int rows) {
    int columns = wish->columns;
    int y = LAYOUT_HEADER_ROWS;
    int bottom = share(rows, 360, 12);
    int opportunities = share(rows, 190, 4);
    int jobs = share(rows, 190, 4);
    int quotes = at_most(rows - bottom - opportunities - jobs, wish->quotes + EDGES);
    jobs = rows - bottom - opportunities - quotes;
    place(layout, PANE_QUOTES, 0, y, columns, quotes);
    y += quotes;
    place(layout, PANE_OPPORTUNITIES, 0, y, columns, opportunities);
    y += opportunities;
    place(layout, PANE_JOBS, 0, y, columns, jobs);
    y += jobs;
    int left = columns * 57 / 100;
    int right = columns - left - 1;
    int positions = bottom * 52 / 100;
    int capital = at_most(bottom * 40 / 100, wish->capital + EDGES);
    place(layout, PANE_POSITIONS, 0, y, left, positions);
    divide(layout, left, y, bottom);
    place(layout, PANE_CAPITAL, left + 1, y, right, capital);
    place(layout, PANE_RISK, left + 1, y + capital, right, bottom - capital);
    place_shared(layout, wish, PANE_LOG, (struct rect){0, y + positions, left, bottom - positions});
}

static void wide(struct layout *layout, const struct layout_wish *wish, int rows) {
    int columns = wish->columns;
    int y = LAYOUT_HEADER_ROWS;
    int left = columns * 53 / 100;
    int right = columns - left - 1;
    int log = share(rows, 230, 5);
    int top = rows - log;
    int quotes = at_most(top * 38 / 100, wish->quotes + EDGES);
    int jobs = (top - quotes) * 58 / 100;
    place(layout, PANE_QUOTES, 0, y, left, quotes);
    place(layout, PANE_JOBS, 0, y + quotes, left, jobs);
    place(layout, PANE_POSITIONS, 0, y + quotes + jobs, left, top - quotes - jobs);
    divide(layout, left, y, top);
    int opportunities = top * 36 / 100;
    int capital = at_most(top * 22 / 100, wish->capital + EDGES);
    place(layout, PANE_OPPORTUNITIES, left + 1, y, right, opportunities);
    place(layout, PANE_CAPITAL, left + 1, y + opportunities, right, capital);
    place(layout, PANE_RISK, left + 1, y + opportunities + capital, right,
          top - opportunities - capital);
    place(layout, PANE_LOG, 0, y + top, left, log);
    divide(layout, left, y + top, log);
    place_shared(layout, wish, PANE_HEALTH, (struct rect){left + 1, y + top, right, log});
}

// A preset's panes from top to bottom; the last one's place is shared.
struct preset {
    const char *name;
    enum pane_id panes[3];
    int permille[2]; // of the first two
    int count;
};
static const struct preset presets[LAYOUT_PRESET_COUNT] = {
    [LAYOUT_BY_SIZE] = {.name = "by size"},
    [LAYOUT_PRICES] = {"prices", {PANE_QUOTES, PANE_OPPORTUNITIES}, {500}, 2},
    [LAYOUT_TRADING] = {"trading", {PANE_JOBS, PANE_POSITIONS, PANE_WIRE}, {380, 330}, 3},
    [LAYOUT_SAFETY] = {"safety", {PANE_RISK, PANE_HEALTH, PANE_ALERTS}, {400, 330}, 3},
};

const char *layout_preset_name(enum layout_preset preset) {
    ASSERT((unsigned)preset < LAYOUT_PRESET_COUNT);
    return presets[preset].name;
}

static void few(struct layout *layout, const struct layout_wish *wish, int rows) {
    const struct preset *preset = &presets[wish->preset];
    int y = LAYOUT_HEADER_ROWS;
    int end = y + rows;
    for (int i = 0; i < preset->count - 1; i++) {
        int height = share(rows, preset->permille[i], 3);
        place(layout, preset->panes[i], 0, y, wish->columns, height);
        y += height;
    }
    place_shared(layout, wish, preset->panes[preset->count - 1],
                 (struct rect){0, y, wish->columns, end - y});
}

void layout_make(struct layout *layout, const struct layout_wish *wish) {
    ASSERT((unsigned)wish->focus < PANE_COUNT && (unsigned)wish->shared <= PANE_NONE);
    int columns = wish->columns;
    int rows = wish->rows;
    *layout = (struct layout){.small = columns < LAYOUT_COLUMNS_MIN || rows < LAYOUT_ROWS_MIN};
    layout->header = (struct rect){0, 0, columns, LAYOUT_HEADER_ROWS};
    layout->footer = (struct rect){0, rows - LAYOUT_FOOTER_ROWS, columns, LAYOUT_FOOTER_ROWS};
    if (layout->small) {
        return;
    }
    int room = rows - LAYOUT_HEADER_ROWS - LAYOUT_FOOTER_ROWS;
    if (wish->zoomed) {
        place(layout, wish->focus, 0, LAYOUT_HEADER_ROWS, columns, room);
    } else if (wish->preset != LAYOUT_BY_SIZE) {
        few(layout, wish, room);
    } else if (columns >= LAYOUT_WIDE && room >= 37) {
        wide(layout, wish, room);
    } else if (columns >= 110 && room >= 29) {
        medium(layout, wish, room);
    } else {
        stack(layout, wish, room);
    }
}
