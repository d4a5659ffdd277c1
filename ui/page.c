// Pages of text, and the answer to "why not?".
#include "ui/page.h"

#include <stdio.h>

void page_clear(struct page *page, const char *title) {
    page->count = 0;
    (void)string_copy(page->title, sizeof(page->title), slice_of(title));
}

struct text page_line(struct page *page, enum ink ink, const char *label) {
    // The last line is overwritten when the page is full: a page is for reading, not for data.
    if (page->count < PAGE_LINES_MAX) {
        page->count++;
    }
    struct page_line *line = &page->lines[page->count - 1];
    line->ink = ink;
    (void)string_copy(line->label, sizeof(line->label), slice_of(label));
    return TEXT_OVER(line->text);
}

void page_add(struct page *page, enum ink ink, const char *label, const char *format, ...) {
    char line[PAGE_LINE_MAX];
    struct text text = page_line(page, ink, label);
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    if (size > 0) {
        text_add_string(&text, line);
    }
}

enum { SENTENCE_COLUMNS = 58 }; // beside the labels in 80 columns

void page_add_wrapped(struct page *page, enum ink ink, const char *label, const char *text,
                      size_t columns) {
    size_t size = strlen(text);
    while (size > columns) {
        size_t cut = columns;
        while (cut > 0 && text[cut] != ' ') {
            cut--;
        }
        cut = cut > 0 ? cut : columns;
        page_add(page, ink, label, "%.*s", (int)cut, text);
        label = "";
        text += cut;
        size -= cut;
        if (*text == ' ') {
            text++;
            size--;
        }
    }
    page_add(page, ink, label, "%s", text);
}

static void add_figure(struct page *page, const char *label, enum rule_unit unit, int64_t figure) {
    struct text text = page_line(page, INK_STRONG, label);
    rule_figure_print(&text, unit, figure);
}

void page_add_verdict(struct page *page, const struct view *view, const struct verdict *verdict) {
    if (verdict->rule == RULE_NONE || verdict->rule >= RULE_COUNT) {
        page_add(page, INK_GOOD, "rule", "none: %s", rule_sentence(RULE_NONE));
        return;
    }
    enum rule rule = (enum rule)verdict->rule;
    enum rule_unit unit = rule_unit_of(rule);
    page_add(page, INK_WARN, "rule", "%s", rule_name(rule));
    page_add(page, INK_TEXT, "level", "%s, %s", rule_level_name(rule_level_of(rule)),
             rule_is_hard(rule) ? "hard: it always holds" : "soft: yields to the override (o)");
    if (unit != UNIT_NONE) {
        add_figure(page, "figure", unit, verdict->figure);
        add_figure(page, "limit", unit, verdict->limit);
        int64_t distance = sub_saturating(verdict->figure, verdict->limit);
        add_figure(page, "distance", unit, distance < 0 ? sub_saturating(0, distance) : distance);
    }
    if (verdict->venue < view->universe->venue_count) {
        page_add(page, INK_TEXT, "venue", "%s", view->universe->venues[verdict->venue].name);
    }
    if (verdict->symbol < view->universe->symbol_count) {
        page_add(page, INK_TEXT, "symbol", "%s", view_symbol(view, verdict->symbol));
    }
    page_add_wrapped(page, INK_TEXT, "", rule_sentence(rule), SENTENCE_COLUMNS);
}
