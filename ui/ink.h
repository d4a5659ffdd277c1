// Colour by role: code asks for what a thing is, depth and scheme say how that looks.
//
// One row per ink: what it becomes with 256 colours, with 16, with 8 and without any, on a dark
// screen; other schemes name only the inks that differ. Colour is never the only sign: whatever an
// ink says is also said by a word, a glyph or a sign, and the mono column tells the important inks
// apart by attributes. -1 is the terminal's own colour. True colour is the 256 ones exactly,
// whatever the terminal's own table makes of them.
#ifndef PERPDESK_UI_INK_H
#define PERPDESK_UI_INK_H

#include <stdbool.h>
#include <stdint.h>

enum ink_attribute { INK_BOLD = 1, INK_DIM = 2, INK_REVERSE = 4, INK_UNDERLINE = 8 };

// ink, letter in saved attribute maps, 256 fg, bg, attributes; 16 fg, bg, attributes;
// 8 fg, bg, attributes; mono attributes
#define INK_LIST(X)                                                                                \
    X(INK_TEXT, '.', -1, -1, 0, -1, -1, 0, -1, -1, 0, 0)                                           \
    X(INK_FAINT, 'f', 245, -1, 0, 8, -1, 0, 7, -1, INK_DIM, INK_DIM)                               \
    X(INK_HEAD, 'h', 109, -1, 0, 6, -1, 0, 6, -1, 0, INK_DIM)                                      \
    X(INK_STRONG, 's', 255, -1, INK_BOLD, 15, -1, INK_BOLD, 7, -1, INK_BOLD, INK_BOLD)             \
    X(INK_RULE, 'r', 239, -1, 0, 8, -1, 0, 4, -1, 0, INK_DIM)                                      \
    X(INK_TITLE, 't', 250, -1, 0, 7, -1, 0, 7, -1, 0, 0)                                           \
    X(INK_FOCUS, 'F', 16, 110, INK_BOLD, 0, 6, 0, 0, 6, 0, INK_REVERSE | INK_BOLD)                 \
    X(INK_GOOD, 'g', 114, -1, 0, 10, -1, 0, 2, -1, 0, 0)                                           \
    X(INK_BAD, 'b', 210, -1, 0, 9, -1, 0, 1, -1, 0, INK_BOLD)                                      \
    X(INK_WARN, 'w', 221, -1, 0, 11, -1, 0, 3, -1, 0, INK_BOLD)                                    \
    X(INK_ALARM, 'A', 231, 160, INK_BOLD, 15, 1, INK_BOLD, 7, 1, INK_BOLD, INK_REVERSE | INK_BOLD) \
    X(INK_NOTICE, 'N', 16, 221, 0, 0, 11, 0, 0, 3, 0, INK_REVERSE)                                 \
    X(INK_RUNNING, 'R', 16, 114, INK_BOLD, 0, 2, 0, 0, 2, 0, INK_REVERSE)                          \
    X(INK_PAPER, 'P', 16, 152, 0, 0, 6, 0, 0, 6, 0, INK_UNDERLINE)                                 \
    X(INK_DEMO, 'D', 16, 183, 0, 0, 13, 0, 0, 5, 0, INK_UNDERLINE)                                 \
    X(INK_LIVE, 'L', 231, 160, INK_BOLD, 15, 1, INK_BOLD, 7, 1, INK_BOLD, INK_REVERSE | INK_BOLD)  \
    X(INK_UP, 'u', 114, -1, 0, 10, -1, 0, 2, -1, 0, 0)                                             \
    X(INK_DOWN, 'd', 210, -1, 0, 9, -1, 0, 1, -1, 0, 0)                                            \
    X(INK_BAR, 'B', 110, -1, 0, 14, -1, 0, 6, -1, 0, 0)                                            \
    X(INK_KEY, 'k', 110, -1, INK_BOLD, 14, -1, 0, 6, -1, INK_BOLD, INK_BOLD)                       \
    X(INK_DIALOG, 'Q', 255, 236, 0, 15, 0, 0, 7, 0, INK_BOLD, INK_BOLD)                            \
    X(INK_INPUT, 'I', 231, 24, 0, 15, 4, 0, 7, 4, INK_BOLD, INK_REVERSE)

enum ink {
#define INK_ENUM(ink, ...) ink,
    INK_LIST(INK_ENUM)
#undef INK_ENUM
        INK_COUNT
};

enum ink_depth { DEPTH_MONO, DEPTH_8, DEPTH_16, DEPTH_256, DEPTH_TRUE, DEPTH_COUNT };

// What is good is blue and what is bad orange in colour_blind.
#define SCHEME_LIST(X)                                                                             \
    X(SCHEME_DARK, "dark")                                                                         \
    X(SCHEME_LIGHT, "light")                                                                       \
    X(SCHEME_COLOUR_BLIND, "colour_blind")                                                         \
    X(SCHEME_MONO, "mono")
enum ink_scheme {
#define SCHEME_ENUM(scheme, name) scheme,
    SCHEME_LIST(SCHEME_ENUM)
#undef SCHEME_ENUM
        SCHEME_COUNT
};

struct ink_style {
    enum ink_depth depth;
    enum ink_scheme scheme;
};

struct ink_look {
    int16_t foreground, background; // -1: the terminal's own
    uint8_t attributes;             // enum ink_attribute
};

// How an ink looks; `selected` is the row under the cursor.
struct ink_look ink_look(struct ink_style style, enum ink ink, bool selected);
char ink_letter(enum ink ink);
const char *ink_scheme_name(enum ink_scheme scheme); // "dark", "light", "colour_blind", "mono"
// Red, green and blue of one of the 256 colours, 0xRRGGBB.
uint32_t ink_rgb(int colour);

#endif
