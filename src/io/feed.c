#include "io/feed_private.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/log.h"

// Stamps outside this, measured against desk time plus the venue's clock offset, are refused.
#define FUTURE_MAX_NS (1 * NS_PER_S)
#define PAST_MAX_NS   (60 * NS_PER_S)

enum { SUBSCRIBE_TEXT_MAX = 16 * 1024, CLOSE_TIMEOUT_MS = 500 };

// The strictest venue (Hyperliquid) takes 30 new connections a minute from one address; some of
// them are for orders.
const struct feed_timing feed_timing_defaults = {
    .tick_ms = 1000,
    .backoff_ms = 1000,
    .backoff_max_ms = 60000,
    .stable_ms = 5000,
    .connect_timeout_ms = 10000,
    .connects_per_minute = 20,
    .request_timeout_ms = 5000,
    .retry_ms = 500,
    .retry_max_ms = 60000,
    .limited_max_ms = 30000,
    .book_wait_ms = 10000,
};

int64_t feed_loop_ms(const struct feed *feed) {
    return (int64_t)uv_now(feed->config.loop);
}
const struct feed_stats *feed_stats(const struct feed *feed) {
    return &feed->stats;
}
const struct feed_config *feed_config(const struct feed *feed) {
    return &feed->config;
}

bool feed_is_healthy(const struct feed *feed) {
    uint32_t state = atomic_load(&feed->stats.state);
    int64_t offset_ns = atomic_load(&feed->stats.offset_ns);
    int64_t limit_ns = feed->config.settings->clock_offset_max_ns;
    return (state == FEED_LIVE || state == FEED_POLLING) && offset_ns <= limit_ns &&
           offset_ns >= -limit_ns;
}

void feed_show_frame(const struct feed *feed, const struct feed_frame *frame) {
    if (feed->config.on_frame != NULL) {
        struct feed_frame stamped = *frame;
        stamped.receive_ns = feed->now_ns;
        feed->config.on_frame(feed->config.on_frame_arg, feed->config.venue_index, &stamped);
    }
}

// ---- what came so far ------------------------------------------------------------------------

void feed_check_symbol(const struct feed *feed, uint16_t symbol, struct feed_check *out) {
    ASSERT(symbol < feed->config.universe->symbol_count);
    const struct feed_symbol *known = &feed->symbols[symbol];
    *out = (struct feed_check){
        .listed = feed_listed(feed, symbol),
        .ready = feed->md.listings[symbol].ready,
        .wants_book = known->has_book,
        .book_live = known->has_book && known->book.state == BOOK_LIVE,
        .quote_ns = known->quote.receive_ns,
        .book_ns = known->book_ns,
        .funding_ns = known->funding_ns,
    };
}

bool feed_tells_time(struct feed *feed) {
    struct md_request request = {0};
    return feed->config.venue->request(&feed->md, MD_REQUEST_TIME, 0, &request);
}

const char *feed_ws_url(const struct feed *feed, uint32_t connection) {
    ASSERT(connection < MD_CONNECTIONS_MAX);
    return feed->connections[connection].url;
}

const char *feed_rest_url(const struct feed *feed) {
    return feed->rest;
}

static bool is_complete(struct feed *feed) {
    if (feed_tells_time(feed) && !clock_offset_known(&feed->offset)) {
        return false;
    }
    for (uint16_t i = 0; i < feed->config.universe->symbol_count; i++) {
        struct feed_check check;
        feed_check_symbol(feed, i, &check);
        bool whole = check.ready && check.quote_ns != 0 && check.funding_ns != 0 &&
                     (check.book_live || !check.wants_book);
        if (check.listed && !whole) {
            return false;
        }
    }
    return true;
}

// ---- state ------------------------------------------------------------------------------------

