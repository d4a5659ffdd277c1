// Numbers as the screen shows them: fixed width, aligned on the decimal point, integers only.
#ifndef PERPDESK_UI_NUMBER_H
#define PERPDESK_UI_NUMBER_H

#include "base/decimal.h"

// `digits` decimals, followed by blanks up to `align` decimals (and the point), so that right
// aligned numbers of different precision stand with their points in one column.
void number_px(struct text *out, struct px value, int digits, int align);
void number_qty(struct text *out, struct qty value, int digits);
void number_usd(struct text *out, struct usd value);        // two decimals
void number_usd_signed(struct text *out, struct usd value); // "+1.20", "-0.10", "0.00"
void number_usd_short(struct text *out, struct usd value);  // at most 7 columns: "999.99", "12.3k"
// In at most so many columns where that can be: to the cent, to ten cents or short. `sign`: with a
// plus, and nothing without a sign.
void number_usd_in(struct text *out, struct usd value, bool sign, int columns);
void number_bps(struct text *out, struct bps value); // two decimals
void number_bps_signed(struct text *out, struct bps value);
void number_percent(struct text *out, struct bps value); // of a share: 500.00 bps is "5.00"
void number_score(struct text *out, int64_t ppm);        // 0.0 .. 100.0
void number_age(struct text *out, int64_t age_ms);       // "850ms", "3.2s", "45s", "12m", "3h"
// "180us", "7.20ms", "1.30s": at most 7 columns; "--" below 0, which is none.
void number_latency(struct text *out, int64_t latency_ns);
void number_countdown(struct text *out, int64_t left_ns); // "4:57", "1:00:00"; "0:00" when past
void number_clock(struct text *out, int64_t time_ns);     // "23:57:36" of that UTC day
void number_clock_ms(struct text *out, int64_t time_ns);  // "23:57:36.123"

// part / whole in thousandths, 0..1000; 0 when there is no whole.
int number_permille(int64_t part, int64_t whole);

#endif
