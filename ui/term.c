// Curses, colours and the window's title.
//
// The canvas already knows which cells differ from the terminal, so curses gets only those spans
// and its own comparison has little left to do. Size is asked from the system once a frame rather
// than waited for as a signal: io threads may receive the signal instead of us.
#define NCURSES_WIDECHAR 1
#include "ui/term.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <term.h>
#include <unistd.h>
#include <wchar.h>

#include "ui/term_direct.h"
#include "ui/term_keys.h"
#include "ui/term_signal.h"

enum { TITLE_MAX = 64 };

static const char CANCEL[] = "\030";

struct term {
    SCREEN *screen;
    struct term_keys keys;
    FILE *in, *out;
    int fd_in, fd_out;
    bool utf8, titled, synchronised, owns_size;
    struct ink_style style;
    bool mouse;
    attr_t attributes[INK_COUNT][2];
    short pairs[INK_COUNT][2];
    cchar_t span[CANVAS_COLUMNS_MAX];
    bool is_direct; // frames are written by term_direct, not by curses
    bool clear;     // the next frame starts from nothing
    struct direct direct;
    int fd_frames;         // the same terminal, opened anew so that only we write without waiting
    char title[TITLE_MAX]; // as the window has it; "": not ours yet
    struct slice unsent;   // the rest of a frame the terminal had no room for
    uint64_t cells_written, bytes_written;
};

static bool starts(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

// Terminals known to take title, bracketed paste and synchronised output, or to ignore them.
static bool is_modern(const char *type) {
    static const char *const known[] = {"xterm",   "tmux",  "screen", "rxvt",    "alacritty",
                                        "foot",    "kitty", "st-",    "wezterm", "vte",
                                        "konsole", "gnome", "contour"};
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (starts(type, known[i])) {
            return true;
        }
    }
    return false;
}

// Writes what the terminal takes now; returns the rest. What a terminal that is gone does not take
// counts as written: the loop notices the hang-up.
static struct slice write_some(int fd, struct slice bytes) {
    while (bytes.size > 0) {
        ssize_t written = write(fd, bytes.data, bytes.size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            return bytes;
        }
        if (written <= 0) {
            return (struct slice){bytes.data, 0};
        }
        bytes.data += written;
        bytes.size -= (size_t)written;
    }
    return bytes;
}

// Short sequences: waits a moment for a slow terminal, then gives up.
static void write_all(int fd, const char *data, size_t size) {
    struct slice rest = {data, size};
    for (int i = 0; i < 10 && rest.size > 0; i++) {
        rest = write_some(fd, rest);
        struct pollfd output = {.fd = fd, .events = POLLOUT};
        if (rest.size > 0) {
            (void)poll(&output, 1, 20);
        }
    }
}

static void write_string(const struct term *term, const char *text) {
    write_all(term->fd_frames, text, strlen(text));
}

// A capability without its padding; "" when the terminal has none.
static void add_capability(struct text *out, const char *name) {
    char key[8];
    (void)string_copy(key, sizeof(key), slice_of(name));
    const char *value = tigetstr(key);
    if (value == NULL || value == (const char *)-1) {
        return;
    }
    while (*value != '\0') {
        if (value[0] == '$' && value[1] == '<') {
            while (*value != '\0' && *value != '>') {
                value++;
            }
            value += *value != '\0';
        } else {
            text_add_char(out, *value++);
        }
    }
}

static void arm(const struct term *term) {
    char data[256];
    struct text farewell = TEXT_OVER(data);
    if (term->titled) {
        text_add_string(&farewell, "\033[?2026l\033[?2004l\033[23;2t");
    }
    if (term->mouse) {
        text_add_string(&farewell, "\033[?1006l\033[?1000l");
    }
    add_capability(&farewell, "sgr0");
    add_capability(&farewell, "rmkx");
    add_capability(&farewell, "cnorm");
    add_capability(&farewell, "rmcup");
    text_add_string(&farewell, "\r\n");
    term_signal_arm(text_slice(&farewell));
}

