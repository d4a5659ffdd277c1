#include "cli/venue_trade.h"

#include "base/clock.h"

enum {
    EVIDENCE_MS = 1000,  // without a word about an order for so long it is asked for
    EVIDENCE_ROUNDS = 8, // longer than any venue's window for a late request
    LOOK_BACK_S = 120,
    ROUNDS_MAX = 5, // of a cancel, each looked at
    ROUND_MS = 500,
    FLATTEN_WAIT_MS = 250, // doubled from order to order
    FLATTEN_WAIT_MOST_MS = 4000,
    FLATTEN_ORDERS_MAX = 8, // a symbol, over some 15 s
};

static const char *venue_name(const struct venue_ask *ask) {
    return ask->inquiry->venue->md->name;
}

static bool dry(const struct venue_ask *ask) {
    return ask->inquiry->on_dry_run != NULL;
}

static bool has_call(const struct venue_ask *ask, enum oe_call_kind kind) {
    return (ask->inquiry->venue->oe->calls & OE_BIT(kind)) != 0;
}

static bool has_flag(const struct venue_ask *ask, uint32_t flag) {
    return (ask->inquiry->venue->oe->flags & flag) != 0;
}

// ---- what is heard -----------------------------------------------------------------------------

static bool is_over(enum oe_state state) {
    return state != OE_STATE_COUNT && state != OE_STATE_NEW && state != OE_STATE_PARTIAL;
}

static void note_order(struct venue_ask *ask, const struct oe_event *event) {
    if (event->call == OE_OPEN_ORDERS && event->tag != 0) {
        struct venue_open *row = &ask->open[ask->open_count % VENUE_OPEN_MAX];
        ask->open_missed = ask->open_missed || ask->open_count == VENUE_OPEN_MAX;
        ask->open_count += ask->open_count < VENUE_OPEN_MAX;
        row->symbol = event->symbol;
        (void)string_copy(row->client_id, sizeof(row->client_id), event->client_id);
        (void)string_copy(row->venue_id, sizeof(row->venue_id), event->venue_id);
    }
    bool ours =
        ask->client_id[0] != '\0' && slice_equals(event->client_id, slice_of(ask->client_id));
    bool gone = event->order.state == OE_STATE_GONE; // proves nothing yet: see settle
    if (ours && !gone && !is_over(ask->state)) {
        ask->state = event->order.state;
    }
}

void venue_hear(struct venue_ask *ask, const struct oe_event *event) {
    if (event->kind == OE_EVENT_REJECTED) {
        ask->refused = true;
    } else if (event->kind == OE_EVENT_ORDER) {
        note_order(ask, event);
    } else if (event->kind == OE_EVENT_POSITION && event->symbol < SYMBOL_MAX) {
        ask->net[event->symbol] = event->position.net;
    } else if (event->kind == OE_EVENT_FILL && ask->client_id[0] != '\0' &&
               slice_equals(event->client_id, slice_of(ask->client_id)) &&
               seen_set_add(&ask->trades, event->fill.trade)) {
        ask->filled = qty_add(ask->filled, event->fill.size);
    }
}

enum status venue_list(struct venue_ask *ask, enum oe_call_kind kind, uint32_t flag) {
    struct inquiry *inquiry = ask->inquiry;
    bool each = has_flag(ask, flag);
    enum status status = STATUS_OK;
    for (uint16_t s = 0; s < (each ? inquiry->universe.symbol_count : 1); s++) {
        struct oe_call call = {.kind = kind, .symbol = each ? s : OE_SYMBOL_NONE};
        if (kind == OE_FILLS) {
            struct clock clock;
            clock_init_system(&clock);
            call.since_ns = clock_now_ns(&clock) - LOOK_BACK_S * NS_PER_S;
        }
        if (status == STATUS_OK && (!each || inquiry->oe.listings[s].native[0] != '\0')) {
            status = inquiry_call(inquiry, &call);
        }
    }
    return status;
}

