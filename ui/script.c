// Reading and running scripts.
#include "ui/script.h"

static struct slice trim(struct slice text) {
    while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t')) {
        text.data++;
        text.size--;
    }
    while (text.size > 0 && strchr(" \t\r\n", text.data[text.size - 1]) != NULL) {
        text.size--;
    }
    return text;
}

static struct slice take_word(struct slice *rest) {
    *rest = trim(*rest);
    struct slice word = slice_take_word(rest);
    *rest = trim(*rest);
    return word;
}

static bool parse_number(struct slice text, int most, int *out) {
    int64_t value = 0;
    if (!decimal_parse(text, 0, &value) || value < 0 || value > most) {
        return false;
    }
    *out = (int)value;
    return true;
}

static bool parse_size(struct slice text, struct script_step *step) {
    const char *cross = text.size > 0 ? memchr(text.data, 'x', text.size) : NULL;
    if (cross == NULL) {
        return false;
    }
    size_t before = (size_t)(cross - text.data);
    struct slice rows = {cross + 1, text.size - before - 1};
    return parse_number((struct slice){text.data, before}, CANVAS_COLUMNS_MAX, &step->number) &&
           parse_number(rows, CANVAS_ROWS_MAX, &step->number2) && step->number > 0 &&
           step->number2 > 0;
}

static bool keys_known(struct slice keys) {
    while (keys.size > 0) {
        if (key_parse(take_word(&keys)) == INPUT_NONE) {
            return false;
        }
    }
    return true;
}

enum status script_parse(struct script_step *step, struct slice line) {
    static const char *const names[] = {
        [SCRIPT_KEYS] = "keys", [SCRIPT_TYPE] = "type", [SCRIPT_WAIT] = "wait",
        [SCRIPT_SIZE] = "size", [SCRIPT_SAVE] = "save", [SCRIPT_INKS] = "inks"};
    struct slice rest = line;
    struct slice word = take_word(&rest);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (!slice_equals(word, slice_of(names[i]))) {
            continue;
        }
        step->kind = (enum script_kind)i;
        if (rest.size == 0 || !string_copy(step->text, sizeof(step->text), rest)) {
            return status_fail(STATUS_DATA, "%s needs a short argument", names[i]);
        }
        bool fits = step->kind == SCRIPT_KEYS   ? keys_known(rest)
                    : step->kind == SCRIPT_WAIT ? parse_number(rest, 3600000, &step->number)
                    : step->kind == SCRIPT_SIZE ? parse_size(rest, step)
                                                : true;
        return fits ? STATUS_OK
                    : status_fail(STATUS_DATA, "%s: '%s' is not understood", names[i], step->text);
    }
    return status_fail(STATUS_DATA, "'%.*s' is no step: keys, type, wait, size, save or inks",
                       (int)word.size, word.data);
}

static enum status load_line(struct script *script, int number, struct slice line) {
    line = trim(line);
    if (line.size == 0 || line.data[0] == '#') {
        return STATUS_OK;
    }
    if (script->count >= SCRIPT_STEPS_MAX) {
        return status_fail(STATUS_DATA, "more than %d steps", SCRIPT_STEPS_MAX);
    }
    struct script_step *step = &script->steps[script->count++];
    step->line = number;
    return script_parse(step, line);
}

enum status script_load(struct script *script, const char *path) {
    *script = (struct script){0};
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return status_fail_errno(STATUS_NO_INPUT, "%s", path);
    }
    char line[SCRIPT_LINE_MAX * 2];
    int number = 0;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && fgets(line, sizeof(line), file) != NULL) {
        number++;
        status = status_context(load_line(script, number, slice_of(line)), "%s:%d", path, number);
    }
    if (fclose(file) != 0 && status == STATUS_OK) {
        status = status_fail_errno(STATUS_IO, "%s", path);
    }
    return status;
}

bool script_is_over(const struct script *script) {
    return script->next >= script->count;
}

static void press_all(struct console *console, struct slice keys) {
    while (keys.size > 0 && !console->quit) {
        console_key(console, key_parse(take_word(&keys)));
    }
}

static void type_all(struct console *console, const char *text) {
    for (; *text != '\0' && !console->quit; text++) {
        console_key(console, *text == ' ' ? INPUT_SPACE : (unsigned char)*text);
    }
}

enum status script_run(struct script *script, struct console *console, int *wait_ms) {
    ASSERT(!script_is_over(script));
    const struct script_step *step = &script->steps[script->next++];
    *wait_ms = 0;
    switch (step->kind) {
    case SCRIPT_KEYS:
        press_all(console, slice_of(step->text));
        break;
    case SCRIPT_TYPE:
        type_all(console, step->text);
        break;
    case SCRIPT_WAIT:
        *wait_ms = step->number;
        break;
    case SCRIPT_SIZE:
        if (console->term == NULL) {
            console_resize(console, step->number, step->number2);
        }
        break;
    case SCRIPT_SAVE:
    case SCRIPT_INKS:
        console_frame(console);
        return status_context(console_save(console, step->text, step->kind == SCRIPT_INKS),
                              "script line %d", step->line);
    }
    return STATUS_OK;
}
