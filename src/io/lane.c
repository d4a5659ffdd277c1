// A lane's life: created, started, driven by its tick, its commands and its sockets, stopped.
#include "io/lane_private.h"

#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"

int64_t lane_loop_ms(const struct lane *lane) {
    return (int64_t)uv_now(lane->config.loop);
}

int64_t lane_now_ns(const struct lane *lane) {
    return clock_now_ns(lane->config.clock);
}

int64_t lane_venue_ns(const struct lane *lane) {
    int64_t offset_ns = lane->config.offset_ns != NULL
                            ? atomic_load_explicit(lane->config.offset_ns, memory_order_relaxed)
                            : 0;
    return lane_now_ns(lane) + offset_ns;
}

const struct lane_stats *lane_stats(const struct lane *lane) {
    return &lane->stats;
}

// ---- state -------------------------------------------------------------------------------------

void lane_explain(struct lane *lane, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    memset(lane->text, 0, sizeof(lane->text));
    (void)vsnprintf(lane->text, sizeof(lane->text), format, arguments);
    va_end(arguments);
}

static bool any_rules(const struct lane *lane) {
    for (uint16_t i = 0; i < lane->oe.symbol_count; i++) {
        if (lane->symbols[i].rules_known) {
            return true;
        }
    }
    return false;
}

static enum lane_state state_now(const struct lane *lane) {
    if (lane->keys_refused != 0) {
        return LANE_AUTH_FAILED;
    }
    if (!lane_sockets_ready(lane) || !lane->reconciled || !any_rules(lane)) {
        return LANE_CONNECTING;
    }
    return lane->rate.blocked_until_ns > lane_now_ns(lane) ? LANE_BLOCKED : LANE_READY;
}

bool lane_is_ready(const struct lane *lane) {
    return state_now(lane) == LANE_READY && !lane->deadman_failed;
}

static uint32_t unknown_count(const struct lane *lane) {
    uint32_t count = 0;
    for (uint32_t i = 0; lane->live > 0 && i < LANE_ORDERS_MAX; i++) {
        count += lane->orders[i].state == LANE_ORDER_UNKNOWN;
    }
    return count;
}

// ROOM_SOON_MS: what closes may wait for so long without harm, one after the other.
enum { ROOM_MOST = 1000, ROOM_SCARCE = 16, ROOM_SOON_MS = 5000 };

static uint16_t room_within(struct lane *lane, int64_t within_ms) {
    uint32_t room =
        rate_room(&lane->rate, &lane->order_cost, within_ms * NS_PER_MS, lane_now_ns(lane));
    return (uint16_t)(room < ROOM_MOST ? room : ROOM_MOST);
}

static uint16_t room_now(struct lane *lane) {
    return room_within(lane, 0);
}

// While there is little room the engine hears of every order's worth of it.
static bool is_room_news(struct lane *lane) {
    uint32_t room = room_now(lane);
    return room != lane->told_room && (room < ROOM_SCARCE || lane->told_room < ROOM_SCARCE);
}

// What stands between the lane and its orders, and the last trouble on the way; empty when nothing
// does.
static void describe_wait(const struct lane *lane, struct text *out) {
    bool keys = lane->keys_refused != 0, sockets = lane_sockets_ready(lane);
    if (!keys && !sockets) {
        lane_sockets_describe_wait(lane, out);
    } else if (!keys && !lane->reconciled) {
        lane_lists_describe_wait(lane, out);
    } else if (!keys && !any_rules(lane)) {
        text_add_string(out, "instrument rules of any symbol");
    } else if (!keys && lane->state == LANE_BLOCKED) {
        text_add_string(out, "end of the venue's rate limit");
    } else if (!keys && !lane->deadman_failed) {
        return;
    }
    if (lane->text[0] != '\0') {
        text_add_string(out, out->size > 0 ? ": " : "");
        text_add_string(out, lane->text);
    }
}