void feed_tell_state(struct feed *feed) {
    struct feed_stats *stats = &feed->stats;
    uint32_t live = feed_books_live(feed);
    atomic_store(&stats->books_live, live);
    if (feed->config.engine == NULL) {
        return;
    }
    struct event_feed event = {
        .venue = feed->config.venue_index,
        .state = (uint8_t)feed->state,
        .clock_known = feed_clock_known(feed),
        .reconnects = (uint32_t)counter_read(&stats->reconnects),
        .clock_offset_ns = feed->offset_ns,
        .round_trip_ns = clock_offset_round_trip_ns(&feed->offset),
        .latency_mean_ns =
            (int64_t)(histogram_mean(&stats->venue_ns) + histogram_mean(&stats->store_ns)),
        .latency_p99_ns = (int64_t)(histogram_quantile(&stats->venue_ns, 990000) +
                                    histogram_quantile(&stats->store_ns, 990000)),
        .updates = counter_read(&stats->updates),
        .updates_per_s = (uint32_t)counter_read(&stats->rate_per_s),
        .books_live = live,
    };
    _Static_assert((int)FEED_CAUSE_COUNT <= (int)FEED_CAUSE_MAX,
                   "every cause has its place in the event");
    for (uint32_t i = 0; i < FEED_CAUSE_COUNT; i++) {
        event.errors[i] = (uint32_t)counter_read(&stats->errors[i]);
    }
    memcpy(event.text, feed->text, sizeof(event.text));
    engine_input(feed->config.engine, EVENT_FEED_STATE, &event, feed->now_ns);
}

static enum feed_state state_now(const struct feed *feed) {
    const struct feed_connection *main = &feed->connections[0];
    if (feed_delivers(feed)) {
        return FEED_LIVE;
    }
    if (feed->polls_failed >= FEED_POLLS_FAILED_MAX) {
        return FEED_STALE;
    }
    if (feed->polling) {
        return FEED_POLLING;
    }
    if (main->open) {
        return FEED_CONNECTING;
    }
    // the first attempt, still on its way
    const struct ws *ws = main->ws;
    bool first = ws != NULL && ws->connects <= 1 && !ws->was_open && ws->state != WS_WAITING;
    return first ? FEED_CONNECTING : FEED_DOWN;
}

void feed_judge_state(struct feed *feed) {
    enum feed_state state = state_now(feed);
    if (state == feed->state) {
        return;
    }
    if (state == FEED_LIVE) {
        memset(feed->text, 0, sizeof(feed->text));
    }
    log_write(state == FEED_STALE ? LOG_ERROR : LOG_INFO, feed->config.venue->name,
              "feed %s -> %s%s%s", feed_state_name(feed->state), feed_state_name(state),
              feed->text[0] != '\0' ? ": " : "", feed->text);
    feed->state = state;
    atomic_store(&feed->stats.state, state);
    feed_tell_state(feed);
}

// ---- one connection ---------------------------------------------------------------------------

bool feed_delivers(const struct feed *feed) {
    return feed->connections[0].open && feed->connections[0].data_ms > 0;
}

bool feed_may_send(struct feed *feed) {
    const struct venue_md *venue = feed->config.venue;
    bool told = venue->send_per_minute > 0;
    int64_t burst = told ? venue->send_burst : FEED_SEND_BURST;
    int64_t each_us = INT64_C(60000000) / (told ? venue->send_per_minute : FEED_SEND_PER_MINUTE);
    int64_t now_us = feed_loop_ms(feed) * 1000;
    if (feed->timing.unpaced) {
        return true;
    }
    int64_t from_us = feed->sends_until_us > now_us ? feed->sends_until_us : now_us;
    if (from_us + each_us > now_us + burst * each_us) {
        return false;
    }
    feed->sends_until_us = from_us + each_us;
    return true;
}

// Books that come by subscription were asked for now.
static void subscribed(struct feed_connection *c) {
    struct feed *feed = c->feed;
    c->subscribing = false;
    c->subscribed_ms = feed_loop_ms(feed);
    if (c->index == feed->config.venue->book_connection) {
        for (uint16_t i = 0; i < feed->config.universe->symbol_count; i++) {
            feed->symbols[i].book_asked_ms = c->subscribed_ms;
        }
    }
}

