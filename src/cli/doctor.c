#include "cli/doctor.h"

#include <stdio.h>

#include "base/json.h"
#include "cli/verbs.h"

static const char *const state_names[DOCTOR_STATE_COUNT] = {
    [DOCTOR_OK] = "ok", [DOCTOR_WARN] = "warn", [DOCTOR_FAIL] = "fail"};

void doctor_add(struct doctor *doctor, const char *subject, const char *check,
                enum doctor_state state, const char *todo, const char *format, ...) {
    ASSERT(doctor->count < DOCTOR_LINES_MAX);
    struct doctor_line *line = &doctor->lines[doctor->count++];
    *line = (struct doctor_line){
        .check = check, .state = state, .todo = state == DOCTOR_OK ? "" : todo};
    (void)string_copy(line->subject, sizeof(line->subject), slice_of(subject));
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line->found, sizeof(line->found), format, arguments);
    va_end(arguments);
    if (state == DOCTOR_FAIL) {
        bool machine = strcmp(subject, "machine") == 0;
        doctor->failed_machine += machine;
        doctor->failed_venues += !machine;
    }
}

static void add_json(struct text *out, const struct doctor_line *line) {
    const struct {
        const char *name, *value;
    } members[] = {{"{\"subject\":", line->subject},
                   {",\"check\":", line->check},
                   {",\"state\":", state_names[line->state]},
                   {",\"found\":", line->found},
                   {",\"todo\":", line->todo}};
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        text_add_string(out, members[i].name);
        json_write_string(out, slice_of(members[i].value));
    }
    text_add_char(out, '}');
}

bool doctor_print(const struct doctor *doctor, bool json) {
    char bytes[8 * DOCTOR_TEXT_MAX];
    struct text out = TEXT_OVER(bytes);
    for (uint32_t i = 0; i < doctor->count; i++) {
        const struct doctor_line *line = &doctor->lines[i];
        if (json) {
            add_json(&out, line);
        } else {
            text_add_format(&out, "%-12s %-12s %-4s  %s", line->subject, line->check,
                            state_names[line->state], line->found);
            if (line->todo[0] != '\0') {
                text_add_format(&out, "\n%32s%s", "-> ", line->todo);
            }
        }
        if (!cli_put_line(&out)) {
            return false;
        }
    }
    return true;
}
