#include "farm.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "exchanges/venues.h"
#include "sim/sim_server.h"

enum {
    LEVELS = 5,
    MIDDLE_TICKS = 1000000, // where every price begins
    SIZE_FIRST = 1000,      // steps: the number of the move is added
    MOVES_AT_ONCE_MAX = 64, // of a venue: what was late is not all made up for
    FUNDING_MS = 1000,
};

struct yard { // one venue
    struct vsim_world *world;
    struct sim_server server;
    const struct venue_md *md;
    int64_t middle[FARM_SYMBOLS_MAX]; // ticks
    uint64_t moves;
    int64_t publish_ns, cut_ns;
    uint32_t next; // symbol to be moved
};

struct host {
    struct farm *farm;
    uv_loop_t loop;
    uv_timer_t timer;
    struct sim_market market;
    struct sim_counters counters;
    const struct venue_sim *sims[FARM_VENUES];
    struct clock clock;
    struct symbol symbols[FARM_SYMBOLS_MAX];
    struct yard yards[FARM_VENUES];
    int64_t began_ns, funding_ns;
    uint64_t luck, given_up;
    bool closing;
};

void farm_symbol(uint32_t index, struct symbol *out) {
    char name[SYMBOL_NAME_MAX];
    (void)snprintf(name, sizeof(name), "S%u/USDT", index);
    ASSERT(symbol_parse(out, slice_of(name)) == STATUS_OK);
}

int64_t farm_moved_ns(const struct farm *farm, uint32_t venue, struct qty bid_size,
                      struct qty step) {
    int64_t number = bid_size.v / step.v - SIZE_FIRST;
    return number < 0 || number >= FARM_MOVES_KEPT
               ? 0
               : atomic_load_explicit(&farm->moved_ns[venue][number], memory_order_relaxed);
}

static uint64_t luck(struct host *host) {
    return hash_mix(host->farm->options.seed + host->luck++);
}

static void publish(struct host *host, struct yard *yard, uint32_t s) {
    struct vsim_listing *listing = &yard->world->listings[s];
    struct level bids[LEVELS];
    struct level asks[LEVELS];
    int64_t tick = listing->rules.tick.v;
    (void)host;
    for (int64_t i = 0; i < LEVELS; i++) {
        bids[i] = (struct level){{listing->bid.v - i * tick}, listing->bid_size};
        asks[i] = (struct level){{listing->ask.v + i * tick}, listing->ask_size};
    }
    (void)vsim_publish(listing, bids, LEVELS, asks, LEVELS, 0, yard->world->now_ns);
}

static void move(struct host *host, uint32_t v, uint32_t s) {
    struct yard *yard = &host->yards[v];
    struct vsim_listing *listing = &yard->world->listings[s];
    uint64_t number = yard->moves++ % FARM_MOVES_KEPT;
    int64_t step = listing->rules.step.v;
    yard->middle[s] += (int64_t)(luck(host) % 5) - 2;
    struct level bid = {{(yard->middle[s] - 1) * listing->rules.tick.v},
                        {(SIZE_FIRST + (int64_t)number) * step}};
    struct level ask = {{(yard->middle[s] + 1) * listing->rules.tick.v},
                        {(SIZE_FIRST + (int64_t)(luck(host) % 50000)) * step}};
    host->farm->truth[v][s] = (struct farm_quote){bid.price.v, ask.price.v, bid.size.v, ask.size.v};
    atomic_store_explicit(&host->farm->moved_ns[v][number], mono_now_ns(), memory_order_relaxed);
    vsim_quote(listing, bid, ask, 0, yard->world->now_ns);
    if (yard->md->quote_from_book) {
        publish(host, yard, s);
    }
}

static void poll_sessions(struct host *host, const struct vsim_world *world) {
    for (uint32_t i = 0; i < SIM_SESSIONS_MAX; i++) {
        struct sim_market_session *session = host->market.sessions[i];
        if (session != NULL && session->session.world == world) {
            host->given_up += session->session.over != NULL;
            vsim_session_poll(&session->session);
        }
    }
}