// The next subscriptions, as many as may be sent now; the tick goes on.
static void subscribe_more(struct feed_connection *c) {
    static _Thread_local char buffer[SUBSCRIBE_TEXT_MAX];
    struct feed *feed = c->feed;
    while (c->subscribing) {
        struct text text = TEXT_OVER(buffer);
        if (!feed->config.venue->subscribe(&feed->md, c->index, c->next_step, &text)) {
            subscribed(c);
            return;
        }
        if (!feed_may_send(feed)) {
            return;
        }
        if (text.truncated || !ws_send(c->ws, text_slice(&text))) {
            ws_reconnect(c->ws, WS_CLOSE_GOING_AWAY, "the subscriptions could not be sent");
            return;
        }
        c->next_step++;
    }
}

static void subscribe(struct feed_connection *c) {
    if (c->feed->config.venue->rules_first && !c->feed->rules_known) {
        return;
    }
    c->subscribed = c->subscribing = true;
    c->next_step = 0;
    subscribe_more(c);
}

void feed_subscribe_waiting(struct feed *feed) {
    for (uint32_t i = 0; i < MD_CONNECTIONS_MAX; i++) {
        if (feed->connections[i].open && !feed->connections[i].subscribed) {
            subscribe(&feed->connections[i]);
        }
    }
}

static void on_open(struct ws *ws, void *user) {
    (void)ws;
    struct feed_connection *c = user;
    struct feed *feed = c->feed;
    feed->now_ns = clock_now_ns(feed->config.clock);
    c->open = true;
    c->subscribed = c->subscribing = c->broken = false;
    c->first_checked = false;
    c->opened_ms = c->heard_ms = c->beat_ms = feed_loop_ms(feed);
    c->data_ms = 0;
    atomic_store(&feed->stats.connected_ns, feed->now_ns);
    if (c->index == 0 && !feed->polling && feed->polls_failed == 0) {
        feed->poll_due_ms = c->opened_ms + feed->config.settings->poll_ns / NS_PER_MS;
    }
    subscribe(c);
    feed_judge_state(feed);
}

static void on_message(struct ws *ws, void *user, struct slice data, bool binary) {
    (void)ws;
    (void)binary; // venues send text; a decoder refuses what is not theirs
    struct feed_connection *c = user;
    struct feed *feed = c->feed;
    feed->mono_ns = mono_now_ns();
    feed->now_ns = clock_now_ns(feed->config.clock);
    c->heard_ms = feed_loop_ms(feed);
    counter_add(&feed->stats.frames, 1);
    counter_add(&feed->stats.bytes, data.size);
    feed->has_data = false;
    feed_show_frame(feed, &(struct feed_frame){.connection = c->index, .raw = data});
    feed->current = c;
    feed->config.venue->decode(&feed->md, c->index, data, &feed->sink);
    feed->current = NULL;
    if (c->broken) {
        ws_reconnect(c->ws, WS_CLOSE_GOING_AWAY, "a hole in the connection's numbers");
    }
    if (feed->has_data) {
        bool first = c->data_ms == 0;
        c->data_ms = c->heard_ms;
        if (c->index == 0) { // the one the quotes come on: what others bring keeps no quote fresh
            quote_note_frame(feed->config.cache, feed->config.venue_index, feed->now_ns);
        }
        atomic_store_explicit(&feed->stats.data_ns, feed->now_ns, memory_order_relaxed);
        feed_enter(feed);
        if (first) {
            feed_judge_state(feed);
        }
    }
    if (feed->job_added || c->heard_ms >= feed->soon_ms) {
        feed_rest_pump(feed);
    }
}

