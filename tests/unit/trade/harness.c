#include "harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

struct settings harness_settings(void) {
    const int64_t s = NS_PER_S;
    return (struct settings){
        .feeds = {.stale_ns = H_MS(500),
                  .quiet_ns = 5 * s,
                  .websocket_timeout_ns = 30 * s,
                  .poll_ns = 5 * s,
                  .jump_max = BPS(50),
                  .jump_confirm_ns = H_MS(500),
                  .volume_min = USD(100),
                  .unknown_size = USD(1000),
                  .quorum = BPS(50),
                  .clock_offset_max_ns = H_MS(250),
                  .depth_sample_ns = H_MS(50),
                  .book_levels_max = 1000},
        .scanner = {.high_volatility_min = BPS(5),
                    .high_volatility = BPS(5),
                    .profit_max = BPS(20),
                    .size_min = USD(1000),
                    .arb_size = USD(200),
                    .basis_mode = BASIS_AUTO,
                    .window_ns = 300 * s,
                    .gone_ns = s},
        .capital = {.equity_start = USD(10000),
                    .pool_share = {BPS(7000), BPS(2000), BPS(1000)},
                    .single_max = BPS(1000),
                    .in_flight_max = BPS(3000),
                    .safe_drawdown = BPS(500),
                    .top_up_above = BPS(5000),
                    .layer_share = {BPS(2000), BPS(3000), BPS(2500), BPS(1000), BPS(1500)},
                    .layer_use_max = {BPS(10000), BPS(10000), BPS(10000), BPS(10000), BPS(10000)},
                    .layer_borrow = true,
                    .layer_of = {[STRATEGY_ARB] = LAYER_3,
                                 [STRATEGY_WASH] = LAYER_1,
                                 [STRATEGY_MANUAL] = LAYER_2,
                                 [STRATEGY_HEDGE_REBALANCE] = LAYER_5,
                                 [STRATEGY_TAKE_PROFIT] = LAYER_4,
                                 [STRATEGY_TWAP] = LAYER_2,
                                 [STRATEGY_MACD] = LAYER_3}},
        .risk = {.mode = RISK_BALANCED,
                 .order_share_max = BPS(500),
                 .drawdown_max = BPS(1000),
                 .day_loss_max = USD(500),
                 .day_loss_share = BPS(500),
                 .failures_max = 3,
                 .fast_move = BPS(50),
                 .fast_window_ns = s,
                 .fast_freeze_ns = 5 * s,
                 .symbol_share_max = BPS(3000),
                 .cool_down_ns = 60 * s,
                 .concentration_warn = BPS(5000),
                 .slippage_max = BPS(10),
                 .order_max = USD(1000),
                 .position_max = USD(5000),
                 .collar = BPS(20),
                 .collar_emergency = BPS(75),
                 .repeat_minute_max = 20,
                 .repeat_day_max = 2000,
                 .losing_max = 5,
                 .unhedged_max = USD(500),
                 .unhedged_usd_s_max = 5000 * USD_ONE,
                 .override_ns = 300 * s,
                 .funding_blackout_ns = 600 * s,
                 .volatility_window_ns = 300 * s,
                 .spread_calm = BPS(10),
                 .spread_times_max = 5,
                 .venue_failures_max = 3,
                 .venue_trip_ns = 60 * s,
                 .leverage_distance_min = BPS(2500)},
        .health = {.interval_ns = 5 * s,
                   .quote_latency_max_ns = 5 * s,
                   .success_min = BPS(5000),
                   .success_jobs = 20},
        .scheduler = {.jobs_max = 50,
                      .venue_jobs_max = 10,
                      .venue_notional_max = USD(50000),
                      .pending_max_ns = 5 * s},
        .execution = {.mode = EXECUTION_HYBRID_HEDGE_TAKER,
                      .partial_fill = PARTIAL_HEDGE,
                      .wait_fill_ns = 30 * s,
                      .hedge_deadline_ns = 3 * s,
                      .maker_grace_ns = H_MS(500),
                      .split_notional = USD(5000),
                      .high_volatility = BPS(50)},
        .wash = {.notional_min = USD(300),
                 .notional_max = USD(500),
                 .hold_min_ns = 10 * s,
                 .hold_max_ns = 60 * s,
                 .slippage_max = BPS(30),
                 .leg_gap_ns = H_MS(800),
                 .loss_stop = BPS(200),
                 .pool_share_max = BPS(1000),
                 .wait_fill_ns = 5 * s,
                 .pace_ns = s},
        .arb = {.notional_min = USD(50),
                .notional_max = USD(200),
                .target = BPS(1),
                .hold_max_ns = 20 * s},
        .take_profit = {.target = BPS(50), .trailing = BPS(30)},
        .rebalance = {.enabled = true, .drift_max = USD(50), .patience_ns = 5 * s},
        .twap = {.above = USD(1000), .duration_ns = 60 * s, .slices = 10},
        .macd = {.period_ns = 60 * s, .fast = 12, .slow = 26, .signal = 9, .notional = USD(100)},
        .paper = {.latency_ns = H_MS(5)},
        .mode = DESK_PAPER,
        .journal_quotes_all = true,
        .frames_per_s = 10,
    };
}

