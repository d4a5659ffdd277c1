// Random markets, random persons, random venues: whatever happens, the books agree after every
// input, and every job ends flat once things calm down.
//
// Half of the runs use the paper venue; in the other half the test is a venue that rejects, loses
// answers, fills in parts, fills after a cancel and tells fills twice. Now and then the desk dies
// and another one goes on from what was journalled, which at any time is what the desk believed.
// Seeds are numbers: a failure names its own.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "harness.h"

enum { WILD_MAX = 16384, RUNS = 1000, STEPS = 120 };

struct wild_order {
    uint64_t id;
    uint16_t venue, symbol;
    bool post_only, alive, told, lost, cancel;
    bool never; // its desk died before it was sent
    struct px price;
    struct qty rest;
    struct event_report fill; // the newest, to be told twice
};

struct world {
    struct harness *h;
    struct recall *recall; // of all that was journalled
    uint64_t random;
    bool wild, healthy, trace;
    struct wild_order orders[WILD_MAX];
    uint32_t order_count;
    int64_t shift[H_VENUES][H_SYMBOLS]; // of the mid, 0.01 bps
    int64_t pnl;                        // of ended jobs
    uint32_t ended, done, failed, expired, restarts;
};

static uint32_t draw(struct world *w, uint32_t below) {
    w->random = hash_mix(w->random + 1);
    return (uint32_t)(w->random >> 32) % below;
}
static bool chance(struct world *w, uint32_t percent) {
    return draw(w, 100) < percent;
}

static void on_command(struct world *w, const struct event_order *command) {
    const struct desk *desk = &w->h->desk;
    if (command->action == ORDER_ACTION_CANCEL) {
        for (uint32_t i = 0; i < w->order_count; i++) {
            if (w->orders[i].id == command->order) {
                w->orders[i].cancel = true;
            }
        }
        return;
    }
    if (command->phase == LEG_OPEN && command->action == ORDER_ACTION_PLACE) { // the gate
        assert_false(desk->killed);
        assert_int_equal(desk->status, DESK_RUNNING);
        assert_int_equal(desk->state, TRADING_ACTIVE);
    }
    if (command->action == ORDER_ACTION_ASK) {
        return; // the order is in its row, alive
    }
    assert_true(command->size.v > 0 && command->price.v > 0);
    const struct listing *listing =
        universe_listing(&w->h->universe, command->venue, command->symbol);
    assert_int_equal(command->size.v % listing->step.v, 0);
    assert_int_equal(command->price.v % listing->tick.v, 0);
    if (w->wild) {
        assert_true(w->order_count < WILD_MAX);
        uint32_t at =
            w->order_count++; // rows are not reused: the venue may be in the middle of one
        w->orders[at] = (struct wild_order){.id = command->order,
                                            .venue = command->venue,
                                            .symbol = command->symbol,
                                            .post_only = command->type == ORDER_POST_ONLY,
                                            .alive = true,
                                            .price = command->price,
                                            .rest = command->size};
    }
}

static void on_watch(void *arg, const struct event *event) {
    struct world *w = arg;
    recall_event(w->recall, event);
    if (w->trace && event->header.kind != EVENT_QUOTE_UPDATED) { // to look at one seed
        char line[400];
        struct text text = TEXT_OVER(line);
        event_print(&text, &w->h->universe, event);
        print_message("# %lld %s\n", (long long)(event->header.time_ns - H_START_NS) / NS_PER_MS,
                      line);
    }
    if (event->header.kind == EVENT_ORDER_COMMAND) {
        on_command(w, &event->u.order);
    }
    if (event->header.kind == EVENT_JOB_STATE && event->u.job.state > JOB_UNWINDING) {
        w->ended++;
        w->done += event->u.job.state == JOB_DONE;
        w->failed += event->u.job.state == JOB_FAILED;
        w->expired += event->u.job.state == JOB_EXPIRED;
        w->pnl += event->u.job.pnl.v;
    }
}

static void tell(struct world *w, struct wild_order *order, enum report_kind kind, struct qty size,
                 enum liquidity liquidity) {
    struct event_report report = {.order = order->id,
                                  .venue = order->venue,
                                  .symbol = order->symbol,
                                  .kind = (uint8_t)kind,
                                  .liquidity = (uint8_t)liquidity};
    if (kind == REPORT_FILL) {
        report.trade = ++w->h->trade;
        report.price = order->price;
        report.size = size;
        report.fee = usd_bps_ceil(usd_notional_near(order->price, size), BPS_C(draw(w, 500)));
        order->rest = qty_sub(order->rest, size);
        order->fill = report;
    }
    harness_input(w->h, EVENT_ORDER_REPORT, &report);
    harness_check(w->h);
}

