#include "oracle.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "engine/control.h"
#include "keys.h"
#include "memory.h"
#include "moment.h"

enum {
    BARE_MAX_S = 60,       // unhedged while both venues are well
    SETTLED_WITHIN_S = 30, // an answer is known by then
    QUIET_MS = 3000,       // after a fill the venue's word is awaited
    EXPLAINED_MAX = 12,    // newest orders of a job
    MONEY_SLACK_BPS = 100, // between two looks at the balance the market moves
};

void oracle_fail(struct oracle *oracle, int number, const char *format, ...) {
    if (oracle->failed) {
        return;
    }
    oracle->failed = true;
    oracle->number = number;
    oracle->failed_ns = moment_now_ns();
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(oracle->text, sizeof(oracle->text), format, arguments);
    va_end(arguments);
}

void oracle_begin(struct oracle *oracle, struct subject *subject) {
    *oracle = (struct oracle){.subject = subject, .paused = true};
    ledger_begin(&oracle->ledger, hosts_count(), PRICES_SYMBOLS);
}

void oracle_finish(struct oracle *oracle) {
    ledger_finish(&oracle->ledger);
    free(oracle->bare);
    oracle->bare = NULL;
}

// Under which a venue knows the order of any life.
static void client_id_of(const struct event_order *order, char out[OE_CLIENT_ID_MAX]) {
    host_number(order->venue)->venue->oe->client_id(order->session_key, order->order, out);
}

void oracle_on_life(struct oracle *oracle, const struct recall *recall, enum past_doubt doubt) {
    ledger_life(&oracle->ledger, recall, client_id_of);
    if (oracle->ledger.lost > 0) {
        oracle_fail(oracle, 8, "the journal tells of %u orders that were never commanded",
                    oracle->ledger.lost);
    }
    oracle->paused = true; // a desk that may send orders starts paused
    oracle->killed = recall != NULL && recall->end.killed != 0;
    oracle->state = recall != NULL ? (enum trading_state)recall->end.state : TRADING_ACTIVE;
    oracle->flattens = false;
    oracle->flattened_ns = 0;
    oracle->left = 0;
    oracle->must_sign = oracle->must_sign || doubt != DOUBT_NONE;
    oracle->must_tell = doubt;
    oracle->watched_ns = moment_now_ns();
    for (uint32_t i = 0; i < oracle->bare_count; i++) {
        oracle->bare[i].ns = 0;
    }
}

bool oracle_has_cause(const struct oracle *oracle) {
    const struct subject *subject = oracle->subject;
    const struct ledger *ledger = &oracle->ledger;
    for (uint16_t venue = 0; venue < subject->universe.venue_count; venue++) {
        for (uint16_t symbol = 0; symbol < subject->universe.symbol_count; symbol++) {
            int64_t explained =
                ledger->accepted[venue][symbol].v + ledger->vanished[venue][symbol].v;
            if (ledger->foreign[venue][symbol].v != explained) {
                return true;
            }
        }
    }
    for (uint32_t i = 1; i < ledger->count; i++) {
        if (ledger->intents[i].live && ledger->intents[i].life != ledger->life) {
            return true;
        }
    }
    return oracle->must_sign;
}

// ---- events of the engine ----------------------------------------------------------------------

// Whether a flatten or the cancelling of a job means this one.
static bool is_meant(const struct event_control *control, const struct job *job) {
    if (control->verb == CONTROL_CANCEL_JOB) {
        return job->id == (uint64_t)control->value;
    }
    return control->verb == CONTROL_KILL ||
           ((control->symbol == CONTROL_ANY || control->symbol == job->symbol) &&
            (control->venue == CONTROL_ANY || control->venue == job->legs[LEG_BUY].venue ||
             control->venue == job->legs[LEG_SELL].venue));
}

