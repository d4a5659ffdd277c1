#include "sim/sim.h"

#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "base/role.h"
#include "exchanges/venues.h"
#include "io/tls.h"
#include "sim/sim_server.h"

// The first records of a recording's files lie a little apart: the clock starts behind all of them,
// so that every book is there when the first client asks.
enum { LINGER_TICK_MS = 500, WARM_UP_MS = 100 };

struct sim {
    struct sim_market *market;
    struct clock own_clock;
    struct clock *clock;
    bool tls;
    struct tls_authority authority;
    SSL_CTX *server_tls;
    const struct venue_sim *venues[SIM_VENUES_MAX];
    uint32_t venue_count;
    uint16_t wanted[SIM_VENUES_MAX], ports[SIM_VENUES_MAX];
    struct sim_server *servers; // venue_count
    struct role role;
    uv_timer_t timer;  // the market's next moment
    uv_timer_t linger; // connections that do not end by themselves
    bool running, timers_open;
    struct sim_counters counters;
};

static void pick_venues(struct sim *sim, const struct sim_options *options) {
    for (uint32_t i = 0; options->venues != NULL && i < options->venue_count; i++) {
        sim->venues[sim->venue_count++] = options->venues[i];
    }
    for (uint32_t i = 0; options->venues == NULL && i < venue_table_count; i++) {
        if (venue_table[i].sim != NULL && sim->venue_count < SIM_VENUES_MAX) {
            sim->venues[sim->venue_count++] = venue_table[i].sim;
        }
    }
}

static enum status pick_ports(struct sim *sim, const struct sim_options *options) {
    for (uint32_t i = 0; i < options->port_count; i++) {
        int venue = sim_market_venue(sim->market, slice_of(options->ports[i].venue));
        if (venue < 0) {
            return status_fail(STATUS_USAGE, "simulator: %s is not served",
                               options->ports[i].venue);
        }
        sim->wanted[venue] = options->ports[i].port;
    }
    return STATUS_OK;
}

static int64_t present_ns(void) {
    struct clock clock;
    clock_init_system(&clock);
    return clock_now_ns(&clock);
}

static enum status set_up(struct sim *sim, const struct sim_options *options) {
    pick_venues(sim, options);
    struct sim_market_options market = {
        .path = options->path,
        .venues = sim->venues,
        .venue_count = sim->venue_count,
        .map = options->map,
        .map_count = options->map_count,
        .loop = options->loop,
        .connection_age_s = options->connection_age_s,
        .accounts = options->accounts,
        .account_count = options->account_count,
        .faults = options->faults,
        .start_ns = options->now ? present_ns() - WARM_UP_MS * NS_PER_MS : 0,
    };
    enum status result = sim_market_create(&sim->market, &market);
    if (result != STATUS_OK) {
        return result;
    }
    sim->servers = calloc(sim->venue_count, sizeof(*sim->servers));
    if (sim->servers == NULL) {
        return status_fail(STATUS_SYSTEM, "simulator: no memory");
    }
    sim->tls = options->tls;
    if (sim->tls) {
        result = tls_authority_create(&sim->authority);
        if (result == STATUS_OK) {
            result = tls_authority_issue(&sim->authority, "localhost,127.0.0.1", &sim->server_tls);
        }
    }
    if (result == STATUS_OK) {
        result = pick_ports(sim, options);
    }
    if (result == STATUS_OK) {
        // Reading the recording took a while: the present is that of now.
        clock_init_scaled(sim->clock,
                          options->now ? present_ns()
                                       : sim_market_start_ns(sim->market) + WARM_UP_MS * NS_PER_MS,
                          options->speed_ppm == 0 ? PPM_ONE : options->speed_ppm);
    }
    return result;
}

enum status sim_create(struct sim **out, const struct sim_options *options) {
    ASSERT(options->path != NULL && options->speed_ppm >= 0 &&
           options->venue_count <= SIM_VENUES_MAX);
    *out = NULL;
    struct sim *sim = calloc(1, sizeof(*sim));
    if (sim == NULL) {
        return status_fail(STATUS_SYSTEM, "simulator: no memory");
    }
    sim->clock = options->clock != NULL ? options->clock : &sim->own_clock;
    enum status result = set_up(sim, options);
    if (result != STATUS_OK) {
        sim_destroy(sim);
        return result;
    }
    *out = sim;
    return STATUS_OK;
}

