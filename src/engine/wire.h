// The picture of the desk as it travels to a console of the same build: the published structs as
// they lie in memory. Both sides compare wire_layout() before anything else, so a console never
// reads a picture it does not understand.
//
// An answer to `names`: struct wire_names, then venue names, then symbol names, of VENUE_NAME_MAX
// and SYMBOL_NAME_MAX bytes each. An answer to `news`: struct wire_news, its log lines (struct
// log_line), then its sections: struct wire_section and the rows.
#ifndef PERPDESK_ENGINE_WIRE_H
#define PERPDESK_ENGINE_WIRE_H

#include "base/log.h"
#include "engine/state.h"

enum { WIRE_LOG_MAX = 32 };

struct wire_names {
    uint16_t venues, symbols;
    uint8_t mode; // enum desk_mode
    uint8_t pad[3];
};

struct wire_news {
    uint64_t log_last;
    uint32_t log_count, section_count;
    uint8_t steers; // whether the asking console does
    uint8_t pad[7];
};

struct wire_section {
    uint32_t section, rows; // enum state_section
    uint64_t version;
};

// A number over the sizes of everything that travels.
uint64_t wire_layout(void);
// Bytes of the longest answer.
size_t wire_news_max(const struct universe *universe);
// For a universe that is not known yet.
size_t wire_news_most(void);

#endif
