#include "cli/memory_desk.h"

#include <stddef.h>
#include <stdlib.h>

#include "cli/verbs.h"
#include "exchanges/venues.h"

static void journal_append(void *arg, const struct event *event) {
    struct memory_desk *d = arg;
    if (d->options.on_event != NULL) {
        d->options.on_event(d->options.arg, event);
    }
}

static enum status journal_commit(void *arg) {
    (void)arg;
    return STATUS_OK;
}

// ---- one connection, as io/feed.c drives it

// A feed's event holds how long the machine took to store a quote: here that would be the only
// thing that differs between two runs.
static void forget_machine_time(struct feed *feed) {
    memset(&feed->stats.store_ns, 0, sizeof(feed->stats.store_ns));
}

static void judge_state(struct feed *feed) {
    forget_machine_time(feed);
    feed_judge_state(feed);
}

static struct memory_link *heard; // whose message is being decoded

static void on_update(struct md_sink *sink, const struct md_update *update) {
    if (update->kind == MD_REPLY && heard != NULL) {
        (void)string_copy(heard->reply, sizeof(heard->reply), update->refused.text);
    } else {
        feed_on_update(sink, update);
    }
}

static void link_receives(struct vsim_out *out, struct slice message) {
    struct memory_link *link = (void *)((char *)out - offsetof(struct memory_link, out));
    struct feed *feed = link->feed;
    struct feed_connection *c = &feed->connections[link->index];
    link->desk->frames++;
    feed->mono_ns = mono_now_ns();
    feed->now_ns = link->desk->now_ns;
    c->heard_ms = feed_loop_ms(feed);
    counter_add(&feed->stats.frames, 1);
    feed->has_data = false;
    heard = link;
    feed->config.venue->decode(&feed->md, link->index, message, &feed->sink);
    heard = NULL;
    if (!feed->has_data) {
        return;
    }
    bool first = c->data_ms == 0;
    c->data_ms = c->heard_ms;
    quote_note_frame(feed->config.cache, feed->config.venue_index, feed->now_ns);
    feed_enter(feed);
    if (first) {
        judge_state(feed);
    }
}

static void link_ends(struct sim_market_session *session) {
    struct memory_link *link = (void *)((char *)session - offsetof(struct memory_link, session));
    struct feed *feed = link->feed;
    struct feed_connection *c = &feed->connections[link->index];
    sim_market_detach(link->desk->market, session);
    link->attached = link->subscribed = false;
    link->reply[0] = '\0';
    link->connect_ns = link->desk->now_ns + MEMORY_RECONNECT_MS * NS_PER_MS;
    link->desk->rounds_ended++;
    counter_add(&feed->stats.reconnects, 1);
    feed->now_ns = link->desk->now_ns;
    c->open = false;
    c->data_ms = 0;
    if (link->index == 0) {
        feed_books_drop(feed);
        feed_enter(feed);
    }
    judge_state(feed);
}

// Some venues' subscriptions carry numbers that come with the rules.
static void link_subscribes(struct memory_link *link) {
    struct feed *feed = link->feed;
    const struct venue_md *md = feed->config.venue;
    if (md->rules_first && !feed->rules_known) {
        return;
    }
    link->subscribed = true;
    char buffer[16 * 1024];
    for (uint32_t step = 0;; step++) {
        struct text text = TEXT_OVER(buffer);
        if (!md->subscribe(&feed->md, link->index, step, &text)) {
            return;
        }
        sim_market_text(link->desk->market, &link->session, text_slice(&text));
    }
}