static void on_closed(struct ws *ws, void *user, uint16_t code, const char *text) {
    struct feed_connection *c = user;
    struct feed *feed = c->feed;
    feed->now_ns = clock_now_ns(feed->config.clock);
    if (code == WS_CLOSE_TOO_LARGE) {
        feed_count(feed, FEED_TOO_LARGE);
    }
    log_write(feed->stopping ? LOG_DEBUG : LOG_WARN, feed->config.venue->name,
              "connection %u %s: %u %s", c->index, ws->was_open ? "lost" : "not made", code, text);
    if (feed->stopping) {
        c->open = false;
        return;
    }
    counter_add(&feed->stats.reconnects, ws->was_open);
    c->open = c->subscribing = false;
    c->data_ms = 0;
    memset(feed->text, 0, sizeof(feed->text));
    (void)string_copy(feed->text, sizeof(feed->text), slice_of(text));
    if (c->index == feed->config.venue->book_connection && ws->was_open) {
        feed_books_drop(feed);
        feed_enter(feed);
    }
    if (c->index == 0 && ws->was_open) {
        feed_quotes_forget(feed);
        feed->poll_due_ms = feed_loop_ms(feed) + feed->config.settings->poll_ns / NS_PER_MS;
    }
    feed_judge_state(feed);
}

static void part_released(struct feed *feed) {
    ASSERT(feed->pending > 0);
    if (--feed->pending == 0 && feed->stopping) {
        feed->on_stopped(feed->stopped_arg);
    }
}

static void on_ws_stopped(struct ws *ws, void *user) {
    struct feed_connection *c = user;
    ws_destroy(ws);
    c->ws = NULL;
    part_released(c->feed);
}

// A venue that accepts and drops us is not hammered: its own limits are far above this.
static bool may_connect(struct ws *ws, void *user) {
    struct feed_connection *c = user;
    struct feed *feed = c->feed;
    int64_t minute = feed_loop_ms(feed) / 60000;
    if (minute != feed->connect_minute) {
        feed->connect_minute = minute;
        feed->connects_used = 0;
    }
    if (feed->connects_used >= feed->timing.connects_per_minute ||
        (feed->config.connects != NULL &&
         !connect_budget_take(feed->config.connects, mono_now_ns() / NS_PER_MS))) {
        return false;
    }
    feed->connects_used++;
    counter_add(&feed->stats.connects, 1);
    if (feed->config.venue->url_has_time) {
        char query[40];
        struct text text = TEXT_OVER(query);
        text_add_string(&text, "timestamp=");
        text_add_int(&text, (clock_now_ns(feed->config.clock) + feed->offset_ns) / NS_PER_MS);
        ws_set_query(ws, text_slice(&text));
    }
    return true;
}

static const struct ws_events ws_events = {on_open, on_message, on_closed, on_ws_stopped};

// ---- time -------------------------------------------------------------------------------------

bool feed_clock_known(const struct feed *feed) {
    return clock_offset_known(&feed->offset) ||
           (feed->by_stamps && stamp_offset_known(&feed->stamps));
}

static void take_stamps(struct feed *feed) {
    feed->offset_ns = stamp_offset_ns(&feed->stamps);
    atomic_store(&feed->stats.offset_ns, feed->offset_ns);
}

// At once, because the message is judged by it next.
void feed_note_stamp(struct feed *feed, int64_t venue_ns) {
    if (feed->by_stamps && venue_ns > 0) {
        stamp_offset_add(&feed->stamps, feed->now_ns, venue_ns);
        take_stamps(feed);
    }
}

