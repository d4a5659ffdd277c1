#include "exchanges/iso_time.h"

#include "base/clock.h"

// Days since 1970 of a date of the Gregorian calendar; the year begins in March here, so that the
// leap day is its last (Howard Hinnant, "chrono-compatible low-level date algorithms").
static int64_t days_of(int64_t year, int64_t month, int64_t day) {
    year -= month <= 2;
    int64_t era = year / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void date_of(int64_t days, int *year, int *month, int *day) {
    days += 719468;
    int64_t era = days / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153;
    *day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = (int)(year_of_era + era * 400 + (*month <= 2));
}

void iso_time_add(struct text *out, int64_t time_ns) {
    ASSERT(time_ns >= 0);
    int year, month, day;
    int64_t ms = time_ns / NS_PER_MS;
    int64_t second = ms / 1000 % 86400;
    date_of(ms / 86400000, &year, &month, &day);
    text_add_format(out, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", year, month, day,
                    (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60),
                    (int)(ms % 1000));
}

// `digits` digits at `at`; -1 when they are none.
static int64_t number_at(struct slice text, size_t at, size_t digits) {
    int64_t value = 0;
    for (size_t i = at; i < at + digits; i++) {
        if (i >= text.size || text.data[i] < '0' || text.data[i] > '9') {
            return -1;
        }
        value = value * 10 + (text.data[i] - '0');
    }
    return value;
}

bool iso_time_read(struct slice text, int64_t *time_ns) {
    static const char pattern[] = "....-..-..T..:..:..";
    size_t at = sizeof(pattern) - 1;
    for (size_t i = 0; i < at; i++) {
        if (i >= text.size || (pattern[i] != '.' && text.data[i] != pattern[i])) {
            return false;
        }
    }
    int64_t year = number_at(text, 0, 4), month = number_at(text, 5, 2);
    int64_t day = number_at(text, 8, 2), hour = number_at(text, 11, 2);
    int64_t minute = number_at(text, 14, 2), second = number_at(text, 17, 2);
    if (year < 1970 || year > 2200 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 ||
        hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) {
        return false;
    }
    int64_t fraction_ns = 0, unit_ns = NS_PER_S;
    if (at < text.size && text.data[at] == '.') {
        for (at++; at < text.size && text.data[at] >= '0' && text.data[at] <= '9'; at++) {
            unit_ns /= 10;
            fraction_ns += (text.data[at] - '0') * unit_ns;
        }
    }
    if (at < text.size && text.data[at] == 'Z') {
        at++;
    }
    *time_ns =
        ((days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second) * NS_PER_S) +
        fraction_ns;
    return at == text.size;
}