// What a person ordered closed stays so until it is closed, whatever the state of the desk becomes
// meanwhile; only a kill takes it back, and a kill that flattens orders everything anew.
static void note_told(struct oracle *oracle, const struct event_control *control, bool told) {
    const struct job_table *jobs = &oracle->subject->desk.jobs;
    for (uint32_t i = 0; i < jobs->live_count; i++) {
        const struct job *job = &jobs->jobs[jobs->live[i]];
        if (is_meant(control, job)) {
            ledger_job_of(&oracle->ledger, job->id)->told_to_close = told;
        }
    }
}

static void on_control(struct oracle *oracle, const struct event *event) {
    const struct event_control *control = &event->u.control;
    switch ((int)control->verb) {
    case CONTROL_PAUSE:
        oracle->paused = true;
        break;
    case CONTROL_RESUME:
        oracle->paused = false;
        break;
    case CONTROL_KILL:
        oracle->killed = true;
        oracle->flattens = oracle->flattens || control->value != 0;
        note_told(oracle, control, oracle->flattens);
        break;
    case CONTROL_CLEAR:
        oracle->killed = oracle->flattens = false;
        break;
    case CONTROL_STATE:
        oracle->state = (enum trading_state)control->value;
        break;
    case CONTROL_ACCEPT:
        oracle->signatures++;
        oracle->needless += !oracle_has_cause(oracle);
        oracle->signed_now = true;
        oracle->must_sign = false;
        break;
    case CONTROL_FLATTEN:
        oracle->flattened_ns = event->header.time_ns;
        note_told(oracle, control, true);
        break;
    case CONTROL_CANCEL_JOB:
        note_told(oracle, control, true);
        break;
    default:
        break;
    }
}

// A flatten takes over what no job holds, by jobs of its own.
static void on_job(struct oracle *oracle, const struct event *event) {
    oracle->money_moved = true;
    if (event->u.job.state == JOB_PENDING &&
        (oracle->flattens || oracle->flattened_ns == event->header.time_ns)) {
        ledger_job_of(&oracle->ledger, event->u.job.job)->told_to_close = true;
    }
}

// Why a signature is wanted, in words that a person can act on.
static void note_doubt(struct oracle *oracle, const struct event_alert *alert) {
    static const char *const words[DOUBT_COUNT] = {"", "is damaged", "another version"};
    bool about = strcmp(alert->rule, "reconcile") == 0;
    if (about && strstr(alert->text, words[oracle->must_tell]) != NULL) {
        oracle->must_tell = DOUBT_NONE;
    }
}

static void judge_text(struct oracle *oracle, const char *text, size_t size) {
    oracle->looked[10]++;
    if (keys_leaked((struct slice){text, size}) != NULL) {
        oracle_fail(oracle, 10, "a secret is told: %.*s", (int)size, text);
    }
}

static void on_command(struct oracle *oracle, const struct event *event) {
    const struct event_order *order = &event->u.order;
    if (order->action != ORDER_ACTION_PLACE) {
        return;
    }
    char client_id[OE_CLIENT_ID_MAX];
    client_id_of(order, client_id);
    oracle->looked[1]++;
    if (ledger_of_order(&oracle->ledger, order->order) != NULL) {
        oracle_fail(oracle, 1, "order %" PRIu64 " is commanded twice", order->order);
        return;
    }
    if (ledger_of_client(&oracle->ledger, order->venue, client_id) != NULL) {
        oracle_fail(oracle, 1, "the client id %s is used twice", client_id);
        return;
    }
    (void)ledger_command(&oracle->ledger, event, client_id);
    oracle_judge_place(oracle, event);
}

