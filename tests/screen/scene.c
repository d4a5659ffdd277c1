// The made-up desk.
#include "tests/screen/scene.h"

#include "base/table.h"
#include "engine/control_text.h"

// 2024-08-08T23:57:36Z, when the demo's recording plays.
static const int64_t NOW_NS = INT64_C(1723161456) * NS_PER_S;

static const char *const venue_names[SCENE_VENUES_MAX] = {
    "binance", "okx",   "hyperliquid", "paradex", "extended",
    "lighter", "edgex", "backpack",    "grvt",    "aster"};
static const char *const symbol_names[SCENE_SYMBOLS_MAX] = {
    "BTC/USDT", "ETH/USDT",  "SOL/USDT", "DOGE/USDT", "XRP/USDT",  "BNB/USDT",
    "ADA/USDT", "AVAX/USDT", "LTC/USDT", "LINK/USDT", "PEPE/USDT", "ARB/USDT"};
struct price_row {
    int64_t cents_1e4; // price in 1e-4
    int digits;
};
static const struct price_row prices[SCENE_SYMBOLS_MAX] = {
    {618002000, 1}, {26841200, 2}, {1563300, 2}, {1063, 4},   {6124, 4}, {5120000, 1},
    {3412, 4},      {229310, 3},   {615700, 2},  {105120, 3}, {1, 4},    {5433, 4}};

static void *rows(struct scene *scene, enum state_section section, uint32_t count) {
    ASSERT(count <= scene->draft.rows_max[section]);
    scene->draft.count[section] = count;
    scene_touch(scene, section);
    return scene->draft.rows[section];
}

void scene_touch(struct scene *scene, enum state_section section) {
    scene->version[section]++;
}

static enum status create_universe(struct scene *scene, uint16_t venues, uint16_t symbols) {
    enum status status = universe_create(&scene->universe, venues, symbols);
    if (status != STATUS_OK) {
        return status;
    }
    for (uint16_t i = 0; i < venues; i++) {
        struct venue_entry *venue = &scene->universe.venues[i];
        (void)string_copy(venue->name, sizeof(venue->name), slice_of(venue_names[i]));
    }
    for (uint16_t i = 0; i < symbols; i++) {
        status = symbol_parse(&scene->universe.symbols[i], slice_of(symbol_names[i]));
        if (status != STATUS_OK) {
            return status;
        }
    }
    return STATUS_OK;
}

static struct px px_of(uint16_t symbol, int64_t ticks) {
    static const int64_t tens[] = {10000, 1000, 100, 10, 1};
    int64_t tick = tens[prices[symbol].digits];
    return (struct px){(prices[symbol].cents_1e4 + ticks * tick) * (PX_ONE / 10000)};
}

static void fill_quotes(struct scene *scene) {
    uint16_t venues = scene->universe.venue_count;
    uint16_t symbols = scene->universe.symbol_count;
    struct state_quote *quotes = rows(scene, STATE_QUOTES, (uint32_t)venues * symbols);
    for (uint16_t v = 0; v < venues; v++) {
        for (uint16_t s = 0; s < symbols; s++) {
            int64_t shift = (v * 7 + s * 3) % 11 - 5;
            struct state_quote *q = &quotes[listing_id(&scene->universe, v, s)];
            *q = (struct state_quote){
                .venue = v,
                .symbol = s,
                .present = 1,
                .freshness = FRESH_OK,
                .bid_change = (int8_t)((v + s) % 3 - 1),
                .ask_change = (int8_t)((v * 2 + s) % 3 - 1),
                .bid = px_of(s, shift),
                .ask = px_of(s, shift + 1 + v % 3),
                .mark = px_of(s, shift + 1),
                .bid_size = {(int64_t)(v + 1) * 123456789 + s * 7777777},
                .ask_size = {(int64_t)(v + 2) * 98765432 + s * 3333333},
                .spread = BPS_C(2 + (v * 3 + s) % 40),
                .quorum = BPS_C(11 + v * 7),
                .funding_per_hour = {(v * 3 - s * 2 + 5) * INT64_C(1250000)},
                .next_settlement_ns = NOW_NS + INT64_C(7200) * NS_PER_S,
                .age_ms = 12 + v * 31 + s * 17,
                .book_age_ms = s == 0 ? v * 1000 : -1,
                .funding_age_ms = 3000,
                .digits = prices[s].digits,
                .funding_generated = 1,
            };
        }
    }
}

