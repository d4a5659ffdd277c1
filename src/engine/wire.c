#include "engine/wire.h"

#include "base/table.h"

uint64_t wire_layout(void) {
    uint64_t layout = hash_mix(sizeof(struct log_line) << 16 ^ sizeof(struct wire_news) ^
                               (uint64_t)STATE_SECTION_COUNT << 32);
    for (uint32_t s = 0; s < STATE_SECTION_COUNT; s++) {
        layout = hash_mix(layout ^ state_row_size((enum state_section)s));
    }
    return layout;
}

size_t wire_news_max(const struct universe *universe) {
    size_t size = sizeof(struct wire_news) + WIRE_LOG_MAX * sizeof(struct log_line);
    for (uint32_t s = 0; s < STATE_SECTION_COUNT; s++) {
        enum state_section section = (enum state_section)s;
        size += sizeof(struct wire_section) +
                (size_t)state_rows_max(section, universe) * state_row_size(section);
    }
    return size;
}

size_t wire_news_most(void) {
    struct universe most = {.venue_count = VENUE_MAX, .symbol_count = SYMBOL_MAX};
    return wire_news_max(&most);
}
