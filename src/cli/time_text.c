#include "cli/time_text.h"

#include "base/clock.h"
#include "exchanges/iso_time.h"

enum { DATE_SIZE = 10, ISO_SIZE = 20 }; // 2024-08-08, and with T23:58:00Z

static bool read_moment(const char *text, int64_t from_ns, int64_t *time_ns) {
    char bytes[64];
    struct text whole = TEXT_OVER(bytes);
    bool has_date = strchr(text, '-') != NULL;
    if (has_date) {
        text_add_string(&whole, text);
        if (strlen(text) == DATE_SIZE) {
            text_add_string(&whole, "T00:00:00");
        } else if (strlen(text) > DATE_SIZE && text[DATE_SIZE] == ' ') {
            bytes[DATE_SIZE] = 'T';
        }
    } else {
        text_add_string(&whole, "1970-01-01T");
        text_add_string(&whole, text);
    }
    if (whole.truncated || !iso_time_read(text_slice(&whole), time_ns)) {
        return false;
    }
    if (!has_date) {
        *time_ns += from_ns / NS_PER_DAY * NS_PER_DAY;
        *time_ns += *time_ns < from_ns ? NS_PER_DAY : 0;
    }
    return true;
}

enum status time_text_read(const char *option, const char *text, int64_t from_ns,
                           int64_t *time_ns) {
    return read_moment(text, from_ns, time_ns)
               ? STATUS_OK
               : status_fail(STATUS_USAGE,
                             "%s %s: expected HH:MM:SS, DATE or DATETHH:MM:SS in UTC "
                             "(2024-08-08T23:58:00)",
                             option, text);
}

void time_text_add(struct text *out, int64_t time_ns) {
    char bytes[64];
    struct text whole = TEXT_OVER(bytes);
    iso_time_add(&whole, time_ns < 0 ? 0 : time_ns);
    text_add(out, (struct slice){bytes, ISO_SIZE - 1});
    text_add_char(out, 'Z');
}