static struct qty part_of(struct world *w, const struct wild_order *order) {
    struct qty step = universe_listing(&w->h->universe, order->venue, order->symbol)->step;
    int64_t steps = order->rest.v / step.v;
    return (struct qty){step.v * (1 + (int64_t)draw(w, (uint32_t)steps))};
}

static void run_order(struct world *w, struct wild_order *order) {
    bool healthy = w->healthy;
    if (order->never) {
        order->alive = false;
        tell(w, order, order->post_only ? REPORT_CANCELED : REPORT_EXPIRED, (struct qty){0},
             LIQUIDITY_TAKER);
        return;
    }
    if (!order->told && !healthy && chance(w, 15)) {
        order->alive = false;
        tell(w, order, REPORT_REJECTED, (struct qty){0},
             order->post_only && chance(w, 70) ? LIQUIDITY_TAKER : LIQUIDITY_MAKER);
        return;
    }
    if (!order->lost && !healthy && chance(w, 5)) {
        order->lost = true;
        tell(w, order, REPORT_UNKNOWN, (struct qty){0}, LIQUIDITY_MAKER);
        return;
    }
    if (!order->told && order->post_only) {
        tell(w, order, REPORT_ACCEPTED, (struct qty){0}, LIQUIDITY_MAKER);
    }
    order->told = true;
    if (order->fill.trade != 0 && !healthy && chance(w, 20)) { // the same fill over another way
        harness_input(w->h, EVENT_ORDER_REPORT, &order->fill);
        harness_check(w->h);
    }
    if (!order->post_only) {
        if (healthy) {
            tell(w, order, REPORT_FILL, order->rest, LIQUIDITY_TAKER);
        } else if (chance(w, 60)) {
            tell(w, order, REPORT_FILL, part_of(w, order), LIQUIDITY_TAKER);
        }
        if (order->rest.v == 0) {
            order->alive = false;
        } else if (chance(w, 60)) {
            order->alive = false;
            tell(w, order, REPORT_EXPIRED, (struct qty){0}, LIQUIDITY_TAKER);
        }
        return;
    }
    if (chance(w, healthy ? 3 : 15)) {
        tell(w, order, REPORT_FILL, chance(w, 50) ? order->rest : part_of(w, order),
             LIQUIDITY_MAKER);
    }
    if (order->rest.v == 0) {
        order->alive = false;
    } else if (order->cancel && (healthy || chance(w, 50))) {
        order->alive = false;
        tell(w, order, REPORT_CANCELED, (struct qty){0}, LIQUIDITY_MAKER);
        if (!healthy && chance(w, 15)) { // the fill that crossed with the cancel comes late
            tell(w, order, REPORT_FILL, part_of(w, order), LIQUIDITY_MAKER);
        }
    }
}

static void run_venue(struct world *w) {
    for (uint32_t i = 0; w->wild && i < w->order_count; i++) {
        if (w->orders[i].alive) {
            run_order(w, &w->orders[i]);
        }
    }
}

static void random_quote(struct world *w) {
    uint16_t venue = (uint16_t)draw(w, H_VENUES), symbol = (uint16_t)draw(w, H_SYMBOLS);
    int64_t *shift = &w->shift[venue][symbol];
    *shift += (int64_t)draw(w, chance(w, 20) ? 3000 : 300) - (*shift > 0 ? 1500 : 150);
    *shift = *shift > 4000 ? 4000 : *shift < -4000 ? -4000 : *shift;
    struct px tick = universe_listing(&w->h->universe, venue, symbol)->tick;
    struct px bid = px_tick_floor(px_shift_floor(harness_mid(symbol), (struct bps){*shift}), tick);
    struct qty step = universe_listing(&w->h->universe, venue, symbol)->step;
    int64_t unit = symbol == H_BTC ? 1 : 20;
    struct qty size = {step.v * unit * (int64_t)(1 + draw(w, chance(w, 50) ? 20 : 20000))};
    harness_quote(w->h, venue, symbol, bid, (struct px){bid.v + tick.v * (1 + draw(w, 3))}, size);
}

// A person's own order, at once or spread, hedged or not.
static void random_submit(struct world *w) {
    struct control_request request = {.verb = CONTROL_SUBMIT,
                                      .origin = ORIGIN_TEST,
                                      .venue = (uint16_t)draw(w, H_VENUES),
                                      .symbol = (uint16_t)draw(w, H_SYMBOLS),
                                      .value = (20 + draw(w, 480)) * USD_ONE,
                                      .side = (uint8_t)draw(w, 2),
                                      .over_s = chance(w, 40) ? 1 + draw(w, 20) : 0};
    if (chance(w, 50)) {
        request.hedged = true;
        request.hedge_venue = (uint16_t)((request.venue + 1 + draw(w, H_VENUES - 1)) % H_VENUES);
    }
    assert_int_equal(engine_control(&w->h->engine, &request, w->h->now_ns), STATUS_OK);
}

