// A page of text for the reader: details, "why not", help.
//
// Lines are "label  text" pairs or plain sentences; the reader scrolls and searches them.
#ifndef PERPDESK_UI_PAGE_H
#define PERPDESK_UI_PAGE_H

#include "ui/ink.h"
#include "ui/view.h"

enum { PAGE_LINES_MAX = 128, PAGE_LINE_MAX = 160, PAGE_LABEL_MAX = 16 };

struct page_line {
    enum ink ink;
    char label[PAGE_LABEL_MAX];
    char text[PAGE_LINE_MAX];
};

struct page {
    char title[80];
    int count;
    struct page_line lines[PAGE_LINES_MAX]; // what does not fit is left out
};

void page_clear(struct page *page, const char *title);
// The returned text writes into the line; valid until the next page call.
struct text page_line(struct page *page, enum ink ink, const char *label);
void page_add(struct page *page, enum ink ink, const char *label, const char *format, ...)
    PRINTF_LIKE(4, 5);
// The same, broken between words into lines of at most `columns`.
void page_add_wrapped(struct page *page, enum ink ink, const char *label, const char *text,
                      size_t columns);
// Rule, level, figure, limit, distance and sentence of a refusal.
void page_add_verdict(struct page *page, const struct view *view, const struct verdict *verdict);

#endif