// Asked for truly, in a dry run too: reading changes nothing.
static enum status look(struct venue_ask *ask, enum oe_call_kind kind, uint32_t flag) {
    struct inquiry *inquiry = ask->inquiry;
    enum status (*shown)(void *, const struct oe_message *) = inquiry->on_dry_run;
    inquiry->on_dry_run = NULL;
    ask->quiet = true;
    if (kind == OE_OPEN_ORDERS) {
        ask->open_count = 0;
        ask->open_missed = false;
    } else if (kind == OE_POSITIONS) {
        memset(ask->net, 0, sizeof(ask->net));
    }
    enum status status = venue_list(ask, kind, flag);
    ask->quiet = false;
    inquiry->on_dry_run = shown;
    if (status == STATUS_OK && ask->refused) {
        status =
            status_fail(STATUS_UNAVAILABLE, "%s: %s refused", venue_name(ask), oe_call_name(kind));
    }
    return status;
}

static enum status find_symbol(const struct venue_ask *ask, const char *name, uint16_t *out) {
    struct symbol symbol;
    const struct universe *universe = &ask->inquiry->universe;
    if (symbol_parse(&symbol, slice_of(name)) == STATUS_OK) {
        for (uint16_t i = 0; i < universe->symbol_count; i++) {
            if (strcmp(universe->symbols[i].name, symbol.name) == 0) {
                *out = i;
                return STATUS_OK;
            }
        }
    }
    return status_fail(STATUS_USAGE, "%s is none of the symbols of the configuration", name);
}

// The symbol that operand `index` names; without one OE_SYMBOL_NONE: all.
static enum status symbol_at(const struct venue_ask *ask, uint32_t index, uint16_t *out) {
    *out = OE_SYMBOL_NONE;
    return ask->args->operand_count > index ? find_symbol(ask, ask->args->operands[index], out)
                                            : STATUS_OK;
}

// ---- order -------------------------------------------------------------------------------------

static bool is_settled(void *arg) {
    const struct venue_ask *ask = arg;
    return ask->refused || is_over(ask->state) ||
           (ask->kind != OE_IOC && ask->state != OE_STATE_COUNT) ||
           (ask->size.v > 0 && ask->filled.v >= ask->size.v);
}

// Until the venue said what became of the order. One that it does not know, and no fill of it, is
// believed not to be there only when the request cannot be taken any more.
static enum status settle(struct venue_ask *ask, uint16_t symbol) {
    struct inquiry *inquiry = ask->inquiry;
    enum status status = STATUS_OK;
    for (int round = 0; round < EVIDENCE_ROUNDS && status == STATUS_OK; round++) {
        inquiry_hear(inquiry, EVIDENCE_MS, is_settled);
        if (is_settled(ask)) {
            return STATUS_OK;
        }
        struct oe_call call = {
            .kind = OE_QUERY, .symbol = symbol, .client_id = slice_of(ask->client_id)};
        status = inquiry_call(inquiry, &call);
        ask->refused = false; // "no such order" is an answer
    }
    if (status == STATUS_OK && !is_settled(ask)) {
        status = venue_list(ask, OE_FILLS, OE_FILLS_PER_SYMBOL);
    }
    if (status == STATUS_OK && !is_settled(ask) && ask->filled.v == 0) {
        status = status_fail(STATUS_UNAVAILABLE, "%s does not know the order %s: it never arrived",
                             venue_name(ask), ask->client_id);
    }
    return status;
}

static enum status place(struct venue_ask *ask, uint16_t symbol, const struct oe_order *order) {
    struct clock clock;
    clock_init_system(&clock);
    uint64_t session = (uint64_t)(clock_now_ns(&clock) / NS_PER_MS);
    ask->inquiry->venue->oe->client_id(session, ++ask->placed, ask->client_id);
    ask->kind = order->kind;
    ask->state = OE_STATE_COUNT;
    ask->size = order->size;
    ask->filled = (struct qty){0};
    struct oe_call call = {
        .kind = OE_PLACE, .symbol = symbol, .order = *order, .client_id = slice_of(ask->client_id)};
    enum status status = inquiry_call(ask->inquiry, &call);
    if (dry(ask)) {
        return status;
    }
    if (status == STATUS_OK || status == STATUS_TIMEOUT) {
        status = settle(ask, symbol);
    }
    return status;
}