struct harness *harness_prepare(void) {
    static const struct {
        const char *name;
        int64_t maker, taker; // 0.01 bps
        int64_t delay_ms;
    } venues[H_VENUES] = {{"lighter", 0, 0, 0}, {"extended", 0, 250, 0}, {"binance", 200, 400, 0}};
    struct harness *h = calloc(1, sizeof(*h));
    assert_non_null(h);
    h->settings = harness_settings();
    h->now_ns = H_START_NS;
    assert_int_equal(universe_create(&h->universe, H_VENUES, H_SYMBOLS), STATUS_OK);
    for (int i = 0; i < H_VENUES; i++) {
        struct venue_entry *venue = &h->universe.venues[i];
        (void)string_copy(venue->name, sizeof(venue->name), slice_of(venues[i].name));
        venue->role = VENUE_TRADE;
        venue->quote_currency = CURRENCY_USDT;
        venue->maker_fee.v = venues[i].maker;
        venue->taker_fee.v = venues[i].taker;
    }
    assert_int_equal(symbol_parse(&h->universe.symbols[H_BTC], SLICE("BTC/USDT")), STATUS_OK);
    assert_int_equal(symbol_parse(&h->universe.symbols[H_ETH], SLICE("ETH/USDT")), STATUS_OK);
    return h;
}

static void collect(void *arg, const struct event *event) {
    struct harness *h = arg;
    if (h->count == h->capacity) {
        h->capacity = h->capacity == 0 ? 4096 : 2 * h->capacity;
        h->events = realloc(h->events, h->capacity * sizeof(*h->events));
        assert_non_null(h->events);
    }
    size_t size = sizeof(event->header) + event->header.size;
    memset(&h->events[h->count], 0, sizeof(*event));
    memcpy(&h->events[h->count++], event, size);
    h->hash = hash_bytes(event, size, h->hash);
    if (h->watch != NULL) {
        h->watch(h->watch_arg, event);
    }
    h->tap(&h->engine, event);
}

static struct px tick_of(uint16_t symbol) {
    return (struct px){symbol == H_BTC ? PX_ONE / 10 : PX_ONE / 100};
}

static void tell_instruments(struct harness *h) {
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        for (uint16_t symbol = 0; symbol < H_SYMBOLS; symbol++) {
            struct event_listing_rules rules = {
                .listing = {.ready = true,
                            .venue = (uint8_t)venue,
                            .symbol = symbol,
                            .quote_currency = CURRENCY_USDT,
                            .settle_currency = CURRENCY_USDT,
                            .tick = tick_of(symbol),
                            .step = {venue == H_LIGHTER ? QTY_ONE / 100000 : QTY_ONE / 10000},
                            .contract = {QTY_ONE},
                            .size_min = {QTY_ONE / 10000},
                            .notional_min = USD(5)}};
            harness_input(h, EVENT_INSTRUMENT, &rules);
        }
    }
}

void harness_past(struct desk *desk) {
    enum { SAMPLES = 5 };
    const struct universe *u = desk->universe;
    size_t pairs = (size_t)u->symbol_count * u->venue_count * u->venue_count;
    for (size_t i = 0; i < pairs * SAMPLES; i++) {
        series_add(&desk->scanner.gross[i % pairs], 0);
    }
}

