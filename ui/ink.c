// The table of inks, what other schemes change in it, and how the selected row looks.
#include "ui/ink.h"

#include "base/buf.h"

struct ink_row {
    char letter;
    struct ink_look looks[DEPTH_COUNT];
};

static const struct ink_row ink_rows[INK_COUNT] = {
#define INK_ROW(ink, letter, f256, b256, a256, f16, b16, a16, f8, b8, a8, mono)                    \
    [ink] = {letter,                                                                               \
             {[DEPTH_MONO] = {-1, -1, mono},                                                       \
              [DEPTH_8] = {f8, b8, a8},                                                            \
              [DEPTH_16] = {f16, b16, a16},                                                        \
              [DEPTH_256] = {f256, b256, a256}}},
    INK_LIST(INK_ROW)
#undef INK_ROW
};

// What differs from the dark look, at each depth.
struct ink_other {
    enum ink_scheme scheme;
    enum ink ink;
    struct ink_look looks[3]; // 256, 16, 8
};
static const struct ink_other ink_others[] = {
    {SCHEME_LIGHT, INK_FAINT, {{242, -1, 0}, {8, -1, 0}, {-1, -1, INK_DIM}}},
    {SCHEME_LIGHT, INK_HEAD, {{24, -1, 0}, {6, -1, 0}, {6, -1, 0}}},
    {SCHEME_LIGHT, INK_STRONG, {{-1, -1, INK_BOLD}, {-1, -1, INK_BOLD}, {-1, -1, INK_BOLD}}},
    {SCHEME_LIGHT, INK_RULE, {{250, -1, 0}, {7, -1, 0}, {4, -1, 0}}},
    {SCHEME_LIGHT, INK_TITLE, {{238, -1, 0}, {8, -1, 0}, {-1, -1, 0}}},
    {SCHEME_LIGHT, INK_FOCUS, {{231, 25, INK_BOLD}, {15, 4, 0}, {7, 4, 0}}},
    {SCHEME_LIGHT, INK_GOOD, {{22, -1, 0}, {2, -1, 0}, {2, -1, 0}}},
    {SCHEME_LIGHT, INK_BAD, {{124, -1, 0}, {1, -1, 0}, {1, -1, 0}}},
    {SCHEME_LIGHT, INK_WARN, {{94, -1, INK_BOLD}, {5, -1, INK_BOLD}, {5, -1, INK_BOLD}}},
    {SCHEME_LIGHT, INK_UP, {{22, -1, 0}, {2, -1, 0}, {2, -1, 0}}},
    {SCHEME_LIGHT, INK_DOWN, {{124, -1, 0}, {1, -1, 0}, {1, -1, 0}}},
    {SCHEME_LIGHT, INK_BAR, {{25, -1, 0}, {4, -1, 0}, {4, -1, 0}}},
    {SCHEME_LIGHT, INK_KEY, {{25, -1, INK_BOLD}, {4, -1, INK_BOLD}, {4, -1, INK_BOLD}}},
    {SCHEME_LIGHT, INK_DIALOG, {{16, 254, 0}, {0, 7, 0}, {0, 7, 0}}},
    {SCHEME_COLOUR_BLIND, INK_GOOD, {{75, -1, 0}, {12, -1, 0}, {6, -1, 0}}},
    {SCHEME_COLOUR_BLIND, INK_BAD, {{208, -1, 0}, {3, -1, 0}, {3, -1, 0}}},
    {SCHEME_COLOUR_BLIND, INK_WARN, {{228, -1, 0}, {11, -1, 0}, {3, -1, INK_BOLD}}},
    {SCHEME_COLOUR_BLIND, INK_UP, {{75, -1, 0}, {12, -1, 0}, {6, -1, 0}}},
    {SCHEME_COLOUR_BLIND, INK_DOWN, {{208, -1, 0}, {3, -1, 0}, {3, -1, 0}}},
    {SCHEME_COLOUR_BLIND, INK_RUNNING, {{16, 75, INK_BOLD}, {15, 4, INK_BOLD}, {7, 4, 0}}},
    {SCHEME_COLOUR_BLIND, INK_ALARM, {{16, 208, INK_BOLD}, {0, 3, 0}, {0, 3, 0}}},
    {SCHEME_COLOUR_BLIND, INK_LIVE, {{16, 208, INK_BOLD}, {0, 3, 0}, {0, 3, 0}}},
};

static struct ink_look look_of(struct ink_style style, enum ink ink) {
    if (style.scheme == SCHEME_MONO || style.depth == DEPTH_MONO) {
        return ink_rows[ink].looks[DEPTH_MONO];
    }
    enum ink_depth depth = style.depth == DEPTH_TRUE ? DEPTH_256 : style.depth;
    for (size_t i = 0; i < COUNT_OF(ink_others); i++) {
        if (ink_others[i].scheme == style.scheme && ink_others[i].ink == ink) {
            return ink_others[i].looks[DEPTH_256 - depth];
        }
    }
    return ink_rows[ink].looks[depth];
}

// 256 colours have a calm grey for the selected row; with fewer only reversing is safe on light
// and dark terminals alike.
static const int16_t SELECTED_ON_DARK = 237, SELECTED_ON_LIGHT = 253;

struct ink_look ink_look(struct ink_style style, enum ink ink, bool selected) {
    ASSERT((unsigned)style.depth < DEPTH_COUNT && (unsigned)style.scheme < SCHEME_COUNT);
    ASSERT((unsigned)ink < INK_COUNT);
    struct ink_look look = look_of(style, ink);
    if (!selected) {
        return look;
    }
    if (style.depth >= DEPTH_256 && style.scheme != SCHEME_MONO) {
        if (look.background == -1) {
            look.background = style.scheme == SCHEME_LIGHT ? SELECTED_ON_LIGHT : SELECTED_ON_DARK;
        }
        return look;
    }
    look.attributes = (uint8_t)((look.attributes & ~INK_DIM) | INK_REVERSE);
    return look;
}

const char *ink_scheme_name(enum ink_scheme scheme) {
    static const char *const names[SCHEME_COUNT] = {
#define SCHEME_NAME(scheme, name) [scheme] = name,
        SCHEME_LIST(SCHEME_NAME)
#undef SCHEME_NAME
    };
    ASSERT((unsigned)scheme < SCHEME_COUNT);
    return names[scheme];
}

// The first sixteen as xterm has them, then a cube of 6 x 6 x 6, then 24 greys.
uint32_t ink_rgb(int colour) {
    static const uint32_t first[16] = {0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD,
                                       0x00CDCD, 0xE5E5E5, 0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00,
                                       0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF};
    static const uint32_t steps[6] = {0x00, 0x5F, 0x87, 0xAF, 0xD7, 0xFF};
    ASSERT(colour >= 0 && colour < 256);
    if (colour < 16) {
        return first[colour];
    }
    if (colour < 232) {
        int at = colour - 16;
        return steps[at / 36] << 16 | steps[at / 6 % 6] << 8 | steps[at % 6];
    }
    uint32_t grey = (uint32_t)(8 + 10 * (colour - 232));
    return grey << 16 | grey << 8 | grey;
}

char ink_letter(enum ink ink) {
    ASSERT((unsigned)ink < INK_COUNT);
    return ink_rows[ink].letter;
}