static const char *const order_words[OE_ORDER_KIND_COUNT] = {
    [OE_POST_ONLY] = "post_only", [OE_IOC] = "ioc", [OE_GTC] = "gtc"};

static bool parse_amount(const char *word, int digits, int64_t *out) {
    return decimal_parse(slice_of(word), digits, out) && *out > 0;
}

enum status venue_parse_order(const struct cli_args *args, struct oe_order *order) {
    const char *const *words = &args->operands[2];
    uint32_t count = args->operand_count - 2;
    bool sells = strcmp(words[1], "sell") == 0;
    *order = (struct oe_order){.side = sells ? SIDE_SELL : SIDE_BUY, .kind = OE_POST_ONLY};
    if (!sells && strcmp(words[1], "buy") != 0) {
        return status_fail(STATUS_USAGE, "order: %s is neither buy nor sell", words[1]);
    }
    if (!parse_amount(words[2], QTY_DIGITS, &order->size.v)) {
        return status_fail(STATUS_USAGE, "order: %s is no size above 0", words[2]);
    }
    if (!parse_amount(words[3], PX_DIGITS, &order->price.v)) {
        return status_fail(STATUS_USAGE, "order: %s is no price above 0", words[3]);
    }
    for (uint32_t i = 4; i < count; i++) {
        bool known = strcmp(words[i], "reduce_only") == 0;
        order->reduce_only = order->reduce_only || known;
        for (int kind = 0; kind < OE_ORDER_KIND_COUNT && !known; kind++) {
            known = strcmp(words[i], order_words[kind]) == 0;
            order->kind = known ? (enum oe_order_kind)kind : order->kind;
        }
        if (!known) {
            return status_fail(STATUS_USAGE,
                               "order: %s: expected post_only, ioc, gtc or reduce_only", words[i]);
        }
    }
    return STATUS_OK;
}

enum status venue_order(struct venue_ask *ask) {
    struct oe_order order;
    uint16_t symbol = OE_SYMBOL_NONE;
    enum status status = venue_parse_order(ask->args, &order);
    if (status == STATUS_OK) {
        status = find_symbol(ask, ask->args->operands[2], &symbol);
    }
    if (status == STATUS_OK && !dry(ask)) {
        status = inquiry_connect(ask->inquiry);
    }
    if (status == STATUS_OK && ask->inquiry->orders_die && order.kind != OE_IOC) {
        status = status_fail(STATUS_UNAVAILABLE,
                             "%s would cancel the order with this connection: not placed",
                             venue_name(ask));
    }
    return status == STATUS_OK ? place(ask, symbol, &order) : status;
}

// ---- cancel ------------------------------------------------------------------------------------

static enum status cancel_one(struct venue_ask *ask, const struct venue_open *row) {
    struct oe_call call = {.kind = OE_CANCEL,
                           .symbol = row->symbol,
                           .client_id = slice_of(row->client_id),
                           .venue_id = slice_of(row->venue_id)};
    return inquiry_call(ask->inquiry, &call);
}

static const struct venue_open *find_open(const struct venue_ask *ask, const char *id) {
    for (uint32_t i = 0; i < ask->open_count; i++) {
        if (strcmp(ask->open[i].client_id, id) == 0 || strcmp(ask->open[i].venue_id, id) == 0) {
            return &ask->open[i];
        }
    }
    return NULL;
}

