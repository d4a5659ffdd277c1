// R13: the desk's engine dies, its process is frozen, or its network is gone, while an order of its
// own rests at every one of ten simulated venues. Each venue that has a dead-man's switch must have
// cancelled it by the end of the time it was last told, and a second; and not before, while the
// desk lives: the switch is told anew before more than a third of its time is gone. What the others
// are the desk names. Simulated time and the network in memory of tests/sim.
//
//   test_deadman [TRIALS]    of each way to go
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "../sim/host.h"
#include "../sim/keys.h"
#include "../sim/moment.h"
#include "../sim/subject.h"
#include "base/table.h"

#define START_NS (INT64_C(1767323045) * NS_PER_S)

enum way { WAY_KILLED, WAY_FROZEN, WAY_CUT_OFF, WAY_COUNT };
static const char *const way_names[WAY_COUNT] = {"killed", "frozen", "cut off"};

enum {
    TRIALS = 20,
    READY_S = 60, // until all lanes are
    TRY_S = 5,    // longer than it takes to place an order, or to arm its switch
    TRIES = 6,
    LIVES_S = 90, // at most, from there
    SLACK_MS = 1000,
    PING_S = 60, // a connection that is the switch itself is found dead by the venue's pings
};

struct venue_row {
    bool has_switch, by_socket;
    bool named;        // the desk said that it has none
    int64_t least_ppm; // of the time told, that was left at any moment
    int64_t told_ns;   // longest the switch was ever set
    int64_t due_ns;    // when it fires, as set when the desk went
    int64_t gone_ns;   // when the order was, 0 = it rests
    enum vacc_end end;
    int64_t latest_ms; // after the time it was told; of all trials
    uint32_t fired;    // of all trials
};

static struct {
    struct subject subject;
    struct prices market;
    struct venue_row rows[HOSTS_MAX];
    uint32_t orders, wrong;
} all;

__attribute__((format(printf, 1, 2))) static void complain(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    printf("# ");
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
    all.wrong++;
}

// ---- what is seen ------------------------------------------------------------------------------

static void on_account(void *arg, struct host *host, const struct vacc_event *event) {
    (void)arg;
    struct venue_row *row = &all.rows[host->index];
    if (event->kind == VACC_EVENT_ORDER && event->order.end != VACC_LIVE && row->gone_ns == 0) {
        row->gone_ns = moment_now_ns();
        row->end = event->order.end;
    }
}

static void on_event(void *arg, const struct event *event) {
    (void)arg;
    const struct event_alert *alert = &event->u.alert;
    if (event->header.kind != EVENT_ALERT || strcmp(alert->rule, "deadman") != 0) {
        return;
    }
    for (uint32_t i = 0; i < hosts_count(); i++) {
        const char *name = host_number(i)->venue->md->name;
        size_t size = strlen(name);
        all.rows[i].named |= strncmp(alert->text, name, size) == 0 && alert->text[size] == ' ';
    }
}

static void on_pass(void *arg, bool taken) {
    (void)arg;
    (void)taken;
}

static int64_t armed_until_ns(const struct host *host) {
    const struct vacc *account = host->account;
    int64_t until_ns = account->deadman_all_ns;
    for (uint32_t i = 0; i < account->listing_count; i++) {
        until_ns = account->deadman_ns[i] > until_ns ? account->deadman_ns[i] : until_ns;
    }
    return until_ns;
}

static void look_at_switches(void) {
    for (uint32_t i = 0; i < hosts_count(); i++) {
        struct venue_row *row = &all.rows[i];
        int64_t left_ns = armed_until_ns(host_number(i)) - moment_now_ns();
        if (row->has_switch && !row->by_socket) {
            row->told_ns = left_ns > row->told_ns ? left_ns : row->told_ns;
            int64_t ppm = row->told_ns > 0 ? mul_div_floor(left_ns, PPM_ONE, row->told_ns) : 0;
            row->least_ppm = ppm < row->least_ppm ? ppm : row->least_ppm;
        }
    }
}

static void run_for(int64_t ns, void (*each_second)(void)) {
    int64_t until_ns = moment_now_ns() + ns;
    while (moment_now_ns() < until_ns) {
        int64_t step_ns = moment_now_ns() + NS_PER_S;
        step_ns = step_ns < until_ns ? step_ns : until_ns;
        while (moment_step(step_ns)) {
        }
        if (each_second != NULL) {
            each_second();
        }
    }
}