static void random_control(struct world *w) {
    struct harness *h = w->h;
    switch (draw(w, 20)) {
    case 16:
    case 17:
    case 18:
    case 19:
        random_submit(w);
        break;
    case 0:
        harness_control(h, CONTROL_PAUSE, 0);
        break;
    case 1:
    case 2:
    case 3:
        harness_control(h, CONTROL_RESUME, 0);
        break;
    case 4:
        harness_control(h, CONTROL_STATE, draw(w, TRADING_STATE_COUNT));
        break;
    case 5:
    case 6:
        harness_control(h, CONTROL_STATE, TRADING_ACTIVE);
        break;
    case 7:
        harness_control(h, CONTROL_KILL, draw(w, 2));
        break;
    case 8:
    case 9:
    case 10:
        harness_control(h, CONTROL_CLEAR, 0);
        harness_control(h, CONTROL_RESUME, 0);
        break;
    case 11:
        harness_control(h, CONTROL_FLATTEN, 0);
        break;
    case 12:
        if (h->desk.jobs.next_id > 0) {
            harness_control(h, CONTROL_CANCEL_JOB, h->desk.jobs.next_id);
        }
        break;
    case 13:
        harness_control(h, CONTROL_RISK_MODE, draw(w, RISK_MODE_COUNT));
        break;
    case 14:
        harness_feed(h, (uint16_t)draw(w, H_VENUES), chance(w, 70) ? FEED_LIVE : FEED_DOWN, 0);
        break;
    default:
        harness_control(h, CONTROL_OVERRIDE, draw(w, 2) * 30);
        break;
    }
}

// Everything a session is told before it can be recalled from its own journal alone.
static void begin_journal(struct world *w) {
    recall_init(w->recall);
    for (uint32_t i = 0; i < w->h->count; i++) {
        recall_event(w->recall, &w->h->events[i]);
    }
    w->h->watch = on_watch;
    w->h->watch_arg = w;
}

static struct harness *prepare(struct world *w, const struct settings *settings, int64_t now_ns) {
    struct harness *h = harness_prepare();
    h->settings = *settings;
    h->now_ns = now_ns;
    w->h = h;
    return h;
}

static void restart(struct world *w) {
    struct harness *dead = w->h;
    struct recall *left = w->recall;
    for (uint32_t i = 0; i < w->order_count; i++) {
        struct wild_order *order = &w->orders[i];
        order->never = order->alive && !order->told && !order->lost && chance(w, 40);
        order->lost = order->cancel = false;
    }
    struct harness *h = prepare(w, &dead->settings, dead->now_ns + H_MS(draw(w, 3000)));
    h->trade = dead->trade;
    harness_start(h);
    if (w->wild) {
        harness_paper_off(h);
    }
    w->recall = malloc(sizeof(*w->recall));
    assert_non_null(w->recall);
    begin_journal(w);
    harness_tell_past(h, left, w->wild);
    assert_true(h->desk.orders.session_key > left->end.session_key);
    harness_check(h);
    harness_compare(h, w->recall);
    w->restarts++;
    free(left);
    harness_destroy(dead);
}

static void calm_down(struct world *w) {
    struct harness *h = w->h;
    w->healthy = true;
    h->settings.paper.reject_ppm = 0;
    harness_control(h, CONTROL_CLEAR, 0);
    harness_control(h, CONTROL_STATE, TRADING_ACTIVE);
    harness_control(h, CONTROL_RESUME, 0);
    for (int strategy = 0; strategy < STRATEGY_COUNT; strategy++) {
        harness_control_at(h, CONTROL_STRATEGY, CONTROL_ANY, CONTROL_ANY, 0, strategy);
    }
    for (int i = 0; i < 300; i++) {
        if (i == 150) { // what a person opened stays until a person closes it
            harness_control(h, CONTROL_FLATTEN, 0);
        }
        harness_calm(h, (struct bps){0});
        harness_advance(h, H_MS(200));
        run_venue(w);
        harness_advance(h, H_MS(200));
        run_venue(w);
        if (i % 10 == 0) {
            harness_check(h);
        }
    }
}