// A lane that is not ready says why: when that changes and, while it lasts, again and again.
static void log_wait(struct lane *lane, const char *wait) {
    int64_t now_ms = lane_loop_ms(lane);
    if (wait[0] == '\0') {
        lane->waiting_ms = 0;
        lane->wait_logged[0] = '\0';
        return;
    }
    if (lane->waiting_ms == 0) {
        lane->waiting_ms = now_ms;
    }
    bool changed = strcmp(wait, lane->wait_logged) != 0;
    if (now_ms - lane->waiting_ms >= LANE_PATIENCE_MS &&
        (changed || now_ms - lane->wait_logged_ms >= LANE_REMIND_MS)) {
        log_warn(lane->oe.venue->name, "no new orders for %d s, waits for %s",
                 (int)((now_ms - lane->waiting_ms) / 1000), wait);
        (void)string_copy(lane->wait_logged, sizeof(lane->wait_logged), slice_of(wait));
        lane->wait_logged_ms = now_ms;
    }
}

static void tell(struct lane *lane) {
    char wait[LANE_WAIT_MAX];
    struct text text = TEXT_OVER(wait);
    describe_wait(lane, &text);
    log_wait(lane, wait);
    int64_t now_ms = lane_loop_ms(lane), now_ns = lane_now_ns(lane);
    int64_t armed_until_ms = lane->live > 0 ? lane_deadman_until_ms(lane) : 0;
    uint16_t room = room_now(lane);
    bool has_switch = (lane->oe.venue->calls & OE_BIT(OE_DEADMAN)) != 0;
    struct event_lane event = {
        .venue = lane->config.venue_index,
        .state = (uint8_t)lane->state,
        .deadman = !has_switch            ? DEADMAN_NONE
                   : lane->deadman_failed ? DEADMAN_FAILED
                   : armed_until_ms != 0  ? DEADMAN_ARMED
                                          : DEADMAN_OFF,
        .orders = lane->live,
        .unknown = unknown_count(lane),
        .room = room,
        .room_soon = (uint16_t)(room_within(lane, ROOM_SOON_MS) - room),
        .blocked_until_ns = lane->state == LANE_BLOCKED ? lane->rate.blocked_until_ns : 0,
        .deadman_until_ns =
            armed_until_ms != 0 ? now_ns + (armed_until_ms - now_ms) * NS_PER_MS : 0,
    };
    memcpy(event.text, wait, text.size < sizeof(event.text) ? text.size : sizeof(event.text) - 1);
    lane->told_ms = now_ms;
    lane->told_room = event.room;
    engine_input(lane->config.engine, EVENT_LANE_STATE, &event, now_ns);
}

void lane_tell_room(struct lane *lane) {
    if (is_room_news(lane)) {
        tell(lane);
    }
}

void lane_judge(struct lane *lane) {
    enum lane_state state = state_now(lane);
    if (state == lane->state) {
        return;
    }
    char wait[LANE_WAIT_MAX];
    struct text text = TEXT_OVER(wait);
    enum lane_state before = lane->state;
    lane->state = state;
    describe_wait(lane, &text);
    log_write(state == LANE_AUTH_FAILED ? LOG_ERROR : LOG_INFO, lane->oe.venue->name,
              "lane %s -> %s%s%s", lane_state_name(before), lane_state_name(state),
              text.size > 0 ? ": waits for " : "", wait);
    if (state == LANE_READY) {
        lane->text[0] = '\0'; // it is over
    }
    tell(lane);
}

// ---- commands ----------------------------------------------------------------------------------

// A cancel was refused: everything is cancelled instead, what still waited in the queue, too.
static void pump(struct lane *lane) {
    struct event_order command;
    bool lost = atomic_exchange(&lane->cancel_lost, false);
    while (!lane->stopping && ring_pop(&lane->commands, &command)) {
        lane_command(lane, &command);
    }
    if (lost) {
        lane_orders_cancel_all(lane);
    }
}

// A report may lead to new commands while the lane's own tables are being looked at: they wait
// until the callback at hand is through.
void lane_enter(struct lane *lane) {
    lane->depth++;
}

void lane_leave(struct lane *lane) {
    if (lane->depth == 1) {
        pump(lane);
    }
    lane->depth--;
}