// ---- a trial -----------------------------------------------------------------------------------

static bool all_ready(void) {
    for (uint16_t i = 0; i < all.subject.universe.venue_count; i++) {
        const struct quote *quote = &all.subject.feeds[i]->symbols[0].quote;
        if (!lane_is_ready(all.subject.lanes[i]) || quote->bid.v <= 0 ||
            !universe_listing(&all.subject.universe, i, 0)->ready) {
            return false;
        }
    }
    return true;
}

static bool begin(uint64_t seed) {
    struct host_options hosts = {.seed = seed,
                                 .fair = true,
                                 .prices = &all.market,
                                 .balance = {20000 * USD_ONE},
                                 .on_account = on_account};
    struct subject_options desk = {.seed = seed, .on_event = on_event, .on_pass = on_pass};
    for (uint32_t i = 0; i < hosts_count(); i++) {
        all.rows[i].named = false;
    }
    moment_begin(START_NS);
    prices_begin(&all.market, seed);
    for (uint32_t i = 0; i < hosts_count(); i++) {
        hosts.secrets[i] = keys_of(venue_table[i].md->name);
    }
    if (hosts_begin(&hosts) != STATUS_OK || subject_begin(&all.subject, &desk) != STATUS_OK ||
        subject_start(&all.subject, NULL, false) != STATUS_OK) {
        complain("%s", status_text());
        return false;
    }
    for (int s = 0; s < READY_S && !all_ready(); s++) {
        run_for(NS_PER_S, NULL);
    }
    if (!all_ready()) {
        complain("the desk is not ready after %d s", READY_S);
    }
    return all_ready();
}

// A buyer so low that nobody sells to it. The engine knows nothing of it: what is looked at is the
// lane's.
static void place(uint16_t venue) {
    const struct listing *listing = universe_listing(&all.subject.universe, venue, 0);
    const struct quote *quote = &all.subject.feeds[venue]->symbols[0].quote;
    struct px price =
        listing_price_floor(listing, px_shift_floor(quote->bid, (struct bps){-3 * BPS_ONE * 100}));
    struct usd value = {2 * listing->notional_min.v + 20 * USD_ONE};
    struct qty size = qty_step_floor(
        (struct qty){mul_div_ceil(value.v, QTY_ONE, price.v / (PX_ONE / USD_ONE))}, listing->step);
    struct event_order order = {.order = (UINT64_C(1) << 16) + ++all.orders,
                                .job = 1,
                                .venue = venue,
                                .action = ORDER_ACTION_PLACE,
                                .type = ORDER_POST_ONLY,
                                .phase = LEG_OPEN,
                                .price = price,
                                .size = size.v > listing->size_min.v ? size : listing->size_min,
                                .created_ns = moment_now_ns()};
    lane_send(all.subject.lanes[venue], &order);
}

// Again where it was refused: after the start a venue's limit may leave no room for it yet.
static void place_all(void) {
    for (uint32_t i = 0; i < hosts_count(); i++) {
        const struct venue_oe *oe = host_number(i)->venue->oe;
        all.rows[i] = (struct venue_row){
            .has_switch = (oe->calls & OE_BIT(OE_DEADMAN)) != 0,
            .by_socket = (oe->flags & OE_DEADMAN_BY_SOCKET) != 0,
            .named = all.rows[i].named,
            .latest_ms = all.rows[i].latest_ms,
            .fired = all.rows[i].fired,
            .least_ppm = PPM_ONE,
        };
    }
    for (int tries = 0; tries < TRIES; tries++) {
        for (uint16_t i = 0; i < all.subject.universe.venue_count; i++) {
            if (all.subject.hosts[i]->account->live_count == 0) {
                place(i);
            }
        }
        run_for(TRY_S * NS_PER_S, NULL);
    }
}

static void check_lives(void) {
    for (uint32_t i = 0; i < hosts_count(); i++) {
        const struct venue_row *row = &all.rows[i];
        const char *name = host_number(i)->venue->md->name;
        if (host_number(i)->account->live_count != 1) {
            complain("%s: %u orders rest while the desk lives", name,
                     host_number(i)->account->live_count);
        }
        if (row->least_ppm < PPM_ONE * 2 / 3 - PPM_ONE / 20) {
            complain("%s: only %" PRId64 " %% of the switch's time was left", name,
                     row->least_ppm * 100 / PPM_ONE);
        }
        if (row->has_switch == row->named) {
            complain("%s: %s", name,
                     row->named ? "said to have no switch" : "nobody says that it has none");
        }
    }
}

