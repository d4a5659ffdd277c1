// Numbers as text. Everything is integer arithmetic on the desk's own scales.
#include "ui/number.h"

#include "base/clock.h"

void number_px(struct text *out, struct px value, int digits, int align) {
    px_print(out, value, digits, digits);
    if (align <= digits) {
        return;
    }
    int blanks = align - digits + (digits == 0 ? 1 : 0);
    for (int i = 0; i < blanks; i++) {
        text_add_char(out, ' ');
    }
}

void number_qty(struct text *out, struct qty value, int digits) {
    qty_print(out, value, digits, digits);
}

void number_usd(struct text *out, struct usd value) {
    usd_print(out, value, 2, 2);
}

// The sign of what is shown, not of what is behind it: nobody wants to see "+0.00".
static void add_plus(struct text *out, int64_t value, int64_t half_unit) {
    if (value >= half_unit) {
        text_add_char(out, '+');
    }
}

void number_usd_signed(struct text *out, struct usd value) {
    if (value.v > -5000 && value.v < 5000) {
        text_add_string(out, "0.00");
        return;
    }
    add_plus(out, value.v, 5000);
    usd_print(out, value, 2, 2);
}

void number_usd_short(struct text *out, struct usd value) {
    static const struct {
        int64_t from, unit;
        const char *letter;
    } steps[] = {
        {999995 * USD_ONE * 1000, 1000000000, "G"},
        {999950 * USD_ONE, 1000000, "M"},
        {10000 * USD_ONE, 1000, "k"},
    };
    int64_t size = value.v < 0 ? -value.v : value.v;
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        if (size >= steps[i].from) {
            decimal_print(out, value.v / steps[i].unit, USD_DIGITS, 2, 2);
            text_add_string(out, steps[i].letter);
            return;
        }
    }
    usd_print(out, value, 2, 2);
}

void number_usd_in(struct text *out, struct usd value, bool sign, int columns) {
    char data[32];
    struct text text = TEXT_OVER(data);
    if (sign) {
        number_usd_signed(&text, value);
    } else {
        number_usd(&text, value);
    }
    if ((int)text.size > columns) {
        text_clear(&text);
        add_plus(&text, sign ? value.v : 0, 5000);
        usd_print(&text, value, 1, 1);
    }
    if ((int)text.size > columns) {
        text_clear(&text);
        add_plus(&text, sign ? value.v : 0, 5000);
        number_usd_short(&text, value);
    }
    text_add(out, text_slice(&text));
}

void number_bps(struct text *out, struct bps value) {
    bps_print(out, value);
}

void number_bps_signed(struct text *out, struct bps value) {
    add_plus(out, value.v, 1);
    bps_print(out, value);
}

void number_percent(struct text *out, struct bps value) {
    decimal_print(out, value.v, BPS_DIGITS + 2, 2, 2);
}

void number_score(struct text *out, int64_t ppm) {
    decimal_print(out, ppm, 4, 1, 1);
}

void number_age(struct text *out, int64_t age_ms) {
    if (age_ms < 0) {
        age_ms = 0;
    }
    if (age_ms < 1000) {
        text_add_int(out, age_ms);
        text_add_string(out, "ms");
    } else if (age_ms < 10000) {
        decimal_print(out, age_ms / 100, 1, 1, 1);
        text_add_char(out, 's');
    } else if (age_ms < 100000) {
        text_add_int(out, age_ms / 1000);
        text_add_char(out, 's');
    } else if (age_ms < 100 * 60000) {
        text_add_int(out, age_ms / 60000);
        text_add_char(out, 'm');
    } else if (age_ms < INT64_C(1000) * 3600000) {
        text_add_int(out, age_ms / 3600000);
        text_add_char(out, 'h');
    } else {
        text_add_string(out, "long");
    }
}

void number_latency(struct text *out, int64_t latency_ns) {
    if (latency_ns < 0) {
        text_add_string(out, "--");
    } else if (latency_ns < NS_PER_MS) {
        text_add_format(out, "%lldus", (long long)(latency_ns / NS_PER_US));
    } else if (latency_ns < NS_PER_S) {
        int digits = latency_ns < 100 * NS_PER_MS ? 2 : 1;
        decimal_print(out, latency_ns / (NS_PER_US * 10), 2, digits, digits);
        text_add_string(out, "ms");
    } else if (latency_ns < 1000 * NS_PER_S) {
        decimal_print(out, latency_ns / (NS_PER_MS * 10), 2, 2, 2);
        text_add_char(out, 's');
    } else {
        text_add_string(out, "long");
    }
}

static void add_two(struct text *out, int64_t value) {
    text_add_char(out, (char)('0' + value / 10 % 10));
    text_add_char(out, (char)('0' + value % 10));
}

void number_countdown(struct text *out, int64_t left_ns) {
    int64_t left_s = left_ns <= 0 ? 0 : (left_ns - 1) / NS_PER_S + 1;
    if (left_s >= 3600) {
        text_add_int(out, left_s / 3600);
        text_add_char(out, ':');
        add_two(out, left_s / 60 % 60);
    } else {
        text_add_int(out, left_s / 60);
    }
    text_add_char(out, ':');
    add_two(out, left_s % 60);
}

void number_clock(struct text *out, int64_t time_ns) {
    int64_t day_s = time_ns / NS_PER_S % 86400;
    if (day_s < 0) {
        day_s += 86400;
    }
    add_two(out, day_s / 3600);
    text_add_char(out, ':');
    add_two(out, day_s / 60 % 60);
    text_add_char(out, ':');
    add_two(out, day_s % 60);
}

void number_clock_ms(struct text *out, int64_t time_ns) {
    number_clock(out, time_ns);
    int64_t ms = time_ns / NS_PER_MS % 1000;
    if (ms < 0) {
        ms = 0;
    }
    text_add_char(out, '.');
    text_add_char(out, (char)('0' + ms / 100));
    add_two(out, ms % 100);
}

int number_permille(int64_t part, int64_t whole) {
    if (whole <= 0 || part <= 0) {
        return 0;
    }
    return part >= whole ? 1000 : (int)mul_div_floor(part, 1000, whole);
}
