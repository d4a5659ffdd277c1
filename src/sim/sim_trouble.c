#include "sim/sim_trouble.h"

#include "exchanges/venue_account.h"

static const char *const trouble_names[VACC_FAULT_COUNT] = {
    [VACC_FAULT_REJECT] = "reject",
    [VACC_FAULT_PARTIAL] = "partial",
    [VACC_FAULT_DUPLICATE_FILL] = "duplicate-fill",
    [VACC_FAULT_LATE_FILL] = "late-fill",
    [VACC_FAULT_NONCE] = "nonce",
    [VACC_FAULT_LOGIN] = "login",
};

enum status sim_trouble_order(struct sim_market *market, uint32_t venue, struct slice name,
                              uint32_t count) {
    ASSERT(venue < market->options.venue_count && count <= SIM_TROUBLE_COUNT_MAX);
    struct vacc *account = market->accounts[venue];
    if (account == NULL) {
        return status_fail(STATUS_UNAVAILABLE, "%s has no account here",
                           market->options.venues[venue]->name);
    }
    for (int i = 0; i < VACC_FAULT_COUNT; i++) {
        if (slice_equals(name, slice_of(trouble_names[i]))) {
            account->faults[i] = count;
            return STATUS_OK;
        }
    }
    return status_fail(STATUS_USAGE,
                       "expected reject, partial, duplicate-fill, late-fill, nonce or login");
}

static bool is_twice(const struct vacc *account, uint32_t row) {
    const char *id = account->orders[row].client_id;
    for (uint32_t i = 0; id[0] != '\0' && i < row; i++) {
        if (account->orders[i].number != 0 && strcmp(account->orders[i].client_id, id) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_partial(const struct vacc_order *order) {
    return order->end != VACC_LIVE && order->filled.v > 0 && order->filled.v < order->size.v;
}

void sim_trouble_print_account(const struct sim_market *market, uint32_t venue, struct text *out) {
    const struct vacc *account = market->accounts[venue];
    const struct vsim_world *world = &market->worlds[venue];
    uint32_t twice = 0, partial = 0, canceled = 0, deadman = 0;
    if (account == NULL) {
        return;
    }
    for (uint32_t i = 0; i < VACC_ORDERS_MAX; i++) {
        const struct vacc_order *order = &account->orders[i];
        if (order->number != 0) {
            twice += is_twice(account, i);
            partial += is_partial(order);
            canceled += order->end == VACC_CANCELED;
            deadman += order->end == VACC_DEADMAN;
        }
    }
    text_add_format(out,
                    "%s orders %llu fills %llu open %u twice %u partial %u canceled %u deadman %u",
                    market->options.venues[venue]->name, (unsigned long long)account->order_count,
                    (unsigned long long)account->fill_count, account->live_count, twice, partial,
                    canceled, deadman);
    for (uint32_t i = 0; i < account->listing_count; i++) {
        text_add_format(out, " %s ", world->listings[i].symbol->name);
        qty_print(out, account->positions[i].net, 0, QTY_DIGITS);
    }
    text_add_char(out, '\n');
}
