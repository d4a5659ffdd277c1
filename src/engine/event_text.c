// One line of text per event. It prints what a damaged or foreign journal may hold as well, so it
// asserts nothing about the payload: what is out of range is printed as a number.
#include "engine/control.h"

static void add_word(struct text *out, const char *word) {
    text_add_char(out, ' ');
    text_add_string(out, word);
}

// `name` when value < count, else "#value". The name is looked up by the caller only in range.
#define ADD_NAME(out, value, count, name_of)                                                       \
    add_named((out), (value), (value) < (count) ? name_of(value) : NULL)

static void add_named(struct text *out, unsigned value, const char *name) {
    if (name != NULL) {
        add_word(out, name);
    } else {
        text_add_format(out, " #%u", value);
    }
}

static void add_fixed(struct text *out, const char *text, size_t capacity) {
    size_t size = strnlen(text, capacity);
    if (size > 0) {
        text_add_char(out, ' ');
        text_add(out, (struct slice){text, size});
    }
}

static void add_venue(struct text *out, const struct universe *universe, uint16_t venue) {
    bool known = universe != NULL && venue < universe->venue_count;
    add_named(out, venue, known ? universe->venues[venue].name : NULL);
}

static void add_symbol(struct text *out, const struct universe *universe, uint16_t symbol) {
    bool known = universe != NULL && symbol < universe->symbol_count;
    add_named(out, symbol, known ? universe->symbols[symbol].name : NULL);
}

static void add_listing(struct text *out, const struct universe *universe, uint16_t venue,
                        uint16_t symbol) {
    add_venue(out, universe, venue);
    add_symbol(out, universe, symbol);
}

static void add_px(struct text *out, const char *label, struct px price) {
    add_word(out, label);
    px_print(out, price, 0, PX_DIGITS);
}

static void add_qty(struct text *out, const char *label, struct qty quantity) {
    add_word(out, label);
    qty_print(out, quantity, 0, QTY_DIGITS);
}

static void add_usd(struct text *out, const char *label, struct usd amount) {
    add_word(out, label);
    usd_print(out, amount, 2, USD_DIGITS);
}

static void add_bps(struct text *out, const char *label, struct bps value) {
    add_word(out, label);
    bps_print(out, value);
}

static void add_int(struct text *out, const char *label, int64_t value) {
    add_word(out, label);
    text_add_int(out, value);
}

static void add_rule(struct text *out, uint16_t rule) {
    if (rule != RULE_NONE) {
        ADD_NAME(out, rule, RULE_COUNT, rule_name);
    }
}

static void print_quote(struct text *out, const struct universe *universe,
                        const struct event_quote *e) {
    add_listing(out, universe, e->venue, e->symbol);
    add_px(out, "bid ", e->quote.bid);
    add_qty(out, "x ", e->quote.bid_size);
    add_px(out, "ask ", e->quote.ask);
    add_qty(out, "x ", e->quote.ask_size);
    text_add_format(out, " flags %#x update %u", e->quote.flags, e->quote.update);
}

static void print_depth(struct text *out, const struct universe *universe,
                        const struct event_depth *e) {
    add_listing(out, universe, e->venue, e->symbol);
    text_add_format(out, " bids %u asks %u", e->depth.bid_count, e->depth.ask_count);
    if (e->depth.bid_count > 0) {
        add_px(out, "bid ", e->depth.bids[0].price);
        add_qty(out, "x ", e->depth.bids[0].size);
    }
    if (e->depth.ask_count > 0) {
        add_px(out, "ask ", e->depth.asks[0].price);
        add_qty(out, "x ", e->depth.asks[0].size);
    }
}

static void print_instrument(struct text *out, const struct universe *universe,
                             const struct listing *listing) {
    add_listing(out, universe, listing->venue, listing->symbol);
    add_fixed(out, listing->native, sizeof(listing->native));
    add_word(out, !listing->ready ? "not ready" : listing->closes_only ? "closes only" : "ready");
    add_px(out, "tick ", listing->tick);
    add_qty(out, "step ", listing->step);
    add_qty(out, "contract ", listing->contract);
    add_qty(out, "min ", listing->size_min);
    add_usd(out, "min_notional ", listing->notional_min);
}