void harness_start(struct harness *h) {
    assert_int_equal(desk_create(&h->desk, DESK_PAPER, &h->settings, &h->universe), STATUS_OK);
    struct engine_options options = {.universe = &h->universe,
                                     .journal_quotes_all = true,
                                     .publish_ns = INT64_MAX / 2,
                                     .is_paper_venue = true};
    assert_int_equal(engine_create(&h->engine, &options), STATUS_OK);
    harness_past(&h->desk);
    desk_add_components(&h->desk, &h->engine);
    h->tap = h->engine.bus.tap;
    h->engine.bus.tap = collect;
    h->engine.bus.tap_arg = h;
    struct event_desk started = {
        .mode = DESK_PAPER, .venues = H_VENUES, .symbols = H_SYMBOLS, .config_hash = 1};
    harness_input(h, EVENT_DESK_STARTED, &started);
    tell_instruments(h);
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        harness_feed(h, venue, FEED_LIVE, 0);
    }
    harness_calm(h, (struct bps){0});
    harness_mark(h);
}

struct harness *harness_create(void) {
    struct harness *h = harness_prepare();
    harness_start(h);
    return h;
}

void harness_destroy(struct harness *h) {
    desk_finish(&h->desk);
    engine_finish(&h->engine);
    universe_finish(&h->universe);
    free(h->events);
    free(h);
}

void harness_paper_off(struct harness *h) {
    for (uint32_t i = 0; i < h->engine.bus.slot_count; i++) {
        if (h->engine.bus.slots[i].component == &paper_component) {
            h->engine.bus.slots[i].off = true;
        }
    }
}

void harness_input(struct harness *h, enum event_kind kind, const void *payload) {
    engine_input(&h->engine, kind, payload, h->now_ns);
}

void harness_advance(struct harness *h, int64_t ns) {
    int64_t until_ns = h->now_ns + ns;
    uint32_t stuck = 0;
    while (bus_deadline(&h->engine.bus) <= until_ns) {
        int64_t at_ns = bus_deadline(&h->engine.bus);
        stuck = at_ns > h->now_ns ? 0 : stuck + 1;
        assert_true(stuck < 100); // a timer that asks again and again would eat the core
        h->now_ns = at_ns > h->now_ns ? at_ns : h->now_ns + 1;
        engine_timer(&h->engine, h->now_ns);
    }
    h->now_ns = until_ns;
}

struct px harness_mid(uint16_t symbol) {
    return (struct px){symbol == H_BTC ? 60000 * PX_ONE : 3000 * PX_ONE};
}

void harness_quote_flags(struct harness *h, uint16_t venue, uint16_t symbol, struct px bid,
                         struct px ask, struct qty size, uint32_t flags) {
    const struct quote *before = picture_quote(&h->desk, venue, symbol);
    struct event_quote event = {.venue = venue,
                                .symbol = symbol,
                                .quote = {.bid = bid,
                                          .ask = ask,
                                          .bid_size = size,
                                          .ask_size = size,
                                          .venue_time_ns = h->now_ns,
                                          .receive_ns = h->now_ns,
                                          .flags = flags,
                                          .update = before->update + 1}};
    harness_input(h, EVENT_QUOTE_UPDATED, &event);
}

void harness_quote(struct harness *h, uint16_t venue, uint16_t symbol, struct px bid, struct px ask,
                   struct qty size) {
    harness_quote_flags(h, venue, symbol, bid, ask, size, 0);
}

void harness_calm(struct harness *h, struct bps shift) {
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        for (uint16_t symbol = 0; symbol < H_SYMBOLS; symbol++) {
            struct px tick = tick_of(symbol);
            struct px bid = px_tick_floor(px_shift_floor(harness_mid(symbol), shift), tick);
            harness_quote(h, venue, symbol, bid, (struct px){bid.v + tick.v},
                          (struct qty){symbol == H_BTC ? QTY_ONE : 20 * QTY_ONE});
        }
    }
}