// Acknowledged and then silent: a wrong route or name looks just so at Binance.
static void check_first_messages(struct feed *feed, struct feed_connection *c, int64_t now_ms) {
    if (c->first_checked || !c->subscribed || c->subscribing ||
        now_ms - c->subscribed_ms < FEED_FIRST_MESSAGE_MS || c->index != 0) {
        return;
    }
    c->first_checked = true;
    for (uint16_t i = 0; i < feed->config.universe->symbol_count; i++) {
        const struct feed_symbol *known = &feed->symbols[i];
        bool no_book = known->has_book && !known->seen_book;
        if (feed_listed(feed, i) && (!known->seen_bbo || no_book)) {
            counter_add(&feed->stats.mute_streams, 1);
            log_warn(feed->config.venue->name, "%s: no %s %d s after subscribing",
                     feed->config.universe->symbols[i].name, known->seen_bbo ? "book" : "quote",
                     FEED_FIRST_MESSAGE_MS / 1000);
        }
    }
}

static void check_connection(struct feed *feed, struct feed_connection *c, int64_t now_ms) {
    const struct venue_md *venue = feed->config.venue;
    if (!c->open) {
        return;
    }
    int64_t timeout_ms = feed->config.settings->websocket_timeout_ns / NS_PER_MS;
    int64_t life_ms = c->data_ms > 0 ? c->data_ms : c->opened_ms;
    if (now_ms - life_ms >= timeout_ms) {
        ws_reconnect(c->ws, WS_CLOSE_GOING_AWAY, "no data within websocket_timeout_sec");
        return;
    }
    if (venue->connection_age_max_s > 0 &&
        now_ms - c->opened_ms >= (int64_t)venue->connection_age_max_s * 1000) {
        ws_reconnect(c->ws, WS_CLOSE_GOING_AWAY, "connection reached the venue's age limit");
        return;
    }
    bool heard = c->heard_ms > c->beat_ms && !venue->heartbeat_always;
    int64_t quiet_since_ms = heard ? c->heard_ms : c->beat_ms;
    if (venue->heartbeat_ms > 0 && now_ms - quiet_since_ms >= (int64_t)venue->heartbeat_ms) {
        c->beat_ms = now_ms;
        (void)!ws_send(c->ws, slice_of(venue->heartbeat_text)); // full queue: silence will tell
    }
    subscribe_more(c);
    check_first_messages(feed, c, now_ms);
}

void feed_ask_reconnect(struct feed *feed) {
    atomic_store(&feed->reconnect_asked, true);
}

static void reconnect_as_asked(struct feed *feed) {
    bool asked = atomic_exchange(&feed->reconnect_asked, false);
    for (uint32_t i = 0; asked && i < MD_CONNECTIONS_MAX; i++) {
        if (feed->connections[i].open) {
            ws_reconnect(feed->connections[i].ws, WS_CLOSE_NORMAL, "asked for");
        }
    }
}

static void on_tick(uv_timer_t *timer) {
    struct feed *feed = timer->data;
    int64_t now_ms = feed_loop_ms(feed);
    feed->now_ns = clock_now_ns(feed->config.clock);
    uint64_t updates = counter_read(&feed->stats.updates);
    atomic_store_explicit(&feed->stats.rate_per_s, updates - feed->updates_before,
                          memory_order_relaxed);
    feed->updates_before = updates;
    for (uint32_t i = 0; i < MD_CONNECTIONS_MAX; i++) {
        check_connection(feed, &feed->connections[i], now_ms);
    }
    reconnect_as_asked(feed);
    if (feed->by_stamps) {
        take_stamps(feed);
    }
    feed_rest_tick(feed);
    feed_rejudge(feed);
    feed_tell_funding(feed);
    feed_enter(feed);
    feed_judge_state(feed);
    feed_tell_state(feed);
    atomic_store(&feed->stats.complete, is_complete(feed));
}

// ---- life -------------------------------------------------------------------------------------