static enum ink_depth choose_depth(enum term_colour wanted) {
    static const enum ink_depth asked[] = {
        [TERM_AUTO] = DEPTH_256, [TERM_MONO] = DEPTH_MONO, [TERM_8] = DEPTH_8,
        [TERM_16] = DEPTH_16,    [TERM_256] = DEPTH_256,   [TERM_TRUE] = DEPTH_TRUE};
    const char *no_color = getenv("NO_COLOR");
    if (wanted == TERM_AUTO && no_color != NULL && no_color[0] != '\0') {
        return DEPTH_MONO;
    }
    if (!has_colors() || start_color() == ERR) {
        return DEPTH_MONO;
    }
    enum ink_depth most = COLORS >= 256  ? DEPTH_256
                          : COLORS >= 16 ? DEPTH_16
                          : COLORS >= 8  ? DEPTH_8
                                         : DEPTH_MONO;
    // No description tells of true colour: who asks for it has it.
    return wanted == TERM_TRUE || asked[wanted] < most ? asked[wanted] : most;
}

static attr_t attributes_of(uint8_t ink_attributes) {
    attr_t attributes = A_NORMAL;
    attributes |= (ink_attributes & INK_BOLD) != 0 ? A_BOLD : 0;
    attributes |= (ink_attributes & INK_DIM) != 0 ? A_DIM : 0;
    attributes |= (ink_attributes & INK_REVERSE) != 0 ? A_REVERSE : 0;
    attributes |= (ink_attributes & INK_UNDERLINE) != 0 ? A_UNDERLINE : 0;
    return attributes;
}

// One pair per combination in use: even 8-colour terminals have 64.
static void make_pairs(struct term *term) {
    bool standard = term->style.depth != DEPTH_MONO && use_default_colors() == OK;
    short next = 1;
    for (int ink = 0; ink < INK_COUNT; ink++) {
        for (int selected = 0; selected < 2; selected++) {
            struct ink_look look = ink_look(term->style, (enum ink)ink, selected != 0);
            term->attributes[ink][selected] = attributes_of(look.attributes);
            term->pairs[ink][selected] = 0;
            if (look.foreground == -1 && look.background == -1) {
                continue;
            }
            short foreground = look.foreground;
            short background = look.background;
            if (!standard) {
                foreground = foreground == -1 ? COLOR_WHITE : foreground;
                background = background == -1 ? COLOR_BLACK : background;
            }
            if (next < COLOR_PAIRS && init_pair(next, foreground, background) == OK) {
                term->pairs[ink][selected] = next++;
            }
        }
    }
}

// The type the terminal says it is, or a common one that most understand.
static SCREEN *open_screen(struct term *term, const char **type) {
    static const char *const fallbacks[] = {"xterm-256color", "xterm", "vt100", "ansi", "linux"};
    const char *named = getenv("TERM");
    if (named != NULL && named[0] != '\0' && strcmp(named, "dumb") != 0) {
        *type = named;
        SCREEN *screen = newterm(named, term->out, term->in);
        if (screen != NULL) {
            return screen;
        }
    }
    for (size_t i = 0; i < COUNT_OF(fallbacks); i++) {
        *type = fallbacks[i];
        SCREEN *screen = newterm(fallbacks[i], term->out, term->in);
        if (screen != NULL) {
            return screen;
        }
    }
    return NULL;
}

// O_NONBLOCK belongs to the open file, which the shell shares with us: so a file of our own.
static void open_frames(struct term *term) {
    term->fd_frames = term->fd_out;
    if (term->owns_size) {
        return;
    }
    char path[32];
    struct text text = TEXT_OVER(path);
    text_add_format(&text, "/proc/self/fd/%d", term->fd_out);
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0) {
        term->fd_frames = fd;
    }
}

static void close_frames(struct term *term) {
    if (term->fd_frames != term->fd_out) {
        (void)close(term->fd_frames);
    }
}