enum status venue_cancel(struct venue_ask *ask) {
    const char *id = ask->args->operands[2];
    enum status status = look(ask, OE_OPEN_ORDERS, OE_OPEN_PER_SYMBOL);
    const struct venue_open *row = find_open(ask, id);
    if (status == STATUS_OK && row == NULL) {
        status = status_fail(STATUS_UNAVAILABLE, "%s: no open order %s", venue_name(ask), id);
    }
    if (status != STATUS_OK || dry(ask)) {
        return status == STATUS_OK ? cancel_one(ask, row) : status;
    }
    struct venue_open wanted = *row;
    status = inquiry_connect(ask->inquiry);
    status = status == STATUS_OK ? cancel_one(ask, &wanted) : status;
    for (int round = 0; round < ROUNDS_MAX && (status == STATUS_OK || status == STATUS_TIMEOUT);
         round++) {
        inquiry_hear(ask->inquiry, ROUND_MS, NULL);
        ask->refused = false; // "no such order" is as good: the list says
        status = look(ask, OE_OPEN_ORDERS, OE_OPEN_PER_SYMBOL);
        if (status == STATUS_OK && find_open(ask, id) == NULL) {
            return STATUS_OK;
        }
    }
    return status == STATUS_OK
               ? status_fail(STATUS_ORDERS_LEFT, "%s: %s is still open", venue_name(ask), id)
               : status;
}

static uint32_t count_open(const struct venue_ask *ask, uint16_t symbol) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < ask->open_count; i++) {
        count += symbol == OE_SYMBOL_NONE || ask->open[i].symbol == symbol;
    }
    return count;
}

// One request where the venue has one, else one a symbol, else one an order.
static enum status send_cancels(struct venue_ask *ask, uint16_t symbol) {
    struct inquiry *inquiry = ask->inquiry;
    bool whole = has_flag(ask, OE_CAN_CANCEL_ACCOUNT) && symbol == OE_SYMBOL_NONE;
    enum status status = STATUS_OK;
    if (has_call(ask, OE_CANCEL_ALL)) {
        for (uint16_t s = 0; s < (whole ? 1 : inquiry->universe.symbol_count); s++) {
            struct oe_call call = {.kind = OE_CANCEL_ALL, .symbol = whole ? OE_SYMBOL_NONE : s};
            bool meant = whole || ((symbol == OE_SYMBOL_NONE || s == symbol) &&
                                   (count_open(ask, s) > 0 || dry(ask)));
            if (status == STATUS_OK && meant) {
                status = inquiry_call(inquiry, &call);
            }
        }
        return status;
    }
    for (uint32_t i = 0; i < ask->open_count && status == STATUS_OK; i++) {
        if (symbol == OE_SYMBOL_NONE || ask->open[i].symbol == symbol) {
            status = cancel_one(ask, &ask->open[i]);
        }
    }
    return status;
}

static enum status cancel_all(struct venue_ask *ask, uint16_t symbol) {
    enum status status = look(ask, OE_OPEN_ORDERS, OE_OPEN_PER_SYMBOL);
    if (status != STATUS_OK || dry(ask)) {
        return status == STATUS_OK ? send_cancels(ask, symbol) : status;
    }
    for (int round = 0; round < ROUNDS_MAX; round++) {
        if (count_open(ask, symbol) == 0) {
            return STATUS_OK;
        }
        status = send_cancels(ask, symbol);
        if (status != STATUS_OK && status != STATUS_TIMEOUT) {
            return status;
        }
        inquiry_hear(ask->inquiry, ROUND_MS, NULL);
        ask->refused = false; // what is still open is seen in the list
        status = look(ask, OE_OPEN_ORDERS, OE_OPEN_PER_SYMBOL);
        if (status != STATUS_OK) {
            return status;
        }
    }
    return count_open(ask, symbol) == 0
               ? STATUS_OK
               : status_fail(STATUS_ORDERS_LEFT, "%s: %u%s orders are still open", venue_name(ask),
                             count_open(ask, symbol), ask->open_missed ? " or more" : "");
}