static void link_connects(struct memory_link *link, uint16_t venue) {
    struct memory_desk *d = link->desk;
    struct feed *feed = link->feed;
    const struct venue_md *md = feed->config.venue;
    const char *path = strchr(strstr(md->mainnet.ws[link->index], "://") + 3, '/');
    struct vsim_request request = {.path = slice_of(path == NULL ? "/" : path),
                                   .headers = SLICE("User-Agent: memory\r\n")};
    struct vsim_reply reply = {.headers = TEXT_OVER(d->headers), .body = d->body};
    struct feed_connection *c = &feed->connections[link->index];
    link->out.send = link_receives;
    link->session.on_end = link_ends;
    link->connect_ns = d->now_ns + MEMORY_RETRY_MS * NS_PER_MS; // if it is not taken
    if (sim_market_attach(d->market, d->server_of[venue], &link->session, &link->out) !=
        STATUS_OK) {
        d->refused++;
        return;
    }
    vsim_session_open(&link->session.session, &request, &reply);
    if (reply.status != 101) {
        sim_market_detach(d->market, &link->session);
        d->refused++;
        return;
    }
    link->attached = true;
    feed->now_ns = d->now_ns;
    c->open = true;
    c->opened_ms = c->heard_ms = feed_loop_ms(feed);
    c->data_ms = 0;
    judge_state(feed);
}

// ---- REST, as io/feed_rest.c asks

static void resubscribe(struct memory_desk *d, struct feed *feed, uint16_t symbol) {
    struct memory_link *link = &d->links[feed->config.venue_index][0];
    feed->symbols[symbol].job[MD_REQUEST_BOOK].wanted = false;
    char buffer[1024];
    for (uint32_t step = 0; link->attached; step++) {
        struct text text = TEXT_OVER(buffer);
        if (!feed->config.venue->resubscribe_book(&feed->md, symbol, step, &text)) {
            break;
        }
        sim_market_text(d->market, &link->session, text_slice(&text));
    }
    counter_add(&feed->stats.snapshots, 1);
}

static void answer(struct memory_desk *d, struct feed *feed, enum md_request_kind kind,
                   uint16_t symbol) {
    struct md_request wanted = {0};
    feed->symbols[symbol].job[kind].wanted = false;
    if (!feed->config.venue->request(&feed->md, kind, symbol, &wanted)) {
        return; // the venue needs none
    }
    struct slice query = slice_of(wanted.path);
    struct vsim_request request = {.method = slice_of(wanted.method),
                                   .path = vsim_cut(&query, '?'),
                                   .query = query,
                                   .body = slice_of(wanted.body),
                                   .headers = SLICE("User-Agent: memory\r\n"
                                                    "Content-Type: application/json\r\n")};
    feed->now_ns = d->now_ns;
    feed->time_sent_ns = kind == MD_REQUEST_TIME ? d->now_ns : feed->time_sent_ns;
    struct vsim_reply reply = {.headers = TEXT_OVER(d->headers), .body = d->body};
    sim_market_answer(d->market, d->server_of[feed->config.venue_index], &request, &reply);
    if (reply.status != 200 || reply.body.truncated) { // a limit of the venue was met
        d->refused++;
        feed_want(feed, kind, symbol, MEMORY_RETRY_MS);
        return;
    }
    feed->polled = true;
    feed->config.venue->decode_rest(&feed->md, kind, symbol, text_slice(&reply.body), &feed->sink);
    feed->polled = false;
    feed_enter(feed);
    if (kind == MD_REQUEST_TIME) {
        feed->time_sent_ns = 0;
        feed->offset_ns = clock_offset_ns(&feed->offset);
        feed_want(feed, kind, 0, feed_time_wait_ms(feed));
    }
}

static void ask(struct memory_desk *d, struct feed *feed) {
    bool by_stream = feed->config.venue->book_rule == BOOK_RULE_PREVIOUS;
    for (uint16_t i = 0; i < d->universe.symbol_count; i++) {
        for (uint32_t k = 0; k < MD_REQUEST_COUNT; k++) {
            const struct feed_job *job = &feed->symbols[i].job[k];
            if (!job->wanted || job->due_ms > feed_loop_ms(feed)) {
                continue;
            }
            if (k == MD_REQUEST_BOOK && by_stream) {
                resubscribe(d, feed, i);
            } else {
                answer(d, feed, (enum md_request_kind)k, i);
            }
        }
    }
}

