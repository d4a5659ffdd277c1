// A pane is drawn whole into the canvas when it is dirty; the canvas then finds the few cells that
// really changed.
#include "ui/grid.h"

#include <stdlib.h>

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool grid_matches(const char *filter, struct slice words) {
    bool inverse = filter[0] == '!';
    if (inverse) {
        filter++;
    }
    size_t size = strlen(filter);
    if (size == 0) {
        return true;
    }
    bool found = false;
    for (size_t from = 0; !found && from + size <= words.size; from++) {
        size_t i = 0;
        while (i < size && lower(words.data[from + i]) == lower(filter[i])) {
            i++;
        }
        found = i == size;
    }
    return found != inverse;
}

static int compare(const void *a, const void *b) {
    const struct pane_order *x = a;
    const struct pane_order *y = b;
    if (x->key != y->key) {
        return x->key < y->key ? -1 : 1;
    }
    return x->row < y->row ? -1 : x->row > y->row;
}

static void collect(struct pane *pane, const struct view *view) {
    const struct pane_class *class = pane->class;
    uint32_t rows = class->rows(view);
    pane->rows_total = rows;
    pane->order_count = 0;
    bool sorted = pane->sort_column != PANE_SORT_NONE && class->sort_key != NULL;
    for (uint32_t row = 0; row < rows && pane->order_count < pane->order_max; row++) {
        if (pane->filter[0] != '\0') {
            char data[PANE_CELL_MAX];
            struct text words = TEXT_OVER(data);
            class->words(view, row, &words);
            if (!grid_matches(pane->filter, text_slice(&words))) {
                continue;
            }
        }
        int64_t key = sorted                ? class->sort_key(view, row, pane->sort_column)
                      : class->rank != NULL ? class->rank(view, row)
                                            : 0;
        pane->order[pane->order_count++] = (struct pane_order){key, row};
    }
    if ((sorted || class->rank != NULL) && pane->order_count > 1) {
        qsort(pane->order, pane->order_count, sizeof(*pane->order), compare);
    }
    for (uint32_t i = 0; pane->reversed && i < pane->order_count / 2; i++) {
        struct pane_order *mirror = &pane->order[pane->order_count - 1 - i];
        struct pane_order kept = pane->order[i];
        pane->order[i] = *mirror;
        *mirror = kept;
    }
}

void grid_arrange(struct pane *pane, const struct view *view) {
    collect(pane, view);
    if (pane->order_count == 0) {
        pane->selected = 0;
        pane->top = 0;
        return;
    }
    if (pane->selected >= pane->order_count) {
        pane->selected = pane->order_count - 1;
    }
    if (!pane->has_selection) {
        return;
    }
    // Mostly it stands where it stood.
    if (pane->class->key(view, pane->order[pane->selected].row) == pane->selected_key) {
        return;
    }
    for (uint32_t i = 0; i < pane->order_count; i++) {
        if (pane->class->key(view, pane->order[i].row) == pane->selected_key) {
            pane->selected = i;
            return;
        }
    }
    pane->selected_key = pane->class->key(view, pane->order[pane->selected].row);
}

void grid_move(struct pane *pane, const struct view *view, int64_t by) {
    grid_arrange(pane, view); // rows may have gone since the pane was drawn, if it ever was
    if (pane->order_count == 0) {
        return;
    }
    int64_t to = (int64_t)pane->selected + by;
    if (to < 0) {
        to = 0;
    }
    if (to >= (int64_t)pane->order_count) {
        to = (int64_t)pane->order_count - 1;
    }
    pane->selected = (uint32_t)to;
    // At the first row the cursor stays at the top, whatever arrives there.
    pane->has_selection = to != 0;
    pane->selected_key = pane->class->key(view, pane->order[pane->selected].row);
    pane->dirty = true;
}

void grid_sort(struct pane *pane, const struct view *view, int step) {
    struct pane_column columns[PANE_COLUMNS_MAX];
    int count = pane->class->columns(view, columns);
    // The natural order stands before the first column and after the last.
    int next = pane->sort_column;
    do {
        next += step;
        next = next >= count ? PANE_SORT_NONE : next < PANE_SORT_NONE ? count - 1 : next;
    } while (next != PANE_SORT_NONE && !columns[next].sortable);
    pane->sort_column = next;
    pane->reversed = false;
    pane->dirty = true;
}