static void print_funding(struct text *out, const struct universe *universe,
                          const struct event_funding *e) {
    add_listing(out, universe, e->venue, e->symbol);
    add_word(out, "per_hour ");
    decimal_print(out, e->per_hour.v, RATE_DIGITS, 0, RATE_DIGITS);
    add_px(out, "mark ", e->mark);
    add_px(out, "index ", e->index);
    add_int(out, "next_ns ", e->next_settlement_ns);
}

static void print_feed(struct text *out, const struct universe *universe,
                       const struct event_feed *e) {
    add_venue(out, universe, e->venue);
    ADD_NAME(out, e->state, FEED_STATE_COUNT, feed_state_name);
    text_add_format(out, " reconnects %u updates %llu", e->reconnects,
                    (unsigned long long)e->updates);
    add_int(out, "clock_offset_ns ", e->clock_offset_ns);
    add_fixed(out, e->text, sizeof(e->text));
}

static void print_control(struct text *out, const struct universe *universe,
                          const struct event_control *e) {
    ADD_NAME(out, e->verb, CONTROL_COUNT, control_name);
    if (e->venue != CONTROL_ANY) {
        add_venue(out, universe, e->venue);
    }
    if (e->symbol != CONTROL_ANY) {
        add_symbol(out, universe, e->symbol);
    }
    if (e->verb == CONTROL_SUBMIT) {
        ADD_NAME(out, e->side, SIDE_SELL + 1, side_name);
        if (e->hedged != 0) {
            add_venue(out, universe, e->hedge_venue);
        }
        add_int(out, "over_s ", e->over_s);
    }
    add_int(out, "value ", e->value);
    add_int(out, "value2 ", e->value2);
    add_int(out, "origin ", e->origin);
}

static void print_report(struct text *out, const struct universe *universe,
                         const struct event_report *e) {
    text_add_format(out, " order %llu", (unsigned long long)e->order);
    ADD_NAME(out, e->kind, REPORT_UNKNOWN + 1, report_kind_name);
    add_listing(out, universe, e->venue, e->symbol);
    add_qty(out, "", e->size);
    add_px(out, "at ", e->price);
    add_usd(out, "fee ", e->fee);
    add_fixed(out, e->text, sizeof(e->text));
}

static void print_lane(struct text *out, const struct universe *universe,
                       const struct event_lane *e) {
    static const char *const deadman[] = {[DEADMAN_OFF] = "off",
                                          [DEADMAN_ARMED] = "armed",
                                          [DEADMAN_FAILED] = "failed",
                                          [DEADMAN_NONE] = "none"};
    add_venue(out, universe, e->venue);
    ADD_NAME(out, e->state, LANE_STATE_COUNT, lane_state_name);
    text_add_format(out, " orders %u unknown %u room %u+%u deadman", e->orders, e->unknown, e->room,
                    e->room_soon);
    add_named(out, e->deadman, e->deadman < DEADMAN_STATE_COUNT ? deadman[e->deadman] : NULL);
    add_fixed(out, e->text, sizeof(e->text));
}

static void print_venue_position(struct text *out, const struct universe *universe,
                                 const struct event_venue_position *e) {
    add_listing(out, universe, e->venue, e->symbol);
    add_qty(out, "net ", e->net);
    add_px(out, "average ", e->average);
    add_px(out, "liquidation ", e->liquidation);
}

static void print_opportunity(struct text *out, const struct universe *universe,
                              const struct event_opportunity *e) {
    add_symbol(out, universe, e->symbol);
    add_word(out, "buy");
    add_venue(out, universe, e->buy_venue);
    add_px(out, "at ", e->buy_ask);
    add_word(out, "sell");
    add_venue(out, universe, e->sell_venue);
    add_px(out, "at ", e->sell_bid);
    add_bps(out, "gross ", e->gross);
    add_bps(out, "net ", e->net);
    add_bps(out, "round_trip ", e->round_trip);
    add_usd(out, "size ", e->size);
    add_int(out, "score_ppm ", e->score_ppm);
}

static void print_job(struct text *out, const struct universe *universe,
                      const struct event_job *e) {
    text_add_format(out, " job %u", e->job);
    ADD_NAME(out, e->strategy, STRATEGY_COUNT, strategy_name);
    ADD_NAME(out, e->state, JOB_STATE_COUNT, job_state_name);
    add_symbol(out, universe, e->symbol);
    add_word(out, "buy");
    add_venue(out, universe, e->buy_venue);
    add_word(out, "sell");
    add_venue(out, universe, e->sell_venue);
    add_usd(out, "notional ", e->notional);
    add_bps(out, "edge ", e->edge);
    add_usd(out, "pnl ", e->pnl);
    add_usd(out, "fees ", e->fees);
    add_rule(out, e->rule);
}