void oracle_on_event(void *arg, const struct event *event) {
    struct oracle *oracle = arg;
    switch ((int)event->header.kind) {
    case EVENT_ORDER_COMMAND:
        on_command(oracle, event);
        break;
    case EVENT_ORDER_REPORT:
        ledger_report(&oracle->ledger, &event->u.report);
        judge_text(oracle, event->u.report.text, sizeof(event->u.report.text));
        break;
    case EVENT_ORDER_FILLED:
        ledger_filled(&oracle->ledger, &event->u.fill);
        oracle->money_moved = true;
        break;
    case EVENT_JOB_STATE:
        on_job(oracle, event);
        break;
    case EVENT_CONTROL:
        on_control(oracle, event);
        break;
    case EVENT_ALERT:
        judge_text(oracle, event->u.alert.text, sizeof(event->u.alert.text));
        if (oracle->show) {
            (void)fprintf(stderr, "alarm at %" PRId64 " %s: %s\n",
                          event->header.time_ns / NS_PER_MS, event->u.alert.rule,
                          event->u.alert.text);
        }
        oracle->left += strcmp(event->u.alert.rule, "dust") == 0;
        note_doubt(oracle, &event->u.alert);
        break;
    case EVENT_LANE_STATE:
        judge_text(oracle, event->u.lane.text, sizeof(event->u.lane.text));
        break;
    default:
        break;
    }
}

static void judge_pools(struct oracle *oracle) {
    const struct desk *desk = &oracle->subject->desk;
    int64_t lent[VENUE_MAX][POOL_COUNT] = {{0}};
    oracle->looked[4]++;
    for (uint32_t row = 0; row < desk->jobs.used; row++) {
        const struct reservation *reservation = &desk->capital.reservations[row];
        const struct job *job = &desk->jobs.jobs[row];
        if (reservation->job == 0) {
            if (job_running(job) && job->strategy != STRATEGY_MANUAL && job->reserved.v != 0) {
                oracle_fail(oracle, 4, "job %u runs on nothing reserved", job->id);
            }
            continue;
        }
        if (reservation->job != job->id || !job_running(job)) {
            oracle_fail(oracle, 4, "job %u is over and its capital still reserved",
                        reservation->job);
        }
        for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
            for (int pool = 0; pool < POOL_COUNT; pool++) {
                lent[reservation->legs[leg].venue][pool] += reservation->legs[leg].from[pool].v;
            }
        }
    }
    for (uint32_t venue = 0; venue < desk->universe->venue_count; venue++) {
        for (int pool = 0; pool < POOL_COUNT; pool++) {
            int64_t used = desk->capital.venues[venue].purse.used[pool].v;
            if (used < 0 || used != lent[venue][pool]) {
                oracle_fail(oracle, 4, "%s: pool %d has lent %" PRId64 ", jobs hold %" PRId64,
                            desk->universe->venues[venue].name, pool, used, lent[venue][pool]);
            }
        }
    }
}

// A signature makes the venues' positions the book's: from here on it has to follow again. Where it
// took something over, what orders of ours did is no part of that, even while the fill that tells
// it is still to come: else the book would have to count that fill twice to agree with us.
static void take_over(struct oracle *oracle) {
    const struct desk *desk = &oracle->subject->desk;
    struct ledger *ledger = &oracle->ledger;
    for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
        for (uint16_t symbol = 0; symbol < desk->universe->symbol_count; symbol++) {
            int64_t gone = ledger->vanished[venue][symbol].v;
            int64_t beyond = position_of(desk, venue, symbol)->net.v - gone;
            struct qty *accepted = &ledger->accepted[venue][symbol];
            if (beyond - ledger->told[venue][symbol].v != accepted->v) {
                accepted->v = beyond - ledger->own[venue][symbol].v;
            }
        }
    }
}

void oracle_on_pass(void *arg, bool taken) {
    struct oracle *oracle = arg;
    struct subject *subject = oracle->subject;
    ledger_commit(&oracle->ledger, taken);
    if (oracle->signed_now) {
        oracle->signed_now = false;
        take_over(oracle);
    }
    if (oracle->money_moved) {
        oracle->money_moved = false;
        judge_pools(oracle);
    }
    oracle->looked[8]++;
    if (subject->shadow.differs) {
        oracle_fail(oracle, 8, "replay decides otherwise: %s", subject->shadow.text);
    }
    oracle->looked[11]++;
    if (memory_taken() != 0) {
        oracle_fail(oracle, 11, "memory was taken inside a pass, %" PRIu64 " times",
                    memory_taken());
    }
}

// ---- events of the venues ----------------------------------------------------------------------

