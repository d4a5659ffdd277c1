#include "exchanges/oe_params.h"

void oe_params_begin(struct oe_params *params) {
    params->count = 0;
    params->overflowed = false;
    params->printed = TEXT_OVER(params->printed_data);
}

static void add(struct oe_params *params, struct slice name, struct slice value, bool bare) {
    if (params->count == OE_PARAMS_MAX) {
        params->overflowed = true;
        return;
    }
    params->rows[params->count++] = (struct oe_param){name, value, bare};
}

void oe_param(struct oe_params *params, struct slice name, struct slice value) {
    add(params, name, value, false);
}

void oe_param_bare(struct oe_params *params, struct slice name, struct slice value) {
    add(params, name, value, true);
}

// The text that was printed since `from`.
static struct slice printed_since(struct oe_params *params, size_t from) {
    params->overflowed |= params->printed.truncated;
    return (struct slice){params->printed.data + from, params->printed.size - from};
}

void oe_param_px(struct oe_params *params, struct slice name, struct px value) {
    size_t from = params->printed.size;
    px_print(&params->printed, value, 0, PX_DIGITS);
    add(params, name, printed_since(params, from), false);
}

void oe_param_qty(struct oe_params *params, struct slice name, struct qty value) {
    size_t from = params->printed.size;
    qty_print(&params->printed, value, 0, QTY_DIGITS);
    add(params, name, printed_since(params, from), false);
}

void oe_param_int(struct oe_params *params, struct slice name, int64_t value) {
    size_t from = params->printed.size;
    text_add_int(&params->printed, value);
    add(params, name, printed_since(params, from), true);
}

static bool name_before(struct slice a, struct slice b) {
    size_t common = a.size < b.size ? a.size : b.size;
    int order = memcmp(a.data, b.data, common);
    return order != 0 ? order < 0 : a.size < b.size;
}

// Insertion: the lists are short and mostly in order already.
void oe_params_sort(struct oe_params *params) {
    for (uint32_t i = 1; i < params->count; i++) {
        struct oe_param row = params->rows[i];
        uint32_t at = i;
        while (at > 0 && name_before(row.name, params->rows[at - 1].name)) {
            params->rows[at] = params->rows[at - 1];
            at--;
        }
        params->rows[at] = row;
    }
}

void oe_params_query(const struct oe_params *params, struct text *out) {
    for (uint32_t i = 0; i < params->count; i++) {
        if (i > 0) {
            text_add_char(out, '&');
        }
        text_add(out, params->rows[i].name);
        text_add_char(out, '=');
        text_add(out, params->rows[i].value);
    }
}

void oe_params_members(const struct oe_params *params, struct text *out) {
    for (uint32_t i = 0; i < params->count; i++) {
        const struct oe_param *row = &params->rows[i];
        text_add(out, i == 0 ? SLICE("\"") : SLICE(",\""));
        text_add(out, row->name);
        text_add(out, row->bare ? SLICE("\":") : SLICE("\":\""));
        text_add(out, row->value);
        if (!row->bare) {
            text_add_char(out, '"');
        }
    }
}