void harness_calm_for(struct harness *h, int64_t ns) {
    for (int64_t end_ns = h->now_ns + ns; h->now_ns < end_ns;) {
        harness_calm(h, (struct bps){0});
        harness_advance(h, H_MS(200));
    }
}

void harness_depth(struct harness *h, uint16_t venue, uint16_t symbol, struct px ask, struct px bid,
                   struct qty each, struct bps apart) {
    struct event_depth event = {
        .venue = venue,
        .symbol = symbol,
        .depth = {.receive_ns = h->now_ns, .bid_count = 10, .ask_count = 10}};
    for (int i = 0; i < 10; i++) {
        event.depth.asks[i] = (struct level){px_shift_floor(ask, (struct bps){apart.v * i}), each};
        event.depth.bids[i] = (struct level){px_shift_floor(bid, (struct bps){-apart.v * i}), each};
    }
    harness_input(h, EVENT_DEPTH_UPDATED, &event);
}

void harness_funding(struct harness *h, uint16_t venue, uint16_t symbol, struct rate per_hour,
                     int64_t next_settlement_ns) {
    struct event_funding event = {.venue = venue,
                                  .symbol = symbol,
                                  .per_hour = per_hour,
                                  .next_settlement_ns = next_settlement_ns,
                                  .interval_ns = 3600 * NS_PER_S};
    harness_input(h, EVENT_FUNDING_UPDATED, &event);
}

void harness_feed(struct harness *h, uint16_t venue, enum feed_state state,
                  int64_t clock_offset_ns) {
    struct event_feed event = {.venue = venue,
                               .state = (uint8_t)state,
                               .clock_known = 1,
                               .clock_offset_ns = clock_offset_ns};
    harness_input(h, EVENT_FEED_STATE, &event);
}

void harness_equity(struct harness *h, uint16_t venue, struct usd equity) {
    struct event_equity event = {.venue = venue, .equity = equity};
    harness_input(h, EVENT_CAPITAL_SNAPSHOT, &event);
}

void harness_control_at(struct harness *h, enum control_verb verb, uint16_t venue, uint16_t symbol,
                        int64_t value, int64_t value2) {
    struct control_request request = {.verb = verb,
                                      .origin = ORIGIN_TEST,
                                      .venue = venue,
                                      .symbol = symbol,
                                      .value = value,
                                      .value2 = value2};
    assert_int_equal(engine_control(&h->engine, &request, h->now_ns), STATUS_OK);
}

void harness_control(struct harness *h, enum control_verb verb, int64_t value) {
    harness_control_at(h, verb, CONTROL_ANY, CONTROL_ANY, value, 0);
}

void harness_report(struct harness *h, uint64_t order, uint16_t venue, enum report_kind kind,
                    struct px price, struct qty size) {
    struct event_report event = {.order = order,
                                 .trade = kind == REPORT_FILL ? ++h->trade : 0,
                                 .venue = venue,
                                 .kind = (uint8_t)kind,
                                 .liquidity = LIQUIDITY_MAKER,
                                 .price = price,
                                 .size = size};
    harness_input(h, EVENT_ORDER_REPORT, &event);
}

const struct event *harness_find(const struct harness *h, enum event_kind kind) {
    for (uint32_t i = h->mark; i < h->count; i++) {
        if (h->events[i].header.kind == kind) {
            return &h->events[i];
        }
    }
    return NULL;
}

const struct event *harness_last(const struct harness *h, enum event_kind kind) {
    for (uint32_t i = h->count; i-- > h->mark;) {
        if (h->events[i].header.kind == kind) {
            return &h->events[i];
        }
    }
    return NULL;
}

uint32_t harness_count(const struct harness *h, enum event_kind kind) {
    uint32_t count = 0;
    for (uint32_t i = h->mark; i < h->count; i++) {
        count += h->events[i].header.kind == kind;
    }
    return count;
}

const struct event_alert *harness_alert(const struct harness *h, const char *rule) {
    for (uint32_t i = h->count; i-- > h->mark;) {
        const struct event *event = &h->events[i];
        if (event->header.kind == EVENT_ALERT && strcmp(event->u.alert.rule, rule) == 0) {
            return &event->u.alert;
        }
    }
    return NULL;
}

void harness_mark(struct harness *h) {
    h->mark = h->count;
}