static void tick(struct memory_desk *d, struct feed *feed) {
    uint64_t updates = counter_read(&feed->stats.updates);
    atomic_store(&feed->stats.rate_per_s, updates - feed->updates_before);
    feed->updates_before = updates;
    feed->now_ns = d->now_ns;
    feed_rejudge(feed);
    feed_tell_funding(feed);
    feed_enter(feed);
    judge_state(feed);
    forget_machine_time(feed);
    feed_tell_state(feed);
}

// ---- life

static enum status create_feed(struct memory_desk *d, uint16_t index) {
    const struct venue *venue = venue_find(slice_of(d->universe.venues[index].name));
    ASSERT(venue != NULL); // the configuration was checked against the table
    struct feed_config config = {
        .loop = &d->loop,
        .venue = venue->md,
        .venue_index = index,
        .universe = &d->universe,
        .cache = &d->cache,
        .engine = &d->engine,
        .clock = &d->clock,
        .settings = &d->config.settings.feeds,
        .wants_book = d->config.wants_book,
        .demo_streams = true,
        .funding_generated = true,
    };
    enum status status = feed_create(&d->feeds[index], &config);
    if (status != STATUS_OK) {
        return status;
    }
    struct feed *feed = d->feeds[index];
    feed->sink.on_update = on_update;
    for (uint32_t i = 0; i < MD_CONNECTIONS_MAX; i++) {
        d->links[index][i] = (struct memory_link){.desk = d,
                                                  .feed = feed,
                                                  .index = i,
                                                  .wanted = venue->md->mainnet.ws[i] != NULL,
                                                  .connect_ns = d->start_ns};
    }
    feed_want(feed, MD_REQUEST_TIME, 0, 0);
    feed_want(feed, MD_REQUEST_INSTRUMENTS, 0, 0);
    feed_want(feed, MD_REQUEST_INTERVALS, 0, 0);
    for (uint16_t i = 0; i < d->universe.symbol_count; i++) {
        if (feed_listed(feed, i)) {
            feed_want(feed, MD_REQUEST_FUNDING, i, 0);
        }
    }
    return STATUS_OK;
}

// Every venue that can be simulated, whether the configuration has it on or off: which recorded
// book goes where must not depend on that.
static enum status create_market(struct memory_desk *d) {
    for (uint32_t i = 0; i < venue_table_count; i++) {
        if (venue_table[i].sim != NULL && d->server_count < SIM_VENUES_MAX) {
            d->servers[d->server_count++] = venue_table[i].sim;
        }
    }
    struct sim_market_options market = {.path = d->options.recording,
                                        .venues = d->servers,
                                        .venue_count = d->server_count,
                                        .map = d->options.map,
                                        .map_count = d->options.map_count,
                                        .loop = d->options.loop};
    enum status status = sim_market_create(&d->market, &market);
    if (status != STATUS_OK) {
        return status;
    }
    d->start_ns = d->now_ns = d->timer_ns = sim_market_start_ns(d->market);
    d->tick_ns = d->start_ns + NS_PER_S;
    clock_init_manual(&d->clock, d->start_ns);
    return STATUS_OK;
}

static bool shows_symbol(const struct memory_desk *d, uint32_t server) {
    const struct vsim_world *world = &d->market->worlds[server];
    for (uint32_t l = 0; l < world->listing_count; l++) {
        for (uint16_t s = 0; s < d->config.symbol_count; s++) {
            if (strcmp(world->listings[l].symbol->name, d->config.symbols[s].name) == 0) {
                return true;
            }
        }
    }
    return false;
}

