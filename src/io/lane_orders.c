// The session's orders at the venue: what was asked, what is known, what has to be asked next.
#include "base/log.h"
#include "io/lane_private.h"

bool lane_order_live(const struct lane_order *order) {
    return order->state != LANE_ORDER_FREE && order->state != LANE_ORDER_OVER;
}

static uint64_t hash_number(uint64_t order) {
    return hash_mix(order) | 1; // 0 is no name
}

static uint64_t hash_name(struct slice name) {
    return name.size > 0 ? hash_bytes(name.data, name.size, 0) | 1 : 0;
}

static int64_t backoff_ms(uint32_t asks) {
    int64_t wait_ms = (int64_t)LANE_ASK_MS << (asks < 6 ? asks : 6);
    return wait_ms < LANE_ASK_MAX_MS ? wait_ms : LANE_ASK_MAX_MS;
}

// ---- reports -----------------------------------------------------------------------------------

static void report(struct lane *lane, const struct lane_order *order, struct event_report *event) {
    event->order = order->order;
    event->venue = lane->config.venue_index;
    event->symbol = order->symbol;
    counter_add(&lane->stats.reports, 1);
    lane_tell_room(lane); // before what is decided on the report
    engine_input(lane->config.engine, EVENT_ORDER_REPORT, event, lane_now_ns(lane));
}

static void report_plain(struct lane *lane, const struct lane_order *order, enum report_kind kind) {
    struct event_report event = {
        .kind = (uint8_t)kind, .unsent = order->unsent, .idle = order->idle};
    memcpy(event.text, order->text, sizeof(event.text));
    report(lane, order, &event);
}

static void set_text(struct lane_order *order, const char *prefix, struct slice words) {
    struct text text = TEXT_OVER(order->text);
    memset(order->text, 0, sizeof(order->text));
    text_add_string(&text, prefix);
    for (size_t i = 0; i < words.size && !text.truncated; i++) {
        char c = words.data[i];
        text_add_char(&text, c >= ' ' && c < 0x7f ? c : '?');
    }
}

static void over(struct lane *lane, struct lane_order *order, enum report_kind end) {
    order->state = LANE_ORDER_OVER;
    order->due_ms = 0;
    order->ended_ms = lane_loop_ms(lane);
    lane->live--;
    lane->past_live -= order->past;
    if (end == REPORT_REJECTED) {
        log_warn(lane->oe.venue->name, "order %s rejected: %s", order->client_id, order->text);
    }
    if (order->filled.v < order->wanted.size.v) {
        report_plain(lane, order, end); // else the last fill has said it
    }
}

static bool is_complete(const struct lane_order *order) {
    return !order->wants_fills && order->filled.v >= order->filled_end.v;
}

static void end(struct lane *lane, struct lane_order *order, enum report_kind kind,
                struct qty filled, bool filled_told) {
    if (!lane_order_live(order)) {
        return;
    }
    order->end = kind;
    order->filled_end = filled.v > order->filled.v ? filled : order->filled;
    order->wants_fills = !filled_told;
    if (is_complete(order)) {
        over(lane, order, kind);
        return;
    }
    if (order->state != LANE_ORDER_ENDING) {
        order->state = LANE_ORDER_ENDING;
        order->ended_ms = lane_loop_ms(lane);
        order->due_ms = order->ended_ms + (filled_told ? LANE_ASK_MS : 0); // mostly on its way
        order->asks = 0;
    }
}

// ---- requests ----------------------------------------------------------------------------------

static struct oe_call call_for(const struct lane_order *order, enum oe_call_kind kind) {
    return (struct oe_call){.kind = kind,
                            .symbol = order->symbol,
                            .order = order->wanted,
                            .client_id = slice_of(order->client_id),
                            .venue_id = slice_of(order->venue_id)};
}