enum status term_start(struct term **out, const struct term_options *options) {
    struct term *term = calloc(1, sizeof(*term));
    if (term == NULL) {
        return status_fail_errno(STATUS_SYSTEM, "memory for the terminal");
    }
    term->in = options->in != NULL ? options->in : stdin;
    term->out = options->out != NULL ? options->out : stdout;
    term->fd_in = fileno(term->in);
    term->fd_out = fileno(term->out);
    term->owns_size = !isatty(term->fd_out);
    open_frames(term);
    // Without the user's character set curses would write bytes nobody can read.
    (void)setlocale(LC_CTYPE, "");
    term->utf8 = !options->ascii && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    term_signal_note(term->fd_out, term->fd_frames);
    const char *type = "";
    term->screen = open_screen(term, &type);
    if (term->screen == NULL) {
        close_frames(term);
        free(term);
        return status_fail(STATUS_UNAVAILABLE,
                           "no terminal description was found for TERM=%s nor for xterm or vt100: "
                           "is the package ncurses-base installed?",
                           getenv("TERM") != NULL ? getenv("TERM") : "");
    }
    set_escdelay(25);
    term->titled = is_modern(type) && !term->owns_size;
    term->synchronised = options->synchronised && is_modern(type) && !starts(type, "screen");
    term->style = (struct ink_style){choose_depth(options->colour), options->scheme};
    // Curses knows indexed colours only.
    if (!is_modern(type) && term->style.depth == DEPTH_TRUE) {
        term->style.depth = choose_depth(TERM_AUTO);
    }
    term->mouse = options->mouse && !term->owns_size;
    make_pairs(term);
    (void)curs_set(0);
    enum status status = term_keys_open(&term->keys, term->mouse);
    if (status == STATUS_OK && is_modern(type)) {
        term->is_direct = true;
        status = direct_create(&term->direct, term->style, term->synchronised);
    }
    if (status != STATUS_OK) {
        term_stop(term);
        return status;
    }
    if (term->owns_size) {
        int columns = options->columns > 0 ? options->columns : 80;
        (void)resizeterm(options->rows > 0 ? options->rows : 24, columns);
    }
    (void)refresh(); // takes the terminal over: from here on the screen is ours
    if (term->titled) {
        write_string(term, "\033[22;2t\033[?2004h"); // keep the title; mark what is pasted
    }
    arm(term);
    *out = term;
    return STATUS_OK;
}

void term_stop(struct term *term) {
    if (term == NULL) {
        return;
    }
    term_signal_disarm();
    if (term->unsent.size > 0) {
        write_string(term, CANCEL); // ends a sequence that was cut
    }
    if (term->titled) {
        write_string(term, "\033[?2026l\033[?2004l\033[23;2t");
    }
    term_keys_close(&term->keys);
    (void)endwin();
    delscreen(term->screen);
    direct_destroy(&term->direct);
    close_frames(term);
    free(term);
}

bool term_utf8(const struct term *term) {
    return term->utf8;
}

struct ink_style term_style(const struct term *term) {
    return term->style;
}

void term_set_scheme(struct term *term, struct canvas *canvas, enum ink_scheme scheme) {
    term->style.scheme = scheme;
    make_pairs(term);
    if (term->is_direct) {
        direct_set_style(&term->direct, term->style);
    }
    term_redraw(term, canvas);
}

void term_mouse(const struct term *term, int *x, int *y) {
    *x = term->keys.mouse_x;
    *y = term->keys.mouse_y;
}

uint64_t term_bytes_written(const struct term *term) {
    return term->bytes_written;
}

int term_input_fd(const struct term *term) {
    return term->fd_in;
}

uint64_t term_cells_written(const struct term *term) {
    return term->cells_written;
}