static void fill_venues(struct scene *scene) {
    struct state_venue *venues = rows(scene, STATE_VENUES, scene->universe.venue_count);
    for (uint16_t v = 0; v < scene->universe.venue_count; v++) {
        venues[v] = (struct state_venue){
            .state = FEED_LIVE,
            .role = VENUE_TRADE,
            .updates = 120000U + v * 1000U,
            .updates_per_s = 180U + v,
            .books_live = 2,
            .clock_offset_ns = (v - 1) * 3 * NS_PER_MS,
            .round_trip_ns = 40 * NS_PER_MS,
            .latency_mean_ns = 180 * NS_PER_US,
            .latency_p99_ns = 900 * NS_PER_US,
            .age_ms = 20 + v,
            .reliability_ppm = 998000,
            .lane = LANE_NONE,
            .rejects_max = 3,
            .orders = v == 0 || v == 2 ? 1 : 0,
            .messages = v,
        };
    }
}

static void fill_latencies(struct scene *scene) {
    struct state_latency *rows_of = rows(scene, STATE_LATENCY, scene->universe.venue_count);
    for (uint16_t v = 0; v < scene->universe.venue_count; v++) {
        int64_t base_ns = (v * 13 + 5) * NS_PER_MS;
        struct state_quantiles answer = {40U + v, base_ns, base_ns * 3, base_ns * 9};
        struct state_quantiles fill = {11U + v, base_ns * 2, base_ns * 70, base_ns * 300};
        struct state_quantiles ours = {40U + v, 9 * NS_PER_US, 31 * NS_PER_US, 88 * NS_PER_US};
        rows_of[v] = (struct state_latency){
            .decide = ours, .encode = ours, .write = ours, .answer = answer, .fill = fill};
    }
}

static void fill_health(struct scene *scene) {
    struct state_health *health = rows(scene, STATE_HEALTH, 1);
    *health = (struct state_health){.time_ns = NOW_NS - 3 * NS_PER_S, .overall = 97};
    static const uint32_t weights[HEALTH_PART_COUNT] = {20, 20, 20, 15, 15, 10};
    for (int i = 0; i < HEALTH_PART_COUNT; i++) {
        health->parts[i] = (struct state_health_part){.score = 100, .weight = weights[i]};
    }
    struct state_health_part *exposure = &health->parts[HEALTH_EXPOSURE];
    exposure->score = 85;
    (void)string_copy(exposure->reason, sizeof(exposure->reason),
                      SLICE("unhedged 404.63 USD of 2000.00"));
    static const struct state_metric metrics[METRIC_COUNT] = {
        [METRIC_QUOTE_LATENCY] = {42, 5000, UNIT_MS, 0, 1, {0}},
        [METRIC_SUCCESS] = {910000, 500000, UNIT_PPM, 0, 1, {0}},
        [METRIC_DRAWDOWN] = {3100, 100000, UNIT_BPS, 0, 1, {0}},
        [METRIC_DAY_PNL] = {-4310000, -500000000, UNIT_USD, 0, 1, {0}},
        [METRIC_FAILURES] = {1, 3, UNIT_COUNT, 0, 1, {0}},
    };
    memcpy(health->metrics, metrics, sizeof(metrics));
}

static void fill_equity(struct scene *scene) {
    struct state_equity *equity = rows(scene, STATE_EQUITY, 1);
    *equity = (struct state_equity){.count = 120,
                                    .step_s = 60,
                                    .newest_ns = NOW_NS,
                                    .peak = {30012 * USD_ONE},
                                    .trough = {29988 * USD_ONE}};
    for (int i = 0; i < 120; i++) {
        // A slow wave and a quick one.
        int64_t slow = i < 60 ? i : 120 - i;
        equity->points[i] = (struct usd){29990 * USD_ONE + slow * 300000 + i * 7 % 11 * 200000};
    }
}