enum status venue_cancel_all(struct venue_ask *ask) {
    uint16_t symbol = OE_SYMBOL_NONE;
    enum status status = symbol_at(ask, 2, &symbol);
    if (status == STATUS_OK && !dry(ask)) {
        status = inquiry_connect(ask->inquiry);
    }
    return status == STATUS_OK ? cancel_all(ask, symbol) : status;
}

// ---- flatten -----------------------------------------------------------------------------------

// Reduce-only, at what is there, no worse than the emergency collar allows.
static enum status close_position(struct venue_ask *ask, uint16_t symbol) {
    const struct inquiry *inquiry = ask->inquiry;
    const struct listing *listing = &inquiry->oe.listings[symbol];
    struct bps collar = inquiry->config.settings.risk.collar_emergency;
    struct qty size = qty_step_floor(qty_abs(ask->net[symbol]), listing->step);
    struct px bid, best_ask;
    if (size.v == 0) {
        return status_fail(STATUS_DATA, "%s: less than a step of %s is left", venue_name(ask),
                           inquiry->universe.symbols[symbol].name);
    }
    enum status status = inquiry_quote(ask->inquiry, symbol, &bid, &best_ask);
    if (status != STATUS_OK) {
        return status;
    }
    bool sells = ask->net[symbol].v > 0;
    struct px worst =
        sells ? px_shift_ceil(bid, (struct bps){-collar.v}) : px_shift_floor(best_ask, collar);
    struct oe_order order = {
        .side = sells ? SIDE_SELL : SIDE_BUY,
        .kind = OE_IOC,
        .reduce_only = true,
        .price = sells ? listing_price_ceil(listing, worst) : listing_price_floor(listing, worst),
        .size = size,
    };
    return place(ask, symbol, &order);
}

static bool is_meant(const struct venue_ask *ask, uint16_t symbol, uint16_t s) {
    return (symbol == OE_SYMBOL_NONE || s == symbol) && ask->net[s].v != 0;
}

static bool is_flat(const struct venue_ask *ask, uint16_t symbol) {
    for (uint16_t s = 0; s < ask->inquiry->universe.symbol_count; s++) {
        if (is_meant(ask, symbol, s)) {
            return false;
        }
    }
    return true;
}

// One order a position. What one symbol fails at does not keep the others open: told in the end.
static enum status close_positions(struct venue_ask *ask, uint16_t symbol) {
    enum status failed = STATUS_OK;
    for (uint16_t s = 0; s < ask->inquiry->universe.symbol_count; s++) {
        enum status status = is_meant(ask, symbol, s) ? close_position(ask, s) : STATUS_OK;
        failed = status != STATUS_OK ? status : failed;
    }
    ask->refused = false; // what is left is seen in the list
    return failed;
}

static enum status fail_not_flat(const struct venue_ask *ask, uint16_t symbol, enum status failed) {
    char left_data[256];
    struct text left = TEXT_OVER(left_data);
    for (uint16_t s = 0; s < ask->inquiry->universe.symbol_count; s++) {
        if (is_meant(ask, symbol, s)) {
            text_add_char(&left, ' ');
            qty_print(&left, ask->net[s], 0, QTY_DIGITS);
            text_add_format(&left, " %s", ask->inquiry->universe.symbols[s].name);
        }
    }
    return failed != STATUS_OK
               ? status_context(failed, "%s is not flat, left:%s", venue_name(ask), left_data)
               : status_fail(STATUS_UNAVAILABLE,
                             "%s is not flat, left:%s: nobody took it within the emergency collar",
                             venue_name(ask), left_data);
}

