#include "exchanges/header_lines.h"

#include <strings.h>

static struct slice first_line(struct slice *rest) {
    const char *end = memchr(rest->data, '\n', rest->size);
    size_t size = end != NULL ? (size_t)(end - rest->data) : rest->size;
    struct slice line = {rest->data, size};
    size_t taken = end != NULL ? size + 1 : size;
    *rest = (struct slice){rest->data + taken, rest->size - taken};
    return line;
}

bool header_find(struct slice lines, const char *name, struct slice *value) {
    size_t size = strlen(name);
    while (lines.size > 0) {
        struct slice line = first_line(&lines);
        if (line.size <= size || line.data[size] != ':' ||
            strncasecmp(line.data, name, size) != 0) {
            continue;
        }
        *value = (struct slice){line.data + size + 1, line.size - size - 1};
        while (value->size > 0 && value->data[0] == ' ') {
            *value = (struct slice){value->data + 1, value->size - 1};
        }
        while (value->size > 0 && strchr(" \r", value->data[value->size - 1]) != NULL) {
            value->size--;
        }
        return true;
    }
    return false;
}
