#include "ui/head.h"

enum { BAR_TEXT_COLUMNS = 19, BAR_COLUMNS_MOST = 30, BAR_COLUMNS_LEAST = 3 };

struct text *head_add(struct head *head, const char *label, int permille, enum ink ink) {
    if (head->count < HEAD_LINES_MAX) {
        head->count++;
    }
    struct head_line *line = &head->lines[head->count - 1];
    line->label = label;
    line->permille = permille;
    line->ink = ink;
    line->text = TEXT_OVER(line->data);
    return &line->text;
}

enum ink head_used_ink(int permille) {
    return permille >= 900 ? INK_BAD : permille >= 600 ? INK_WARN : INK_BAR;
}

int head_draw(const struct head *head, struct canvas *canvas, struct rect area, int kept) {
    int lines = head->count < area.rows - kept ? head->count : area.rows - kept;
    for (int y = 0; y < lines; y++) {
        const struct head_line *line = &head->lines[y];
        draw_string(canvas, area, 0, y, INK_HEAD, line->label);
        int room = area.columns - HEAD_LABEL_COLUMNS;
        if (line->permille < 0) {
            draw_left(canvas, area, HEAD_LABEL_COLUMNS, y, room, line->ink,
                      text_slice(&line->text));
            continue;
        }
        int bar = room - BAR_TEXT_COLUMNS;
        bar = bar < BAR_COLUMNS_LEAST ? 0 : bar > BAR_COLUMNS_MOST ? BAR_COLUMNS_MOST : bar;
        draw_bar(canvas, area, HEAD_LABEL_COLUMNS, y, bar, line->permille, line->ink);
        draw_right(canvas, area, HEAD_LABEL_COLUMNS + bar, y, bar > 0 ? BAR_TEXT_COLUMNS : room,
                   line->ink == INK_BAR ? INK_TEXT : line->ink, text_slice(&line->text));
    }
    return lines > 0 ? lines : 0;
}
