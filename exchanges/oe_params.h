// The named values of a request, and the ways venues want them written: as a query, sorted for
// signing, or as JSON. One list, so that what is signed is what is sent.
//
// Names and values are slices the caller keeps alive until the list is written; numbers are printed
// into the list's own memory. Values must need no escaping (oe_is_plain and numbers do not).
#ifndef PERPDESK_EXCHANGES_OE_PARAMS_H
#define PERPDESK_EXCHANGES_OE_PARAMS_H

#include "base/decimal.h"

enum { OE_PARAMS_MAX = 24, OE_PARAMS_DATA_MAX = 512 };

struct oe_param {
    struct slice name, value;
    bool bare; // a number or word of JSON: no quotes there
};

struct oe_params {
    struct oe_param rows[OE_PARAMS_MAX];
    uint32_t count;
    bool overflowed; // more than fits: the request must not be sent
    struct text printed;
    char printed_data[OE_PARAMS_DATA_MAX];
};

void oe_params_begin(struct oe_params *params);
void oe_param(struct oe_params *params, struct slice name, struct slice value);
void oe_param_bare(struct oe_params *params, struct slice name, struct slice value);
void oe_param_px(struct oe_params *params, struct slice name, struct px value);
void oe_param_qty(struct oe_params *params, struct slice name, struct qty value);
void oe_param_int(struct oe_params *params, struct slice name, int64_t value); // bare
// By name, in byte order. Names must differ.
void oe_params_sort(struct oe_params *params);
// name=value&name=value
void oe_params_query(const struct oe_params *params, struct text *out);
// "name":"value","name":1 without the braces
void oe_params_members(const struct oe_params *params, struct text *out);

#endif
