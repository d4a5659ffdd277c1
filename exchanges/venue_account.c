#include "exchanges/venue_account_inside.h"

#include <openssl/crypto.h>
#include <stdlib.h>

enum status vacc_create(struct vacc **out, const struct vacc_options *options, uint32_t listings,
                        size_t own_size) {
    ASSERT(listings > 0 && listings <= SYMBOL_MAX && options->leverage > 0);
    struct vacc *account = calloc(1, sizeof(*account));
    if (account == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for a simulated account");
    }
    account->options = *options;
    account->listing_count = listings;
    account->cash = options->balance;
    account->own_size = own_size;
    account->positions = calloc(listings, sizeof(*account->positions));
    account->taken = calloc(2 * (size_t)listings, sizeof(*account->taken));
    account->quote_seen = calloc(listings, sizeof(*account->quote_seen));
    account->settles_ns = calloc(listings, sizeof(*account->settles_ns));
    account->deadman_ns = calloc(listings, sizeof(*account->deadman_ns));
    account->own = calloc(1, own_size > 0 ? own_size : 1);
    for (uint32_t i = 0; i < listings; i++) {
        account->leverage[i] = options->leverage;
    }
    *out = account;
    if (account->positions == NULL || account->taken == NULL || account->quote_seen == NULL ||
        account->settles_ns == NULL || account->deadman_ns == NULL || account->own == NULL) {
        vacc_destroy(account);
        *out = NULL;
        return status_fail(STATUS_SYSTEM, "no memory for a simulated account");
    }
    return STATUS_OK;
}

void vacc_destroy(struct vacc *account) {
    if (account == NULL) {
        return;
    }
    free(account->positions);
    free(account->taken);
    free(account->quote_seen);
    free(account->settles_ns);
    free(account->deadman_ns);
    if (account->own != NULL) {
        OPENSSL_cleanse(account->own, account->own_size);
        free(account->own);
    }
    free(account);
}

// ---- events ------------------------------------------------------------------------------------

struct vacc_event *vacc_note(struct vacc *account, const struct vsim_world *world,
                             enum vacc_event_kind kind, uint32_t listing) {
    struct vacc_event *event = &account->events[++account->event_count % VACC_EVENTS_MAX];
    *event = (struct vacc_event){.kind = kind, .listing = listing, .time_ns = world->now_ns};
    return event;
}

void vacc_note_order(struct vacc *account, const struct vsim_world *world,
                     const struct vacc_order *order) {
    vacc_note(account, world, VACC_EVENT_ORDER, order->listing)->order = *order;
}

const struct vacc_event *vacc_event(const struct vacc *account, uint64_t number) {
    if (number == 0 || number > account->event_count ||
        account->event_count - number >= VACC_EVENTS_MAX) {
        return NULL;
    }
    return &account->events[number % VACC_EVENTS_MAX];
}

bool vacc_fault(struct vacc *account, enum vacc_fault fault) {
    if (account->faults[fault] == 0) {
        return false;
    }
    account->faults[fault]--;
    return true;
}

// ---- looking -----------------------------------------------------------------------------------

const struct vacc_order *vacc_find(const struct vacc *account, uint64_t number) {
    for (uint32_t i = 0; number != 0 && i < VACC_ORDERS_MAX; i++) {
        if (account->orders[i].number == number) {
            return &account->orders[i];
        }
    }
    return NULL;
}

const struct vacc_order *vacc_find_client(const struct vacc *account, struct slice client_id) {
    const struct vacc_order *newest = NULL;
    for (uint32_t i = 0; client_id.size > 0 && i < VACC_ORDERS_MAX; i++) {
        const struct vacc_order *order = &account->orders[i];
        if (order->number != 0 && (newest == NULL || order->number > newest->number) &&
            slice_equals(slice_of(order->client_id), client_id)) {
            newest = order;
        }
    }
    return newest;
}

const struct vacc_order *vacc_next_live(const struct vacc *account, uint32_t listing,
                                        uint64_t *at) {
    for (uint32_t i = 0; i < account->live_count; i++) {
        const struct vacc_order *order = &account->orders[account->live[i]];
        if (order->number > *at && (listing == VACC_ALL || order->listing == listing)) {
            *at = order->number;
            return order;
        }
    }
    return NULL;
}

const struct vacc_fill *vacc_fill(const struct vacc *account, uint32_t n) {
    if (n >= account->fill_count || n >= VACC_FILLS_MAX) {
        return NULL;
    }
    return &account->fills[(account->fill_count - n) % VACC_FILLS_MAX];
}

struct px vacc_average(const struct vacc_order *order) {
    return order->filled.v == 0 ? (struct px){0} : px_average_near(order->value, order->filled);
}

struct px vacc_entry(const struct vacc_position *position) {
    return position->net.v == 0 ? (struct px){0} : px_average_near(position->cost, position->net);
}

static struct px mid_of(const struct vsim_world *world, uint32_t listing) {
    const struct vsim_listing *row = &world->listings[listing];
    return row->bid.v > 0 && row->ask.v > 0 ? px_mid_floor(row->bid, row->ask) : (struct px){0};
}