// At least a millisecond between two moments: the recording's own grain is finer, the loop's is
// not.
static void market_moves(uv_timer_t *timer) {
    struct sim *sim = timer->data;
    uint32_t round = sim->market->round;
    int64_t next_ns = sim_market_step(sim->market, clock_now_ns(sim->clock));
    counter_add(&sim->counters.rounds, sim->market->round - round);
    int64_t wait_ns = next_ns == INT64_MAX ? NS_PER_S : clock_wait_ns(sim->clock, next_ns);
    uint64_t wait_ms = (uint64_t)(wait_ns / NS_PER_MS);
    uv_update_time(timer->loop);
    int started = uv_timer_start(timer, market_moves, wait_ms < 1 ? 1 : wait_ms, 0);
    ASSERT(started == 0);
}

static void look_for_lingerers(uv_timer_t *timer) {
    struct sim *sim = timer->data;
    for (uint32_t i = 0; i < sim->venue_count; i++) {
        sim_server_tick(&sim->servers[i]);
    }
}

static enum status on_start(struct role *role) {
    struct sim *sim = role->user;
    market_moves(&sim->timer);
    int started = uv_timer_start(&sim->linger, look_for_lingerers, LINGER_TICK_MS, LINGER_TICK_MS);
    ASSERT(started == 0);
    return STATUS_OK;
}

static void close_all(struct sim *sim) {
    for (uint32_t i = 0; i < sim->venue_count; i++) {
        sim_server_close(&sim->servers[i]);
    }
    if (sim->timers_open) {
        sim->timers_open = false;
        uv_close((uv_handle_t *)&sim->timer, NULL);
        uv_close((uv_handle_t *)&sim->linger, NULL);
    }
}

static void on_stop(struct role *role) {
    close_all(role->user);
}

static enum status bind_all(struct sim *sim) {
    for (uint32_t i = 0; i < sim->venue_count; i++) {
        struct sim_server *server = &sim->servers[i];
        enum status result = sim_server_listen(server, sim->market, i, &sim->role.loop,
                                               sim->server_tls, sim->wanted[i], &sim->counters);
        if (result != STATUS_OK) {
            return result;
        }
        sim->ports[i] = stream_listener_port(&server->listener);
    }
    return STATUS_OK;
}

static void finish_servers(struct sim *sim) {
    for (uint32_t i = 0; i < sim->venue_count; i++) {
        sim_server_finish(&sim->servers[i]);
    }
}

enum status sim_start(struct sim *sim) {
    ASSERT(!sim->running);
    enum status result = role_create(&sim->role, "sim", sim);
    if (result != STATUS_OK) {
        return result;
    }
    sim->role.on_start = on_start;
    sim->role.on_stop = on_stop;
    int made = uv_timer_init(&sim->role.loop, &sim->timer);
    ASSERT(made == 0);
    made = uv_timer_init(&sim->role.loop, &sim->linger);
    ASSERT(made == 0);
    sim->timer.data = sim->linger.data = sim;
    sim->timers_open = true;
    result = bind_all(sim);
    if (result == STATUS_OK) {
        (void)sim_market_step(sim->market, clock_now_ns(sim->clock));
        result = role_start(&sim->role);
    }
    if (result != STATUS_OK) {
        char why[256]; // closing may fail on its own, the first reason counts
        (void)string_copy(why, sizeof(why), slice_of(status_text()));
        close_all(sim);
        (void)role_join(&sim->role);
        finish_servers(sim);
        return status_fail(result, "%s", why);
    }
    sim->running = true;
    return STATUS_OK;
}

void sim_stop(struct sim *sim) {
    if (!sim->running) {
        return;
    }
    role_request_stop(&sim->role);
    if (role_join(&sim->role) != STATUS_OK) {
        log_error("sim", "%s", status_text());
    }
    finish_servers(sim);
    sim->running = false;
}