static void place(struct lane *lane, struct lane_order *order) {
    struct oe_call call = call_for(order, OE_PLACE);
    int64_t retry_ms;
    order->state = LANE_ORDER_SENT;
    order->sent_ms = lane_loop_ms(lane);
    lane->symbols[order->symbol].traded_ms = order->sent_ms;
    enum status status = lane_call(lane, &call, order, &retry_ms);
    if (status == STATUS_UNAVAILABLE && order->urgent &&
        order->sent_ms - order->asked_ms < LANE_HOLD_MS) {
        order->state = LANE_ORDER_AGAIN;
    } else if (status != STATUS_OK) {
        set_text(order, "not sent: ", slice_of(status_text()));
        order->unsent = true;
        over(lane, order, REPORT_REJECTED);
    }
}

static void cancel(struct lane *lane, struct lane_order *order) {
    struct oe_call call = call_for(order, OE_CANCEL);
    int64_t retry_ms;
    if (!lane_order_live(order) || order->cancel_out) {
        return;
    }
    order->cancel_out = lane_call(lane, &call, order, &retry_ms) == STATUS_OK;
    order->due_ms = lane_loop_ms(lane) + (order->cancel_out ? LANE_EVIDENCE_MS : retry_ms);
}

// Where a question finds resting orders only, the list of them says as much, of all at once.
static bool finds_only_open(const struct lane *lane) {
    return (lane->oe.venue->flags & OE_QUERY_ONLY_OPEN) != 0;
}

static void ask(struct lane *lane, struct lane_order *order) {
    struct oe_call call = call_for(order, OE_QUERY);
    int64_t retry_ms;
    if (order->asking) {
        return;
    }
    if (finds_only_open(lane) && !lane->reconciled && lane_sockets_ready(lane)) {
        order->due_ms = lane_loop_ms(lane) + LANE_ASK_MS; // the list is on its way
        return;
    }
    if (finds_only_open(lane) && order->state == LANE_ORDER_UNKNOWN) {
        lane_orders_want(lane, order->symbol); // once for all that a lost connection left
        order->due_ms = lane_loop_ms(lane) + backoff_ms(order->asks);
        return;
    }
    order->asking = lane_call(lane, &call, order, &retry_ms) == STATUS_OK;
    int64_t wait_ms = backoff_ms(order->asks);
    order->asks += order->asking;
    order->due_ms = lane_loop_ms(lane) + (order->asking || retry_ms < wait_ms ? wait_ms : retry_ms);
}

static void make_unknown(struct lane *lane, struct lane_order *order, const char *why) {
    counter_add(&lane->stats.unknown, 1);
    set_text(order, "", slice_of(why));
    order->state = LANE_ORDER_UNKNOWN;
    order->asks = 0;
    bool list_comes = finds_only_open(lane) && !lane_sockets_ready(lane);
    order->due_ms = lane_loop_ms(lane) + (list_comes ? LANE_RECONNECT_MS : 1);
    log_warn(lane->oe.venue->name, "order %s is unknown: %s", order->client_id, why);
    report_plain(lane, order, REPORT_UNKNOWN);
    if (order->number != 0) {
        lane_deadman_press(lane);
    }
}

// ---- commands ----------------------------------------------------------------------------------

// Rows are used in turn: what is over is remembered for as long as there are others.
static struct lane_order *free_row(struct lane *lane) {
    for (uint32_t i = 0; i < LANE_ORDERS_MAX; i++) {
        struct lane_order *row = &lane->orders[(lane->next_order + i) % LANE_ORDERS_MAX];
        if (!lane_order_live(row)) {
            lane->next_order = (uint32_t)(row - lane->orders) + 1;
            return row;
        }
    }
    return NULL;
}

static void fill_row(struct lane *lane, struct lane_order *row, const struct lane_order *order,
                     uint64_t session_key) {
    uint32_t number = (uint32_t)(row - lane->orders);
    *row = *order;
    lane->oe.venue->client_id(session_key, row->order, row->client_id);
    lane_index_set(&lane->index, number, LANE_KEY_ORDER, hash_number(row->order));
    lane_index_set(&lane->index, number, LANE_KEY_CLIENT, hash_name(slice_of(row->client_id)));
    lane_index_set(&lane->index, number, LANE_KEY_VENUE, 0);
}