struct usd vacc_unrealised(const struct vacc *account, const struct vsim_world *world,
                           uint32_t listing) {
    const struct vacc_position *position = &account->positions[listing];
    struct px mark = mid_of(world, listing);
    if (position->net.v == 0 || mark.v == 0) {
        return (struct usd){0};
    }
    return usd_sub(usd_notional_near(mark, position->net), position->cost);
}

struct usd vacc_equity(const struct vacc *account, const struct vsim_world *world) {
    struct usd equity = account->cash;
    for (uint32_t i = 0; i < account->listing_count; i++) {
        equity = usd_add(equity, vacc_unrealised(account, world, i));
    }
    return equity;
}

struct usd vacc_available(const struct vacc *account, const struct vsim_world *world) {
    struct usd available = vacc_equity(account, world);
    for (uint32_t i = 0; i < account->listing_count; i++) {
        struct usd held = usd_abs(account->positions[i].cost);
        available = usd_sub(available, (struct usd){held.v / account->leverage[i]});
    }
    uint64_t at = 0;
    const struct vacc_order *order;
    while ((order = vacc_next_live(account, VACC_ALL, &at)) != NULL) {
        if (!order->reduce_only) {
            struct usd value = usd_notional_near(order->price, qty_sub(order->size, order->filled));
            available =
                usd_sub(available, (struct usd){value.v / account->leverage[order->listing]});
        }
    }
    return available;
}

// ---- requests ----------------------------------------------------------------------------------

// What reduce-only may still take off the position.
static struct qty reducible(const struct vacc *account, uint32_t listing, enum side side) {
    struct qty net = account->positions[listing].net;
    bool reduces = side == SIDE_BUY ? net.v < 0 : net.v > 0;
    return reduces ? qty_abs(net) : (struct qty){0};
}

static enum vacc_refusal check_rules(const struct vsim_listing *listing,
                                     const struct vacc_request *request, struct px price) {
    const struct listing *rules = &listing->rules;
    if (price.v <= 0 || listing_price_floor(rules, price).v != price.v) {
        return VACC_OFF_TICK;
    }
    if (request->size.v <= 0 || request->size.v % rules->step.v != 0) {
        return VACC_OFF_STEP;
    }
    if (request->size.v < rules->size_min.v) {
        return VACC_TOO_SMALL;
    }
    if (!request->reduce_only &&
        usd_notional_near(price, request->size).v < rules->notional_min.v) {
        return VACC_BELOW_NOTIONAL;
    }
    return VACC_TAKEN;
}

static enum vacc_refusal check_account(const struct vacc *account, const struct vsim_world *world,
                                       const struct vacc_request *request, struct px price) {
    const struct vacc_order *same = vacc_find_client(account, request->client_id);
    if (same != NULL && same->end == VACC_LIVE) {
        return VACC_DUPLICATE;
    }
    if (account->live_count >= VACC_LIVE_MAX) {
        return VACC_TOO_MANY;
    }
    if (request->reduce_only) {
        return reducible(account, request->listing, request->side).v == 0 ? VACC_NOT_REDUCING
                                                                          : VACC_TAKEN;
    }
    struct usd value = usd_notional_near(price, request->size);
    struct usd needed = {value.v / account->leverage[request->listing]};
    bool reduces = reducible(account, request->listing, request->side).v >= request->size.v;
    return !reduces && vacc_available(account, world).v < needed.v ? VACC_NO_MARGIN : VACC_TAKEN;
}

static struct vacc_order *free_row(struct vacc *account) {
    for (uint32_t i = 0; i < VACC_ORDERS_MAX; i++) {
        uint32_t at = (account->order_next + i) % VACC_ORDERS_MAX;
        struct vacc_order *order = &account->orders[at];
        if (order->number == 0 || order->end != VACC_LIVE) {
            account->order_next = (at + 1) % VACC_ORDERS_MAX;
            return order;
        }
    }
    ASSERT(!"a row that is not live");
    return NULL;
}

// A market order takes whatever is there: its price is as far as the book is shown.
static struct px price_of(const struct vsim_listing *listing, const struct vacc_request *request) {
    if (request->kind != VACC_MARKET) {
        return request->price;
    }
    bool buys = request->side == SIDE_BUY;
    struct px best = buys ? listing->ask : listing->bid;
    struct bps band = BPS(buys ? 500 : -500);
    return buys ? px_tick_floor(px_shift_floor(best, band), listing->rules.tick)
                : px_tick_ceil(px_shift_ceil(best, band), listing->rules.tick);
}