struct job harness_draft(struct harness *h, enum strategy strategy, uint16_t symbol, uint16_t buy,
                         uint16_t sell, struct usd notional) {
    struct opportunity pair;
    struct job draft;
    assert_true(scanner_evaluate(&h->desk, symbol, buy, sell, notional, h->now_ns, &pair));
    scheduler_draft(&h->desk, strategy, &pair, notional, &draft);
    return draft;
}

struct job *harness_open(struct harness *h, const struct job *draft) {
    struct job *job = job_create(&h->desk.jobs, h->now_ns);
    assert_non_null(job);
    uint32_t id = job->id;
    *job = *draft;
    job->id = id;
    job->created_ns = job->state_ns = h->now_ns;
    h->engine.bus.now_ns = h->now_ns;
    assert_int_equal(capital_reserve_job(&h->desk, job).rule, RULE_NONE);
    execution_open(&h->desk, &h->engine.bus, job);
    (void)bus_flush(&h->engine.bus);
    return job;
}

struct job *harness_job(struct harness *h) {
    return job_find(&h->desk.jobs, h->desk.jobs.next_id);
}

void harness_tell_past(struct harness *h, const struct recall *recall, bool live) {
    h->desk.mode = live ? DESK_LIVE : DESK_PAPER;
    for (size_t i = 0; i < COUNT_OF(recall->positions); i++) {
        if (recall_position_used(&recall->positions[i])) {
            harness_input(h, EVENT_PAST_POSITION, &recall->positions[i]);
        }
    }
    for (uint32_t i = 0; i < recall->job_count; i++) {
        harness_input(h, EVENT_PAST_JOB, &recall->jobs[i]);
    }
    for (uint32_t i = 0; i < recall->order_count; i++) {
        harness_input(h, EVENT_PAST_ORDER, &recall->orders[i]);
    }
    struct event_past_trade trade;
    for (uint64_t at = 0; live && recall_next_trade(recall, &at, &trade);) {
        harness_input(h, EVENT_PAST_TRADE, &trade);
    }
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        if (recall->peaks[venue].day != 0 || recall->peaks[venue].role != 0) {
            harness_input(h, EVENT_PAST_PEAK, &recall->peaks[venue]);
        }
    }
    struct event_past_end end = recall->end;
    end.known = 1;
    harness_input(h, EVENT_PAST_END, &end);
    for (uint16_t venue = 0; live && venue < H_VENUES; venue++) {
        struct event_lane lane = {.venue = venue, .state = LANE_READY, .room = 100};
        harness_input(h, EVENT_LANE_STATE, &lane);
    }
}

static void compare_positions(const struct harness *h, struct recall *recall) {
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        for (uint16_t symbol = 0; symbol < H_SYMBOLS; symbol++) {
            const struct position *here = position_of(&h->desk, venue, symbol);
            const struct event_past_position *told = recall_position(recall, venue, symbol);
            assert_int_equal(here->net.v, told->net.v);
            assert_int_equal(here->cost.v, told->cost.v);
            assert_int_equal(here->realised.v, told->realised.v);
            assert_int_equal(here->fees.v, told->fees.v);
            assert_int_equal(here->funding.v, told->funding.v);
        }
    }
}

static void compare_jobs(const struct harness *h, const struct recall *recall) {
    uint32_t running = 0;
    for (uint32_t i = 0; i < h->desk.jobs.live_count; i++) {
        running += job_running(&h->desk.jobs.jobs[h->desk.jobs.live[i]]);
    }
    assert_int_equal(running, recall->job_count);
    for (uint32_t i = 0; i < recall->job_count; i++) {
        const struct event_past_job *told = &recall->jobs[i];
        uint32_t row = 0;
        while (row < JOBS_MAX && h->desk.jobs.ids[row] != told->job) {
            row++;
        }
        assert_true(row < JOBS_MAX);
        const struct job *job = &h->desk.jobs.jobs[row];
        assert_int_equal(job->state, told->state);
        assert_int_equal(job->adopted, told->adopted);
        assert_int_equal(job->order_count, told->orders_used);
        assert_int_equal(job->notional.v, told->notional.v);
        assert_int_equal(job->fees.v, told->fees.v);
        for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
            if (job->legs[leg].opened.v > 0) { // else it may be about to move
                assert_int_equal(job->legs[leg].venue, told->legs[leg].venue);
            }
            assert_int_equal(job->legs[leg].opened.v, told->legs[leg].opened.v);
            assert_int_equal(job->legs[leg].closed.v, told->legs[leg].closed.v);
            assert_int_equal(job->legs[leg].opened_usd.v, told->legs[leg].opened_usd.v);
            assert_int_equal(job->legs[leg].closed_usd.v, told->legs[leg].closed_usd.v);
        }
    }
}

