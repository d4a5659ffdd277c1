// What is asked for after a connect and now and then: open orders, fills, positions, balances; and
// the dead-man's switch.
#include "base/log.h"
#include "io/lane_private.h"

static const enum oe_call_kind kinds[LANE_LIST_COUNT] = {
    [LANE_LIST_ORDERS] = OE_OPEN_ORDERS,
    [LANE_LIST_FILLS] = OE_FILLS,
    [LANE_LIST_POSITIONS] = OE_POSITIONS,
    [LANE_LIST_BALANCES] = OE_BALANCES,
};

static bool per_symbol(const struct lane *lane, uint32_t list) {
    uint32_t flags = lane->oe.venue->flags;
    return (list == LANE_LIST_ORDERS && (flags & OE_OPEN_PER_SYMBOL) != 0) ||
           (list == LANE_LIST_FILLS && (flags & OE_FILLS_PER_SYMBOL) != 0);
}

static bool has_list(const struct lane *lane, uint32_t list) {
    return (lane->oe.venue->calls & OE_BIT(kinds[list])) != 0;
}

static struct lane_list *list_of(struct lane *lane, uint32_t list, uint16_t symbol) {
    return &lane->symbols[per_symbol(lane, list) && symbol != OE_SYMBOL_NONE ? symbol : 0]
                .lists[list];
}

static void want_at(struct lane *lane, uint32_t list, uint16_t symbol, int64_t due_ms) {
    struct lane_list *row = &lane->symbols[symbol].lists[list];
    if (has_list(lane, list) && !row->busy) {
        *row = (struct lane_list){.wanted = true, .due_ms = due_ms};
    }
}

static void want(struct lane *lane, uint32_t list, uint16_t symbol) {
    want_at(lane, list, symbol, lane_loop_ms(lane));
}

static uint32_t list_number(enum oe_call_kind kind) {
    uint32_t list = 0;
    while (list < LANE_LIST_COUNT && kinds[list] != kind) {
        list++;
    }
    return list;
}

// An answer still on its way counts for nothing: it would be taken for that of the list asked for
// anew, and say as of then what was true before.
static void give_up_lists(struct lane *lane) {
    for (uint32_t i = 0; i < LANE_CALLS_MAX; i++) {
        struct lane_call *call = &lane->calls[i];
        call->busy = call->busy && list_number(call->call.kind) == LANE_LIST_COUNT;
    }
}

void lane_lists_want(struct lane *lane) {
    lane->reconciled = false;
    give_up_lists(lane);
    for (uint32_t list = 0; list < LANE_LIST_COUNT; list++) {
        for (uint16_t i = 0; i < lane->oe.symbol_count; i++) {
            struct lane_list *row = &lane->symbols[i].lists[list];
            *row = (struct lane_list){0};
            if (per_symbol(lane, list) ? lane->symbols[i].rules_known : i == 0) {
                want(lane, list, i);
            }
        }
    }
    lane->lists_due_ms = lane_loop_ms(lane) + LANE_POSITIONS_MS;
}

// One that failed keeps its back-off.
static void want_of(struct lane *lane, uint32_t list, uint16_t symbol) {
    uint16_t row = per_symbol(lane, list) ? symbol : 0;
    if (!lane->symbols[row].lists[list].wanted) {
        want(lane, list, row);
    }
}

static void press(struct lane *lane, uint32_t list, uint16_t symbol) {
    want_of(lane, list, symbol);
    list_of(lane, list, symbol)->pressing = true;
}

void lane_orders_want(struct lane *lane, uint16_t symbol) {
    press(lane, LANE_LIST_ORDERS, symbol);
}

void lane_fills_want(struct lane *lane, uint16_t symbol) {
    want_of(lane, LANE_LIST_FILLS, symbol);
}

void lane_fills_want_again(struct lane *lane, uint16_t symbol, bool past) {
    struct lane_symbol *row = &lane->symbols[per_symbol(lane, LANE_LIST_FILLS) ? symbol : 0];
    row->fills_again_ms = lane_loop_ms(lane);
    row->fills_past = row->fills_past || past;
    press(lane, LANE_LIST_FILLS, symbol);
}

bool lane_list_presses(struct lane *lane, const struct oe_call *call) {
    uint32_t list = list_number(call->kind);
    return list < LANE_LIST_COUNT && list_of(lane, list, call->symbol)->pressing;
}

void lane_positions_want(struct lane *lane, int64_t due_ms) {
    const struct lane_list *row = lane_positions_list(lane);
    if (!row->wanted || (row->attempts == 0 && row->due_ms > due_ms)) {
        want_at(lane, LANE_LIST_POSITIONS, 0, due_ms);
    }
    lane_positions_list(lane)->pressing = true; // one that failed, too, keeping its back-off
}