void sim_destroy(struct sim *sim) {
    if (sim == NULL) {
        return;
    }
    sim_stop(sim);
    sim_market_destroy(sim->market);
    SSL_CTX_free(sim->server_tls);
    if (sim->authority.certificate != NULL) {
        tls_authority_destroy(&sim->authority);
    }
    free(sim->servers);
    free(sim);
}

uint32_t sim_venue_count(const struct sim *sim) {
    return sim->venue_count;
}

const char *sim_venue_name(const struct sim *sim, uint32_t index) {
    ASSERT(index < sim->venue_count);
    return sim->venues[index]->name;
}

bool sim_endpoint(const struct sim *sim, const char *venue, struct sim_endpoint *out) {
    int index = sim_market_venue(sim->market, slice_of(venue));
    if (index < 0 || !sim->running) {
        return false;
    }
    struct text ws = TEXT_OVER(out->ws);
    struct text rest = TEXT_OVER(out->rest);
    text_add_format(&ws, "%s://localhost:%u", sim->tls ? "wss" : "ws", sim->ports[index]);
    text_add_format(&rest, "%s://localhost:%u", sim->tls ? "https" : "http", sim->ports[index]);
    out->port = sim->ports[index];
    return true;
}

struct slice sim_authority_pem(const struct sim *sim) {
    return sim->tls ? slice_of(sim->authority.pem) : (struct slice){"", 0};
}

const struct clock *sim_clock(const struct sim *sim) {
    return sim->clock;
}

void sim_describe(const struct sim *sim, struct text *out) {
    const struct sim_market *market = sim->market;
    for (uint32_t i = 0; i < market->source_count; i++) {
        const struct sim_source *source = &market->sources[i];
        if (!source->shown) {
            text_add_format(out, "%s %s: not shown\n", source->venue, source->symbol);
            continue;
        }
        const struct vsim_listing *listing =
            &market->worlds[source->world].listings[source->listing];
        text_add_format(out, "%s %s: recorded %s %s%s; funding, mark and index are SIM\n",
                        sim->venues[source->world]->name, listing->rules.native, source->venue,
                        source->symbol, listing->recorded != 0 ? ", byte for byte" : "");
    }
}

const struct vsim_world *sim_world(const struct sim *sim, const char *venue) {
    int index = sim_market_venue(sim->market, slice_of(venue));
    return index < 0 || sim->running ? NULL : &sim->market->worlds[index];
}

const struct vacc *sim_account(const struct sim *sim, const char *venue) {
    const struct vsim_world *world = sim_world(sim, venue);
    return world == NULL ? NULL : world->account;
}

const struct sim_counters *sim_counters(const struct sim *sim) {
    return &sim->counters;
}

// The recorded venue that a served one shows, NULL when nothing is recorded for it.
static const char *shown_by(const struct sim *sim, uint32_t venue) {
    const struct sim_market *market = sim->market;
    for (uint32_t i = 0; i < market->source_count; i++) {
        const struct sim_source *source = &market->sources[i];
        if (source->shown && source->world == venue) {
            return source->venue;
        }
    }
    return NULL;
}

bool sim_shows(const struct sim *sim, const char *venue) {
    int index = sim_market_venue(sim->market, slice_of(venue));
    return index >= 0 && shown_by(sim, (uint32_t)index) != NULL;
}

void sim_describe_short(const struct sim *sim, struct text *out) {
    for (uint32_t venue = 0; venue < sim->venue_count; venue++) {
        const char *recorded = shown_by(sim, venue);
        if (recorded != NULL && strcmp(recorded, sim->venues[venue]->name) != 0) {
            const char *kind =
                strrchr(recorded, '-'); // "binance-spot": the kind tells most in least
            text_add_format(out, "%s=%s ", sim->venues[venue]->name,
                            kind == NULL ? recorded : kind + 1);
        }
    }
    time_t seconds = (time_t)(sim->market->start_ns / NS_PER_S);
    struct tm utc;
    char date[16] = "";
    if (gmtime_r(&seconds, &utc) != NULL) {
        (void)strftime(date, sizeof(date), "%Y-%m-%d", &utc);
    }
    text_add_format(out, "DEMO of %s, funding SIM", date);
}