static void compare_orders(const struct harness *h, const struct recall *recall) {
    assert_int_equal(h->desk.orders.live_count, recall->order_count);
    for (uint32_t i = 0; i < recall->order_count; i++) {
        const struct event_past_order *told = &recall->orders[i];
        uint32_t row = 0;
        while (row < ORDERS_MAX && h->desk.orders.ids[row] != told->order.order) {
            row++;
        }
        assert_true(row < ORDERS_MAX);
        const struct order *order = &h->desk.orders.orders[row];
        assert_true(order_live(order));
        char client_id[ORDER_CLIENT_ID_MAX];
        order_client_id(told->order.session_key, told->order.order, client_id);
        assert_string_equal(order->client_id, client_id);
        assert_int_equal(order->filled.v, told->order.filled.v);
        assert_int_equal(order->filled_usd.v, told->filled_usd.v);
        assert_int_equal(order->fees.v, told->fees.v);
    }
}

static void compare_brakes(const struct harness *h, const struct recall *recall) {
    const struct risk *risk = &h->desk.risk;
    const struct event_brakes *told = &recall->end.brakes;
    assert_int_equal(told->strategies_off, risk->strategies_off);
    assert_memory_equal(told->losing, risk->losing, sizeof(told->losing));
    assert_int_equal(told->day, h->desk.scheduler.day);
    assert_int_equal(told->day_jobs, h->desk.scheduler.day_jobs);
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        const struct capital_venue *row = &h->desk.capital.venues[venue];
        struct usd peak = row->past_peak.v > row->peak.v ? row->past_peak : row->peak;
        if (recall->peaks[venue].day == h->now_ns / NS_PER_DAY) {
            assert_int_equal(recall->peaks[venue].peak.v, peak.v);
        }
        if (recall->peaks[venue].role != 0) { // VENUE_TRADE is what the configuration says
            assert_int_equal(recall->peaks[venue].role - 1, h->universe.venues[venue].role);
        }
    }
    if (recall->end.risk_mode != 0) {
        assert_true(recall->end.risk_mode - 1 >= (int)h->desk.risk_mode);
    }
}

void harness_compare(const struct harness *h, struct recall *recall) {
    assert_false(recall->lossy);
    compare_positions(h, recall);
    compare_jobs(h, recall);
    compare_orders(h, recall);
    compare_brakes(h, recall);
    assert_int_equal(recall->end.killed, h->desk.killed);
    assert_int_equal(recall->end.state, h->desk.state);
    assert_int_equal(recall->end.session_key, h->desk.orders.session_key);
    assert_int_equal(recall->end.day, h->desk.positions.day);
    assert_int_equal(recall->end.day_start_pnl.v, h->desk.positions.day_start_pnl.v);
    assert_int_equal(recall->end.day_start_funding.v, h->desk.positions.day_start_funding.v);
    assert_int_equal(recall->end.day_volume.v, h->desk.positions.volume.v);
    assert_int_equal(recall->end.day_fees.v, h->desk.positions.fees.v);
}

static void check_capital(const struct harness *h) {
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        struct usd reserved = {0};
        for (uint32_t i = 0; i < h->desk.jobs.live_count; i++) {
            const struct job *job = &h->desk.jobs.jobs[h->desk.jobs.live[i]];
            for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
                if (job_uses(job, leg) && job->legs[leg].venue == venue) {
                    reserved = usd_add(reserved, job->reserved);
                }
            }
        }
        const struct purse *purse = &h->desk.capital.venues[venue].purse;
        for (int pool = 0; pool < CAPITAL_PARTS_MAX; pool++) {
            assert_true(purse->used[pool].v >= 0);
        }
        assert_int_equal(allocator_in_flight(purse).v, reserved.v);
    }
}