void term_size(const struct term *term, int *columns, int *rows) {
    struct winsize size = {0};
    if (!term->owns_size && ioctl(term->fd_out, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 &&
        size.ws_row > 0) {
        *columns = size.ws_col;
        *rows = size.ws_row;
        return;
    }
    *columns = COLS;
    *rows = LINES;
}

void term_resize(struct term *term, int columns, int rows) {
    if (!term->is_direct || term->owns_size) {
        (void)resizeterm(rows, columns); // windows that nobody draws in need no size
        (void)clearok(curscr, TRUE);
    }
    term->clear = true;
}

void term_title(struct term *term, const char *title) {
    if (!term->titled || term->unsent.size > 0) {
        return; // never into the middle of a frame
    }
    if (strcmp(title, term->title) == 0) {
        return;
    }
    (void)string_copy(term->title, sizeof(term->title), slice_of(title));
    char data[TITLE_MAX + 8];
    struct text text = TEXT_OVER(data);
    text_add_format(&text, "\033]2;%s\a", term->title);
    write_all(term->fd_frames, data, text.size);
}

static bool same_cell(const struct cell *a, const struct cell *b) {
    return a->symbol == b->symbol && a->ink == b->ink && a->selected == b->selected;
}

static void write_span(struct term *term, const struct cell *cells, int x, int y, int count) {
    term->cells_written += (uint64_t)count;
    if (term->is_direct) {
        direct_span(&term->direct, cells, x, y, count);
        return;
    }
    for (int i = 0; i < count; i++) {
        const struct cell *cell = &cells[x + i];
        const wchar_t symbol[2] = {(wchar_t)cell->symbol, 0};
        int selected = cell->selected ? 1 : 0;
        (void)setcchar(&term->span[i], symbol, term->attributes[cell->ink][selected],
                       term->pairs[cell->ink][selected], NULL);
    }
    (void)mvadd_wchnstr(y, x, term->span, count);
}

// Hands the differing spans of one row to curses; a gap of a few equal cells does not end a span.
static bool flush_row(struct term *term, struct canvas *canvas, int y) {
    enum { GAP = 4 };
    const struct cell *cells = &canvas->cells[y * CANVAS_COLUMNS_MAX];
    struct cell *shown = &canvas->shown[y * CANVAS_COLUMNS_MAX];
    if (memcmp(cells, shown, sizeof(*cells) * (size_t)canvas->columns) == 0) {
        return false;
    }
    int x = 0;
    while (x < canvas->columns) {
        if (same_cell(&cells[x], &shown[x])) {
            x++;
            continue;
        }
        int end = x + 1;
        for (int i = end; i < canvas->columns && i < end + GAP; i++) {
            if (!same_cell(&cells[i], &shown[i])) {
                end = i + 1;
            }
        }
        write_span(term, cells, x, y, end - x);
        x = end;
    }
    memcpy(shown, cells, sizeof(*cells) * (size_t)canvas->columns);
    return true;
}

static bool is_writable(const struct term *term) {
    struct pollfd output = {.fd = term->fd_out, .events = POLLOUT};
    return poll(&output, 1, 0) == 1 && (output.revents & POLLOUT) != 0;
}

bool term_flush(struct term *term, struct canvas *canvas) {
    if (term->unsent.size > 0) {
        term->unsent = write_some(term->fd_frames, term->unsent);
        if (term->unsent.size > 0) {
            return false;
        }
    }
    bool touched = false;
    for (int y = 0; y < canvas->rows && !touched; y++) {
        touched = canvas->touched[y];
    }
    if (!touched) {
        return true;
    }
    if (!is_writable(term)) {
        return false;
    }
    bool changed = false;
    if (term->is_direct) {
        direct_begin(&term->direct, term->clear);
        if (term->clear) {
            canvas_blank_shown(canvas); // half of a picture is blank
            changed = true;
            term->clear = false;
        }
    }
    for (int y = 0; y < canvas->rows; y++) {
        if (canvas->touched[y]) {
            changed = flush_row(term, canvas, y) || changed;
            canvas->touched[y] = false;
        }
    }
    if (!changed) {
        return true;
    }
    if (term->is_direct) {
        struct slice frame = direct_end(&term->direct);
        term->bytes_written += frame.size;
        term->unsent = write_some(term->fd_frames, frame);
        return true;
    }
    (void)wnoutrefresh(stdscr);
    (void)doupdate();
    return true;
}

void term_redraw(struct term *term, struct canvas *canvas) {
    (void)clearok(curscr, TRUE);
    term->clear = true;
    canvas_forget_shown(canvas);
}

int term_key(struct term *term) {
    return term_keys_read(&term->keys);
}

void term_drop_input(struct term *term) {
    for (int i = 0; i < 65536 && term_key(term) != INPUT_NONE; i++) {
    }
}

bool term_suspend_asked(void) {
    return term_signal_stop_asked();
}

void term_suspend(struct term *term, struct canvas *canvas) {
    term_signal_disarm();
    if (term->titled) {
        write_string(term, "\033[?2004l");
    }
    (void)endwin();
    (void)raise(SIGSTOP);
    term->unsent.size = 0; // of a screen that was left
    term->title[0] = '\0'; // the shell may have set its own
    (void)reset_prog_mode();
    (void)refresh(); // its own screen first: a frame would be painted on the shell's
    if (term->titled) {
        write_string(term, "\033[?2004h");
    }
    arm(term);
    (void)curs_set(0);
    term_redraw(term, canvas);
}