static void refuse_command(struct lane *lane, const struct event_order *command) {
    if (command->action == ORDER_ACTION_CANCEL) {
        atomic_store(&lane->cancel_lost, true); // everything is cancelled instead
        return;
    }
    struct event_report report = {.order = command->order,
                                  .venue = command->venue,
                                  .symbol = command->symbol,
                                  .kind = REPORT_REJECTED,
                                  .unsent = 1,
                                  .text = "not sent: the lane's queue is full"};
    engine_input(lane->config.engine, EVENT_ORDER_REPORT, &report, lane_now_ns(lane));
}

void lane_send(struct lane *lane, const struct event_order *command) {
    if (!ring_push(&lane->commands, command)) {
        refuse_command(lane, command);
    }
    bool here = atomic_load_explicit(&lane->running, memory_order_acquire) &&
                pthread_equal(lane->thread, pthread_self()) != 0;
    if (!here) {
        lane->config.wake(lane->config.wake_arg);
    } else if (lane->depth == 0) {
        lane_enter(lane);
        lane_leave(lane);
    }
}

void lane_wake(struct lane *lane) {
    if (lane->started && !lane->stopping) {
        lane_enter(lane);
        lane_leave(lane);
    }
}

void lane_learn(struct lane *lane, uint16_t symbol, const struct listing *listing) {
    oe_learn(&lane->oe, symbol, listing);
    bool first = !lane->symbols[symbol].rules_known && listing->ready;
    lane->symbols[symbol].rules_known = listing->ready;
    if (first && lane->started && lane_sockets_ready(lane)) {
        lane_lists_want(lane); // its orders and fills are to be known before it is traded
    }
}

// ---- time --------------------------------------------------------------------------------------

static void on_tick(uv_timer_t *timer);

// At the start every answer leads to the next question, and each would wait for a tick.
static void tick_again(struct lane *lane) {
    bool waits = !lane->reconciled || lane->past_live > 0;
    uint64_t wait_ms = waits && lane->keys_refused == 0 ? LANE_TICK_SOON_MS : LANE_TICK_MS;
    ASSERT(uv_timer_start(&lane->tick, on_tick, wait_ms, 0) == 0);
}

// No cancel comes from the engine any more, and no hedge of what an order there would still fill.
static void take_back(struct lane *lane) {
    if (!lane->stranded && engine_journal_failed(lane->config.engine)) {
        lane->stranded = true;
        log_error(lane->oe.venue->name,
                  "the journal failed: every order of this desk is cancelled");
        lane_orders_cancel_all(lane);
    }
}

static void on_tick(uv_timer_t *timer) {
    struct lane *lane = timer->data;
    lane_enter(lane);
    take_back(lane);
    lane_calls_tick(lane);
    lane_sockets_tick(lane);
    lane_lists_tick(lane);
    lane_orders_tick(lane);
    lane_late_tick(lane);
    lane_deadman_tick(lane);
    lane_judge(lane);
    stages_tell_budget(&engine_stages(lane->config.engine, lane->config.venue_index)->orders,
                       rate_fullest(&lane->rate, lane_now_ns(lane)));
    if (lane_loop_ms(lane) - lane->told_ms >= LANE_TELL_MS || is_room_news(lane)) {
        tell(lane);
    }
    lane_leave(lane);
    if (!lane->stopping) {
        tick_again(lane);
    }
}

// ---- life --------------------------------------------------------------------------------------