static void on_order(struct oracle *oracle, struct host *host, uint16_t venue,
                     const struct vacc_order *order) {
    struct intent *intent = ledger_of_client(&oracle->ledger, venue, order->client_id);
    if (order->client_id[0] == '\0') {
        return; // somebody else's
    }
    oracle->looked[1]++;
    const char *name = host->venue->md->name;
    if (intent == NULL || !intent->committed) {
        oracle_fail(oracle, 1, "%s has an order %s that is not on file", name, order->client_id);
        return;
    }
    if (intent->number != 0 && intent->number != order->number) {
        oracle_fail(oracle, 1, "%s took the order %s twice", name, order->client_id);
    }
    if (intent->number == 0) {
        oracle->ledger.orders++;
    }
    intent->number = order->number;
    intent->live = order->end == VACC_LIVE;
    if (intent->side != order->side || intent->size.v != order->size.v ||
        intent->symbol != order->listing || intent->price.v != order->price.v) {
        oracle_fail(oracle, 1, "%s has the order %s otherwise than it is on file", name,
                    order->client_id);
    }
}

void oracle_on_account(void *arg, struct host *host, const struct vacc_event *event) {
    struct oracle *oracle = arg;
    uint16_t venue = subject_venue_of(oracle->subject, host);
    if (event->kind == VACC_EVENT_ORDER || event->kind == VACC_EVENT_FILL) {
        on_order(oracle, host, venue, &event->order);
    }
    if (event->kind == VACC_EVENT_FILL) {
        ledger_venue_fill(&oracle->ledger, venue, &event->fill);
    }
}

// ---- time --------------------------------------------------------------------------------------

static bool is_well(const struct oracle *oracle, uint16_t venue) {
    const struct subject *subject = oracle->subject;
    return subject->lanes[venue] != NULL && subject->lanes[venue]->state == LANE_READY &&
           feed_stats(subject->feeds[venue])->state == FEED_LIVE &&
           host_is_well(subject->hosts[venue]);
}

static int64_t larger_step(const struct oracle *oracle, const struct job *job) {
    const struct universe *universe = &oracle->subject->universe;
    int64_t step = 0;
    for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
        int64_t own = universe_listing(universe, job->legs[leg].venue, job->symbol)->step.v;
        step = own > step ? own : step;
    }
    return step;
}

// Worth less than the venues take an order for.
static bool is_small(const struct oracle *oracle, const struct job *job, int64_t gap) {
    const struct subject *subject = oracle->subject;
    bool small = false;
    for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
        uint16_t venue = job->legs[leg].venue;
        const struct quote *quote = picture_quote(&subject->desk, venue, job->symbol);
        struct px mid = px_mid_floor(quote->bid, quote->ask);
        struct usd least = universe_listing(&subject->universe, venue, job->symbol)->notional_min;
        small = small || usd_notional_near(mid, (struct qty){gap}).v < least.v;
    }
    return small;
}

static struct bare *bare_of(struct oracle *oracle, uint32_t job) {
    if (job >= oracle->bare_count) {
        uint32_t count = job + 256;
        oracle->bare = realloc(oracle->bare, count * sizeof(*oracle->bare));
        ASSERT(oracle->bare != NULL);
        memset(oracle->bare + oracle->bare_count, 0,
               (count - oracle->bare_count) * sizeof(*oracle->bare));
        oracle->bare_count = count;
    }
    return &oracle->bare[job];
}

void oracle_note_room(struct oracle *oracle, const struct job *job) {
    struct bare *bare = bare_of(oracle, job->id);
    int64_t room = oracle_least(oracle, job, LEG_BUY) + oracle_least(oracle, job, LEG_SELL);
    bare->room = room > bare->room ? room : bare->room;
}

// It was made to close what no job held.
static bool took_over(struct ledger *ledger, const struct job *job) {
    return job->legs[LEG_BUY].opened.v > ledger_told(ledger, job->id, LEG_BUY, true).v ||
           job->legs[LEG_SELL].opened.v > ledger_told(ledger, job->id, LEG_SELL, true).v;
}