static struct lane_order *row_for(struct lane *lane, uint64_t id) {
    uint32_t row = lane_index_find(&lane->index, LANE_KEY_ORDER, hash_number(id));
    while (row != LANE_ROW_NONE && lane->orders[row].order != id) {
        row = lane_index_next(&lane->index, LANE_KEY_ORDER, row);
    }
    return row != LANE_ROW_NONE ? &lane->orders[row] : NULL;
}

static struct oe_order wanted_of(const struct event_order *command) {
    return (struct oe_order){.side = (enum side)command->side,
                             .kind = command->type == ORDER_POST_ONLY ? OE_POST_ONLY : OE_IOC,
                             .reduce_only = command->reduce_only != 0,
                             .price = command->price,
                             .size = command->size};
}

static void on_place(struct lane *lane, const struct event_order *command) {
    struct lane_order *order = free_row(lane);
    struct lane_order refused = {
        .order = command->order, .symbol = command->symbol, .unsent = true};
    bool urgent = command->phase != LEG_OPEN || command->reduce_only != 0;
    if (order == NULL || lane->stranded || (!urgent && !lane_is_ready(lane))) {
        set_text(&refused, "not sent: ",
                 order == NULL    ? SLICE("too many orders")
                 : lane->stranded ? SLICE("the journal failed")
                                  : SLICE("the lane is not ready"));
        report_plain(lane, &refused, REPORT_REJECTED);
        return;
    }
    struct lane_order asked = {
        .order = command->order,
        .symbol = command->symbol,
        .wanted = wanted_of(command),
        .urgent = urgent,
        .asked_ms = lane_loop_ms(lane),
    };
    fill_row(lane, order, &asked, lane->config.session_key);
    lane->live++;
    place(lane, order);
}

static int64_t age_ms(const struct lane *lane, const struct event_order *command) {
    int64_t age_ns = lane_now_ns(lane) - command->created_ns;
    return age_ns > 0 ? age_ns / NS_PER_MS : 0;
}

static bool is_over(enum order_state state) {
    return state == ORDER_CANCELED_DONE || state == ORDER_EXPIRED;
}

static void on_ask(struct lane *lane, const struct event_order *command) {
    struct lane_order *order = free_row(lane);
    int64_t now_ms = lane_loop_ms(lane);
    if (order == NULL) {
        log_error(lane->oe.venue->name, "no room to ask for order %s", command->client_id);
        return; // it stays unknown, and nothing opens
    }
    bool over = is_over((enum order_state)command->state);
    struct lane_order past = {
        .order = command->order,
        .state = over ? LANE_ORDER_OVER : LANE_ORDER_UNKNOWN,
        .symbol = command->symbol,
        .wanted = wanted_of(command),
        .urgent = true,
        .past = true,
        .asked_ms = now_ms,
        .sent_ms = now_ms - age_ms(lane, command),
        .due_ms = over ? 0 : now_ms + 1,
        // ended_ms: long ago. filled: none, a list tells again what is booked
    };
    fill_row(lane, order, &past, command->session_key);
    if (over) { // known by its name, should a list of fills tell one that came late
        bool newest = command->created_ns > lane->past_ended_ns;
        bool listed = age_ms(lane, command) < LANE_LATE_MS;
        lane->past_ended_ns = newest && listed ? command->created_ns : lane->past_ended_ns;
        return;
    }
    lane->live++;
    lane->past_live++;
    if (lane->past_ns == 0 || command->created_ns < lane->past_ns) {
        lane->past_ns = command->created_ns;
    }
}

static void on_cancel(struct lane *lane, struct lane_order *order) {
    if (order->state == LANE_ORDER_AGAIN) {
        over(lane, order, REPORT_CANCELED); // the venue has never seen it
    } else if (lane_order_live(order)) {
        order->cancel_wanted = true;
        cancel(lane, order);
    }
}