static struct state_wire wire(uint64_t number, uint32_t job, uint16_t venue, uint16_t symbol,
                              enum side side, enum wire_result result) {
    return (struct state_wire){.number = number,
                               .time_ns = NOW_NS - (int64_t)(20 - number) * 1370 * NS_PER_MS,
                               .order = (uint64_t)job << 16 | number,
                               .job = job,
                               .venue = venue,
                               .symbol = symbol,
                               .action = ORDER_ACTION_PLACE,
                               .side = (uint8_t)side,
                               .type = side == SIDE_BUY ? ORDER_POST_ONLY : ORDER_IOC,
                               .phase = side == SIDE_BUY ? LEG_OPEN : LEG_HEDGE,
                               .result = (uint8_t)result,
                               .price = px_of(symbol, (int64_t)number % 7 - 3),
                               .size = {symbol == 0 ? 485000 : 11180000},
                               .answer_ns = (int64_t)(number * 3 + 5) * NS_PER_MS,
                               .fill_ns = -1};
}

static void fill_wire(struct scene *scene) {
    struct state_wire *list = rows(scene, STATE_WIRE, 7);
    list[0] = wire(12, 43, 0, 0, SIDE_BUY, WIRE_PARTIAL);
    list[0].fill_ns = 410 * NS_PER_MS;
    list[0].filled = (struct qty){291000};
    list[1] = wire(11, 40, 2, 1, SIDE_BUY, WIRE_SENT);
    list[1].answer_ns = -1;
    list[2] = wire(10, 40, 1, 1, SIDE_SELL, WIRE_FILLED);
    list[2].fill_ns = 19 * NS_PER_MS;
    list[2].filled = list[2].size;
    list[3] = wire(9, 39, 0, 0, SIDE_BUY, WIRE_DONE);
    list[3].action = ORDER_ACTION_CANCEL;
    list[4] = wire(8, 39, 0, 0, SIDE_BUY, WIRE_CANCELED);
    list[5] = wire(7, 38, 1, 1, SIDE_SELL, WIRE_UNKNOWN);
    list[6] = wire(6, 38, 0, 1, SIDE_BUY, WIRE_REJECTED);
    (void)string_copy(list[6].text, sizeof(list[6].text), SLICE("-2010 post-only would cross"));
    for (int i = 0; i < 7; i++) {
        struct text text = TEXT_OVER(list[i].client_id);
        text_add_format(&text, "p-%u-%u", list[i].job, (unsigned)list[i].number);
    }
}

static void fill_capital(struct scene *scene) {
    struct state_capital *capital = rows(scene, STATE_CAPITAL, scene->universe.venue_count);
    for (uint16_t v = 0; v < scene->universe.venue_count; v++) {
        int64_t lost = (int64_t)v * 6120000 - 3140000;
        capital[v] = (struct state_capital){
            .equity = {10000 * USD_ONE - lost},
            .equity_peak = {10003 * USD_ONE},
            .in_flight = USD(v * 300),
            .pnl = {-lost},
            .volume = USD(12400 + v * 900),
            .fees = {4210000 + v * 510000},
            .pools = {[POOL_WASH] = {USD(7000), USD(v * 300 + 600)},
                      [POOL_ARB] = {USD(2000), USD(v * 50)},
                      [POOL_RESERVE] = {USD(1000), USD(0)}},
            .drawdown = BPS_C(v * 612 + 31),
        };
    }
}

static struct state_opportunity opportunity(uint16_t symbol, uint16_t buy, uint16_t sell,
                                            int64_t gross, int64_t net, int64_t trip) {
    return (struct state_opportunity){
        .symbol = symbol,
        .buy_venue = buy,
        .sell_venue = sell,
        .confidence_permille = 870,
        .buy_ask = px_of(symbol, 2),
        .sell_bid = px_of(symbol, 40),
        .buy_size = {45000000},
        .sell_size = {31000000},
        .size = USD(200),
        .gross = BPS_C(gross),
        .fees = BPS_C(gross - net - 20),
        .slippage = BPS_C(20),
        .net = BPS_C(net),
        .round_trip = BPS_C(trip),
        .score_ppm = 612000 + net * 100,
        .first_seen_ns = NOW_NS - (symbol + 1) * 2345 * NS_PER_MS,
        .last_seen_ns = NOW_NS,
    };
}

static void fill_opportunities(struct scene *scene) {
    struct state_opportunity *list = rows(scene, STATE_OPPORTUNITIES, 5);
    list[0] = opportunity(0, 1, 2, 1160, 420, 105);
    list[0].job = 41;
    list[1] = opportunity(1, 1, 0, 730, -20, -910);
    list[1].verdict = (struct verdict){RULE_ROUND_TRIP, VENUE_MAX, 1, 0, -910, 0};
    list[2] = opportunity(0, 0, 2, 410, -320, -1240);
    list[2].verdict = (struct verdict){RULE_MIN_EDGE, VENUE_MAX, 0, 0, -320, 300};
    list[3] = opportunity(1, 2, 0, 205, -510, -1490);
    list[3].verdict = (struct verdict){RULE_MIN_EDGE, VENUE_MAX, 1, 0, -510, 300};
    list[4] = opportunity(1, 2, 1, 98, -655, -1610);
    list[4].verdict = (struct verdict){RULE_QUOTE_STALE, 2, 1, 0, 3200, 500};
}