static void print_denied(struct text *out, const struct universe *universe,
                         const struct event_denied *e) {
    if (e->job != 0) {
        text_add_format(out, " job %u", e->job);
    }
    ADD_NAME(out, e->strategy, STRATEGY_COUNT, strategy_name);
    add_symbol(out, universe, e->symbol);
    add_venue(out, universe, e->buy_venue);
    add_venue(out, universe, e->sell_venue);
    text_add_char(out, ' ');
    if (e->verdict.rule < RULE_COUNT) {
        verdict_print(out, &e->verdict);
    } else {
        text_add_format(out, "rule #%u", e->verdict.rule);
    }
}

static void print_order(struct text *out, const struct universe *universe,
                        const struct event_order *e) {
    text_add_format(out, " order %llu job %u", (unsigned long long)e->order, e->job);
    add_word(out, e->action == ORDER_ACTION_CANCEL ? "cancel"
                  : e->action == ORDER_ACTION_ASK  ? "ask"
                                                   : "place");
    add_word(out, e->type == ORDER_POST_ONLY ? "post_only" : "ioc");
    ADD_NAME(out, e->phase, LEG_UNWIND + 1, leg_phase_name);
    ADD_NAME(out, e->side, SIDE_SELL + 1, side_name);
    add_listing(out, universe, e->venue, e->symbol);
    add_qty(out, "", e->size);
    add_px(out, "at ", e->price);
    add_qty(out, "filled ", e->filled);
    ADD_NAME(out, e->state, ORDER_STATE_COUNT, order_state_name);
    add_fixed(out, e->client_id, sizeof(e->client_id));
}

static void print_fill(struct text *out, const struct universe *universe,
                       const struct event_fill *e) {
    text_add_format(out, " order %llu job %u trade %llu", (unsigned long long)e->order, e->job,
                    (unsigned long long)e->trade);
    ADD_NAME(out, e->side, SIDE_SELL + 1, side_name);
    add_word(out, e->liquidity == LIQUIDITY_MAKER ? "maker" : "taker");
    add_listing(out, universe, e->venue, e->symbol);
    add_qty(out, "", e->size);
    add_px(out, "at ", e->price);
    add_usd(out, "fee ", e->fee);
    if (e->last != 0) {
        add_word(out, "last");
    }
}

static void print_position(struct text *out, const struct universe *universe,
                           const struct event_position *e) {
    add_listing(out, universe, e->venue, e->symbol);
    add_qty(out, "net ", e->net);
    add_px(out, "average ", e->average);
    add_usd(out, "net_usd ", e->net_usd);
    add_usd(out, "unrealised ", e->unrealised);
    add_usd(out, "realised ", e->realised);
}

static void print_past_position(struct text *out, const struct universe *universe,
                                const struct event_past_position *e) {
    add_listing(out, universe, e->venue, e->symbol);
    add_qty(out, "net ", e->net);
    add_usd(out, "cost ", e->cost);
    add_usd(out, "realised ", e->realised);
    add_usd(out, "fees ", e->fees);
    add_usd(out, "funding ", e->funding);
}

static void print_past_job(struct text *out, const struct universe *universe,
                           const struct event_past_job *e) {
    text_add_format(out, " job %u", e->job);
    ADD_NAME(out, e->strategy, STRATEGY_COUNT, strategy_name);
    ADD_NAME(out, e->state, JOB_STATE_COUNT, job_state_name);
    add_symbol(out, universe, e->symbol);
    for (int i = 0; i < JOB_LEGS_MAX; i++) {
        add_word(out, i == 0 ? "buy" : "sell");
        add_venue(out, universe, e->legs[i].venue);
        add_qty(out, "opened ", e->legs[i].opened);
        add_qty(out, "closed ", e->legs[i].closed);
    }
    add_usd(out, "fees ", e->fees);
}

static void print_alert_rule(struct text *out, const struct event_alert_rule *e) {
    text_add_format(out, " %u of %u", e->at + 1, e->count);
    add_fixed(out, e->rule.name, sizeof(e->rule.name));
    add_fixed(out, e->rule.condition, sizeof(e->rule.condition));
}

