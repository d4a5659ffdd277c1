#include "io/feed_private.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/log.h"

// Stamps outside this, measured against desk time plus the venue's clock offset, are refused.
#define FUTURE_MAX_NS (1 * NS_PER_S)
#define PAST_MAX_NS   (60 * NS_PER_S)

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
    .rules_every_ms = 3600 * 1000,
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
    feed->now_ns = clock_now_ns(feed->config.clock);
    uint64_t updates = counter_read(&feed->stats.updates);
    atomic_store_explicit(&feed->stats.rate_per_s, updates - feed->updates_before,
                          memory_order_relaxed);
    feed->updates_before = updates;
    for (uint32_t i = 0; i < MD_CONNECTIONS_MAX; i++) {
        feed_connection_tick(&feed->connections[i]);
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
        status = feed_connection_create(feed, i, url);
    }
    if (status != STATUS_OK) {
        return status;
    }
    struct http_config http = {.loop = config->loop,
                               .tls = config->tls,
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

void feed_part_released(struct feed *feed) {
    ASSERT(feed->pending > 0);
    if (--feed->pending == 0 && feed->stopping) {
        feed->on_stopped(feed->stopped_arg);
    }
}

static void tick_closed(uv_handle_t *handle) {
    feed_part_released(handle->data);
}
static void http_stopped(void *arg) {
    feed_part_released(arg);
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