void lane_command(struct lane *lane, const struct event_order *command) {
    if (command->symbol >= lane->oe.symbol_count) {
        return;
    }
    if (command->action == ORDER_ACTION_PLACE) {
        on_place(lane, command);
        return;
    }
    if (command->action == ORDER_ACTION_ASK) {
        on_ask(lane, command);
        return;
    }
    struct lane_order *order = row_for(lane, command->order);
    if (order != NULL) {
        on_cancel(lane, order);
    }
}

void lane_orders_cancel_all(struct lane *lane) {
    for (uint32_t i = 0; i < LANE_ORDERS_MAX; i++) {
        on_cancel(lane, &lane->orders[i]);
    }
}

// ---- evidence ----------------------------------------------------------------------------------

static struct lane_order *named(struct lane *lane, enum lane_key key, struct slice name) {
    uint32_t row = lane_index_find(&lane->index, key, hash_name(name));
    for (; row != LANE_ROW_NONE; row = lane_index_next(&lane->index, key, row)) {
        struct lane_order *order = &lane->orders[row];
        const char *own = key == LANE_KEY_CLIENT ? order->client_id : order->venue_id;
        if (slice_equals(name, slice_of(own))) {
            return order;
        }
    }
    return NULL;
}

struct lane_order *lane_order_of(struct lane *lane, const struct oe_event *event) {
    struct lane_order *order = named(lane, LANE_KEY_CLIENT, event->client_id);
    return order != NULL ? order : named(lane, LANE_KEY_VENUE, event->venue_id);
}

static void learn_venue_id(struct lane *lane, struct lane_order *order, struct slice id) {
    if (id.size > 0 && id.size < sizeof(order->venue_id) &&
        !slice_equals(id, slice_of(order->venue_id))) {
        (void)string_copy(order->venue_id, sizeof(order->venue_id), id);
        lane_index_set(&lane->index, (uint32_t)(order - lane->orders), LANE_KEY_VENUE,
                       hash_name(id));
    }
}

void lane_order_accepted(struct lane *lane, struct lane_order *order,
                         const struct oe_event *event) {
    learn_venue_id(lane, order, event->venue_id);
    if (order->state == LANE_ORDER_SENT || order->state == LANE_ORDER_UNKNOWN) {
        order->state = LANE_ORDER_TAKEN;
        order->due_ms = lane_loop_ms(lane) + LANE_EVIDENCE_MS;
    }
}

void lane_order_refused(struct lane *lane, struct lane_order *order, enum oe_call_kind call,
                        enum oe_error error, struct slice text) {
    int64_t now_ms = lane_loop_ms(lane);
    if (call == OE_CANCEL) {
        order->cancel_out = false;
        order->due_ms = now_ms + backoff_ms(order->asks++);
        if (error == OE_ERROR_NO_ORDER && lane_order_live(order)) {
            ask(lane, order); // over, or not there yet
        }
    } else if (call == OE_QUERY) {
        struct oe_event gone = {.kind = OE_EVENT_ORDER,
                                .client_id = slice_of(order->client_id),
                                .order = {.state = OE_STATE_GONE}};
        order->asking = false;
        if (error == OE_ERROR_NO_ORDER) {
            lane_order_state(lane, &gone);
        }
    } else if (order->state == LANE_ORDER_SENT || order->state == LANE_ORDER_UNKNOWN ||
               order->state == LANE_ORDER_TAKEN) {
        order->number = 0; // it did not count
        if (error == OE_ERROR_DUPLICATE) {
            make_unknown(lane, order, "the client id was used: it arrived");
        } else if (error == OE_ERROR_NONCE && !order->retried) {
            order->retried = true;
            order->state = LANE_ORDER_AGAIN;
        } else {
            if (error == OE_ERROR_REDUCE_ONLY) {
                order->idle = true;
                lane_position_refused(lane, order->symbol);
            }
            char prefix[24];
            struct text name = TEXT_OVER(prefix);
            text_add_format(&name, "%s: ", oe_error_name(error));
            set_text(order, prefix, text);
            over(lane, order, REPORT_REJECTED);
        }
    }
}