// An IOC takes what is shown within its collar at that moment, and the list of positions may be
// behind the fills: each further order waits longer, so that the book can fill again and the list
// can tell.
static enum status flatten(struct venue_ask *ask, uint16_t symbol) {
    int64_t wait_ms = FLATTEN_WAIT_MS;
    enum status failed = STATUS_OK;
    for (int orders = 0;; orders++) {
        enum status status = look(ask, OE_POSITIONS, 0);
        if (status == STATUS_OK && orders > 0 && !is_flat(ask, symbol)) {
            inquiry_hear(ask->inquiry, wait_ms, NULL);
            wait_ms = wait_ms < FLATTEN_WAIT_MOST_MS ? 2 * wait_ms : wait_ms;
            status = look(ask, OE_POSITIONS, 0);
        }
        if (status != STATUS_OK || is_flat(ask, symbol)) {
            return status;
        }
        if (orders == FLATTEN_ORDERS_MAX) {
            return fail_not_flat(ask, symbol, failed);
        }
        failed = close_positions(ask, symbol);
        if (dry(ask)) {
            return failed;
        }
    }
}

enum status venue_flatten(struct venue_ask *ask) {
    uint16_t symbol = OE_SYMBOL_NONE;
    enum status status = symbol_at(ask, 2, &symbol);
    if (status == STATUS_OK && !dry(ask)) {
        status = inquiry_connect(ask->inquiry);
    }
    status = status == STATUS_OK ? cancel_all(ask, symbol) : status;
    return status == STATUS_OK ? flatten(ask, symbol) : status;
}

// ---- dead-man, login ---------------------------------------------------------------------------

enum status venue_deadman(struct venue_ask *ask) {
    const struct venue_oe *oe = ask->inquiry->venue->oe;
    bool each = has_flag(ask, OE_DEADMAN_PER_SYMBOL);
    int64_t ms = -1;
    uint16_t symbol = OE_SYMBOL_NONE;
    if (!decimal_parse(slice_of(ask->args->operands[2]), 3, &ms) || ms < 0) {
        return status_fail(STATUS_USAGE, "dead-man needs SECONDS, 0 takes it off");
    }
    if (has_flag(ask, OE_DEADMAN_BY_SOCKET) || !has_call(ask, OE_DEADMAN)) {
        return status_fail(
            STATUS_UNAVAILABLE, "%s has no dead-man's switch with a time%s", venue_name(ask),
            has_flag(ask, OE_DEADMAN_BY_SOCKET) ? ": a desk's connection is it there" : "");
    }
    if (ms != 0 && (ms < oe->deadman_min_ms || ms > oe->deadman_max_ms)) {
        return status_fail(STATUS_USAGE, "%s takes %u to %u s, and 0", venue_name(ask),
                           (oe->deadman_min_ms + 999) / 1000, oe->deadman_max_ms / 1000);
    }
    enum status status = symbol_at(ask, 3, &symbol);
    if (status == STATUS_OK && !dry(ask)) {
        status = inquiry_connect(ask->inquiry);
    }
    for (uint16_t s = 0; s < (each ? ask->inquiry->universe.symbol_count : 1); s++) {
        struct oe_call call = {
            .kind = OE_DEADMAN, .symbol = each ? s : OE_SYMBOL_NONE, .countdown_ms = (uint32_t)ms};
        bool meant = !each || ((symbol == OE_SYMBOL_NONE || s == symbol) &&
                               ask->inquiry->oe.listings[s].native[0] != '\0');
        if (status == STATUS_OK && meant) {
            status = inquiry_call(ask->inquiry, &call);
        }
    }
    return status;
}

// Everything that a lane does before its first order, shown; and once more what keeps it alive.
enum status venue_login(struct venue_ask *ask) {
    static const enum oe_call_kind kinds[] = {OE_LOGIN, OE_REFRESH, OE_KEYS};
    enum status status = dry(ask) ? STATUS_OK : inquiry_connect(ask->inquiry);
    for (size_t i = 0; i < COUNT_OF(kinds) && status == STATUS_OK; i++) {
        struct oe_call call = {.kind = kinds[i], .symbol = OE_SYMBOL_NONE};
        if (has_call(ask, kinds[i])) {
            status = inquiry_call(ask->inquiry, &call);
        }
    }
    return status == STATUS_OK && !dry(ask) ? look(ask, OE_BALANCES, 0) : status;
}
