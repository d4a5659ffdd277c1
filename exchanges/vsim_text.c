#include "exchanges/vsim_text.h"

void vsim_write_px(struct text *out, const struct vsim_listing *listing, struct px price) {
    int digits = px_tick_digits(listing->rules.tick);
    text_add_char(out, '"');
    px_print(out, price, digits, digits);
    text_add_char(out, '"');
}

void vsim_write_qty(struct text *out, const struct vsim_listing *listing, struct qty size) {
    int digits = qty_step_digits(listing->rules.step);
    text_add_char(out, '"');
    qty_print(out, size, digits, digits);
    text_add_char(out, '"');
}

void vsim_write_levels(struct text *out, const struct vsim_listing *listing,
                       const struct level *levels, uint32_t count, uint32_t most) {
    text_add_char(out, '[');
    for (uint32_t i = 0; i < count && i < most; i++) {
        text_add_string(out, i == 0 ? "[" : ",[");
        vsim_write_px(out, listing, levels[i].price);
        text_add_char(out, ',');
        vsim_write_qty(out, listing, levels[i].size);
        text_add_char(out, ']');
    }
    text_add_char(out, ']');
}

static void begin_member(struct text *out, const char *name) {
    text_add_string(out, ",\"");
    text_add_string(out, name);
    text_add_string(out, "\":");
}

void vsim_member_int(struct text *out, const char *name, int64_t value) {
    begin_member(out, name);
    text_add_int(out, value);
}

void vsim_member_string(struct text *out, const char *name, const char *value) {
    begin_member(out, name);
    text_add_char(out, '"');
    text_add_string(out, value);
    text_add_char(out, '"');
}

void vsim_member_px(struct text *out, const char *name, const struct vsim_listing *listing,
                    struct px price) {
    begin_member(out, name);
    vsim_write_px(out, listing, price);
}

void vsim_member_qty(struct text *out, const char *name, const struct vsim_listing *listing,
                     struct qty size) {
    begin_member(out, name);
    vsim_write_qty(out, listing, size);
}

void vsim_member_rate(struct text *out, const char *name, struct rate value, int digits) {
    begin_member(out, name);
    text_add_char(out, '"');
    decimal_print(out, value.v, RATE_DIGITS, digits, digits);
    text_add_char(out, '"');
}

void vsim_member_levels(struct text *out, const char *name, const struct vsim_listing *listing,
                        const struct level *levels, uint32_t count) {
    begin_member(out, name);
    for (uint32_t i = 0; i < count; i++) {
        text_add_string(out, i == 0 ? "[{\"price\":" : ",{\"price\":");
        vsim_write_px(out, listing, levels[i].price);
        vsim_member_qty(out, "size", listing, levels[i].size);
        text_add_char(out, '}');
    }
    text_add_string(out, count == 0 ? "[]" : "]");
}