struct lane_list *lane_positions_list(struct lane *lane) {
    return list_of(lane, LANE_LIST_POSITIONS, OE_SYMBOL_NONE);
}

const struct lane_list *lane_orders_list(struct lane *lane, uint16_t symbol) {
    return list_of(lane, LANE_LIST_ORDERS, symbol);
}

const struct lane_list *lane_fills_list(struct lane *lane, uint16_t symbol) {
    return list_of(lane, LANE_LIST_FILLS, symbol);
}

// Whole lists overlap: what a venue books late is seen by the next one. Fills of an order of an
// earlier session are asked for since it was decided, as long as it may be live; those of one that
// had ended with the first list. What is booked counts once.
static int64_t fills_since_ns(const struct lane *lane, uint16_t symbol) {
    const struct lane_symbol *row = &lane->symbols[symbol];
    int64_t since_ns = row->fills_ns != 0 ? row->fills_ns : lane->started_ns;
    if (lane->past_ns != 0 && lane->past_ns < since_ns && lane->past_live > 0) {
        since_ns = lane->past_ns;
    }
    bool past = row->fills_ns == 0 || row->fills_past;
    if (lane->past_ended_ns != 0 && lane->past_ended_ns < since_ns && past) {
        since_ns = lane->past_ended_ns;
    }
    return since_ns + (lane_venue_ns(lane) - lane_now_ns(lane)) - LANE_LOOK_BACK_MS * NS_PER_MS;
}

static void ask(struct lane *lane, uint32_t list, uint16_t symbol) {
    struct lane_list *row = &lane->symbols[symbol].lists[list];
    int64_t now_ms = lane_loop_ms(lane), retry_ms;
    struct oe_call call = {
        .kind = kinds[list],
        .symbol = per_symbol(lane, list) ? symbol : OE_SYMBOL_NONE,
        .cursor = slice_of(row->cursor),
        .since_ns = fills_since_ns(lane, symbol),
    };
    if (call.symbol != OE_SYMBOL_NONE && lane->oe.listings[symbol].native[0] == '\0') {
        row->wanted = false;
        return;
    }
    if (lane_call(lane, &call, NULL, &retry_ms) != STATUS_OK) {
        row->due_ms = now_ms + retry_ms;
        lane_explain(lane, "%s: %s", oe_call_name(kinds[list]), status_text());
        return;
    }
    row->busy = true;
    if (rate_room(&lane->rate, &lane->order_cost, 0, lane_now_ns(lane)) == 0) {
        int64_t held_ms =
            rate_holds_ns(&lane->rate, &lane->message->cost, &lane->order_cost) / NS_PER_MS;
        lane->lists_held_ms += held_ms;
        lane->lists_gap_ms = now_ms + held_ms + LANE_GAP_MS;
    }
    if (row->cursor[0] == '\0') {
        row->asked_ms = now_ms;
        row->doubted = false;
        lane->symbols[symbol].foreign =
            list == LANE_LIST_ORDERS ? 0 : lane->symbols[symbol].foreign;
        if (list == LANE_LIST_POSITIONS) {
            lane_positions_asked(lane);
        }
    }
}

static bool all_done(const struct lane *lane) {
    for (uint16_t i = 0; i < lane->oe.symbol_count; i++) {
        for (uint32_t list = 0; list < LANE_LIST_COUNT; list++) {
            const struct lane_list *row = &lane->symbols[i].lists[list];
            if (row->wanted || row->busy) {
                return false;
            }
        }
    }
    return true;
}

// The second view of orders and fills: what the streams told is held against whole lists. Where a
// venue lists by symbol only those that were traded lately are worth the requests.
static void want_again(struct lane *lane) {
    static const uint32_t lists[] = {LANE_LIST_ORDERS, LANE_LIST_FILLS};
    for (size_t n = 0; n < COUNT_OF(lists); n++) {
        bool each = per_symbol(lane, lists[n]);
        for (uint16_t i = 0; i < (each ? lane->oe.symbol_count : 1); i++) {
            int64_t traded_ms = lane->symbols[i].traded_ms;
            if (!each || (traded_ms != 0 &&
                          lane_loop_ms(lane) - traded_ms < LANE_LOOK_BACK_MS + LANE_POSITIONS_MS)) {
                want(lane, lists[n], i);
            }
        }
    }
}

