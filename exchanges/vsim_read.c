#include "exchanges/vsim_read.h"

bool vsim_read_strings(struct json *r, const struct vsim_string *wanted, size_t count) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        size_t i = 0;
        while (i < count && !slice_equals(key, slice_of(wanted[i].name))) {
            i++;
        }
        if (i < count) {
            json_string(r, wanted[i].out);
        } else {
            json_skip(r);
        }
    }
    return !r->failed;
}

bool vsim_read_message(struct slice message, const struct vsim_string *wanted, size_t count) {
    struct json r;
    json_init(&r, message);
    return vsim_read_strings(&r, wanted, count) && json_end(&r);
}