static struct state_job job(uint32_t id, enum strategy strategy, enum job_state state,
                            uint16_t symbol, uint16_t a, uint16_t b, int filled_a, int filled_b) {
    int64_t size = symbol == 0 ? 485000 : 11180000;
    return (struct state_job){
        .id = id,
        .strategy = (uint8_t)strategy,
        .state = (uint8_t)state,
        .legs = 2,
        .symbol = symbol,
        .leg = {{.venue = a,
                 .side = SIDE_BUY,
                 .order_state = ORDER_PARTIAL,
                 .maker = 1,
                 .size = {size},
                 .filled = {size * filled_a / 100},
                 .average = px_of(symbol, 1)},
                {.venue = b,
                 .side = SIDE_SELL,
                 .order_state = ORDER_FILLED_ALL,
                 .size = {size},
                 .filled = {size * filled_b / 100},
                 .average = px_of(symbol, 7)}},
        .notional = {strategy == STRATEGY_ARB ? 200000000 : 299730000},
        .pnl = {(int64_t)id % 7 * 31000 - 92000},
        .fees = {134000},
        .edge = BPS_C(-140),
        .safety_ppm = 912000,
        .volume_ppm = 750000,
        .final_ppm = 855000,
        .created_ns = NOW_NS - 14 * NS_PER_S,
        .deadline_ns = NOW_NS + (id % 5 + 1) * 7 * NS_PER_S,
    };
}

static void fill_jobs(struct scene *scene) {
    struct state_job *jobs = rows(scene, STATE_JOBS, 7);
    jobs[0] = job(43, STRATEGY_WASH, JOB_OPENING, 0, 0, 1, 60, 0);
    jobs[0].unhedged = (struct usd){179840000};
    jobs[0].unhedged_usd_s = 96110000;
    jobs[0].deadline_ns = NOW_NS + 1600 * NS_PER_MS;
    jobs[1] = job(42, STRATEGY_WASH, JOB_HOLDING, 1, 2, 0, 100, 100);
    jobs[2] = job(41, STRATEGY_ARB, JOB_HOLDING, 0, 1, 2, 100, 100);
    jobs[3] = job(40, STRATEGY_WASH, JOB_CLOSING, 1, 1, 2, 100, 100);
    jobs[3].leg[0].closed = jobs[3].leg[0].size;
    jobs[3].leg[1].closed.v = jobs[3].leg[1].size.v / 4;
    jobs[3].unhedged = (struct usd){224790000};
    jobs[4] = job(44, STRATEGY_WASH, JOB_PENDING, 1, 0, 1, 0, 0);
    jobs[5] = job(39, STRATEGY_WASH, JOB_DONE, 0, 0, 2, 100, 100);
    jobs[5].finished_ns = NOW_NS - 3 * NS_PER_S;
    jobs[6] = job(38, STRATEGY_ARB, JOB_REFUSED, 1, 1, 0, 0, 0);
    jobs[6].rule = RULE_MAX_LOSS;
    jobs[6].verdict = (struct verdict){RULE_MAX_LOSS, VENUE_MAX, 1, 0, -240, -200};
    jobs[6].finished_ns = NOW_NS - 6 * NS_PER_S;
}

static void fill_orders(struct scene *scene) {
    struct state_order *orders = rows(scene, STATE_ORDERS, 2);
    orders[0] = (struct state_order){.order = 43U << 16 | 1U,
                                     .job = 43,
                                     .venue = 0,
                                     .symbol = 0,
                                     .side = SIDE_BUY,
                                     .type = ORDER_POST_ONLY,
                                     .state = ORDER_PARTIAL,
                                     .price = px_of(0, -1),
                                     .size = {485000},
                                     .filled = {291000},
                                     .created_ns = NOW_NS - 900 * NS_PER_MS,
                                     .client_id = "p-43-1"};
    orders[1] = (struct state_order){.order = 40U << 16 | 4U,
                                     .job = 40,
                                     .venue = 2,
                                     .symbol = 1,
                                     .side = SIDE_BUY,
                                     .type = ORDER_IOC,
                                     .state = ORDER_SENT,
                                     .price = px_of(1, 9),
                                     .size = {8385000},
                                     .created_ns = NOW_NS - 40 * NS_PER_MS,
                                     .client_id = "p-40-4"};
}