// An order that waits for the venue's message rate goes first: one that waits here, or in the
// engine, which hears of the room it needs. But an order that has ended waits for its fills; and
// what is needed to trade at all, or presses, takes turns with the orders.
static bool yields(const struct lane *lane, const struct lane_list *row, uint32_t list,
                   int64_t now_ms) {
    if (row->pressing || !lane->reconciled) {
        return lane_orders_next(lane);
    }
    bool for_ended = list == LANE_LIST_FILLS && lane_orders_any(lane, LANE_ORDER_ENDING);
    return lane_orders_wait(lane) || (now_ms < lane->lists_gap_ms && !for_ended);
}

void lane_lists_tick(struct lane *lane) {
    int64_t now_ms = lane_loop_ms(lane);
    if (!lane_sockets_ready(lane)) {
        return;
    }
    for (uint16_t i = 0; i < lane->oe.symbol_count; i++) {
        for (uint32_t list = 0; list < LANE_LIST_COUNT; list++) {
            const struct lane_list *row = &lane->symbols[i].lists[list];
            if (row->wanted && !row->busy && now_ms >= row->due_ms &&
                !yields(lane, row, list, now_ms)) {
                ask(lane, list, i);
            }
        }
    }
    if (!lane->reconciled && all_done(lane) && !lane->seeks) {
        lane->reconciled = true;
        log_info(lane->oe.venue->name, "orders, fills, positions and balances are known");
    }
    if (lane->reconciled && now_ms >= lane->lists_due_ms) {
        int64_t wait_ms = lane->lists_held_ms * LANE_READS_SHARE;
        wait_ms = wait_ms < LANE_LISTS_MAX_MS ? wait_ms : LANE_LISTS_MAX_MS;
        lane->lists_due_ms = now_ms + (wait_ms > LANE_POSITIONS_MS ? wait_ms : LANE_POSITIONS_MS);
        lane->lists_held_ms = 0;
        want(lane, LANE_LIST_POSITIONS, 0);
        want(lane, LANE_LIST_BALANCES, 0);
        want_again(lane);
    }
}

void lane_lists_describe_wait(const struct lane *lane, struct text *out) {
    uint32_t missing = 0;
    for (uint32_t list = 0; list < LANE_LIST_COUNT; list++) {
        for (uint16_t i = 0; i < lane->oe.symbol_count; i++) {
            const struct lane_list *row = &lane->symbols[i].lists[list];
            if ((row->wanted || row->busy) && missing++ == 0) {
                text_add_format(out, "%s%s%s (asked %u times)", oe_call_name(kinds[list]),
                                per_symbol(lane, list) ? " of " : "",
                                per_symbol(lane, list) ? lane->config.universe->symbols[i].name
                                                       : "",
                                row->attempts + row->busy);
            }
        }
    }
    if (missing != 1) {
        text_add_format(out, missing == 0 ? "a first look at the account" : " and %u more",
                        missing - 1);
    }
}

static void want_later(const struct lane *lane, struct lane_list *row, uint32_t attempts) {
    uint32_t doubled = attempts < 6 ? attempts : 6;
    *row = (struct lane_list){.wanted = true,
                              .pressing = row->pressing,
                              .attempts = attempts + 1,
                              .due_ms = lane_loop_ms(lane) + ((int64_t)LANE_ASK_MS << doubled)};
}

void lane_list_failed(struct lane *lane, const struct lane_call *row, enum oe_error error) {
    uint32_t list = list_number(row->call.kind);
    if (list == LANE_LIST_COUNT) {
        return; // upkeep has a time of its own
    }
    struct lane_list *of = list_of(lane, list, row->call.symbol);
    if (error == OE_ERROR_SYMBOL && row->call.symbol != OE_SYMBOL_NONE) {
        *of = (struct lane_list){0}; // not traded there now: the other symbols need not wait for it
        return;
    }
    want_later(lane, of, of->attempts);
}

static void tell_foreign(struct lane *lane) {
    struct event_venue_orders event = {.venue = lane->config.venue_index};
    for (uint16_t i = 0; i < lane->oe.symbol_count; i++) {
        event.foreign += lane->symbols[i].foreign;
    }
    if (event.foreign != lane->foreign_told) {
        lane->foreign_told = event.foreign;
        engine_input(lane->config.engine, EVENT_VENUE_ORDERS, &event, lane_now_ns(lane));
    }
}

void lane_foreign(struct lane *lane, const struct oe_event *event) {
    bool listed = event->call == OE_OPEN_ORDERS && event->tag != 0;
    bool open = event->order.state == OE_STATE_NEW || event->order.state == OE_STATE_PARTIAL;
    counter_add(&lane->stats.foreign, 1);
    if (listed && open) {
        bool each = per_symbol(lane, LANE_LIST_ORDERS) && event->symbol < lane->oe.symbol_count;
        lane->symbols[each ? event->symbol : 0].foreign++;
        log_warn(lane->oe.venue->name, "an open order that is none of this desk's: %.*s",
                 (int)(event->venue_id.size < 72 ? event->venue_id.size : 72),
                 event->venue_id.size > 0 ? event->venue_id.data : "");
    }
}