static void check_end(struct world *w) {
    const struct desk *desk = &w->h->desk;
    for (uint32_t i = 0; i < desk->jobs.live_count; i++) {
        const struct job *job = &desk->jobs.jobs[desk->jobs.live[i]];
        print_error("job %u still %s, held %lld %lld\n", job->id, job_state_name(job->state),
                    (long long)leg_held(&job->legs[0]).v, (long long)leg_held(&job->legs[1]).v);
    }
    assert_int_equal(desk->jobs.live_count, 0);
    assert_int_equal(desk->orders.live_count, 0);
    int64_t venues = 0;
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        for (uint16_t symbol = 0; symbol < H_SYMBOLS; symbol++) {
            assert_int_equal(position_of(desk, venue, symbol)->net.v, 0);
        }
        venues += position_venue_pnl(desk, venue).v;
    }
    int64_t difference = venues - w->pnl; // both sums agree to the cent
    assert_true(difference < USD_ONE / 100 && difference > -USD_ONE / 100);
}

static void run_world(uint64_t seed, struct world *w) {
    *w = (struct world){
        .random = seed, .wild = seed % 2 == 1, .trace = getenv("PROPERTY_TRACE") != NULL};
    struct settings settings = harness_settings();
    struct harness *h = prepare(w, &settings, H_START_NS);
    w->recall = malloc(sizeof(*w->recall));
    assert_non_null(w->recall);
    h->settings.wash.enabled = h->settings.arb.enabled = true;
    static const enum execution_mode modes[] = {
        EXECUTION_SAFE_TAKER_ONLY, EXECUTION_DOUBLE_MAKER_OPPORTUNISTIC,
        EXECUTION_HYBRID_HEDGE_TAKER, EXECUTION_HYBRID_HEDGE_TAKER};
    h->settings.execution.mode = (uint8_t)modes[draw(w, COUNT_OF(modes))];
    h->settings.execution.split_notional = USD(chance(w, 30) ? 70 : 5000);
    h->settings.take_profit.enabled = chance(w, 50);
    h->settings.macd.enabled = chance(w, 30);
    h->settings.macd.period_ns = NS_PER_S;
    h->settings.macd.fast = 3, h->settings.macd.slow = 6, h->settings.macd.signal = 3;
    h->settings.execution.partial_fill = (uint8_t)(chance(w, 30) ? PARTIAL_UNWIND : PARTIAL_HEDGE);
    h->settings.risk.failures_max = 100;
    h->settings.risk.venue_failures_max = 100;
    h->settings.risk.cool_down_ns = NS_PER_S;
    h->settings.risk.fast_move = BPS(100);
    h->settings.risk.day_loss_max = USD(100000);
    h->settings.paper.reject_ppm = chance(w, 50) ? 100000 : 0;
    harness_start(h);
    begin_journal(w);
    if (w->wild) {
        harness_paper_off(h);
    }
    for (int step = 0; step < STEPS; step++) {
        uint32_t quotes = 1 + draw(w, 6);
        for (uint32_t i = 0; i < quotes; i++) {
            random_quote(w);
            harness_check(h);
        }
        if (chance(w, 6)) {
            random_control(w);
            harness_check(h);
        }
        if (chance(w, 30)) { // nobody's quote gets old, mostly
            harness_calm(h, (struct bps){0});
        }
        harness_advance(h, H_MS(1 + draw(w, chance(w, 10) ? 3000 : 200)));
        harness_check(h);
        run_venue(w);
        harness_compare(h, w->recall);
        if (chance(w, 2)) {
            restart(w);
            h = w->h;
        }
    }
    calm_down(w);
    check_end(w);
    free(w->recall);
    harness_destroy(w->h);
}

static uint64_t current_seed;

static int name_seed(void **state) {
    (void)state;
    if (current_seed != 0) {
        print_message("# ended at seed %llu: PROPERTY_FROM=… PROPERTY_RUNS=1 PROPERTY_TRACE=1\n",
                      (unsigned long long)current_seed);
    }
    return 0;
}

static void test_every_job_ends_flat(void **state) {
    (void)state;
    const char *from = getenv("PROPERTY_FROM"), *runs = getenv("PROPERTY_RUNS");
    uint64_t first = from != NULL ? strtoull(from, NULL, 10) : 1;
    uint64_t count = runs != NULL ? strtoull(runs, NULL, 10) : RUNS;
    uint32_t done = 0, failed = 0, expired = 0, restarts = 0;
    static struct world w;
    for (uint64_t seed = first; seed < first + count; seed++) {
        current_seed = seed;
        run_world(seed, &w);
        done += w.done, failed += w.failed, expired += w.expired, restarts += w.restarts;
    }
    print_message("# %u done, %u failed, %u expired, %u restarts\n", done, failed, expired,
                  restarts);
    assert_true(restarts > count);
    assert_true(done > count / 4 && failed > 0 && expired > 0); // the test does see trading
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_every_job_ends_flat, name_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