static enum status connection_create(struct feed *feed, uint32_t index, const char *url) {
    struct feed_connection *c = &feed->connections[index];
    c->feed = feed;
    c->index = index;
    if (url == NULL) {
        return STATUS_OK;
    }
    if (!string_copy(c->url, sizeof(c->url), slice_of(url))) {
        return status_fail(STATUS_CONFIG, "'%s' is too long", url);
    }
    struct ws_config config = ws_config_defaults;
    config.loop = feed->config.loop;
    config.tls = feed->config.tls;
    config.message_max = MD_FRAME_MAX;
    config.idle_timeout_ms = (uint32_t)(feed->config.settings->websocket_timeout_ns / NS_PER_MS);
    config.ping_ms = config.idle_timeout_ms / 2;
    config.close_timeout_ms = CLOSE_TIMEOUT_MS;
    config.connect_timeout_ms = feed->timing.connect_timeout_ms;
    config.backoff_ms = feed->timing.backoff_ms;
    config.backoff_max_ms = feed->timing.backoff_max_ms;
    config.stable_ms = feed->timing.stable_ms;
    config.seed = feed->config.seed + index;
    config.may_connect = may_connect;
    config.events = &ws_events;
    config.user = c;
    return ws_create(&c->ws, &config);
}

static enum status endpoints_create(struct feed *feed) {
    const struct feed_config *config = &feed->config;
    const char *const *ws = config->testnet ? config->venue->testnet.ws : config->venue->mainnet.ws;
    const char *rest = config->testnet ? config->venue->testnet.rest : config->venue->mainnet.rest;
    if (config->ws[0] != NULL) {
        ws = config->ws;
        rest = config->rest;
    }
    rest = config->base_rest != NULL ? config->base_rest : rest;
    if (ws[0] == NULL || rest == NULL ||
        !string_copy(feed->rest, sizeof(feed->rest), slice_of(rest))) {
        return status_fail(STATUS_CONFIG, "%s: no address, or one too long", config->venue->name);
    }
    enum status status = STATUS_OK;
    for (uint32_t i = 0; status == STATUS_OK && i < MD_CONNECTIONS_MAX; i++) {
        char moved[URL_PATH_MAX];
        const char *url = ws[i];
        if (url != NULL && config->base_ws != NULL) {
            struct text text = TEXT_OVER(moved);
            url_move(config->base_ws, url, &text);
            url = moved;
        }
        status = connection_create(feed, i, url);
    }
    if (status != STATUS_OK) {
        return status;
    }
    struct http_config http = {.loop = config->loop,
                               .ca_file = config->ca_file,
                               .ca_text = config->ca_text,
                               .requests_max = FEED_REQUESTS_MAX,
                               .body_max = MD_FRAME_MAX,
                               .weight_header = "X-MBX-USED-WEIGHT-1M"};
    return http_create(&feed->http, &http);
}

static enum status books_create(struct feed *feed) {
    const struct feed_config *config = &feed->config;
    uint32_t levels = config->venue->book_levels;
    if (config->settings->book_levels_max > 0 && levels > config->settings->book_levels_max) {
        levels = config->settings->book_levels_max;
    }
    for (uint16_t i = 0; i < config->universe->symbol_count; i++) {
        bool wanted =
            config->wants_book == NULL || config->wants_book[i] || config->venue->quote_from_book;
        feed->md.wants_book[i] = wanted && feed_listed(feed, i);
        if (feed->md.wants_book[i]) {
            enum status status =
                book_sync_create(&feed->symbols[i].book, config->venue->book_rule, levels);
            if (status != STATUS_OK) {
                return status;
            }
            feed->symbols[i].has_book = true;
        }
    }
    return STATUS_OK;
}

static void limits_set(struct feed *feed) {
    const struct settings_feeds *settings = feed->config.settings;
    feed->limits = (struct filter_limits){
        .jump_max = settings->jump_max,
        .volume_min = settings->volume_min,
        .unknown_size = settings->unknown_size,
        .future_max_ns = FUTURE_MAX_NS,
        .past_max_ns = PAST_MAX_NS,
        .jump_confirm_ns = settings->jump_confirm_ns,
    };
    feed->limits_unknown = feed->limits;
    feed->limits_unknown.future_max_ns = feed->limits_unknown.past_max_ns = INT64_MAX;
}

