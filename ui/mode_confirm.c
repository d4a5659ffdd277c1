// A question that ends in y/n.
//
// Safe by construction: what was typed before it stood there is thrown away, nothing counts in its
// first quarter of a second, Enter never answers, and no answer for a while means no.
#include "ui/console_inside.h"

enum { PATIENCE_S = 20, BOX_LEAST = 36, BOX_MOST = 72 };

static void close_question(struct console *console, bool yes) {
    // The question may be replaced by the one that follows it.
    struct question question = console->question;
    console_set_mode(console, &mode_normal);
    if (!yes) {
        console_say(console, INK_FAINT, "no: nothing was done");
        if (question.otherwise != NULL) {
            question.otherwise(console);
        }
        return;
    }
    if (question.has_request) {
        console_send(console, &question.request);
    }
    if (question.then != NULL) {
        question.then(console);
    }
}

static void confirm_key(struct console *console, int key) {
    bool deaf = console->now_ns - console->question.opened_ns < DEAD_MS * NS_PER_MS;
    if (!deaf && (key == 'y' || key == 'Y')) {
        close_question(console, true);
    } else if (!deaf && (key == 'n' || key == 'N' || key == 'q' || key == INPUT_ESCAPE)) {
        close_question(console, false);
    } else {
        (void)console_reduce_key(console, key); // that is never too early
    }
}

static int64_t left_s(const struct console *console) {
    int64_t age_ns = console->now_ns - console->question.opened_ns;
    return PATIENCE_S - age_ns / NS_PER_S;
}

static void confirm_tick(struct console *console) {
    if (left_s(console) <= 0) {
        close_question(console, false);
        console_say(console, INK_WARN, "no answer in %d s: no", PATIENCE_S);
    }
}

static void confirm_overlay(struct console *console) {
    const struct question *q = &console->question;
    struct canvas *canvas = &console->canvas;
    int width = BOX_LEAST;
    for (int i = 0; i < q->count; i++) {
        int columns = draw_columns(slice_of(q->lines[i])) + 10;
        width = columns > width ? columns : width;
    }
    width = width < BOX_MOST ? width : BOX_MOST;
    width = width < canvas->columns ? width : canvas->columns;
    int height = q->count + 2;
    height = height < canvas->rows ? height : canvas->rows;
    struct rect box = {(canvas->columns - width) / 2, (canvas->rows - height) / 2, width, height};
    draw_fill(canvas, box, INK_DIALOG);
    draw_frame(canvas, box, INK_DIALOG);
    struct rect inner = {box.x + 2, box.y + 1, box.columns - 4, box.rows - 2};
    for (int i = 0; i < q->count; i++) {
        int x = inner.columns;
        if (i == 0) {
            x -= 4;
        }
        draw_left(canvas, inner, 0, i, x, INK_DIALOG, slice_of(q->lines[i]));
    }
    int after = draw_columns(slice_of(q->lines[0])) + 1;
    int most = inner.columns - 3;
    draw_string(canvas, inner, after < most ? after : most, 0, INK_DIALOG, "y/n");
}

static void confirm_footer(struct console *console, struct rect area) {
    int x = draw_string(&console->canvas, area, 1, 0, INK_KEY, "y");
    x = draw_string(&console->canvas, area, x, 0, INK_FAINT, " yes  ");
    x = draw_string(&console->canvas, area, x, 0, INK_KEY, "n");
    x = draw_string(&console->canvas, area, x, 0, INK_FAINT, " no  ");
    x = draw_string(&console->canvas, area, x, 0, INK_KEY, "Esc");
    (void)draw_string(&console->canvas, area, x, 0, INK_FAINT, " no  (no answer counts as no)");
}

const struct mode mode_confirm = {
    .name = "confirm",
    .key = confirm_key,
    .tick = confirm_tick,
    .overlay = confirm_overlay,
    .footer = confirm_footer,
};

PRINTF_LIKE(2, 0)
static void add_line(struct question *question, const char *format, va_list arguments) {
    ASSERT(question->count < QUESTION_LINES_MAX);
    char *line = question->lines[question->count++];
    (void)vsnprintf(line, sizeof(question->lines[0]), format, arguments);
}

struct question *console_ask(struct console *console, const char *format, ...) {
    struct question *question = &console->question;
    *question = (struct question){.opened_ns = console->now_ns};
    va_list arguments;
    va_start(arguments, format);
    add_line(question, format, arguments);
    va_end(arguments);
    if (console->term != NULL) {
        term_drop_input(console->term);
    }
    console_set_mode(console, &mode_confirm);
    return question;
}

void console_ask_line(struct question *question, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    add_line(question, format, arguments);
    va_end(arguments);
}
