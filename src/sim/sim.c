#include "sim/sim.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "base/role.h"
#include "exchanges/venues.h"
#include "io/config.h"
#include "io/tls.h"
#include "sim/sim_control.h"
#include "sim/sim_server.h"
#include "sim/sim_trouble.h"

// The first records of a recording's files lie a little apart: the clock starts behind all of them,
// so that every book is there when the first client asks.
enum { LINGER_TICK_MS = 500, WARM_UP_MS = 100 };

struct sim {
    struct sim_market *market;
    struct clock own_clock;
    struct clock *clock;
    bool tls;
    struct tls_authority authority;
    SSL_CTX *server_tls, *stranger_tls; // the latter for the fault of that name
    const struct venue_sim *venues[SIM_VENUES_MAX];
    uint32_t venue_count;
    uint16_t wanted[SIM_VENUES_MAX], ports[SIM_VENUES_MAX];
    struct sim_server *servers; // venue_count
    struct role role;
    uv_timer_t timer;  // the market's next moment
    uv_timer_t linger; // connections that do not end by themselves
    bool running, timers_open;
    struct sim_counters counters;
    void (*on_step)(void *arg, const struct sim_market *market);
    void *on_step_arg;
    pthread_mutex_t lock; // of the faults
    struct sim_faults faults;
    int64_t asked_ns; // time of the last question; under the lock
    _Atomic uint64_t active[SIM_VENUES_MAX];
    char control_path[256];
    struct sim_control control;
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

// A client answers in machine time, however fast the venue's clock runs: what it has to do within a
// time of the venue's gets as much longer.
static void give_clients_time(struct sim *sim, int64_t speed_ppm) {
    for (uint32_t i = 0; i < sim->venue_count && speed_ppm > PPM_ONE; i++) {
        struct vsim_limits *limits = &sim->market->worlds[i].limits;
        uint32_t *const times_s[] = {&limits->pong_s, &limits->silent_s, &limits->unsent_s,
                                     &limits->idle_s};
        for (size_t t = 0; t < COUNT_OF(times_s); t++) {
            int64_t longer_s = mul_div_near(*times_s[t], speed_ppm, PPM_ONE);
            *times_s[t] = longer_s < UINT32_MAX ? (uint32_t)longer_s : UINT32_MAX;
        }
    }
}

// A client that is started over and over would only be turned away.
static void lift_rates(struct sim *sim) {
    for (uint32_t i = 0; i < sim->venue_count; i++) {
        struct vsim_limits *limits = &sim->market->worlds[i].limits;
        memset(limits->calls, 0, sizeof(limits->calls));
        memset(limits->connects, 0, sizeof(limits->connects));
    }
}

// ---- faults -----------------------------------------------------------------------------------

// Since the start, by the clock that the recording runs on.
static int64_t fault_now_ns(const struct sim *sim) {
    return clock_now_ns(sim->clock) - sim_market_start_ns(sim->market) - WARM_UP_MS * NS_PER_MS;
}

static const char *venue_at(const void *names, uint32_t index) {
    const struct sim *sim = names;
    return sim->venues[index]->name;
}

// The venues a name means: [*first, *last).
static enum status find_venues(const struct sim *sim, struct slice name, uint32_t *first,
                               uint32_t *last) {
    int venue = sim_market_venue(sim->market, name);
    int shown = name.size < 40 ? (int)name.size : 40;
    if (slice_equals(name, SLICE("all"))) {
        *first = 0;
        *last = sim->venue_count;
        return STATUS_OK;
    }
    if (venue < 0) {
        const char *near = nearest_name(name, sim->venue_count, venue_at, sim);
        return near != NULL ? status_fail(STATUS_USAGE, "%.*s is no venue here: did you mean %s?",
                                          shown, name.data, near)
                            : status_fail(STATUS_USAGE, "%.*s is no venue here", shown, name.data);
    }
    *first = (uint32_t)venue;
    *last = *first + 1;
    return STATUS_OK;
}

enum status sim_fault(struct sim *sim, const char *text) {
    struct slice rest = slice_of(text);
    struct slice name = vsim_cut(&rest, ':');
    uint32_t first = 0, last = 0;
    struct sim_fault_order order = {0};
    int64_t now_ns = fault_now_ns(sim);
    enum status status = find_venues(sim, name, &first, &last);
    if (status == STATUS_OK) {
        status = sim_fault_parse(rest, now_ns, &order);
    }
    if (status != STATUS_OK) {
        return status;
    }
    bool room = true;
    (void)pthread_mutex_lock(&sim->lock);
    // Not before the next question: what happens once would be missed.
    int64_t late_ns = order.from_ns <= sim->asked_ns ? sim->asked_ns + 1 - order.from_ns : 0;
    order.from_ns += late_ns;
    order.until_ns += late_ns;
    for (order.venue = first; order.venue < last && room; order.venue++) {
        room = sim_faults_add(&sim->faults, order, now_ns);
    }
    (void)pthread_mutex_unlock(&sim->lock);
    return room ? STATUS_OK
                : status_fail(STATUS_UNAVAILABLE, "more than %d faults at once",
                              SIM_FAULT_ORDERS_MAX);
}

enum status sim_heal(struct sim *sim, struct slice venue) {
    uint32_t first = 0, last = 0;
    enum status status = find_venues(sim, venue, &first, &last);
    (void)pthread_mutex_lock(&sim->lock);
    for (uint32_t i = first; i < last; i++) {
        sim_faults_heal(&sim->faults, i);
    }
    (void)pthread_mutex_unlock(&sim->lock);
    return status;
}

void sim_fault_status(struct sim *sim, struct text *out) {
    for (uint32_t i = 0; i < sim->venue_count; i++) {
        uint64_t active = atomic_load(&sim->active[i]);
        text_add_string(out, sim->venues[i]->name);
        text_add_string(out, active == 0 ? " well" : "");
        for (int kind = 0; kind < SIM_FAULT_COUNT; kind++) {
            if (sim_fault_in(active, (enum sim_fault_kind)kind)) {
                text_add_format(out, " %s", sim_fault_table[kind].name);
            }
        }
        text_add_char(out, '\n');
    }
}

enum status sim_trouble(struct sim *sim, struct slice venue, struct slice name, uint32_t count) {
    uint32_t first = 0, last = 0;
    enum status status = find_venues(sim, venue, &first, &last);
    for (uint32_t i = first; i < last && status == STATUS_OK; i++) {
        status = sim_trouble_order(sim->market, i, name, count);
    }
    return status;
}

void sim_hold(struct sim *sim, bool still) {
    sim->market->still = still;
}

void sim_print_accounts(const struct sim *sim, struct text *out) {
    for (uint32_t i = 0; i < sim->venue_count; i++) {
        sim_trouble_print_account(sim->market, i, out);
    }
}

bool sim_entries(const struct sim *sim, const char *venue, struct sim_entries *out) {
    int index = sim_market_venue(sim->market, slice_of(venue));
    if (index < 0 || !sim->running) {
        return false;
    }
    const struct sim_server *server = &sim->servers[index];
    *out = (struct sim_entries){atomic_load(&sim->active[index]), counter_read(&server->entered),
                                atomic_load(&server->entered_ns)};
    return true;
}

// On the simulator's thread: what acts now.
static void look_for_faults(struct sim *sim) {
    uint64_t sets[SIM_VENUES_MAX];
    int64_t now_ns = fault_now_ns(sim);
    (void)pthread_mutex_lock(&sim->lock);
    for (uint32_t i = 0; i < sim->venue_count; i++) {
        sets[i] = sim_faults_at(&sim->faults, i, sim->asked_ns, now_ns);
    }
    sim->asked_ns = now_ns;
    sim->market->calm = sim->faults.healed;
    (void)pthread_mutex_unlock(&sim->lock);
    for (uint32_t i = 0; i < sim->venue_count; i++) {
        uint64_t begun = sets[i] & ~atomic_load(&sim->active[i]);
        for (int kind = 0; begun != 0 && kind < SIM_FAULT_COUNT; kind++) {
            if (sim_fault_in(begun, (enum sim_fault_kind)kind)) {
                log_info("sim", "%s: fault %s", sim->venues[i]->name, sim_fault_table[kind].name);
            }
        }
        sim->market->skew_ns[i] = sim_fault_skew_ns(sets[i]);
        sim_server_faults(&sim->servers[i], sets[i]);
        atomic_store(&sim->active[i], sets[i]);
    }
}

static enum status order_faults(struct sim *sim, const struct sim_options *options) {
    enum status status = STATUS_OK;
    sim->faults.seeded = options->seeded;
    sim->faults.seed = options->seed;
    sim->asked_ns = -1;
    for (uint32_t i = 0; i < options->fault_count && status == STATUS_OK; i++) {
        status = sim_fault(sim, options->faults[i]);
    }
    if (status == STATUS_OK && options->control != NULL &&
        !string_copy(sim->control_path, sizeof(sim->control_path), slice_of(options->control))) {
        status = status_fail(STATUS_CANNOT_CREATE, "%s: too long for a socket", options->control);
    }
    return status;
}

// ---- life -------------------------------------------------------------------------------------

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
        .trouble = options->trouble,
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
        // Also a name of each venue's own, for clients that tell venues apart by name.
        char names[1024];
        struct text text = TEXT_OVER(names);
        text_add_string(&text, "localhost,127.0.0.1");
        for (uint32_t i = 0; i < sim->venue_count; i++) {
            text_add_format(&text, ",%s.localhost", sim->venues[i]->name);
        }
        result = tls_authority_create(&sim->authority);
        if (result == STATUS_OK) {
            result = tls_authority_issue(&sim->authority, names, &sim->server_tls);
        }
        struct tls_authority stranger = {0};
        if (result == STATUS_OK) {
            result = tls_authority_create(&stranger);
        }
        if (result == STATUS_OK) {
            result = tls_authority_issue(&stranger, "localhost,127.0.0.1", &sim->stranger_tls);
            tls_authority_destroy(&stranger);
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
        if (options->unlimited) {
            lift_rates(sim);
        }
        give_clients_time(sim, options->speed_ppm);
        result = order_faults(sim, options);
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
    sim->on_step = options->on_step;
    sim->on_step_arg = options->on_step_arg;
    (void)pthread_mutex_init(&sim->lock, NULL);
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
    look_for_faults(sim);
    int64_t next_ns = sim_market_step(sim->market, clock_now_ns(sim->clock));
    counter_add(&sim->counters.rounds, sim->market->round - round);
    if (sim->on_step != NULL) {
        sim->on_step(sim->on_step_arg, sim->market);
    }
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
    sim_control_close(&sim->control);
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
        enum status result =
            sim_server_listen(server, sim->market, i, &sim->role.loop, sim->server_tls,
                              sim->stranger_tls, sim->wanted[i], &sim->counters);
        if (result != STATUS_OK) {
            return result;
        }
        sim->ports[i] = stream_listener_port(&server->listener);
    }
    return sim->control_path[0] == '\0'
               ? STATUS_OK
               : sim_control_listen(&sim->control, sim, &sim->role.loop, sim->control_path);
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
    SSL_CTX_free(sim->stranger_tls);
    (void)pthread_mutex_destroy(&sim->lock);
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

static const char *recorded_by(const struct sim_market *market, const struct sim_place *place) {
    return market->sources[place->source].venue;
}

static bool shows_any(const struct sim_market *market, uint32_t venue) {
    return market->worlds[venue].listing_count > 0;
}

// "3 books as 10 venues"; nothing when every venue shows its own.
static void describe_deal(const struct sim *sim, struct text *out) {
    const struct sim_market *market = sim->market;
    uint32_t books = 0, venues = 0;
    bool own = true;
    for (uint32_t i = 0; i < market->place_count; i++) {
        const char *recorded = recorded_by(market, &market->places[i]);
        bool told = false;
        for (uint32_t k = 0; k < i && !told; k++) {
            told = strcmp(recorded_by(market, &market->places[k]), recorded) == 0;
        }
        books += !told;
        own = own && strcmp(recorded, sim->venues[market->places[i].world]->name) == 0;
    }
    for (uint32_t v = 0; v < sim->venue_count; v++) {
        venues += shows_any(market, v);
    }
    if (!own) {
        text_add_format(out, "%u book%s as %u venue%s", books, books == 1 ? "" : "s", venues,
                        venues == 1 ? "" : "s");
    }
}

void sim_describe(const struct sim *sim, struct text *out) {
    struct sim_market *market = sim->market;
    size_t before = out->size;
    describe_deal(sim, out);
    text_add_string(out, out->size > before ? "\n" : "");
    for (uint32_t i = 0; i < market->source_count; i++) {
        const struct sim_source *source = &market->sources[i];
        if (source->place_count == 0) {
            text_add_format(out, "%s %s: not shown\n", source->venue, source->symbol);
        }
        for (uint32_t k = 0; k < source->place_count; k++) {
            const struct sim_place *place = &market->places[source->first_place + k];
            const struct vsim_listing *listing =
                &market->worlds[place->world].listings[place->listing];
            text_add_format(out, "%s %s: recorded %s %s%s; funding, mark and index are SIM\n",
                            sim->venues[place->world]->name, listing->rules.native, source->venue,
                            source->symbol, listing->recorded != 0 ? ", byte for byte" : "");
        }
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

bool sim_shows(const struct sim *sim, const char *venue) {
    int index = sim_market_venue(sim->market, slice_of(venue));
    return index >= 0 && shows_any(sim->market, (uint32_t)index);
}

bool sim_shares_books(const struct sim *sim) {
    return sim_market_shares_books(sim->market);
}

void sim_describe_short(const struct sim *sim, struct text *out) {
    size_t before = out->size;
    describe_deal(sim, out);
    text_add_string(out, out->size > before ? ", " : "");
    time_t seconds = (time_t)(sim->market->start_ns / NS_PER_S);
    struct tm utc;
    char date[16] = "";
    if (gmtime_r(&seconds, &utc) != NULL) {
        (void)strftime(date, sizeof(date), "%Y-%m-%d", &utc);
    }
    text_add_format(out, "DEMO of %s, funding SIM", date);
}