enum status feed_create(struct feed **out, const struct feed_config *config) {
    ASSERT(config->loop != NULL && config->clock != NULL && config->settings != NULL);
    ASSERT(config->universe->symbol_count > 0 && config->settings->websocket_timeout_ns > 0);
    struct feed *feed = calloc(1, sizeof(*feed));
    if (feed == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for the feed of %s", config->venue->name);
    }
    feed->config = *config;
    feed->timing = config->timing != NULL ? *config->timing : feed_timing_defaults;
    feed->sink.on_update = feed_on_update;
    feed->offset.unit_ns = config->venue->time_unit_ns;
    limits_set(feed);
    feed->symbols = calloc(config->universe->symbol_count, sizeof(*feed->symbols));
    enum status status = feed->symbols == NULL ? status_fail(STATUS_SYSTEM, "no memory for symbols")
                                               : md_create(&feed->md, config->venue,
                                                           config->universe, config->venue_index);
    if (status == STATUS_OK) {
        feed->md.demo_streams = config->demo_streams;
        status = books_create(feed);
    }
    status = status == STATUS_OK ? endpoints_create(feed) : status;
    if (status != STATUS_OK) {
        feed_destroy(feed);
        return status_context(status, "feed of %s", config->venue->name);
    }
    *out = feed;
    return STATUS_OK;
}

void feed_destroy(struct feed *feed) {
    if (feed == NULL) {
        return;
    }
    ASSERT(feed->pending == 0);
    for (uint32_t i = 0; i < MD_CONNECTIONS_MAX; i++) {
        ws_destroy(feed->connections[i].ws);
    }
    http_destroy(feed->http);
    for (uint16_t i = 0; feed->symbols != NULL && i < feed->config.universe->symbol_count; i++) {
        if (feed->symbols[i].has_book) {
            book_sync_finish(&feed->symbols[i].book);
        }
    }
    if (feed->md.listings != NULL) {
        md_finish(&feed->md);
    }
    free(feed->symbols);
    free(feed);
}

enum status feed_start(struct feed *feed) {
    ASSERT(!feed->started);
    feed->started = true;
    feed->now_ns = clock_now_ns(feed->config.clock);
    ASSERT(uv_timer_init(feed->config.loop, &feed->tick) == 0);
    feed->tick.data = feed;
    feed->pending = 2; // timer and HTTP
    ASSERT(uv_timer_start(&feed->tick, on_tick, feed->timing.tick_ms, feed->timing.tick_ms) == 0);
    for (uint32_t i = 0; i < MD_CONNECTIONS_MAX; i++) {
        struct feed_connection *c = &feed->connections[i];
        if (c->ws == NULL) {
            continue;
        }
        enum status status = ws_start(c->ws, c->url, NULL);
        if (status != STATUS_OK) {
            return status_context(status, "feed of %s",
                                  feed->config.venue->name); // feed_stop cleans up
        }
        c->started = true;
        feed->pending++;
    }
    feed_judge_state(feed);
    feed_rest_start(feed);
    return STATUS_OK;
}

static void tick_closed(uv_handle_t *handle) {
    part_released(handle->data);
}
static void http_stopped(void *arg) {
    part_released(arg);
}

void feed_stop(struct feed *feed, void (*on_stopped)(void *arg), void *arg) {
    ASSERT(feed->started && !feed->stopping);
    feed->stopping = true;
    feed->on_stopped = on_stopped;
    feed->stopped_arg = arg;
    uv_close((uv_handle_t *)&feed->tick, tick_closed);
    http_stop(feed->http, http_stopped, feed);
    for (uint32_t i = 0; i < MD_CONNECTIONS_MAX; i++) {
        if (feed->connections[i].started) {
            ws_stop(feed->connections[i].ws, WS_CLOSE_NORMAL, "");
        }
    }
}