// Neither end hears of the other any more, and nothing is connected anew.
static void cut_off(void) {
    for (uint32_t i = 0; i < hosts_count(); i++) {
        struct host *host = host_number(i);
        memset(host->weather.often, 0, sizeof(host->weather.often));
        host->weather.calm = false;
        host->weather.until_ns[WEATHER_OUTAGE] = INT64_MAX;
        for (uint32_t s = 0; s < HOST_SESSIONS_MAX; s++) {
            if (host->sessions[s] != NULL) {
                host->sessions[s]->line->deaf = true;
            }
        }
    }
}

static void freeze(void) {
    cut_off(); // nobody answers the venues' pings
    moment_call_off(all.subject.keeper);
    all.subject.keeper = NULL;
    for (uint16_t i = 0; i < all.subject.universe.venue_count; i++) {
        moment_end_timer(&all.subject.lanes[i]->tick);
        moment_end_timer(&all.subject.feeds[i]->tick);
    }
}

static void go(enum way way) {
    for (uint32_t i = 0; i < hosts_count(); i++) {
        struct venue_row *row = &all.rows[i];
        row->due_ns = row->by_socket ? moment_now_ns() + (way == WAY_KILLED ? 0 : PING_S * NS_PER_S)
                                     : armed_until_ns(host_number(i));
    }
    switch (way) {
    case WAY_KILLED:
        subject_die(&all.subject);
        break;
    case WAY_FROZEN:
        freeze();
        break;
    case WAY_CUT_OFF:
    case WAY_COUNT:
    default:
        cut_off();
        break;
    }
}

static void check_gone(enum way way) {
    for (uint32_t i = 0; i < hosts_count(); i++) {
        struct venue_row *row = &all.rows[i];
        const char *name = host_number(i)->venue->md->name;
        int64_t late_ms = (row->gone_ns - row->due_ns) / NS_PER_MS;
        if (!row->has_switch) {
            if (row->gone_ns != 0) {
                complain("%s, %s: the order ended, how?", name, way_names[way]);
            }
        } else if (row->gone_ns == 0 || late_ms > SLACK_MS) {
            complain("%s, %s: the order %s", name, way_names[way],
                     row->gone_ns == 0 ? "still rests" : "was gone too late");
        } else {
            row->fired += row->end == VACC_DEADMAN;
            row->latest_ms = late_ms > row->latest_ms ? late_ms : row->latest_ms;
        }
    }
}

static int64_t last_due_ns(void) {
    int64_t last_ns = moment_now_ns();
    for (uint32_t i = 0; i < hosts_count(); i++) {
        last_ns = all.rows[i].due_ns > last_ns ? all.rows[i].due_ns : last_ns;
    }
    return last_ns;
}

static void trial(enum way way, uint32_t number) {
    struct dice dice = dice_of(number, 77 + way);
    if (begin(1 + number)) {
        place_all();
        run_for(dice_between(&dice, 0, LIVES_S * 1000) * NS_PER_MS, look_at_switches);
        check_lives();
        go(way);
        run_for(last_due_ns() - moment_now_ns() + 2 * SLACK_MS * NS_PER_MS, NULL);
        check_gone(way);
    }
    subject_end(&all.subject);
    hosts_end();
}

int main(int argc, char **argv) {
    uint32_t trials = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : TRIALS;
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    printf("1..%d\n", WAY_COUNT);
    for (int way = 0; way < WAY_COUNT; way++) {
        uint32_t before = all.wrong;
        for (uint32_t i = 0; i < trials && all.wrong < before + 10; i++) {
            trial((enum way)way, i);
        }
        printf("%s %d - %u times %s\n", all.wrong == before ? "ok" : "not ok", way + 1, trials,
               way_names[way]);
    }
    for (uint32_t i = 0; i < hosts_count(); i++) {
        const struct venue_row *row = &all.rows[i];
        printf("# %-12s %s", venue_table[i].md->name,
               row->has_switch ? "" : "has no switch, the desk says so\n");
        if (row->has_switch) {
            printf("fired %u times, at most %" PRId64 " ms after its time\n", row->fired,
                   row->latest_ms);
        }
    }
    return all.wrong == 0 ? 0 : 1;
}