static void fill_risk(struct scene *scene) {
    struct state_risk *risk = rows(scene, STATE_RISK, 1);
    *risk = (struct state_risk){
        .day_loss = {61250000},
        .day_loss_limit = USD(500),
        .drawdown = BPS_C(3100),
        .drawdown_limit = BPS(1000),
        .failures = 1,
        .failures_max = 3,
        .min_edge = BPS_C(300),
        .max_loss = BPS_C(200),
        .volatility_max = BPS_C(6000),
        .latency_max_ms = 1000,
        .score_min_ppm = 700000,
        .unhedged = {404630000},
        .unhedged_max = USD(2000),
        .unhedged_usd_s = 96110000,
        .unhedged_usd_s_max = USD(1500).v,
        .accepted = 43,
        .denied = 1207,
        .denial_count = 4,
        .freeze_count = 1,
        .freezes = {{.symbol = 1, .rule = RULE_FAST_MARKET, .until_ns = NOW_NS + 4 * NS_PER_S}},
    };
    static const struct verdict verdicts[4] = {
        {RULE_ROUND_TRIP, VENUE_MAX, 1, 0, -910, 0},
        {RULE_MIN_EDGE, VENUE_MAX, 0, 0, -320, 300},
        {RULE_CAPITAL_POOL, 1, 0, 0, 299730000, 121400000},
        {RULE_QUOTE_STALE, 2, 1, 0, 3200, 500},
    };
    for (uint32_t i = 0; i < 4; i++) {
        risk->denials[i] = (struct state_denial){.time_ns = NOW_NS - (i * 7 + 1) * NS_PER_S,
                                                 .count = 400 / (i + 1),
                                                 .strategy = i == 2 ? STRATEGY_WASH : STRATEGY_ARB,
                                                 .symbol = verdicts[i].symbol,
                                                 .buy_venue = 1,
                                                 .sell_venue = 0,
                                                 .verdict = verdicts[i]};
    }
}

static void fill_positions(struct scene *scene) {
    static const int64_t nets[4] = {291000, 485000, -485000, -11180000};
    static const uint16_t venues[4] = {0, 1, 2, 0};
    struct state_position *positions = rows(scene, STATE_POSITIONS, 4);
    for (uint16_t i = 0; i < 4; i++) {
        uint16_t symbol = i == 3 ? 1 : 0;
        positions[i] = (struct state_position){
            .venue = venues[i],
            .symbol = symbol,
            .net = {nets[i]},
            .average = px_of(symbol, i * 3),
            .mark = px_of(symbol, 4),
            .net_usd = usd_notional_near(px_of(symbol, 4), (struct qty){nets[i]}),
            .unrealised = {(i - 1) * INT64_C(120000)},
            .realised = {(2 - i) * INT64_C(1310000)},
            .fees = {INT64_C(410000) * (i + 1)},
        };
    }
}

static void fill_alerts(struct scene *scene) {
    struct state_alert *alerts = rows(scene, STATE_ALERTS, 2);
    alerts[0] = (struct state_alert){.id = 2,
                                     .time_ns = NOW_NS - 9 * NS_PER_S,
                                     .severity = SEVERITY_WARN,
                                     .rule = "feed_stale",
                                     .text = "hyperliquid: no data frame for 3.2 s"};
    alerts[1] = (struct state_alert){.id = 1,
                                     .time_ns = NOW_NS - 400 * NS_PER_S,
                                     .severity = SEVERITY_INFO,
                                     .acknowledged = 1,
                                     .acknowledged_ns = NOW_NS - 300 * NS_PER_S,
                                     .rule = "start",
                                     .text = "the desk has started"};
}

