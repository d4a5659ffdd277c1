#include "trade/strategy.h"

const struct strategy_row *const strategy_table[] = {
    &strategy_arb_row, // first: it is the one in a hurry
    &strategy_wash_row,
};
const uint32_t strategy_table_count = COUNT_OF(strategy_table);

const struct strategy_row *strategy_row_of(enum strategy id) {
    for (uint32_t i = 0; i < strategy_table_count; i++) {
        if (strategy_table[i]->id == id) {
            return strategy_table[i];
        }
    }
    return NULL;
}