static void watch_job(struct oracle *oracle, const struct job *job, int64_t passed_ns) {
    struct ledger *ledger = &oracle->ledger;
    int64_t gap = ledger_job_of(ledger, job->id)->filled.v;
    int64_t step = larger_step(oracle, job);
    oracle_note_room(oracle, job);
    struct bare *bare = bare_of(oracle, job->id);
    gap = gap < 0 ? -gap : gap;
    oracle->looked[3] += !job->single;
    if (gap < step) {
        bare->ns = 0;
        return;
    }
    if (job->single || took_over(ledger, job)) {
        return; // one leg is all that it has
    }
    oracle->job = oracle->failed ? oracle->job : job->id;
    int64_t leg_most = 0;
    for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
        int64_t opened = ledger_most(ledger, job->id, leg, true).v;
        leg_most = opened > leg_most ? opened : leg_most;
    }
    int64_t most = bare->room + leg_most + ledger_late(ledger, job->id).v;
    if (gap > most + 2 * step) {
        oracle_fail(oracle, 3,
                    "job %u stands with %" PRId64 "e-8 unhedged, a leg has %" PRId64 "e-8", job->id,
                    gap, most);
    }
    bool well =
        is_well(oracle, job->legs[LEG_BUY].venue) && is_well(oracle, job->legs[LEG_SELL].venue);
    bare->ns = is_small(oracle, job, gap) ? 0 : bare->ns + (well ? passed_ns : 0);
    if (bare->ns > BARE_MAX_S * NS_PER_S) {
        oracle_fail(oracle, 3, "job %u stands with %" PRId64 "e-8 unhedged for %d s", job->id, gap,
                    BARE_MAX_S);
    }
}

static void watch_log(struct oracle *oracle) {
    static struct log_line lines[LOG_RECENT_MAX];
    int count = log_recent(oracle->log_seen, lines, LOG_RECENT_MAX, &oracle->log_seen);
    for (int i = 0; i < count; i++) {
        judge_text(oracle, lines[i].text, strlen(lines[i].text));
    }
}

void oracle_watch(struct oracle *oracle) {
    struct subject *subject = oracle->subject;
    int64_t now_ns = moment_now_ns(), passed_ns = now_ns - oracle->watched_ns;
    oracle->watched_ns = now_ns;
    watch_log(oracle);
    if (subject->alive && oracle->must_tell != DOUBT_NONE) {
        oracle_fail(oracle, 8, "the desk does not say why it doubts what was left");
    }
    for (uint32_t i = 0; subject->alive && i < subject->desk.jobs.live_count; i++) {
        const struct job *job = &subject->desk.jobs.jobs[subject->desk.jobs.live[i]];
        if (job_running(job)) {
            watch_job(oracle, job, passed_ns);
        }
    }
}

static void explain_order(const struct oracle *oracle, const struct intent *intent) {
    (void)fprintf(stderr,
                  "order %" PRIu64 " %s at %s leg %u phase %u size %" PRId64 ": told %" PRId64
                  "%s, at the venue %" PRId64 "%s, decided at %" PRId64 "\n",
                  intent->order, side_name(intent->side),
                  oracle->subject->hosts[intent->venue]->venue->md->name, intent->leg,
                  intent->phase, intent->size.v, intent->told.v,
                  intent->told_end ? " and over" : "", intent->filled.v,
                  intent->number == 0 ? ", never there"
                  : intent->live      ? ", live"
                                      : ", over",
                  intent->decided_ns / NS_PER_MS);
}