static void fill_header(struct scene *scene) {
    struct state_header *header = rows(scene, STATE_HEADER, 1);
    *header = (struct state_header){
        .now_ns = NOW_NS,
        .mode = DESK_DEMO,
        .risk_mode = RISK_BALANCED,
        .jobs_running = 4,
        .orders_open = 2,
        .day_volume = {25730410000},
        .day_fees = {6420000},
        .day_pnl = {-4310000},
        .equity = {29993690000},
        .equity_start = USD(30000),
        .gross = {900120000},
        .net = {104630000},
        .unhedged = {404630000},
        .loss_budget = USD(500),
        .loss_used = {61250000},
        .threshold = BPS_C(300),
        .health = 97,
        .alerts_open = 1,
        .demo = "DEMO of 2024-08-08: binance = Binance USDT-M, okx = its COIN-M, "
                "hyperliquid = its spot",
    };
}

static void add_log(struct scene *scene, enum log_level level, const char *component,
                    const char *text) {
    ASSERT(scene->log_count < SCENE_LOG_MAX);
    struct log_line *line = &scene->log[scene->log_count++];
    *line = (struct log_line){.time_ns = NOW_NS - (20 - scene->log_count) * 731 * NS_PER_MS,
                              .level = level};
    (void)string_copy(line->component, sizeof(line->component), slice_of(component));
    (void)string_copy(line->text, sizeof(line->text), slice_of(text));
}

static void fill_log(struct scene *scene) {
    add_log(scene, LOG_INFO, "desk", "started in DEMO, 3 venues, 2 symbols");
    add_log(scene, LOG_INFO, "feed", "binance: live, 2 books");
    add_log(scene, LOG_INFO, "feed", "okx: live, 2 books");
    add_log(scene, LOG_WARN, "feed", "hyperliquid: gap in ETH, book dropped, asking again");
    add_log(scene, LOG_INFO, "feed", "hyperliquid: live, 2 books");
    add_log(scene, LOG_INFO, "job", "job 41 arb BTC/USDT 200.00 USD holding edge_bps=4.20");
    add_log(scene, LOG_INFO, "job", "job 39 wash BTC/USDT done pnl=-0.06 fees=0.13");
    add_log(scene, LOG_ERROR, "journal", "no space left on device: the desk halts");
    add_log(scene, LOG_INFO, "control", "risk mode balanced (keyboard) \033[31m\tnot red");
}

static void fill_all(struct scene *scene) {
    fill_quotes(scene);
    fill_venues(scene);
    fill_capital(scene);
    fill_opportunities(scene);
    fill_jobs(scene);
    fill_orders(scene);
    fill_risk(scene);
    fill_positions(scene);
    fill_alerts(scene);
    fill_header(scene);
    fill_equity(scene);
    fill_latencies(scene);
    fill_health(scene);
    fill_wire(scene);
    fill_log(scene);
}

static void make_trouble(struct scene *scene) {
    struct state_header *header = scene->draft.rows[STATE_HEADER];
    header->killed = 1;
    header->status = DESK_PAUSED;
    header->state = TRADING_HALTED;
    header->mode = DESK_LIVE;
    header->overridden = 1;
    header->override_until_ns = NOW_NS + 297 * NS_PER_S;
    header->loss_used = (struct usd){467120000};
    header->alerts_open = 3;
    (void)string_copy(
        header->notice, sizeof(header->notice),
        SLICE("the desk ended badly at 23:41:07Z: 2 jobs were open, both are closed"));
    struct state_quote *quotes = scene->draft.rows[STATE_QUOTES];
    struct state_venue *venues = scene->draft.rows[STATE_VENUES];
    quotes[0].freshness = FRESH_WARN;
    quotes[0].age_ms = 640;
    quotes[2].flags = QUOTE_QUARANTINED;
    quotes[3].flags = QUOTE_BID_SMALL | QUOTE_ASK_UNKNOWN_SIZE;
    quotes[4].freshness = FRESH_STALE;
    quotes[4].age_ms = 3200;
    quotes[5].freshness = FRESH_STALE;
    quotes[5].age_ms = 95000;
    venues[2].state = FEED_STALE;
    (void)string_copy(venues[2].text, sizeof(venues[2].text), SLICE("no data frame for 95 s"));
    venues[2].errors[FEED_GAP] = 3;
    venues[1].role = VENUE_REFERENCE;
    venues[0].lane = LANE_READY;
    venues[0].deadman = DEADMAN_ARMED;
    venues[0].deadman_until_ns = NOW_NS + 41 * NS_PER_S;
    venues[1].lane = LANE_NO_KEYS;
    venues[2].lane = LANE_BLOCKED;
    venues[2].lane_blocked_until_ns = NOW_NS + 9 * NS_PER_S;
    venues[2].tripped = 1;
    venues[2].rejects = 3;
    venues[2].tripped_until_ns = NOW_NS + 55 * NS_PER_S;
    struct state_health *health = scene->draft.rows[STATE_HEALTH];
    health->overall = 41;
    health->parts[HEALTH_QUOTES].score = 33;
    (void)string_copy(health->parts[HEALTH_QUOTES].reason,
                      sizeof(health->parts[HEALTH_QUOTES].reason),
                      SLICE("hyperliquid: no data frame for 95 s"));
    health->metrics[METRIC_FAILURES].figure = 3;
    health->metrics[METRIC_FAILURES].over = 1;
    struct state_capital *capital = scene->draft.rows[STATE_CAPITAL];
    capital[2].safe_mode = 1;
    capital[2].pools[POOL_ARB].used = capital[2].pools[POOL_ARB].size;
    struct state_risk *risk = scene->draft.rows[STATE_RISK];
    risk->day_loss = (struct usd){467120000};
    risk->failures = 3;
    risk->kill_step = KILL_CANCELLING;
    risk->kill_orders = 2;
    risk->strategies_off = 1U << STRATEGY_ARB;
    struct state_alert *alerts = scene->draft.rows[STATE_ALERTS];
    alerts[0].severity = SEVERITY_RED;
    struct state_job *jobs = scene->draft.rows[STATE_JOBS];
    jobs[0].state = JOB_UNWINDING;
}

