// The table of inks and how the selected row changes them.
#include "ui/ink.h"

#include "base/status.h"

struct ink_row {
    char letter;
    struct ink_look looks[SCHEME_COUNT];
};

static const struct ink_row ink_rows[INK_COUNT] = {
#define INK_ROW(ink, letter, f256, b256, a256, f16, b16, a16, f8, b8, a8, mono)                    \
    [ink] = {letter,                                                                               \
             {[SCHEME_MONO] = {-1, -1, mono},                                                      \
              [SCHEME_8] = {f8, b8, a8},                                                           \
              [SCHEME_16] = {f16, b16, a16},                                                       \
              [SCHEME_256] = {f256, b256, a256}}},
    INK_LIST(INK_ROW)
#undef INK_ROW
};

// 256 colours have a calm grey for the selected row; with fewer only reversing is safe on light
// and dark terminals alike.
static const int16_t SELECTED_GREY = 237;

struct ink_look ink_look(enum ink_scheme scheme, enum ink ink, bool selected) {
    ASSERT((unsigned)scheme < SCHEME_COUNT);
    ASSERT((unsigned)ink < INK_COUNT);
    struct ink_look look = ink_rows[ink].looks[scheme];
    if (!selected) {
        return look;
    }
    if (scheme == SCHEME_256) {
        if (look.background == -1) {
            look.background = SELECTED_GREY;
        }
        return look;
    }
    look.attributes = (uint8_t)((look.attributes & ~INK_DIM) | INK_REVERSE);
    return look;
}

char ink_letter(enum ink ink) {
    ASSERT((unsigned)ink < INK_COUNT);
    return ink_rows[ink].letter;
}