// Working quantities of a live job are the rest of its live orders.
static void check_orders(struct harness *h) {
    uint32_t live = 0;
    struct qty open[JOBS_MAX][JOB_LEGS_MAX] = {0}, close[JOBS_MAX][JOB_LEGS_MAX] = {0};
    for (uint32_t i = 0; i < ORDERS_MAX; i++) {
        const struct order *order = &h->desk.orders.orders[i];
        if (!order_live(order)) {
            continue;
        }
        live++;
        const struct job *job = job_find(&h->desk.jobs, order->job);
        assert_non_null(job);
        assert_true(job_running(job));
        struct qty *sum = order->reduce_only ? &close[job - h->desk.jobs.jobs][order->leg]
                                             : &open[job - h->desk.jobs.jobs][order->leg];
        *sum = qty_add(*sum, order_rest(order));
        for (uint32_t k = 0; k < i; k++) { // the self-trade guard
            const struct order *other = &h->desk.orders.orders[k];
            bool take = order->type == ORDER_IOC && other->type == ORDER_IOC;
            if (!take && order_live(other) && other->venue == order->venue &&
                other->symbol == order->symbol && other->side != order->side) {
                const struct order *buy = order->side == SIDE_BUY ? order : other;
                const struct order *sell = order->side == SIDE_BUY ? other : order;
                assert_true(buy->price.v < sell->price.v);
            }
        }
    }
    assert_int_equal(live, h->desk.orders.live_count);
    for (uint32_t i = 0; i < JOBS_MAX; i++) {
        const struct job *job = &h->desk.jobs.jobs[i];
        for (int leg = 0; leg < JOB_LEGS_MAX; leg++) {
            assert_int_equal(job->legs[leg].working_open.v, open[i][leg].v);
            assert_int_equal(job->legs[leg].working_close.v, close[i][leg].v);
        }
    }
}

static void check_positions(const struct harness *h) {
    for (uint16_t venue = 0; venue < H_VENUES; venue++) {
        for (uint16_t symbol = 0; symbol < H_SYMBOLS; symbol++) {
            struct qty held = {0};
            for (uint32_t i = 0; i < JOBS_MAX; i++) {
                const struct job *job = &h->desk.jobs.jobs[i];
                if (job->id == 0 || job->symbol != symbol) {
                    continue;
                }
                if (job->legs[LEG_BUY].venue == venue) {
                    held = qty_add(held, leg_held(&job->legs[LEG_BUY]));
                }
                if (job->legs[LEG_SELL].venue == venue) {
                    held = qty_sub(held, leg_held(&job->legs[LEG_SELL]));
                }
            }
            assert_int_equal(position_of(&h->desk, venue, symbol)->net.v, held.v);
        }
    }
}

void harness_check(struct harness *h) {
    for (uint32_t i = 0; i < h->engine.bus.slot_count; i++) {
        assert_true(!h->engine.bus.slots[i].off ||
                    h->engine.bus.slots[i].component == &paper_component);
    }
    check_capital(h);
    check_orders(h);
    check_positions(h);
    for (uint32_t i = 0; i < h->desk.jobs.live_count; i++) {
        assert_true(job_live(&h->desk.jobs.jobs[h->desk.jobs.live[i]]));
    }
    // Unhedged stays bounded in time: past its deadline a job is on its way out, whatever is
    // unanswered.
    for (uint32_t i = 0; i < h->desk.jobs.live_count; i++) {
        const struct job *job = &h->desk.jobs.jobs[h->desk.jobs.live[i]];
        int64_t limit_ns = h->settings.execution.hedge_deadline_ns + H_MS(200);
        if (job->unhedged_since_ns != 0 && h->now_ns - job->unhedged_since_ns > limit_ns) {
            if (job->state == JOB_OPENING || job->state == JOB_HOLDING) {
                fail_msg("job %u is unhedged since %lld ms and %s", job->id,
                         (long long)((h->now_ns - job->unhedged_since_ns) / NS_PER_MS),
                         job_state_name(job->state));
            }
        }
    }
}
