// Names of keys.
#include "ui/key.h"

static const char *const names[INPUT_LAST - INPUT_BASE] = {
#define INPUT_NAME(code, name) [(code)-INPUT_BASE] = name,
    INPUT_LIST(INPUT_NAME)
#undef INPUT_NAME
};

int key_parse(struct slice name) {
    for (int key = INPUT_BASE + 1; key < INPUT_LAST; key++) {
        if (slice_equals(slice_of(names[key - INPUT_BASE]), name)) {
            return key;
        }
    }
    if (name.size == 3 && name.data[0] == 'C' && name.data[1] == '-' && name.data[2] >= 'a' &&
        name.data[2] <= 'z') {
        return name.data[2] - 'a' + 1;
    }
    if (name.size == 1 && name.data[0] > 0x20 && name.data[0] < 0x7F) {
        return name.data[0];
    }
    return INPUT_NONE;
}

void key_print(struct text *out, int key) {
    if (key > INPUT_BASE && key < INPUT_LAST) {
        text_add_string(out, names[key - INPUT_BASE]);
    } else if (key >= 1 && key <= 26) {
        text_add_string(out, "C-");
        text_add_char(out, (char)('a' + key - 1));
    } else if (key > 0x20 && key < 0x7F) {
        text_add_char(out, (char)key);
    } else {
        text_add_char(out, '?');
    }
}
