#include "exchanges/venues.h"

const struct venue *venue_find(struct slice name) {
    for (uint32_t i = 0; i < venue_table_count; i++) {
        if (slice_equals(slice_of(venue_table[i].md->name), name)) {
            return &venue_table[i];
        }
    }
    return NULL;
}
