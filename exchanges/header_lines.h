// Header lines of a request or an answer, as text: "Name: value", each with its line end.
#ifndef PERPDESK_EXCHANGES_HEADER_LINES_H
#define PERPDESK_EXCHANGES_HEADER_LINES_H

#include "base/buf.h"

// The value of a header, whatever the case of its name; false when absent.
bool header_find(struct slice lines, const char *name, struct slice *value);

#endif
