#include "base/csv.h"

static void separate(struct text *line) {
    if (line->size > 0) {
        text_add_char(line, ',');
    }
}

static bool needs_quotes(struct slice field) {
    for (size_t i = 0; i < field.size; i++) {
        if (strchr(",\"\r\n", field.data[i]) != NULL) { // NUL counts, too
            return true;
        }
    }
    return field.size == 0; // or a line of one empty field would be no line
}

void csv_add(struct text *line, struct slice field) {
    separate(line);
    if (!needs_quotes(field)) {
        text_add(line, field);
        return;
    }
    text_add_char(line, '"');
    for (size_t i = 0; i < field.size; i++) {
        text_add_string(line, field.data[i] == '"' ? "\"" : "");
        text_add_char(line, field.data[i]);
    }
    text_add_char(line, '"');
}

void csv_add_string(struct text *line, const char *field) {
    csv_add(line, slice_of(field));
}

void csv_add_int(struct text *line, int64_t value) {
    separate(line);
    text_add_int(line, value);
}

void csv_add_decimal(struct text *line, int64_t value, int digits) {
    separate(line);
    decimal_print(line, value, digits, 0, digits);
}
