// Keys as numbers: printable characters are their code point, the others come after Unicode.
//
// Names are those of the help screen, the man page and script files: "p", "Enter", "PgUp", "C-l".
#ifndef PERPDESK_UI_KEY_H
#define PERPDESK_UI_KEY_H

#include "base/buf.h"

#define INPUT_LIST(X)                                                                              \
    X(INPUT_UP, "Up")                                                                              \
    X(INPUT_DOWN, "Down")                                                                          \
    X(INPUT_LEFT, "Left")                                                                          \
    X(INPUT_RIGHT, "Right")                                                                        \
    X(INPUT_PAGE_UP, "PgUp")                                                                       \
    X(INPUT_PAGE_DOWN, "PgDn")                                                                     \
    X(INPUT_HOME, "Home")                                                                          \
    X(INPUT_END, "End")                                                                            \
    X(INPUT_TAB, "Tab")                                                                            \
    X(INPUT_BACK_TAB, "S-Tab")                                                                     \
    X(INPUT_ENTER, "Enter")                                                                        \
    X(INPUT_ESCAPE, "Esc")                                                                         \
    X(INPUT_BACKSPACE, "Backspace")                                                                \
    X(INPUT_DELETE, "Delete")                                                                      \
    X(INPUT_SPACE, "Space")                                                                        \
    X(INPUT_F1, "F1")                                                                              \
    X(INPUT_F2, "F2")                                                                              \
    X(INPUT_F3, "F3")                                                                              \
    X(INPUT_F4, "F4")                                                                              \
    X(INPUT_F5, "F5")                                                                              \
    X(INPUT_F6, "F6")                                                                              \
    X(INPUT_F7, "F7")                                                                              \
    X(INPUT_F8, "F8")                                                                              \
    X(INPUT_F9, "F9")                                                                              \
    X(INPUT_F10, "F10")                                                                            \
    X(INPUT_F11, "F11")                                                                            \
    X(INPUT_F12, "F12")                                                                            \
    X(INPUT_CLICK, "Click")                                                                        \
    X(INPUT_WHEEL_UP, "WheelUp")                                                                   \
    X(INPUT_WHEEL_DOWN, "WheelDown")                                                               \
    X(INPUT_PASTE_BEGIN, "PasteBegin")                                                             \
    X(INPUT_PASTE_END, "PasteEnd")                                                                 \
    X(INPUT_IGNORED, "Ignored")

enum input {
    INPUT_NONE = -1,
    INPUT_BASE = 0x110000, // everything below is a code point
#define INPUT_ENUM(code, name) code,
    INPUT_LIST(INPUT_ENUM)
#undef INPUT_ENUM
        INPUT_LAST
};

enum { KEY_NAME_MAX = 12 };

// INPUT_NONE when there is no such name.
int key_parse(struct slice name);
void key_print(struct text *out, int key);
static inline bool key_is_text(int key) {
    return (key > 0x20 && key < 0x7F) || key == INPUT_SPACE;
}

#endif