void lane_order_lost(struct lane *lane, struct lane_order *order, enum oe_call_kind call,
                     const char *why) {
    if (call == OE_CANCEL) {
        order->cancel_out = false;
        order->asks = 0;
        order->due_ms = lane_loop_ms(lane) + 1;
        if (lane_order_live(order)) {
            ask(lane, order);
        }
    } else if (call == OE_QUERY) {
        order->asking = false;
    } else if (order->state == LANE_ORDER_SENT) {
        make_unknown(lane, order, why);
    }
}

// An order that was taken for gone is in a list that was asked for clearly later: nobody waits for
// it, so it is cancelled. The engine books what it still fills.
static void is_there_after_all(struct lane *lane, struct lane_order *order,
                               const struct oe_event *event) {
    bool listed = event->call == OE_OPEN_ORDERS && event->tag != 0;
    int64_t asked_ms = lane_orders_list(lane, order->symbol)->asked_ms;
    if (order->state != LANE_ORDER_OVER || order->filled.v >= order->wanted.size.v || !listed ||
        asked_ms < order->ended_ms + LANE_EVIDENCE_MS) {
        return;
    }
    log_warn(lane->oe.venue->name, "order %s is open, though it had ended: it is cancelled",
             order->client_id);
    order->state = LANE_ORDER_OPEN;
    order->cancel_wanted = order->accepted_told = true;
    order->cancel_out = order->asking = false;
    lane->live++;
    lane->past_live += order->past;
}

static void is_there(struct lane *lane, struct lane_order *order, const struct oe_event *event) {
    int64_t now_ms = lane_loop_ms(lane);
    if (order->state == LANE_ORDER_OVER) {
        is_there_after_all(lane, order, event);
    }
    if (!lane_order_live(order) || order->state == LANE_ORDER_ENDING) {
        return; // told late
    }
    order->state = LANE_ORDER_OPEN;
    order->seen_ms = now_ms;
    order->asks = 0;
    if (event->order.has_filled && event->order.filled.v > order->filled_end.v) {
        order->filled_end = event->order.filled;
    }
    bool waits = order->wanted.kind == OE_IOC || order->filled_end.v > order->filled.v;
    order->due_ms = !waits ? 0 : now_ms + (order->past ? LANE_ASK_MS : LANE_EVIDENCE_MS);
    if (!order->accepted_told) {
        order->accepted_told = true;
        memset(order->text, 0, sizeof(order->text));
        report_plain(lane, order, REPORT_ACCEPTED);
    }
    if (order->cancel_wanted) {
        order->due_ms = order->cancel_out ? now_ms + LANE_EVIDENCE_MS : now_ms + 1;
    }
}

// What never rests is not found among what does, whatever became of it: only fills tell, and the
// time after which it can come no more.
static bool is_futile(const struct lane *lane, const struct lane_order *order) {
    return order->wanted.kind == OE_IOC && finds_only_open(lane);
}

// The venue does not know it. That proves something only when the request cannot be taken any more,
// and fills are looked for once more even then. asked_ms: when it can have looked, at the earliest.
static void is_gone(struct lane *lane, struct lane_order *order, int64_t asked_ms) {
    if (!lane_order_live(order) || order->state == LANE_ORDER_ENDING) {
        return;
    }
    int64_t believed_ms = order->sent_ms + lane->config.gone_ns / NS_PER_MS;
    if (asked_ms < believed_ms) {
        order->asks++; // asked less often: a stream tells faster, and questions cost
        bool early = order->due_ms < believed_ms && !is_futile(lane, order);
        order->due_ms = early ? order->due_ms : believed_ms;
        return;
    }
    set_text(order, "", SLICE("the venue does not know it"));
    bool rests = order->wanted.kind == OE_POST_ONLY;
    end(lane, order, rests ? REPORT_CANCELED : REPORT_EXPIRED, order->filled, false);
}

