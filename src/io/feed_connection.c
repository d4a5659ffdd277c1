// One connection of a feed: subscriptions at the venue's pace, frames to the decoder, heartbeat,
// age and silence.
#include "io/feed_private.h"

#include "base/log.h"

enum { SUBSCRIBE_TEXT_MAX = 16 * 1024, CLOSE_TIMEOUT_MS = 500 };

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

static void on_ws_stopped(struct ws *ws, void *user) {
    struct feed_connection *c = user;
    ws_destroy(ws);
    c->ws = NULL;
    feed_part_released(c->feed);
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

enum status feed_connection_create(struct feed *feed, uint32_t index, const char *url) {
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

void feed_connection_tick(struct feed_connection *c) {
    struct feed *feed = c->feed;
    const struct venue_md *venue = feed->config.venue;
    int64_t now_ms = feed_loop_ms(feed);
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