static enum status create_parts(struct lane *lane) {
    const struct lane_config *config = &lane->config;
    const char *rest = config->rest != NULL ? config->rest
                       : config->testnet    ? config->venue->testnet.rest
                                            : config->venue->mainnet.rest;
    if (!string_copy(lane->rest, sizeof(lane->rest), slice_of(rest))) {
        return status_fail(STATUS_CONFIG, "'%s' is too long", rest);
    }
    struct http_config http = {.loop = config->loop,
                               .tls = config->tls,
                               .requests_max = LANE_REQUESTS_MAX,
                               .body_max = LANE_BODY_MAX};
    enum status status = http_create(&lane->http, &http);
    if (status == STATUS_OK) {
        status = ring_create(&lane->commands, sizeof(struct event_order), LANE_COMMANDS_MAX);
    }
    if (status == STATUS_OK) {
        status = seen_set_create(&lane->trades, LANE_TRADES_REMEMBERED);
    }
    lane->orders = calloc(LANE_ORDERS_MAX, sizeof(*lane->orders));
    lane->symbols = calloc(lane->oe.symbol_count, sizeof(*lane->symbols));
    lane->message = calloc(1, sizeof(*lane->message));
    if (lane->orders == NULL || lane->symbols == NULL || lane->message == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory");
    }
    return status == STATUS_OK ? lane_sockets_create(lane) : status;
}

enum status lane_create(struct lane **out, const struct lane_config *config) {
    ASSERT(config->engine != NULL && config->clock != NULL && config->secrets != NULL);
    struct lane *lane = calloc(1, sizeof(*lane));
    if (lane == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for the lane of %s", config->venue->name);
    }
    lane->config = *config;
    lane->config.secrets = NULL; // the caller's, and wiped by it
    if (config->gone_ns == 0) {
        lane->config.gone_ns = LANE_GONE_MS * NS_PER_MS;
    }
    if (lane->config.gone_ns < config->venue->late_ms * NS_PER_MS) {
        lane->config.gone_ns = config->venue->late_ms * NS_PER_MS;
    }
    lane->sink.on_event = lane_on_event;
    lane->state = LANE_CONNECTING;
    lane->order_cost = config->venue->place_cost;
    rate_init(&lane->rate, config->venue->buckets, config->rate_share, config->rate_reserve);
    enum status status = oe_create(&lane->oe, config->venue, config->md, config->universe,
                                   config->testnet, config->secrets);
    status = status == STATUS_OK ? create_parts(lane) : status;
    if (status != STATUS_OK) {
        lane_destroy(lane);
        return status_context(status, "lane of %s", config->venue->name);
    }
    *out = lane;
    return STATUS_OK;
}

void lane_destroy(struct lane *lane) {
    if (lane == NULL) {
        return;
    }
    ASSERT(lane->pending == 0);
    lane_sockets_destroy(lane);
    http_destroy(lane->http);
    ring_finish(&lane->commands);
    seen_set_finish(&lane->trades);
    free(lane->orders);
    free(lane->symbols);
    if (lane->message != NULL) {
        OPENSSL_cleanse(lane->message, sizeof(*lane->message));
        free(lane->message);
    }
    if (lane->oe.venue != NULL) {
        oe_destroy(&lane->oe);
    }
    free(lane);
}

enum status lane_start(struct lane *lane) {
    ASSERT(!lane->started);
    lane->started = true;
    lane->thread = pthread_self();
    atomic_store_explicit(&lane->running, true, memory_order_release);
    lane->started_ns = lane_now_ns(lane);
    lane->pending = 2; // timer and HTTP
    ASSERT(uv_timer_init(lane->config.loop, &lane->tick) == 0);
    lane->tick.data = lane;
    ASSERT(uv_timer_start(&lane->tick, on_tick, 0, 0) == 0);
    lane_enter(lane);
    tell(lane);
    lane_leave(lane);
    return STATUS_OK;
}

void lane_part_released(struct lane *lane) {
    ASSERT(lane->pending > 0);
    if (--lane->pending == 0 && lane->stopping) {
        lane->on_stopped(lane->stopped_arg);
    }
}

static void handle_closed(uv_handle_t *handle) {
    lane_part_released(handle->data);
}

static void http_stopped(void *arg) {
    lane_part_released(arg);
}

void lane_stop(struct lane *lane, void (*on_stopped)(void *arg), void *arg) {
    ASSERT(lane->started && !lane->stopping);
    lane->stopping = true;
    lane->on_stopped = on_stopped;
    lane->stopped_arg = arg;
    uv_close((uv_handle_t *)&lane->tick, handle_closed);
    http_stop(lane->http, http_stopped, lane);
    lane_sockets_stop(lane);
}
