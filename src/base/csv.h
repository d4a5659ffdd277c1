// Fields of a CSV line (RFC 4180, lines ended by \n).
#ifndef PERPDESK_BASE_CSV_H
#define PERPDESK_BASE_CSV_H

#include "base/decimal.h"

// Each appends a comma first, unless the line is empty. Text is quoted where it has to be.
void csv_add(struct text *line, struct slice field);
void csv_add_string(struct text *line, const char *field);
void csv_add_int(struct text *line, int64_t value);
void csv_add_decimal(struct text *line, int64_t value, int digits); // shortest exact form

#endif