static void make_start(struct scene *scene) {
    for (int i = 0; i < STATE_SECTION_COUNT; i++) {
        if (i != STATE_HEADER && i != STATE_RISK && i != STATE_QUOTES && i != STATE_VENUES) {
            scene->draft.count[i] = 0;
            memset(scene->draft.rows[i], 0,
                   (size_t)scene->draft.rows_max[i] * state_row_size((enum state_section)i));
        }
    }
    struct state_quote *quotes = scene->draft.rows[STATE_QUOTES];
    for (uint32_t i = 0; i < scene->draft.count[STATE_QUOTES]; i++) {
        quotes[i] = (struct state_quote){.venue = quotes[i].venue, .symbol = quotes[i].symbol};
    }
    struct state_venue *venues = scene->draft.rows[STATE_VENUES];
    for (uint32_t i = 0; i < scene->draft.count[STATE_VENUES]; i++) {
        venues[i] = (struct state_venue){.state = i == 0 ? FEED_CONNECTING : FEED_DOWN};
    }
    struct state_risk *risk = scene->draft.rows[STATE_RISK];
    *risk = (struct state_risk){.day_loss_limit = USD(500), .failures_max = 3};
    struct state_header *header = scene->draft.rows[STATE_HEADER];
    *header = (struct state_header){.now_ns = NOW_NS, .mode = DESK_PAPER};
    scene->log_count = 0;
}

enum status scene_create(struct scene *scene, const char *name) {
    *scene = (struct scene){0};
    bool many = strcmp(name, "many") == 0;
    bool trouble = strcmp(name, "trouble") == 0;
    bool start = strcmp(name, "start") == 0;
    if (!many && !trouble && !start && strcmp(name, "main") != 0) {
        return status_fail(STATUS_USAGE, "no scene is called %s", name);
    }
    enum status status =
        create_universe(scene, many ? SCENE_VENUES_MAX : 3, many ? SCENE_SYMBOLS_MAX : 2);
    if (status == STATUS_OK) {
        status = state_draft_create(&scene->draft, &scene->universe);
    }
    if (status != STATUS_OK) {
        return status;
    }
    fill_all(scene);
    if (trouble) {
        make_trouble(scene);
    }
    if (start) {
        make_start(scene);
    }
    return STATUS_OK;
}

void scene_destroy(struct scene *scene) {
    state_draft_finish(&scene->draft);
    universe_finish(&scene->universe);
}

static uint64_t scene_version(void *self, enum state_section section) {
    return ((struct scene *)self)->version[section];
}

static uint32_t scene_read(void *self, enum state_section section, void *out, uint64_t *version) {
    const struct scene *scene = self;
    uint32_t count = scene->draft.count[section];
    memcpy(out, scene->draft.rows[section], (size_t)count * state_row_size(section));
    *version = scene->version[section];
    return count;
}