static void print_brakes(struct text *out, const struct event_brakes *e) {
    for (uint32_t i = 0; i < STRATEGY_COUNT; i++) {
        const char *name = strategy_name((enum strategy)i);
        if ((e->strategies_off >> i & 1) != 0) {
            text_add_format(out, " %s off", name);
        }
        if (e->losing[i] != 0) {
            text_add_format(out, " %s losing %u", name, e->losing[i]);
        }
    }
    text_add_format(out, " day_jobs %u", e->day_jobs);
}

static void print_past_end(struct text *out, const struct event_past_end *e) {
    text_add_format(out, " known %u doubt %u killed %u lost %u jobs_used %u", e->known, e->doubt,
                    e->killed, e->lost, e->jobs_used);
    ADD_NAME(out, e->state, TRADING_STATE_COUNT, trading_state_name);
    if (e->risk_mode != 0) {
        ADD_NAME(out, e->risk_mode - 1, RISK_MODE_COUNT, risk_mode_name);
    }
    add_usd(out, "day_start_pnl ", e->day_start_pnl);
    print_brakes(out, &e->brakes);
}

static void print_capital(struct text *out, const struct universe *universe,
                          const struct event_capital *e) {
    add_venue(out, universe, e->venue);
    add_usd(out, "equity ", e->equity);
    bool layers = e->model == CAPITAL_FIVE;
    for (uint32_t part = 0; part < (layers ? (uint32_t)LAYER_COUNT : (uint32_t)POOL_COUNT);
         part++) {
        add_word(out, layers ? layer_name((enum layer)part) : pool_name((enum pool)part));
        add_usd(out, "", e->available[part]);
    }
    add_usd(out, "peak ", e->peak);
    add_bps(out, "drawdown ", e->drawdown);
    if (e->safe_mode != 0) {
        add_word(out, "safe_mode");
    }
}

static void print_risk(struct text *out, const struct event_risk *e) {
    ADD_NAME(out, e->mode, RISK_MODE_COUNT, risk_mode_name);
    ADD_NAME(out, e->state, TRADING_STATE_COUNT, trading_state_name);
    text_add_format(out, " killed %u overridden %u failures %u", e->killed, e->overridden,
                    e->failures);
    add_usd(out, "day_loss ", e->day_loss);
    print_brakes(out, &e->brakes);
}

static void print_alert(struct text *out, const struct event_alert *e) {
    ADD_NAME(out, e->severity, SEVERITY_RED + 1, severity_name);
    add_fixed(out, e->rule, sizeof(e->rule));
    add_fixed(out, e->text, sizeof(e->text));
    if (e->unit > UNIT_NONE && e->unit <= UNIT_PX) {
        text_add_char(out, ' ');
        rule_figure_print(out, (enum rule_unit)e->unit, e->figure);
        text_add_string(out, " against ");
        rule_figure_print(out, (enum rule_unit)e->unit, e->limit);
    }
}

static void print_health(struct text *out, const struct event_health *e) {
    text_add_format(out, " overall %u", e->overall);
    for (int part = 0; part < HEALTH_PART_COUNT; part++) {
        text_add_format(out, " %s %u", health_part_name((enum health_part)part),
                        e->component[part]);
    }
}