void lane_list_end(struct lane *lane, struct lane_call *call, struct slice cursor) {
    uint32_t list = list_number(call->call.kind);
    uint16_t symbol = call->call.symbol;
    if (list == LANE_LIST_COUNT) {
        return;
    }
    struct lane_list *row = list_of(lane, list, symbol);
    if (!row->busy) {
        return; // asked for before the last connect
    }
    uint32_t attempts = row->attempts;
    lane_keys_list(lane, call->call.kind);
    row->busy = false;
    row->due_ms = lane_loop_ms(lane);
    if (cursor.size > 0 && string_copy(row->cursor, sizeof(row->cursor), cursor)) {
        return; // the next page
    }
    if (cursor.size > 0) { // half a list is none
        lane_explain(lane, "%s: a cursor of %zu bytes", oe_call_name(kinds[list]), cursor.size);
        want_later(lane, row, attempts);
        return;
    }
    row->wanted = row->pressing = false;
    row->attempts = 0;
    row->cursor[0] = '\0';
    if (list == LANE_LIST_ORDERS) {
        lane_orders_listed(lane, symbol, row->asked_ms);
        tell_foreign(lane);
    } else if (list == LANE_LIST_FILLS) {
        int64_t ago_ms = lane_loop_ms(lane) - row->asked_ms;
        struct lane_symbol *of = &lane->symbols[per_symbol(lane, list) ? symbol : 0];
        of->fills_ns = lane_now_ns(lane) - ago_ms * NS_PER_MS;
        lane_fills_listed(lane, symbol, row->asked_ms);
        if (of->fills_again_ms != 0 && row->asked_ms <= of->fills_again_ms) {
            press(lane, LANE_LIST_FILLS, (uint16_t)(of - lane->symbols));
        } else {
            of->fills_again_ms = 0;
            of->fills_past = false;
        }
    } else if (list == LANE_LIST_POSITIONS) {
        lane_positions_listed(lane);
        if (row->doubted) {
            want_later(lane, row, attempts);
            row->pressing = true;
            row->due_ms = attempts == 0 ? lane_loop_ms(lane) : row->due_ms; // the fill is known now
        }
        lane_positions_confirm(lane);
    }
}

void lane_balance(struct lane *lane, const struct oe_event *event) {
    int64_t now_ms = lane_loop_ms(lane);
    struct usd equity = event->balance.equity;
    if (equity.v == lane->equity.v ||
        (lane->equity_ms != 0 && !event->snapshot && now_ms - lane->equity_ms < LANE_TELL_MS)) {
        return;
    }
    lane->equity = equity;
    lane->equity_ms = now_ms;
    struct event_equity told = {.venue = lane->config.venue_index, .equity = equity};
    engine_input(lane->config.engine, EVENT_CAPITAL_SNAPSHOT, &told, lane_now_ns(lane));
}

// ---- the dead-man's switch ---------------------------------------------------------------------

static uint32_t countdown_ms(const struct lane *lane) {
    const struct venue_oe *venue = lane->oe.venue;
    // The least is counted by the venue when the request arrives, by its own clock.
    uint32_t least = venue->deadman_min_ms + LANE_DEADMAN_MARGIN_MS;
    int64_t own_ms = lane->config.deadman_ns / NS_PER_MS;
    uint32_t wanted = own_ms > 0 ? (uint32_t)own_ms : LANE_DEADMAN_MS;
    wanted = wanted > least ? wanted : least;
    return wanted < venue->deadman_max_ms ? wanted : venue->deadman_max_ms;
}

static struct lane_symbol *armed_row(struct lane *lane, uint16_t symbol) {
    bool each = (lane->oe.venue->flags & OE_DEADMAN_PER_SYMBOL) != 0;
    return &lane->symbols[each && symbol < lane->oe.symbol_count ? symbol : 0];
}

static bool has_live(const struct lane *lane, uint16_t symbol) {
    bool each = (lane->oe.venue->flags & OE_DEADMAN_PER_SYMBOL) != 0;
    for (uint32_t i = 0; lane->live > 0 && i < LANE_ORDERS_MAX; i++) {
        if (lane_order_live(&lane->orders[i]) && (!each || lane->orders[i].symbol == symbol)) {
            return true;
        }
    }
    return false;
}