void lane_orders_outnumbered(struct lane *lane, const struct lane_call *by) {
    for (uint32_t i = 0; by->number != 0 && i < LANE_ORDERS_MAX; i++) {
        struct lane_order *order = &lane->orders[i];
        if (order->state != LANE_ORDER_UNKNOWN || order->number < by->number) {
            continue;
        }
        if (order->number > by->number) { // its number is the next one, or behind that
            lane_deadman_press(lane);
            continue;
        }
        set_text(order, "", SLICE("another request has its number"));
        bool rests = order->wanted.kind == OE_POST_ONLY;
        end(lane, order, rests ? REPORT_CANCELED : REPORT_EXPIRED, order->filled, false);
    }
}

void lane_order_state(struct lane *lane, const struct oe_event *event) {
    struct lane_order *order = lane_order_of(lane, event);
    if (order == NULL) {
        lane_foreign(lane, event);
        return;
    }
    if (event->call == OE_QUERY && event->tag != 0) {
        order->asking = false;
        order->cancel_out = false; // whatever became of it, the answer says more
    }
    learn_venue_id(lane, order, event->venue_id);
    if (order->sought) {
        lane_late_known(lane, order, event);
    }
    struct qty filled = event->order.has_filled ? event->order.filled : order->filled;
    bool ioc = order->wanted.kind == OE_IOC;
    // Full may be less than was wanted: some venues cut a reduce-only order to what there is.
    struct qty size = event->order.size;
    bool cut = size.v > 0 && size.v < order->wanted.size.v;
    bool told = event->order.has_filled;
    if (event->text.size > 0 && lane_order_live(order)) {
        set_text(order, event->order.liquidation ? "by the venue: " : "", event->text);
    }
    if (event->error == OE_ERROR_REDUCE_ONLY) {
        order->idle = true;
        lane_position_refused(lane, order->symbol);
    }
    if (order->state == LANE_ORDER_OVER && event->order.has_filled &&
        event->order.filled.v > order->filled.v) {
        lane_fills_want_again(lane, order->symbol, false); // what ended it did not know of that yet
    }
    switch (event->order.state) {
    case OE_STATE_NEW:
    case OE_STATE_PARTIAL:
        is_there(lane, order, event);
        break;
    case OE_STATE_FILLED:
        end(lane, order, ioc ? REPORT_EXPIRED : REPORT_CANCELED, cut ? size : order->wanted.size,
            true);
        break;
    case OE_STATE_CANCELED:
        end(lane, order, ioc ? REPORT_EXPIRED : REPORT_CANCELED, filled, told);
        break;
    case OE_STATE_EXPIRED:
        end(lane, order, REPORT_EXPIRED, filled, told);
        break;
    case OE_STATE_REJECTED:
        end(lane, order, REPORT_REJECTED, filled, true);
        break;
    case OE_STATE_GONE:
        is_gone(lane, order, lane_loop_ms(lane));
        break;
    case OE_STATE_COUNT:
    default:
        break;
    }
}

// Trade ids are unique per symbol at some venues: the number is mixed with its name, which means
// the same to the session that comes next.
static uint64_t trade_number(const struct lane *lane, uint16_t symbol, uint64_t trade) {
    const char *name = lane->config.universe->symbols[symbol].name;
    uint64_t number = hash_mix(trade ^ hash_bytes(name, strlen(name), 0));
    return number != 0 ? number : 1;
}