// The newest orders of the job it is about, and those of which the venue and the desk differ.
void oracle_explain(struct oracle *oracle) {
    struct ledger *ledger = &oracle->ledger;
    uint32_t row = oracle->job != 0 ? ledger_job_of(ledger, oracle->job)->first : 0;
    const struct job *job = job_find(&oracle->subject->desk.jobs, oracle->job);
    for (int leg = 0; oracle->subject->alive && job != NULL && leg < JOB_LEGS_MAX; leg++) {
        const struct leg *at = &job->legs[leg];
        (void)fprintf(stderr,
                      "job %u state %d leg %d at %s: target %" PRId64 " opened %" PRId64
                      " closed %" PRId64 " working %" PRId64 " and %" PRId64 ", %u tries%s%s\n",
                      job->id, (int)job->state, leg,
                      oracle->subject->hosts[at->venue]->venue->md->name, at->target.v,
                      at->opened.v, at->closed.v, at->working_open.v, at->working_close.v,
                      at->tries, job->stopping ? ", stopping" : "", job->urgent ? ", urgent" : "");
    }
    for (int i = 0; row != 0 && i < EXPLAINED_MAX; row = ledger->intents[row].next, i++) {
        explain_order(oracle, &ledger->intents[row]);
    }
    int shown = 0;
    for (uint32_t i = 1; i < ledger->count && shown < EXPLAINED_MAX; i++) {
        if (ledger->intents[i].told.v != ledger->intents[i].filled.v) {
            explain_order(oracle, &ledger->intents[i]);
            shown++;
        }
    }
}

// ---- after the storm ---------------------------------------------------------------------------

static void settle_orders(struct oracle *oracle, bool flat) {
    const struct desk *desk = &oracle->subject->desk;
    int64_t now_ns = moment_now_ns();
    for (uint32_t i = 0; i < desk->orders.live_count; i++) {
        const struct order *order = &desk->orders.orders[desk->orders.live[i]];
        bool waits = order->state != ORDER_OPEN && order->state != ORDER_PARTIAL;
        if (flat || (waits && now_ns - order->changed_ns > SETTLED_WITHIN_S * NS_PER_S)) {
            oracle_fail(oracle, 2, "order %s at %s is still %s", order->client_id,
                        desk->universe->venues[order->venue].name, order_state_name(order->state));
        }
    }
    for (uint32_t i = 1; i < oracle->ledger.count; i++) {
        struct intent *intent = &oracle->ledger.intents[i];
        struct order *order = order_find(&oracle->subject->desk.orders, intent->order);
        bool known = order != NULL && order_live(order);
        if (intent->live && intent->life == oracle->ledger.life && !known) {
            oracle_fail(oracle, 2, "%s still has order %" PRIu64 ", which the desk takes for over",
                        desk->universe->venues[intent->venue].name, intent->order);
        }
    }
}

static bool any_live(const struct oracle *oracle, uint16_t venue, uint16_t symbol) {
    const struct order_table *orders = &oracle->subject->desk.orders;
    for (uint32_t i = 0; i < orders->live_count; i++) {
        const struct order *order = &orders->orders[orders->live[i]];
        if (order->venue == venue && order->symbol == symbol) {
            return true;
        }
    }
    return false;
}