enum vacc_refusal vacc_place(struct vacc *account, const struct vsim_world *world,
                             const struct vacc_request *request, const struct vacc_order **out) {
    ASSERT(world->listing_count == account->listing_count);
    if (request->listing >= account->listing_count || request->client_id.size >= VACC_ID_MAX) {
        return VACC_NO_LISTING;
    }
    const struct vsim_listing *listing = &world->listings[request->listing];
    struct px price = price_of(listing, request);
    enum vacc_refusal refusal = check_rules(listing, request, price);
    if (refusal == VACC_TAKEN) {
        refusal = check_account(account, world, request, price);
    }
    if (refusal == VACC_TAKEN && vacc_fault(account, VACC_FAULT_REJECT)) {
        refusal = VACC_FORCED;
    }
    struct vacc_order made = {.listing = request->listing,
                              .side = request->side,
                              .kind = request->kind,
                              .reduce_only = request->reduce_only,
                              .price = price,
                              .size = request->size,
                              .created_ns = world->now_ns,
                              .updated_ns = world->now_ns};
    if (refusal == VACC_TAKEN && request->kind == VACC_POST_ONLY &&
        account->options.refuses_post_only && vacc_crosses(world, &made)) {
        refusal = VACC_WOULD_TAKE;
    }
    if (refusal != VACC_TAKEN) {
        return refusal;
    }
    struct vacc_order *order = free_row(account);
    made.number = account->options.first_number + ++account->order_count;
    (void)string_copy(made.client_id, VACC_ID_MAX, request->client_id);
    *order = made;
    account->live[account->live_count++] = (uint16_t)(order - account->orders);
    vacc_note_order(account, world, order);
    if (account->options.taker_delay_ns > 0 && order->kind != VACC_POST_ONLY) {
        order->arrives_ns = world->now_ns + account->options.taker_delay_ns;
    } else {
        vacc_arrive(account, world, order);
    }
    *out = order;
    return VACC_TAKEN;
}

void vacc_end_order(struct vacc *account, struct vacc_order *order, enum vacc_end end) {
    ASSERT(order->end == VACC_LIVE && end != VACC_LIVE);
    order->end = end;
    uint16_t row = (uint16_t)(order - account->orders);
    uint32_t at = 0;
    while (account->live[at] != row) {
        at++;
        ASSERT(at < account->live_count);
    }
    account->live_count--;
    memmove(&account->live[at], &account->live[at + 1],
            (account->live_count - at) * sizeof(account->live[0]));
}

void vacc_finish_order(struct vacc *account, const struct vsim_world *world,
                       struct vacc_order *order, enum vacc_end end) {
    vacc_end_order(account, order, end);
    order->updated_ns = world->now_ns;
    order->updates++;
    vacc_note_order(account, world, order);
}

static struct vacc_order *writable(struct vacc *account, const struct vacc_order *order) {
    ptrdiff_t row = order - account->orders;
    ASSERT(row >= 0 && row < VACC_ORDERS_MAX);
    return &account->orders[row];
}

enum vacc_refusal vacc_amend(struct vacc *account, const struct vsim_world *world,
                             const struct vacc_order *order, struct px price, struct qty size,
                             struct slice client_id) {
    struct vacc_order *row = writable(account, order);
    struct vacc_request request = {.listing = row->listing,
                                   .side = row->side,
                                   .kind = row->kind,
                                   .reduce_only = row->reduce_only,
                                   .price = price,
                                   .size = size};
    enum vacc_refusal refusal = check_rules(&world->listings[row->listing], &request, price);
    if (refusal != VACC_TAKEN || row->end != VACC_LIVE || client_id.size >= VACC_ID_MAX) {
        return refusal != VACC_TAKEN ? refusal : VACC_NO_LISTING;
    }
    row->price = price;
    row->size = size;
    row->updated_ns = world->now_ns;
    row->updates++;
    if (client_id.size > 0) {
        (void)string_copy(row->client_id, VACC_ID_MAX, client_id);
    }
    if (row->filled.v >= row->size.v) {
        vacc_finish_order(account, world, row, VACC_CANCELED);
        return VACC_TAKEN;
    }
    vacc_note_order(account, world, row);
    vacc_arrive(account, world, row);
    return VACC_TAKEN;
}

bool vacc_cancel(struct vacc *account, const struct vsim_world *world,
                 const struct vacc_order *order, enum vacc_end end) {
    struct vacc_order *row = writable(account, order);
    if (row->end != VACC_LIVE) {
        return false;
    }
    vacc_finish_order(account, world, row, end);
    if (end == VACC_CANCELED && vacc_fault(account, VACC_FAULT_LATE_FILL)) {
        // The cancel crossed a fill on its way: told after the end of the order, and true.
        struct qty step = world->listings[row->listing].rules.step;
        vacc_fill_order(account, world, row, row->price,
                        qty_min(step, qty_sub(row->size, row->filled)), true);
    }
    return true;
}

uint32_t vacc_cancel_all(struct vacc *account, const struct vsim_world *world, uint32_t listing,
                         enum vacc_end end) {
    uint32_t count = 0;
    uint64_t at = 0;
    const struct vacc_order *order;
    while ((order = vacc_next_live(account, listing, &at)) != NULL) {
        count += vacc_cancel(account, world, order, end);
    }
    return count;
}

void vacc_arm(struct vacc *account, uint32_t listing, int64_t until_ns) {
    if (listing == VACC_ALL) {
        account->deadman_all_ns = until_ns;
    } else {
        ASSERT(listing < account->listing_count);
        account->deadman_ns[listing] = until_ns;
    }
}