// Resets one of the venue's connections that has subscribed to something.
static void cut(struct host *host, struct yard *yard) {
    uint32_t from = (uint32_t)(luck(host) % SIM_CONNECTIONS_MAX);
    for (uint32_t i = 0; i < SIM_CONNECTIONS_MAX; i++) {
        struct sim_connection *c = &yard->server.connections[(from + i) % SIM_CONNECTIONS_MAX];
        if (c->upgraded && !c->leaving && c->session.session.subscribed > 0 &&
            c->stream->state == STREAM_OPEN) {
            atomic_fetch_add(&host->farm->cuts, 1);
            stream_reset(c->stream);
            return;
        }
    }
}

static void tell_funding(struct host *host, struct yard *yard) {
    for (uint32_t s = 0; s < yard->world->listing_count; s++) {
        struct vsim_listing *listing = &yard->world->listings[s];
        listing->mark = listing->index = listing->bid;
        listing->funding_id++;
    }
    (void)host;
}

static void run_yard(struct host *host, uint32_t v, uint64_t moves_due) {
    struct yard *yard = &host->yards[v];
    const struct farm_options *options = &host->farm->options;
    yard->world->now_ns = clock_now_ns(&host->clock);
    if ((atomic_load(&host->farm->freeze) >> v & 1) != 0) {
        poll_sessions(host, yard->world); // what a period held back
        atomic_fetch_or(&host->farm->frozen, UINT32_C(1) << v);
        return;
    }
    atomic_fetch_and(&host->farm->frozen, ~(UINT32_C(1) << v));
    uint64_t moves = moves_due > yard->moves ? moves_due - yard->moves : 0;
    for (uint64_t i = 0; i < moves && i < MOVES_AT_ONCE_MAX; i++) {
        move(host, v, yard->next);
        yard->next = (yard->next + 1) % options->symbols;
        if (yard->next == 0) { // no symbol is moved twice without a push between
            poll_sessions(host, yard->world);
        }
    }
    if (yard->world->now_ns >= yard->publish_ns && !yard->md->quote_from_book) {
        for (uint32_t s = 0; s < options->books; s++) {
            publish(host, yard, s);
        }
        yard->publish_ns = yard->world->now_ns + host->sims[v]->book_period_ms * NS_PER_MS;
    }
    if (options->cut_every_ms > 0 && yard->world->now_ns >= yard->cut_ns) {
        if (!atomic_load(&host->farm->spare)) {
            cut(host, yard);
        }
        yard->cut_ns += options->cut_every_ms * NS_PER_MS;
    }
    poll_sessions(host, yard->world);
}

static void on_closed(uv_handle_t *handle) {
    (void)handle;
}

static void close_all(struct host *host) {
    host->closing = true;
    uv_close((uv_handle_t *)&host->timer, on_closed);
    for (uint32_t v = 0; v < FARM_VENUES; v++) {
        sim_server_close(&host->yards[v].server);
    }
}

static void on_tick(uv_timer_t *timer) {
    struct host *host = timer->data;
    struct farm *farm = host->farm;
    if (atomic_load(&farm->stop)) {
        close_all(host);
        return;
    }
    int64_t now_ns = mono_now_ns();
    uint64_t due = (uint64_t)((now_ns - host->began_ns) / 1000) * farm->options.moves_per_s /
                   FARM_VENUES / 1000000;
    uint64_t moves = 0;
    for (uint32_t v = 0; v < FARM_VENUES; v++) {
        if (now_ns >= host->funding_ns) {
            tell_funding(host, &host->yards[v]);
        }
        run_yard(host, v, due);
        sim_server_tick(&host->yards[v].server);
        moves += host->yards[v].moves;
    }
    if (now_ns >= host->funding_ns) {
        host->funding_ns = now_ns + FUNDING_MS * NS_PER_MS;
    }
    atomic_store(&farm->moves, moves);
    atomic_store(&farm->messages, counter_read(&host->counters.messages_out));
    atomic_store(&farm->given_up, host->given_up + counter_read(&host->counters.dropped_slow));
}