// A venue that the recording has nothing for would only stay silent: it is off.
static enum status create_universe(struct memory_desk *d) {
    bool any = false;
    desk_run_demo_settings(&d->config, sim_market_shares_books(d->market));
    for (uint16_t i = 0; i < d->config.venue_count; i++) {
        struct venue_entry *venue = &d->config.venues[i];
        int server = sim_market_venue(d->market, slice_of(venue->name));
        bool shown = server >= 0 && shows_symbol(d, (uint32_t)server);
        venue->role = shown ? venue->role : (uint8_t)VENUE_OFF;
        any = any || venue->role != VENUE_OFF;
    }
    if (!any) {
        return status_fail(STATUS_DATA,
                           "%s: no book of a venue and symbol of the configuration "
                           "(desk.symbols names the symbols)",
                           d->options.recording);
    }
    config_sort_venues(&d->config);
    enum status status = config_universe(&d->config, &d->universe);
    if (status != STATUS_OK) {
        return status;
    }
    d->has_universe = true;
    for (uint16_t i = 0; i < d->universe.venue_count; i++) {
        int server = sim_market_venue(d->market, slice_of(d->universe.venues[i].name));
        ASSERT(server >= 0);
        d->server_of[i] = (uint32_t)server;
    }
    return STATUS_OK;
}

static enum status create_engine(struct memory_desk *d) {
    uint32_t listings = (uint32_t)d->universe.venue_count * d->universe.symbol_count;
    enum status status = quote_cache_create(&d->cache, listings);
    d->has_cache = status == STATUS_OK;
    if (status == STATUS_OK) {
        status = desk_create(&d->desk, DESK_DEMO, &d->config.settings, &d->universe);
        d->has_desk = status == STATUS_OK;
    }
    if (status != STATUS_OK) {
        return status;
    }
    struct engine_options options = {
        .universe = &d->universe,
        .cache = &d->cache,
        .journal = {.append = journal_append, .commit = journal_commit, .arg = d},
        .journal_quotes_all = true,
        .depth_sample_ns = d->config.settings.feeds.depth_sample_ns,
        .publish_ns = NS_PER_S / 20,
        .is_paper_venue = true,
    };
    status = engine_create(&d->engine, &options);
    d->has_engine = status == STATUS_OK;
    if (d->has_engine) {
        desk_add_components(&d->desk, &d->engine);
    }
    return status;
}

static enum status create_parts(struct memory_desk *d) {
    int result = uv_loop_init(&d->loop);
    char *body = malloc(VSIM_SCRATCH_SIZE);
    d->has_loop = result == 0;
    if (body == NULL || !d->has_loop) {
        free(body);
        return status_fail(STATUS_SYSTEM, "no memory for a desk");
    }
    d->body = text_over(body, VSIM_SCRATCH_SIZE);
    enum status status = create_market(d);
    if (status == STATUS_OK) {
        status = create_universe(d);
    }
    if (status == STATUS_OK) {
        status = create_engine(d);
    }
    if (status != STATUS_OK) {
        return status;
    }
    d->loop.time = (uint64_t)(d->start_ns / NS_PER_MS);
    struct event_desk started = {
        .mode = DESK_DEMO, .venues = d->universe.venue_count, .symbols = d->universe.symbol_count};
    engine_input(&d->engine, EVENT_DESK_STARTED, &started, d->start_ns);
    for (uint16_t i = 0; i < d->universe.venue_count && status == STATUS_OK; i++) {
        status = create_feed(d, i);
    }
    return status;
}

enum status memory_desk_create(struct memory_desk **out, const struct memory_options *options) {
    struct memory_desk *d = aligned_alloc(64, (sizeof(struct memory_desk) + 63) / 64 * 64);
    *out = NULL;
    if (d == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for a desk");
    }
    memset(d, 0, sizeof(*d));
    d->options = *options;
    d->config = *options->config;
    enum status status = create_parts(d);
    if (status != STATUS_OK) {
        memory_desk_destroy(d);
        return status;
    }
    *out = d;
    return STATUS_OK;
}

static void destroy_feeds(struct memory_desk *d) {
    for (uint32_t v = 0; v < VENUE_MAX; v++) {
        for (uint32_t i = 0; i < MD_CONNECTIONS_MAX; i++) {
            if (d->links[v][i].attached) {
                sim_market_detach(d->market, &d->links[v][i].session);
            }
        }
        feed_destroy(d->feeds[v]);
    }
}

