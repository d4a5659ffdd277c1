// A page of text over the panes: details, why, help. Scrolls, and '/' keeps the lines that match.
#include "ui/console_inside.h"

enum { LABEL_COLUMNS = 12, WIDTH_MOST = 100, MARGIN = 2 };

struct shown {
    int count;
    int lines[PAGE_LINES_MAX];
};

static void find_shown(const struct reader *reader, struct shown *shown) {
    shown->count = 0;
    for (int i = 0; i < reader->page.count; i++) {
        const struct page_line *line = &reader->page.lines[i];
        if (grid_matches(reader->search, slice_of(line->label)) ||
            grid_matches(reader->search, slice_of(line->text))) {
            shown->lines[shown->count++] = i;
        }
    }
}

static int label_columns(const struct page *page) {
    int columns = LABEL_COLUMNS;
    for (int i = 0; i < page->count; i++) {
        int length = (int)strlen(page->lines[i].label) + 2;
        columns = length > columns ? length : columns;
    }
    return columns;
}

static struct rect box_of(const struct console *console) {
    const struct canvas *canvas = &console->canvas;
    const struct page *page = &console->reader.page;
    int label = label_columns(page);
    int width = draw_columns(slice_of(page->title)) + 8;
    for (int i = 0; i < page->count; i++) {
        int columns = label + draw_columns(slice_of(page->lines[i].text)) + 4;
        width = columns > width ? columns : width;
    }
    int most =
        canvas->columns - 2 * MARGIN < WIDTH_MOST ? canvas->columns - 2 * MARGIN : WIDTH_MOST;
    width = width < most ? width : most;
    int height = page->count + 2;
    int room = canvas->rows - LAYOUT_HEADER_ROWS - LAYOUT_FOOTER_ROWS;
    height = height < room ? height : room;
    return (struct rect){(canvas->columns - width) / 2, LAYOUT_HEADER_ROWS + (room - height) / 2,
                         width, height};
}

static int page_rows(const struct console *console) {
    int rows = box_of(console).rows - 2;
    return rows > 1 ? rows : 1;
}

static void scroll(struct console *console, int by) {
    struct shown shown;
    find_shown(&console->reader, &shown);
    int most = shown.count - page_rows(console);
    int top = console->reader.top + by;
    top = top > most ? most : top;
    console->reader.top = top > 0 ? top : 0;
}

static void search_key(struct console *console, int key) {
    struct reader *reader = &console->reader;
    size_t size = strlen(reader->search);
    if (key == INPUT_ENTER) {
        reader->searching = false;
    } else if (key == INPUT_ESCAPE) {
        reader->searching = false;
        reader->search[0] = '\0';
    } else if (key == INPUT_BACKSPACE && size > 0) {
        reader->search[size - 1] = '\0';
    } else if (key_is_text(key) && size + 1 < sizeof(reader->search)) {
        reader->search[size] = key == INPUT_SPACE ? ' ' : (char)key;
        reader->search[size + 1] = '\0';
    } else if (!key_is_text(key)) {
        (void)console_reduce_key(console, key);
    }
    reader->top = 0;
}

static void reader_key(struct console *console, int key) {
    struct reader *reader = &console->reader;
    // Only what moves a page, pauses or kills has a meaning here.
    console->overlay_dirty = true;
    console->footer_dirty = true;
    if (reader->searching) {
        search_key(console, key);
        return;
    }
    switch (key) {
    case 'j':
    case INPUT_DOWN:
        scroll(console, 1);
        break;
    case 'k':
    case INPUT_UP:
        scroll(console, -1);
        break;
    case INPUT_PAGE_DOWN:
    case INPUT_SPACE:
        scroll(console, page_rows(console));
        break;
    case INPUT_PAGE_UP:
        scroll(console, -page_rows(console));
        break;
    case 'g':
    case INPUT_HOME:
        scroll(console, -PAGE_LINES_MAX);
        break;
    case 'G':
    case INPUT_END:
        scroll(console, PAGE_LINES_MAX);
        break;
    case '/':
        reader->searching = true;
        reader->search[0] = '\0';
        break;
    case 'q':
    case '?':
    case 'w':
    case INPUT_ENTER:
    case INPUT_ESCAPE:
        console_set_mode(console, &mode_normal);
        break;
    default:
        (void)console_reduce_key(console, key);
        break;
    }
}

static void reader_overlay(struct console *console) {
    const struct reader *reader = &console->reader;
    struct canvas *canvas = &console->canvas;
    struct rect box = box_of(console);
    draw_fill(canvas, box, INK_TEXT);
    draw_frame(canvas, box, INK_TITLE);
    int x = draw_string(canvas, box, 2, 0, INK_TITLE, " ");
    x = draw_string(canvas, box, x, 0, INK_STRONG, reader->page.title);
    (void)draw_string(canvas, box, x, 0, INK_TITLE, " ");
    struct rect inner = {box.x + 2, box.y + 1, box.columns - 4, box.rows - 2};
    int label = label_columns(&reader->page);
    struct shown shown;
    find_shown(reader, &shown);
    for (int y = 0; y < inner.rows && reader->top + y < shown.count; y++) {
        const struct page_line *line = &reader->page.lines[shown.lines[reader->top + y]];
        draw_left(canvas, inner, 0, y, label - 1, INK_HEAD, slice_of(line->label));
        draw_left(canvas, inner, label, y, inner.columns - label, line->ink, slice_of(line->text));
    }
    if (reader->top + inner.rows < shown.count) {
        (void)draw_string(canvas, box, box.columns - 9, box.rows - 1, INK_FAINT, " more ");
    }
}

static void reader_footer(struct console *console, struct rect area) {
    const struct reader *reader = &console->reader;
    if (reader->searching || reader->search[0] != '\0') {
        int x = draw_string(&console->canvas, area, 1, 0, INK_STRONG, "search /");
        x = draw_string(&console->canvas, area, x, 0, INK_INPUT, reader->search);
        if (reader->searching) {
            (void)draw_string(&console->canvas, area, x, 0, INK_INPUT, "_");
        }
        return;
    }
    int x = draw_string(&console->canvas, area, 1, 0, INK_KEY, "Esc");
    x = draw_string(&console->canvas, area, x, 0, INK_FAINT, " back  ");
    x = draw_string(&console->canvas, area, x, 0, INK_KEY, "j k");
    x = draw_string(&console->canvas, area, x, 0, INK_FAINT, " scroll  ");
    x = draw_string(&console->canvas, area, x, 0, INK_KEY, "/");
    (void)draw_string(&console->canvas, area, x, 0, INK_FAINT, " search");
}

const struct mode mode_reader = {
    .name = "reader", .key = reader_key, .overlay = reader_overlay, .footer = reader_footer};

void console_read(struct console *console) {
    console->reader.top = 0;
    console->reader.searching = false;
    console->reader.search[0] = '\0';
    console_set_mode(console, &mode_reader);
}
