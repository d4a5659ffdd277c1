#include "exchanges/edgex_json.h"

#include "exchanges/md_decode.h"

struct slice edgex_value(struct json *r) {
    const char *from = r->at;
    json_skip(r);
    return r->failed ? (struct slice){"", 0} : (struct slice){from, (size_t)(r->at - from)};
}

static void read_field(struct json *r, struct slice *out) {
    bool flag;
    if (json_peek(r) == JSON_BOOL) {
        *out = json_bool(r, &flag) && flag ? SLICE("true") : SLICE("false");
    } else {
        md_read_text(r, out);
    }
}

void edgex_read_fields(struct json *r, const struct edgex_field *fields, size_t count, void *row) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        size_t i = 0;
        while (i < count && !slice_equals(key, slice_of(fields[i].name))) {
            i++;
        }
        if (i < count) {
            read_field(r, (struct slice *)(void *)((char *)row + fields[i].offset));
        } else {
            json_skip(r);
        }
    }
}