static void print_payload(struct text *out, const struct universe *universe,
                          const struct event *event) {
    switch ((int)event->header.kind) {
    case EVENT_DESK_STARTED:
        ADD_NAME(out, event->u.desk.mode, DESK_MODE_COUNT, desk_mode_name);
        text_add_format(out, " venues %u symbols %u config %016llx", event->u.desk.venues,
                        event->u.desk.symbols, (unsigned long long)event->u.desk.config_hash);
        break;
    case EVENT_INSTRUMENT:
        print_instrument(out, universe, &event->u.instrument.listing);
        break;
    case EVENT_QUOTE_UPDATED:
        print_quote(out, universe, &event->u.quote);
        break;
    case EVENT_DEPTH_UPDATED:
        print_depth(out, universe, &event->u.depth);
        break;
    case EVENT_FUNDING_UPDATED:
        print_funding(out, universe, &event->u.funding);
        break;
    case EVENT_FEED_STATE:
        print_feed(out, universe, &event->u.feed);
        break;
    case EVENT_FEED_ALIVE:
        add_venue(out, universe, event->u.alive.venue);
        add_int(out, "frame_ns ", event->u.alive.frame_ns);
        break;
    case EVENT_CAPITAL_SNAPSHOT:
        add_venue(out, universe, event->u.equity.venue);
        add_usd(out, "equity ", event->u.equity.equity);
        break;
    case EVENT_CONTROL:
        print_control(out, universe, &event->u.control);
        break;
    case EVENT_SETTINGS_CHANGED:
        add_int(out, "count ", event->u.settings.count);
        break;
    case EVENT_ALERT_RULE:
        print_alert_rule(out, &event->u.alert_rule);
        break;
    case EVENT_ORDER_REPORT:
        print_report(out, universe, &event->u.report);
        break;
    case EVENT_LANE_STATE:
        print_lane(out, universe, &event->u.lane);
        break;
    case EVENT_VENUE_POSITION:
        print_venue_position(out, universe, &event->u.venue_position);
        break;
    case EVENT_VENUE_ORDERS:
        add_venue(out, universe, event->u.venue_orders.venue);
        text_add_format(out, " foreign %u", event->u.venue_orders.foreign);
        break;
    case EVENT_PAST_POSITION:
        print_past_position(out, universe, &event->u.past_position);
        break;
    case EVENT_PAST_JOB:
        print_past_job(out, universe, &event->u.past_job);
        break;
    case EVENT_PAST_ORDER:
        print_order(out, universe, &event->u.past_order.order);
        add_int(out, "created_ns ", event->u.past_order.order.created_ns);
        break;
    case EVENT_PAST_TRADE:
        add_venue(out, universe, event->u.past_trade.venue);
        text_add_format(out, " trade %llu", (unsigned long long)event->u.past_trade.trade);
        break;
    case EVENT_PAST_PEAK:
        add_venue(out, universe, event->u.past_peak.venue);
        add_int(out, "day ", event->u.past_peak.day);
        add_usd(out, "start ", event->u.past_peak.start);
        add_usd(out, "peak ", event->u.past_peak.peak);
        if (event->u.past_peak.role != 0) {
            ADD_NAME(out, event->u.past_peak.role - 1, VENUE_ROLE_COUNT, venue_role_name);
        }
        break;
    case EVENT_PAST_END:
        print_past_end(out, &event->u.past_end);
        break;
    case EVENT_DAY_STARTED:
        add_int(out, "day ", event->u.day.day);
        add_usd(out, "start_pnl ", event->u.day.start_pnl);
        break;
    case EVENT_OPPORTUNITY_FOUND:
    case EVENT_OPPORTUNITY_GONE:
        print_opportunity(out, universe, &event->u.opportunity);
        break;
    case EVENT_JOB_ADOPTED:
        text_add_format(out, " job %u leg %u", event->u.adopted.job, event->u.adopted.leg);
        add_venue(out, universe, event->u.adopted.venue);
        add_qty(out, "opened ", event->u.adopted.opened);
        add_usd(out, "for ", event->u.adopted.opened_usd);
        break;
    case EVENT_JOB_STATE:
        print_job(out, universe, &event->u.job);
        break;
    case EVENT_DENIED:
        print_denied(out, universe, &event->u.denied);
        break;
    case EVENT_ORDER_COMMAND:
    case EVENT_ORDER_PLACED:
    case EVENT_ORDER_FAILED:
    case EVENT_ORDER_CANCELED:
        print_order(out, universe, &event->u.order);
        break;
    case EVENT_ORDER_FILLED:
        print_fill(out, universe, &event->u.fill);
        break;
    case EVENT_POSITION_UPDATED:
        print_position(out, universe, &event->u.position);
        break;
    case EVENT_CAPITAL_UPDATED:
        print_capital(out, universe, &event->u.capital);
        break;
    case EVENT_RISK_STATE:
        print_risk(out, &event->u.risk);
        break;
    case EVENT_HEALTH_SNAPSHOT:
        print_health(out, &event->u.health);
        break;
    case EVENT_ALERT:
        print_alert(out, &event->u.alert);
        break;
    default:
        break; // a timer carries nothing
    }
}

void event_print(struct text *out, const struct universe *universe, const struct event *event) {
    if (event->header.kind >= EVENT_KIND_COUNT) {
        text_add_format(out, "kind #%u", event->header.kind);
        return;
    }
    text_add_string(out, event_name((enum event_kind)event->header.kind));
    print_payload(out, universe, event);
}
