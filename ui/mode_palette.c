// One line for every command: typed, completed by Tab, brought back by Up. Enter runs it; what
// raises risk still asks y/n afterwards.
#include "ui/actions.h"
#include "ui/palette.h"

enum { SHOWN_MOST = 8 };

static struct slice line_of(const struct palette *palette) {
    return slice_of(palette->text);
}

static void forget_choice(struct palette *palette) {
    palette->choice = -1;
}

static void remember(struct palette *palette) {
    if (palette->history_count > 0 && strcmp(palette->history[0], palette->text) == 0) {
        return;
    }
    memmove(palette->history[1], palette->history[0],
            sizeof(palette->history) - sizeof(palette->history[0]));
    memcpy(palette->history[0], palette->text, sizeof(palette->text));
    if (palette->history_count < PALETTE_HISTORY) {
        palette->history_count++;
    }
}

static void run_line(struct console *console) {
    struct palette *palette = &console->palette;
    char line[PALETTE_TEXT_MAX];
    memcpy(line, palette->text, sizeof(line));
    if (line[0] != '\0') {
        remember(palette);
    }
    console_set_mode(console, &mode_normal);
    palette_run(console, slice_of(line));
}

// Up and Down walk from what is typed to the oldest line.
static void look_back(struct palette *palette, int by) {
    int at = palette->history_at + by;
    if (at < -1 || at >= palette->history_count) {
        return;
    }
    if (palette->history_at == -1) {
        memcpy(palette->typed, palette->text, sizeof(palette->typed));
    }
    palette->history_at = at;
    memcpy(palette->text, at == -1 ? palette->typed : palette->history[at], sizeof(palette->text));
    forget_choice(palette);
}

// The next candidate takes the place of the word that is being typed; the only one ends it.
static void complete(struct console *console) {
    struct palette *palette = &console->palette;
    struct palette_candidates candidates;
    if (palette->choice < 0) {
        memcpy(palette->stem, palette->text, sizeof(palette->stem));
    }
    palette_complete(console, slice_of(palette->stem), &candidates);
    if (candidates.count == 0) {
        return;
    }
    palette->choice = (palette->choice + 1) % candidates.count;
    const char *blank = strrchr(palette->stem, ' ');
    size_t kept = blank != NULL ? (size_t)(blank - palette->stem) + 1 : 0;
    struct text text = TEXT_OVER(palette->text);
    text_add(&text, (struct slice){palette->stem, kept});
    text_add_string(&text, candidates.words[palette->choice]);
    if (candidates.count == 1) {
        text_add_char(&text, ' ');
        forget_choice(palette);
    }
}

static void take_text(struct palette *palette, int key) {
    size_t size = strlen(palette->text);
    if (size + 1 < sizeof(palette->text)) {
        palette->text[size] = key == INPUT_SPACE ? ' ' : (char)key;
        palette->text[size + 1] = '\0';
    }
    forget_choice(palette);
}

static void palette_key(struct console *console, int key) {
    struct palette *palette = &console->palette;
    size_t size = strlen(palette->text);
    console->footer_dirty = true;
    console->all_dirty = true; // the list of candidates grows and shrinks
    if (key == INPUT_ESCAPE) {
        console_set_mode(console, &mode_normal);
    } else if (key == INPUT_ENTER) {
        run_line(console);
    } else if (key == INPUT_TAB) {
        complete(console);
    } else if (key == INPUT_UP || key == INPUT_DOWN) {
        look_back(palette, key == INPUT_UP ? 1 : -1);
    } else if (key == INPUT_BACKSPACE) {
        if (size == 0) {
            console_set_mode(console, &mode_normal);
        } else {
            palette->text[size - 1] = '\0';
            forget_choice(palette);
        }
    } else if (key_is_text(key)) {
        take_text(palette, key);
    } else {
        (void)console_reduce_key(console, key);
    }
}

static void palette_overlay(struct console *console) {
    const struct palette *palette = &console->palette;
    struct canvas *canvas = &console->canvas;
    struct palette_candidates candidates;
    struct slice stem = palette->choice >= 0 ? slice_of(palette->stem) : line_of(palette);
    palette_complete(console, stem, &candidates);
    int rows = candidates.count < SHOWN_MOST ? candidates.count : SHOWN_MOST;
    int room = canvas->rows - 2;
    rows = rows < room ? rows : room;
    int top = palette->choice >= rows ? palette->choice - rows + 1 : 0;
    struct rect box = {0, canvas->rows - 2 - rows, canvas->columns, rows + 1};
    draw_fill(canvas, box, INK_DIALOG);
    for (int i = 0; i < rows; i++) {
        const char *word = candidates.words[top + i];
        bool chosen = top + i == palette->choice;
        draw_string(canvas, box, 1, i, INK_DIALOG, chosen ? ">" : " ");
        draw_left(canvas, box, 2, i, PALETTE_WORD_MAX, chosen ? INK_STRONG : INK_DIALOG,
                  slice_of(word));
        const struct action *action = action_named(slice_of(word));
        if (action != NULL && strchr(stem.data, ' ') == NULL) {
            draw_left(canvas, box, PALETTE_WORD_MAX, i, box.columns - PALETTE_WORD_MAX - 1,
                      INK_DIALOG, slice_of(action->help));
        }
    }
    char data[PALETTE_HELP_MAX + 40];
    struct text help = TEXT_OVER(data);
    palette_explain(console, line_of(palette), &help);
    draw_left(canvas, box, 1, rows, box.columns - 2, INK_HEAD, text_slice(&help));
}

static void palette_footer(struct console *console, struct rect area) {
    int x = draw_string(&console->canvas, area, 0, 0, INK_STRONG, ":");
    x = draw_string(&console->canvas, area, x, 0, INK_INPUT, console->palette.text);
    (void)draw_string(&console->canvas, area, x, 0, INK_INPUT, "_");
}

const struct mode mode_palette = {
    .name = "palette", .key = palette_key, .overlay = palette_overlay, .footer = palette_footer};

void act_palette(struct console *console) {
    struct palette *palette = &console->palette;
    palette->text[0] = '\0';
    palette->history_at = -1;
    forget_choice(palette);
    console_set_mode(console, &mode_palette);
}
