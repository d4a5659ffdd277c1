// Reading what clients of several venues say: the strings of a JSON object.
#ifndef PERPDESK_EXCHANGES_VSIM_READ_H
#define PERPDESK_EXCHANGES_VSIM_READ_H

#include "base/json.h"

struct vsim_string {
    const char *name;
    struct slice *out; // left alone when the member is absent
};

// Reads the object at hand; other members are skipped. False: it is no object, broken, or a wanted
// member is no string.
bool vsim_read_strings(struct json *r, const struct vsim_string *wanted, size_t count);
// As above; the object is the whole message.
bool vsim_read_message(struct slice message, const struct vsim_string *wanted, size_t count);

#endif