void lane_deadman_tick(struct lane *lane) {
    const struct venue_oe *venue = lane->oe.venue;
    bool each = (venue->flags & OE_DEADMAN_PER_SYMBOL) != 0;
    int64_t now_ms = lane_loop_ms(lane), retry_ms;
    if (venue->deadman_max_ms == 0 || (venue->flags & OE_DEADMAN_BY_SOCKET) != 0 ||
        (venue->calls & OE_BIT(OE_DEADMAN)) == 0 || !lane_sockets_ready(lane)) {
        return;
    }
    for (uint16_t i = 0; i < (each ? lane->oe.symbol_count : 1); i++) {
        struct lane_symbol *row = &lane->symbols[i];
        // Nobody's orders are to end because ours once were there: what is not needed is disarmed.
        bool live = has_live(lane, i), armed = row->armed_until_ms > now_ms;
        // After a failure it is shown to work, though by now nothing may need it.
        // And where nobody decides any more it is left to run out.
        bool wanted = live ? !lane->stranded : armed || row->arm_failed;
        if (row->arming || now_ms < row->arm_due_ms || !wanted ||
            lane->oe.listings[i].native[0] == '\0') {
            continue;
        }
        struct oe_call call = {.kind = OE_DEADMAN,
                               .symbol = each ? i : OE_SYMBOL_NONE,
                               .countdown_ms = live || !armed ? countdown_ms(lane) : 0};
        row->arming = lane_call(lane, &call, NULL, &retry_ms) == STATUS_OK;
        row->arm_due_ms = now_ms + (row->arming ? LANE_ANSWER_MS : retry_ms);
    }
}

// One symbol's success says nothing of another's failure.
static void set_failed(struct lane *lane, struct lane_symbol *row, bool failed) {
    row->arm_failed = failed;
    lane->deadman_failed = false;
    for (uint16_t i = 0; i < lane->oe.symbol_count; i++) {
        lane->deadman_failed = lane->deadman_failed || lane->symbols[i].arm_failed;
    }
}

void lane_deadman_armed(struct lane *lane, uint16_t symbol, int64_t until_ns) {
    struct lane_symbol *row = armed_row(lane, symbol);
    int64_t now_ms = lane_loop_ms(lane);
    row->arming = false;
    row->arm_failures = 0;
    row->armed_until_ms = until_ns == 0 ? 0 : now_ms + (until_ns - lane_venue_ns(lane)) / NS_PER_MS;
    row->arm_due_ms = until_ns == 0 ? now_ms + LANE_ASK_MS
                                    : row->armed_until_ms - 2 * (int64_t)countdown_ms(lane) / 3;
    set_failed(lane, row, false);
}

void lane_deadman_press(struct lane *lane) {
    lane->symbols[0].arm_due_ms = lane_loop_ms(lane);
}

int64_t lane_deadman_until_ms(const struct lane *lane) {
    int64_t now_ms = lane_loop_ms(lane), soonest_ms = 0;
    for (uint16_t i = 0; i < lane->oe.symbol_count; i++) {
        int64_t until_ms = lane->symbols[i].armed_until_ms;
        if (until_ms > now_ms && (soonest_ms == 0 || until_ms < soonest_ms)) {
            soonest_ms = until_ms;
        }
    }
    return soonest_ms;
}

// A login or a connection that is over is made anew, and says nothing of the switch: only if that
// does not help it is an alarm, which takes the arming from every console.
void lane_deadman_failed(struct lane *lane, uint16_t symbol, enum oe_error error,
                         struct slice text) {
    struct lane_symbol *row = armed_row(lane, symbol);
    uint32_t doubled = row->arm_failures < 7 ? row->arm_failures++ : 7; // up to 32 s
    bool passing = error == OE_ERROR_LOGIN || error == OE_ERROR_NONCE || !lane_sockets_ready(lane);
    bool excused = passing && doubled < LANE_DEADMAN_EXCUSES && !row->arm_failed;
    row->arming = false;
    row->arm_due_ms = lane_loop_ms(lane) + ((int64_t)LANE_ASK_MS << doubled);
    log_write(excused ? LOG_WARN : LOG_ERROR, lane->oe.venue->name,
              "the dead-man's switch %s: %.*s", excused ? "is tried again" : "cannot be armed",
              (int)(text.size < 120 ? text.size : 120), text.size > 0 ? text.data : "");
    if (excused) {
        return;
    }
    lane_explain(lane, "dead-man's switch: %.*s", (int)(text.size < 28 ? text.size : 28),
                 text.size > 0 ? text.data : "");
    set_failed(lane, row, true);
}