void memory_desk_destroy(struct memory_desk *d) {
    if (d == NULL) {
        return;
    }
    destroy_feeds(d);
    sim_market_destroy(d->market);
    if (d->has_engine) {
        engine_finish(&d->engine);
    }
    if (d->has_desk) {
        desk_finish(&d->desk);
    }
    if (d->has_cache) {
        quote_cache_finish(&d->cache);
    }
    if (d->has_universe) {
        universe_finish(&d->universe);
    }
    while (d->has_loop && uv_loop_close(&d->loop) == UV_EBUSY) {
        (void)uv_run(&d->loop, UV_RUN_DEFAULT); // what libcurl's handles left to close
    }
    free(d->body.data);
    free(d);
}

enum status memory_desk_control(struct memory_desk *d, enum control_verb verb, int64_t value) {
    struct control_request request = {.verb = verb,
                                      .origin = ORIGIN_TEST,
                                      .venue = CONTROL_ANY,
                                      .symbol = CONTROL_ANY,
                                      .value = value};
    return engine_control(&d->engine, &request, d->now_ns);
}

// What a connection has to say: subscriptions, and answers to pings.
static void link_speaks(struct memory_link *link) {
    if (!link->subscribed) {
        link_subscribes(link);
    }
    if (link->reply[0] != '\0') {
        sim_market_text(link->desk->market, &link->session, slice_of(link->reply));
        link->reply[0] = '\0';
    }
}

static void connect_due(struct memory_desk *d) {
    for (uint16_t v = 0; v < d->universe.venue_count; v++) {
        for (uint32_t i = 0; i < MD_CONNECTIONS_MAX; i++) {
            struct memory_link *link = &d->links[v][i];
            if (link->wanted && !link->attached && d->now_ns >= link->connect_ns) {
                link_connects(link, v);
            }
            if (link->attached) {
                link_speaks(link);
            }
        }
    }
}

static void step(struct memory_desk *d) {
    connect_due(d);
    for (uint32_t v = 0; v < d->universe.venue_count; v++) {
        ask(d, d->feeds[v]);
    }
    for (uint32_t v = 0; d->now_ns >= d->tick_ns && v < d->universe.venue_count; v++) {
        tick(d, d->feeds[v]);
    }
    d->tick_ns += d->now_ns >= d->tick_ns ? NS_PER_S : 0;
    if (d->now_ns >= d->timer_ns || d->now_ns >= engine_deadline_ns(&d->engine)) {
        engine_timer(&d->engine, d->now_ns);
        d->timer_ns = d->now_ns + MEMORY_TIMER_MS * NS_PER_MS;
        if (d->options.on_timer != NULL) {
            d->options.on_timer(d->options.arg, d);
        }
    }
}

void memory_desk_run(struct memory_desk *d, int64_t ns) {
    int64_t end_ns = add_saturating(d->now_ns, ns);
    while (d->now_ns < end_ns && !d->over) {
        int64_t next_ns = sim_market_step(d->market, d->now_ns);
        d->over = next_ns == INT64_MAX;
        if (d->over) {
            return; // every connection has ended: there is nothing left to judge anything by
        }
        step(d);
        if (d->options.on_step != NULL) {
            d->options.on_step(d->options.arg, d);
        }
        int64_t deadline_ns = engine_deadline_ns(&d->engine);
        next_ns = next_ns < d->timer_ns ? next_ns : d->timer_ns;
        next_ns = deadline_ns > d->now_ns && deadline_ns < next_ns ? deadline_ns : next_ns;
        d->now_ns = next_ns > d->now_ns ? next_ns : d->now_ns;
        clock_set_manual(&d->clock, d->now_ns);
        d->loop.time = (uint64_t)(d->now_ns / NS_PER_MS);
    }
}