void lane_order_fill(struct lane *lane, const struct oe_event *event) {
    struct lane_order *order = lane_order_of(lane, event);
    if (order == NULL) {
        counter_add(&lane->stats.foreign, !event->snapshot);
        lane_late_fill(lane, event);
        return;
    }
    uint64_t trade = trade_number(lane, order->symbol, event->fill.trade);
    learn_venue_id(lane, order, event->venue_id);
    if (event->fill.size.v <= 0 || !seen_set_add(&lane->trades, trade)) {
        counter_add(&lane->stats.duplicates, 1);
        return;
    }
    const struct venue_entry *venue = &lane->config.universe->venues[lane->config.venue_index];
    struct bps rate = event->fill.maker ? venue->maker_fee : venue->taker_fee;
    struct event_report fill = {
        .trade = trade,
        .kind = REPORT_FILL,
        .liquidity = event->fill.maker ? LIQUIDITY_MAKER : LIQUIDITY_TAKER,
        .price = event->fill.price,
        .size = event->fill.size,
        .fee = event->fill.has_fee
                   ? event->fill.fee
                   : usd_bps_ceil(usd_notional_near(event->fill.price, event->fill.size), rate),
    };
    counter_add(&lane->stats.fills, 1);
    order->filled = qty_add(order->filled, event->fill.size);
    if (order->state == LANE_ORDER_SENT || order->state == LANE_ORDER_TAKEN ||
        order->state == LANE_ORDER_UNKNOWN) {
        order->state = LANE_ORDER_OPEN; // it traded: it is there
        order->seen_ms = lane_loop_ms(lane);
        order->due_ms = order->seen_ms + LANE_EVIDENCE_MS;
    }
    report(lane, order, &fill);
    lane_position_filled(lane, order,
                         order->wanted.side == SIDE_BUY ? fill.size : qty_neg(fill.size),
                         event->snapshot || (event->tag != 0 && event->call == OE_FILLS));
    if (!lane_order_live(order)) {
        return; // late: the engine books it all the same
    }
    if (order->filled.v >= order->wanted.size.v ||
        (order->state == LANE_ORDER_ENDING && is_complete(order))) {
        over(lane, order, order->end);
    }
}

// ---- lists and time ----------------------------------------------------------------------------

void lane_orders_listed(struct lane *lane, uint16_t symbol, int64_t asked_ms) {
    for (uint32_t i = 0; i < LANE_ORDERS_MAX; i++) {
        struct lane_order *order = &lane->orders[i];
        bool meant = symbol == OE_SYMBOL_NONE || order->symbol == symbol;
        if (!meant || order->sent_ms >= asked_ms) {
            continue;
        }
        if (order->state == LANE_ORDER_OPEN && order->seen_ms < asked_ms) {
            order->asks = 0;
            order->due_ms = lane_loop_ms(lane);
            ask(lane, order);
        } else if (order->state == LANE_ORDER_UNKNOWN && finds_only_open(lane)) {
            order->due_ms = lane_loop_ms(lane) + backoff_ms(order->asks);
            is_gone(lane, order, asked_ms);
        }
    }
}

void lane_fills_listed(struct lane *lane, uint16_t symbol, int64_t asked_ms) {
    for (uint32_t i = 0; lane->live > 0 && i < LANE_ORDERS_MAX; i++) {
        struct lane_order *order = &lane->orders[i];
        bool meant = symbol == OE_SYMBOL_NONE || order->symbol == symbol;
        if (meant && order->state == LANE_ORDER_ENDING && order->ended_ms <= asked_ms) {
            order->wants_fills = false;
            if (is_complete(order)) {
                over(lane, order, order->end);
            }
        }
    }
}

bool lane_orders_any(const struct lane *lane, enum lane_order_state state) {
    uint32_t left = lane->live;
    for (uint32_t i = 0; left > 0 && i < LANE_ORDERS_MAX; i++) {
        if (lane->orders[i].state == state) {
            return true;
        }
        left -= lane_order_live(&lane->orders[i]);
    }
    return false;
}

