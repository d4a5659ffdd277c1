// The guarded INI reader: lines in, (section, key, value, line) out, every malformed line reported.
//
// inih r55 as Debian builds it cuts lines at 199 bytes, tells no line numbers, reads an indented
// line as a continuation, hands the keys after a malformed header to the section before it, cuts
// section names at 49 bytes, knows `:` as a separator and never speaks of empty sections. Each of
// these is met here before inih sees the line: what it would misread is reported and replaced by an
// empty line, so its line count stays true.
#ifndef PERPDESK_IO_CONFIG_READ_H
#define PERPDESK_IO_CONFIG_READ_H

#include "io/config.h"

struct config_reader {
    struct slice rest; // what inih was not yet given
    uint32_t line;     // number of the line inih has at hand, from 1
    void (*on_section)(struct config_reader *reader, struct slice section);
    void (*on_key)(struct config_reader *reader, struct slice section, struct slice name,
                   struct slice value);
    void (*on_mistake)(struct config_reader *reader, const char *mistake);
    void *user;
};

// Reads the whole text. Mistakes are told through on_mistake and do not end it.
void config_read(struct config_reader *reader, struct slice text);

#endif