bool grid_selected(const struct pane *pane, uint32_t *row) {
    if (pane->order_count == 0) {
        return false;
    }
    *row = pane->order[pane->selected].row;
    return true;
}

// Columns that fit, best first; sets `shown`. What is left over goes to the flexible column.
static void fit(struct pane_column *columns, int count, int room, bool shown[PANE_COLUMNS_MAX]) {
    int total = -1;
    for (int i = 0; i < count; i++) {
        shown[i] = true;
        total += columns[i].columns + (columns[i].joined ? 0 : 1);
    }
    while (total > room) {
        int worst = -1;
        for (int i = 0; i < count; i++) {
            if (shown[i] && columns[i].priority > 0 &&
                (worst < 0 || columns[i].priority >= columns[worst].priority)) {
                worst = i;
            }
        }
        if (worst < 0) {
            return; // the rest is clipped
        }
        shown[worst] = false;
        total -= columns[worst].columns + (columns[worst].joined ? 0 : 1);
    }
    for (int i = 0; i < count; i++) {
        if (columns[i].flexible && shown[i]) {
            int wide = columns[i].columns + room - total;
            int most = columns[i].most;
            columns[i].columns = most > 0 && wide > most ? most : wide;
            return;
        }
    }
}

static void draw_title(const struct pane *pane, const struct pane_column *columns,
                       struct canvas *canvas, bool focused) {
    struct rect area = pane->area;
    draw_rule(canvas, area, 0, INK_RULE);
    int number = 0;
    for (int i = 0; i < PANE_COUNT; i++) {
        number = pane_table[i] == pane->class ? i : number;
    }
    char data[64];
    struct text text = TEXT_OVER(data);
    text_add_format(&text, "%s%c %s%s", focused ? "[" : " ", PANE_KEYS[2 * number],
                    pane->class->name, focused ? "]" : " ");
    int x = draw_text(canvas, area, 1, 0, focused ? INK_FOCUS : INK_TITLE, text_slice(&text));
    text_clear(&text);
    if (pane->filter[0] != '\0') {
        text_add_format(&text, " /%s %u of %u ", pane->filter, pane->order_count, pane->rows_total);
        x = draw_text(canvas, area, x + 1, 0, INK_WARN, text_slice(&text));
        text_clear(&text);
    }
    if (pane->sort_column != PANE_SORT_NONE || pane->reversed) {
        bool sorted = pane->sort_column != PANE_SORT_NONE;
        text_add_format(&text, " %s%s%s%s ", sorted ? "by " : "",
                        sorted ? columns[pane->sort_column].title : "",
                        sorted && pane->reversed ? ", " : "", pane->reversed ? "reversed" : "");
        x = draw_text(canvas, area, x + 1, 0, INK_FAINT, text_slice(&text));
    }
    if ((int)pane->order_count > pane->page && pane->page > 0) {
        uint32_t last = pane->top + (uint32_t)pane->page;
        last = last < pane->order_count ? last : pane->order_count;
        text_clear(&text);
        text_add_format(&text, " %u-%u/%u ", pane->top + 1, last, pane->order_count);
        int columns_used = (int)text.size;
        if (area.columns - columns_used - 1 > x) {
            draw_text(canvas, area, area.columns - columns_used - 1, 0, INK_FAINT,
                      text_slice(&text));
        }
    }
}

static void draw_cell(struct canvas *canvas, struct rect area, int x, int y,
                      const struct pane_column *column, const struct pane_cell *cell) {
    struct slice text = text_slice(&cell->text);
    int columns = column->columns;
    if (x + columns > area.columns) {
        columns = area.columns - x;
    }
    if (cell->spark_count > 0) {
        int shown = cell->spark_count < columns ? cell->spark_count : columns;
        for (int i = 0; i < shown; i++) {
            draw_level(canvas, area, x + columns - shown + i, y, cell->ink,
                       cell->spark[cell->spark_count - shown + i]);
        }
    } else if (cell->bar_permille >= 0) {
        int label = text.size > 0 ? (int)text.size + 1 : 0;
        int bar = columns - label;
        draw_bar(canvas, area, x, y, bar, cell->bar_permille, cell->ink);
        draw_right(canvas, area, x + bar, y, label, cell->ink, text);
    } else if (column->right) {
        draw_right(canvas, area, x, y, columns, cell->ink, text);
    } else {
        draw_left(canvas, area, x, y, columns, cell->ink, text);
    }
}

