// Reading edgeX's JSON: objects whose members are mostly texts.
#ifndef PERPDESK_EXCHANGES_EDGEX_JSON_H
#define PERPDESK_EXCHANGES_EDGEX_JSON_H

#include "base/json.h"

struct edgex_field {
    const char *name;
    size_t offset; // of a slice in the row
};

// The members of an object by name: a string without its quotes, a number as it stands, "true" and
// "false". Others, and null, leave the row alone.
void edgex_read_fields(struct json *r, const struct edgex_field *fields, size_t count, void *row);
// The bytes of the value at hand, which is skipped; empty when it is none.
struct slice edgex_value(struct json *r);

#endif
