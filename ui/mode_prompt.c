// One line of input in the footer.
#include "ui/console_inside.h"

static void prompt_key(struct console *console, int key) {
    struct prompt *prompt = &console->prompt;
    size_t size = strlen(prompt->text);
    if (key == INPUT_ESCAPE) {
        console_set_mode(console, &mode_normal);
    } else if (key == INPUT_ENTER) {
        char text[PROMPT_TEXT_MAX];
        memcpy(text, prompt->text, sizeof(text));
        console_set_mode(console, &mode_normal);
        if (size > 0) {
            prompt->done(console, slice_of(text));
        }
    } else if (key == INPUT_BACKSPACE) {
        if (size > 0) {
            prompt->text[size - 1] = '\0';
        }
    } else if (key_is_text(key) && size + 1 < sizeof(prompt->text)) {
        prompt->text[size] = key == INPUT_SPACE ? ' ' : (char)key;
        prompt->text[size + 1] = '\0';
    } else if (!key_is_text(key)) {
        (void)console_reduce_key(console, key);
    }
    console->footer_dirty = true;
}

static void prompt_footer(struct console *console, struct rect area) {
    const struct prompt *prompt = &console->prompt;
    int x = draw_string(&console->canvas, area, 1, 0, INK_STRONG, prompt->label);
    x = draw_string(&console->canvas, area, x, 0, INK_STRONG, ": ");
    x = draw_string(&console->canvas, area, x, 0, INK_INPUT, prompt->text);
    x = draw_string(&console->canvas, area, x, 0, INK_INPUT, "_");
    // Whole, shorter, or not at all: half a word helps nobody.
    static const char *const hints[] = {"Enter takes it, Esc leaves", "Enter, Esc"};
    for (size_t i = 0; i < COUNT_OF(hints); i++) {
        if (x + 2 + (int)strlen(hints[i]) <= area.columns) {
            (void)draw_string(&console->canvas, area, x + 2, 0, INK_FAINT, hints[i]);
            return;
        }
    }
}

const struct mode mode_prompt = {.name = "prompt", .key = prompt_key, .footer = prompt_footer};

void console_prompt(struct console *console, void (*done)(struct console *, struct slice),
                    const char *format, ...) {
    struct prompt *prompt = &console->prompt;
    *prompt = (struct prompt){.done = done};
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(prompt->label, sizeof(prompt->label), format, arguments);
    va_end(arguments);
    console_set_mode(console, &mode_prompt);
}