static void draw_row(const struct pane *pane, const struct view *view, struct canvas *canvas,
                     struct rect area, int y, uint32_t row, const struct pane_column *columns,
                     int count, const bool *shown) {
    int x = 0;
    for (int i = 0; i < count && x < area.columns; i++) {
        if (!shown[i]) {
            continue;
        }
        x += x > 0 && !columns[i].joined ? 1 : 0;
        struct pane_cell cell;
        cell.text = text_over(cell.data, sizeof(cell.data));
        cell.columns = columns[i].columns;
        cell.ink = INK_TEXT;
        cell.bar_permille = -1;
        cell.spark_count = 0;
        pane->class->cell(view, row, i, &cell);
        draw_cell(canvas, area, x, y, &columns[i], &cell);
        x += columns[i].columns;
    }
}

static void draw_heads(struct canvas *canvas, struct rect area, int y,
                       const struct pane_column *columns, int count, const bool *shown) {
    int x = 0;
    for (int i = 0; i < count && x < area.columns; i++) {
        if (!shown[i]) {
            continue;
        }
        x += x > 0 && !columns[i].joined ? 1 : 0;
        if (columns[i].right) {
            draw_right(canvas, area, x, y, columns[i].columns, INK_HEAD,
                       slice_of(columns[i].title));
        } else {
            draw_left(canvas, area, x, y, columns[i].columns, INK_HEAD, slice_of(columns[i].title));
        }
        x += columns[i].columns;
    }
}

static void scroll(struct pane *pane) {
    uint32_t page = pane->page > 0 ? (uint32_t)pane->page : 1;
    if (pane->selected < pane->top) {
        pane->top = pane->selected;
    }
    if (pane->selected >= pane->top + page) {
        pane->top = pane->selected - page + 1;
    }
    // No empty lines below while there are rows above.
    uint32_t most = pane->order_count > page ? pane->order_count - page : 0;
    pane->top = pane->top < most ? pane->top : most;
}

void grid_draw(struct pane *pane, const struct view *view, struct canvas *canvas, bool focused) {
    struct rect area = pane->area;
    draw_fill(canvas, area, INK_TEXT);
    grid_arrange(pane, view);
    struct pane_column columns[PANE_COLUMNS_MAX];
    int count = pane->class->columns(view, columns);
    ASSERT(count > 0 && count <= PANE_COLUMNS_MAX);
    struct rect body = {area.x + 1, area.y + 1, area.columns - 2, area.rows - 1};
    int head = 0;
    if (pane->class->head != NULL) {
        head = pane->class->head(view, canvas, body);
        body.y += head;
        body.rows -= head;
    }
    bool shown[PANE_COLUMNS_MAX];
    fit(columns, count, body.columns, shown);
    pane->page = body.rows > 1 ? body.rows - 1 : 0;
    pane->first_y = body.y + 1;
    scroll(pane);
    draw_title(pane, columns, canvas, focused);
    if (body.rows < 1) {
        return;
    }
    if (pane->order_count == 0) {
        draw_left(
            canvas, body, 0, 0, body.columns, INK_FAINT,
            slice_of(pane->filter[0] != '\0' ? "no row matches the filter" : pane->class->empty));
        return;
    }
    draw_heads(canvas, body, 0, columns, count, shown);
    for (int y = 0; y < pane->page; y++) {
        uint32_t place = pane->top + (uint32_t)y;
        if (place >= pane->order_count) {
            break;
        }
        draw_row(pane, view, canvas, body, y + 1, pane->order[place].row, columns, count, shown);
        if (focused && place == pane->selected) {
            struct rect line = {area.x, body.y, area.columns, body.rows};
            // A sign beside the colour: the row under the cursor.
            draw_string(canvas, line, 0, y + 1, INK_KEY, ">");
            draw_select(canvas, line, y + 1);
        }
    }
}