void lane_orders_ask_all(struct lane *lane) {
    for (uint32_t i = 0; i < LANE_ORDERS_MAX; i++) {
        struct lane_order *order = &lane->orders[i];
        bool taker = order->wanted.kind == OE_IOC || order->cancel_wanted;
        if (order->state == LANE_ORDER_TAKEN || (order->state == LANE_ORDER_OPEN && taker)) {
            order->cancel_out = order->asking = false;
            order->asks = 0;
            order->due_ms = lane_loop_ms(lane) + 1;
        }
    }
}

static bool is_quiet(const struct lane *lane) {
    for (uint32_t i = 0; i < LANE_CALLS_MAX; i++) {
        const struct lane_call *row = &lane->calls[i];
        if (row->busy && row->call.kind <= OE_AMEND && row->call.kind >= OE_PLACE) {
            return false;
        }
    }
    return !lane->nonce_wanted;
}

static void step(struct lane *lane, struct lane_order *order, int64_t now_ms) {
    switch (order->state) {
    case LANE_ORDER_AGAIN:
        if (!order->retried || is_quiet(lane)) {
            place(lane, order);
        } else if (now_ms - order->asked_ms >= LANE_ANSWER_MS) {
            set_text(order, "", SLICE("nonce: not known again in time"));
            over(lane, order, REPORT_REJECTED);
        }
        break;
    case LANE_ORDER_UNKNOWN:
        if (lane->reconciled && is_futile(lane, order)) {
            is_gone(lane, order, now_ms);
        } else {
            ask(lane, order);
        }
        break;
    case LANE_ORDER_TAKEN:
        ask(lane, order);
        break;
    case LANE_ORDER_OPEN:
        if (order->cancel_wanted && !order->cancel_out) {
            cancel(lane, order);
        } else {
            lane_fills_want(lane, order->symbol);
            ask(lane, order);
        }
        break;
    case LANE_ORDER_ENDING:
        lane_fills_want(lane, order->symbol);
        order->due_ms = now_ms + 2 * backoff_ms(order->asks++);
        break;
    case LANE_ORDER_SENT:
    case LANE_ORDER_FREE:
    case LANE_ORDER_OVER:
    default:
        break;
    }
}

static bool is_due(const struct lane_order *order, int64_t now_ms) {
    return order->due_ms != 0 && now_ms >= order->due_ms;
}

static bool waits_to_be_sent(const struct lane_order *order, int64_t now_ms) {
    return order->state == LANE_ORDER_AGAIN ||
           (order->state == LANE_ORDER_OPEN && order->cancel_wanted && !order->cancel_out &&
            is_due(order, now_ms));
}

bool lane_orders_wait(const struct lane *lane) {
    int64_t now_ms = lane_loop_ms(lane);
    uint32_t left = lane->live;
    for (uint32_t i = 0; left > 0 && i < LANE_ORDERS_MAX; i++) {
        if (waits_to_be_sent(&lane->orders[i], now_ms)) {
            return true;
        }
        left -= lane_order_live(&lane->orders[i]);
    }
    return false;
}

bool lane_orders_next(const struct lane *lane) {
    return lane->read_ms != 0 && lane_loop_ms(lane) - lane->read_ms < LANE_HOLD_MS &&
           lane_orders_wait(lane);
}

// Those that are to be sent, or those that are asked for.
static void step_all(struct lane *lane, bool to_be_sent) {
    int64_t now_ms = lane_loop_ms(lane);
    uint32_t left = lane->live; // a step begins no order
    for (uint32_t i = 0; left > 0 && i < LANE_ORDERS_MAX; i++) {
        struct lane_order *order = &lane->orders[i];
        if (!lane_order_live(order)) {
            continue;
        }
        left--;
        bool sends = waits_to_be_sent(order, now_ms);
        if (sends == to_be_sent && (sends || is_due(order, now_ms))) {
            step(lane, order, now_ms);
        }
    }
}

void lane_orders_tick(struct lane *lane) {
    bool first = lane_orders_next(lane);
    step_all(lane, first);
    step_all(lane, !first);
}