static void acknowledge(struct scene *scene, int64_t id) {
    struct state_alert *alerts = scene->draft.rows[STATE_ALERTS];
    for (uint32_t i = 0; i < scene->draft.count[STATE_ALERTS]; i++) {
        if (id == 0 || alerts[i].id == (uint64_t)id) {
            alerts[i].acknowledged = 1;
            alerts[i].acknowledged_ns = NOW_NS;
            break;
        }
    }
    scene_touch(scene, STATE_ALERTS);
}

static void obey(struct scene *scene, const struct control_request *request) {
    struct state_header *header = scene->draft.rows[STATE_HEADER];
    struct state_venue *venues = scene->draft.rows[STATE_VENUES];
    switch (request->verb) {
    case CONTROL_PAUSE:
        header->status = DESK_PAUSED;
        break;
    case CONTROL_RESUME:
        header->status = DESK_RUNNING;
        break;
    case CONTROL_RISK_MODE:
        header->risk_mode = (uint8_t)request->value;
        break;
    case CONTROL_OVERRIDE:
        header->overridden = request->value > 0;
        header->override_until_ns = header->now_ns + request->value * NS_PER_S;
        break;
    case CONTROL_THRESHOLD:
        header->threshold.v = request->value;
        break;
    case CONTROL_STATE:
        header->state = (uint8_t)request->value;
        break;
    case CONTROL_KILL:
        header->killed = 1;
        break;
    case CONTROL_CLEAR:
        header->killed = 0;
        break;
    case CONTROL_VENUE_ROLE:
        venues[request->venue].role = (uint8_t)request->value;
        scene_touch(scene, STATE_VENUES);
        break;
    case CONTROL_ACKNOWLEDGE:
        acknowledge(scene, request->value);
        break;
    case CONTROL_SUBMIT:
    case CONTROL_CANCEL_JOB:
    case CONTROL_FLATTEN:
    case CONTROL_STRATEGY:
    case CONTROL_ACCEPT:
    case CONTROL_COUNT:
        break;
    }
    scene_touch(scene, STATE_HEADER);
}

static enum status scene_control(void *self, const struct control_request *request,
                                 struct text *answer) {
    struct scene *scene = self;
    enum status status = control_check(request, &scene->universe);
    if (status == STATUS_OK && scene->refuse) {
        status = status_fail(STATUS_REFUSED, "refused by the test");
    }
    if (status != STATUS_OK) {
        text_add_string(answer, status_text());
        return status;
    }
    scene->last = *request;
    scene->requests++;
    obey(scene, request);
    control_print(answer, &scene->universe, request);
    return STATUS_OK;
}

static int scene_log(void *self, uint64_t after, struct log_line *out, int max, uint64_t *last) {
    const struct scene *scene = self;
    int count = 0;
    while (count < max && after < (uint64_t)scene->log_count) {
        out[count++] = scene->log[after++];
        *last = after;
    }
    return count;
}

static const struct link_ops scene_ops = {
    .name = "scene",
    .version = scene_version,
    .read = scene_read,
    .control = scene_control,
    .log = scene_log,
    .ends_with_console = true,
};

struct link scene_link(struct scene *scene) {
    return (struct link){.ops = &scene_ops, .self = scene, .universe = &scene->universe};
}

void scene_move(struct scene *scene, int64_t by_ns, uint32_t step, uint32_t quotes) {
    struct state_header *header = scene->draft.rows[STATE_HEADER];
    header->now_ns += by_ns;
    scene_touch(scene, STATE_HEADER);
    if (quotes == 0) {
        return;
    }
    struct state_quote *list = scene->draft.rows[STATE_QUOTES];
    uint32_t count = scene->draft.count[STATE_QUOTES];
    for (uint32_t i = 0; i < quotes && i < count; i++) {
        struct state_quote *q = &list[(i * 5 + step) % count];
        int64_t ticks = (int64_t)(hash_mix(step * 1000U + i) % 9) - 4;
        struct px bid = px_of(q->symbol, ticks);
        q->bid_change = bid.v > q->bid.v ? 1 : bid.v < q->bid.v ? -1 : 0;
        q->bid = bid;
        q->ask = px_of(q->symbol, ticks + 2);
        q->bid_size.v = (int64_t)(hash_mix(step + i * 77U) % 5000) * 1000000;
        q->age_ms = (int64_t)(hash_mix(i * 13U + step) % 400);
    }
    scene_touch(scene, STATE_QUOTES);
}