static void settle_listing(struct oracle *oracle, uint16_t venue, uint16_t symbol, bool flat) {
    const struct subject *subject = oracle->subject;
    const struct host *host = subject->hosts[venue];
    const struct ledger *ledger = &oracle->ledger;
    int64_t own = ledger->own[venue][symbol].v;
    int64_t desk = position_of(&subject->desk, venue, symbol)->net.v;
    int64_t truth = host->account->positions[symbol].net.v;
    bool quiet = moment_now_ns() - ledger->filled_ns[venue][symbol] > QUIET_MS * NS_PER_MS &&
                 !any_live(oracle, venue, symbol);
    ASSERT(truth == own + ledger->foreign[venue][symbol].v);
    if (!quiet && !flat) {
        return;
    }
    oracle->looked[2]++;
    int64_t gone = ledger->vanished[venue][symbol].v;
    desk -= ledger->accepted[venue][symbol].v;
    if (desk != own + gone) {
        oracle_fail(oracle, 2,
                    "%s %s: the desk's orders made %" PRId64 "e-8, it knows of %" PRId64 "e-8",
                    host->venue->md->name, prices_symbols[symbol], own, desk);
    }
    if ((gone < 0 ? -gone : gone) > ledger->moved[venue][symbol].v) {
        oracle_fail(
            oracle, 2, "%s %s: %" PRId64 "e-8 is said to have gone, others moved %" PRId64 "e-8",
            host->venue->md->name, prices_symbols[symbol], gone, ledger->moved[venue][symbol].v);
    }
    own = desk + ledger->accepted[venue][symbol].v; // all that the book has
    if (subject->lanes[venue]->symbols[symbol].position.net.v != truth) {
        oracle_fail(oracle, 2,
                    "%s %s: the position is %" PRId64 "e-8, the lane was told %" PRId64 "e-8",
                    host->venue->md->name, prices_symbols[symbol], truth,
                    subject->lanes[venue]->symbols[symbol].position.net.v);
    }
    // What jobs told that they left, because the venue takes no order for so little.
    const struct listing *listing = universe_listing(&subject->universe, venue, symbol);
    int64_t held = own < 0 ? -own : own, left = 1 + oracle->left;
    struct usd worth = usd_notional_near(host->world.listings[symbol].mark, (struct qty){held});
    bool small = worth.v < left * listing->notional_min.v || held < left * listing->size_min.v;
    if (flat && !small && held >= listing->step.v && held > 0) {
        oracle_fail(oracle, 2, "%s %s: %" PRId64 "e-8 is held by no job", host->venue->md->name,
                    prices_symbols[symbol], own);
    }
}

static void settle_money(struct oracle *oracle, uint16_t venue) {
    const struct subject *subject = oracle->subject;
    const struct host *host = subject->hosts[venue];
    struct usd truth = vacc_equity(host->account, &host->world);
    struct usd known = capital_equity(&subject->desk, venue);
    struct usd slack = usd_bps_floor(usd_abs(truth), BPS(MONEY_SLACK_BPS));
    oracle->looked[2]++;
    if (usd_abs(usd_sub(truth, known)).v > slack.v) {
        oracle_fail(oracle, 2, "%s: the account is worth %" PRId64 " USD, the desk knows %" PRId64,
                    host->venue->md->name, truth.v / USD_ONE, known.v / USD_ONE);
    }
}

void oracle_settled(struct oracle *oracle, bool flat) {
    const struct subject *subject = oracle->subject;
    settle_orders(oracle, flat);
    // What others did may have been seen only now, and waits for the signature.
    bool waits = !flat && subject->desk.reconcile.phase == RECONCILE_DIFFERS;
    if (!reconcile_agreed(&subject->desk) && !(waits && oracle_has_cause(oracle))) {
        oracle_fail(oracle, 2, "the desk does not agree with its venues: %s",
                    subject->desk.reconcile.phase == RECONCILE_ASKING ? "it still asks"
                                                                      : "they differ");
    }
    for (uint16_t venue = 0; venue < subject->universe.venue_count; venue++) {
        const struct lane *lane = subject->lanes[venue];
        enum feed_state feed = (enum feed_state)feed_stats(subject->feeds[venue])->state;
        // A stream that failed for long waits up to a minute before it connects again.
        bool fed = feed == FEED_LIVE || !flat;
        if (lane == NULL || lane->state != LANE_READY || !fed) {
            oracle_fail(oracle, 2, "%s is not back: feed %u, lane %s %s",
                        subject->universe.venues[venue].name, (unsigned)feed,
                        lane != NULL ? lane_state_name(lane->state) : "none",
                        lane != NULL ? lane->text : "");
            continue;
        }
        for (uint16_t symbol = 0; symbol < subject->universe.symbol_count; symbol++) {
            settle_listing(oracle, venue, symbol, flat);
        }
        settle_money(oracle, venue);
    }
    for (uint32_t i = 0; flat && i < subject->desk.jobs.live_count; i++) {
        const struct job *job = &subject->desk.jobs.jobs[subject->desk.jobs.live[i]];
        if (job_running(job)) {
            oracle_fail(oracle, 2, "job %u still runs, state %d", job->id, (int)job->state);
        }
    }
}