static void open_yard(struct host *host, uint32_t v, SSL_CTX *tls) {
    struct yard *yard = &host->yards[v];
    struct listing seen = {.ready = true, .tick = {PX_ONE / 10}, .step = {QTY_ONE / 1000}};
    uint32_t symbols = host->farm->options.symbols;
    yard->world = &host->market.worlds[v];
    yard->md = venue_table[v].md;
    ASSERT(vsim_world_create(yard->world, host->sims[v], symbols) == STATUS_OK);
    yard->world->now_ns = clock_now_ns(&host->clock);
    yard->cut_ns = yard->world->now_ns + host->farm->options.cut_every_ms * NS_PER_MS * (v + 5) / 5;
    for (uint32_t s = 0; s < symbols; s++) {
        struct vsim_listing *listing = &yard->world->listings[s];
        listing->symbol = &host->symbols[s];
        host->sims[v]->rules(&host->symbols[s], &seen, &listing->rules);
        listing->funding = (struct rate){PX_ONE / 10000};
        listing->funding_interval_ns = host->sims[v]->funding_interval_ns;
        listing->next_settlement_ns = yard->world->now_ns + listing->funding_interval_ns;
        yard->middle[s] = MIDDLE_TICKS + s;
        move(host, v, s);
        publish(host, yard, s);
    }
    ASSERT(sim_server_listen(&yard->server, &host->market, v, &host->loop, tls, NULL, 0,
                             &host->counters) == STATUS_OK);
    host->farm->ports[v] = stream_listener_port(&yard->server.listener);
}

static void run_host(struct farm *farm, SSL_CTX *tls) {
    struct host *host = calloc(1, sizeof(*host));
    ASSERT(host != NULL && venue_table_count == FARM_VENUES);
    host->farm = farm;
    clock_init_system(&host->clock);
    for (uint32_t v = 0; v < FARM_VENUES; v++) {
        host->sims[v] = venue_table[v].sim;
    }
    for (uint32_t s = 0; s < farm->options.symbols; s++) {
        farm_symbol(s, &host->symbols[s]);
    }
    host->market.options.venues = host->sims;
    host->market.options.venue_count = FARM_VENUES;
    ASSERT(uv_loop_init(&host->loop) == 0 && uv_timer_init(&host->loop, &host->timer) == 0);
    host->timer.data = host;
    for (uint32_t v = 0; v < FARM_VENUES; v++) {
        open_yard(host, v, tls);
    }
    host->began_ns = mono_now_ns();
    ASSERT(uv_timer_start(&host->timer, on_tick, 1, 1) == 0);
    atomic_store(&farm->ready, true);
    (void)uv_run(&host->loop, UV_RUN_DEFAULT);
    for (uint32_t v = 0; v < FARM_VENUES; v++) {
        sim_server_finish(&host->yards[v].server);
        vsim_world_finish(host->yards[v].world);
    }
    ASSERT(uv_loop_close(&host->loop) == 0);
    free(host);
}

static void pause_ms(long ms) {
    struct timespec pause = {.tv_nsec = ms * NS_PER_MS};
    (void)nanosleep(&pause, NULL);
}

struct farm *farm_start(const struct farm_options *options, struct tls_authority *authority) {
    struct farm *farm =
        mmap(NULL, sizeof(*farm), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    SSL_CTX *tls;
    ASSERT(farm != MAP_FAILED && options->symbols <= FARM_SYMBOLS_MAX);
    ASSERT(tls_authority_issue(authority, "localhost,127.0.0.1", &tls) == STATUS_OK);
    farm->options = *options;
    (void)fflush(stdout);
    pid_t pid = fork();
    ASSERT(pid >= 0);
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)signal(SIGPIPE, SIG_IGN);
        run_host(farm, tls);
        _exit(0);
    }
    farm->pid = pid;
    SSL_CTX_free(tls);
    while (!atomic_load(&farm->ready)) {
        ASSERT(waitpid(farm->pid, NULL, WNOHANG) == 0); // it died
        pause_ms(1);
    }
    return farm;
}

void farm_stop(struct farm *farm) {
    int status = 0;
    atomic_store(&farm->stop, true);
    ASSERT(waitpid(farm->pid, &status, 0) == farm->pid);
    ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    (void)munmap(farm, sizeof(*farm));
}
