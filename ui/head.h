// The block of figures above a pane's rows: lines of a label, a bar or none, and text.
//
// Lines come in order of weight: a small pane shows the first of them.
#ifndef PERPDESK_UI_HEAD_H
#define PERPDESK_UI_HEAD_H

#include "ui/draw.h"

enum { HEAD_LINES_MAX = 40, HEAD_LABEL_COLUMNS = 10, HEAD_NO_BAR = -1 };

struct head_line {
    const char *label;
    int permille; // of the bar, or HEAD_NO_BAR
    enum ink ink;
    struct text text;
    char data[120];
};
struct head {
    int count;
    struct head_line lines[HEAD_LINES_MAX];
};

// What is written into the returned text appears behind the label. Past the last line it is lost.
struct text *head_add(struct head *head, const char *label, int permille, enum ink ink);
// Green, then yellow, then red as a limit is used up.
enum ink head_used_ink(int permille);
// Draws what leaves `kept` rows of the area free; returns the lines used.
int head_draw(const struct head *head, struct canvas *canvas, struct rect area, int kept);

#endif
