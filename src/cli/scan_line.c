#include "cli/scan_line.h"

#include "base/json.h"

static const struct state_quote *quote_of(const struct scan_view *view, uint16_t venue,
                                          uint16_t symbol) {
    return &view->quotes[listing_id(view->universe, venue, symbol)];
}

// With strategies off a job nothing else stands against ends at that rule.
static bool would_trade(const struct state_opportunity *row) {
    return row->verdict.rule == RULE_NONE || row->verdict.rule == RULE_STRATEGY_OFF;
}

static void add_plan(struct text *out, const struct scan_view *view,
                     const struct state_opportunity *row) {
    const struct venue_entry *venues = view->universe->venues;
    if (!would_trade(row)) {
        text_add_string(out, "none, ");
        verdict_print(out, &row->verdict);
        return;
    }
    text_add_string(out, "arb ");
    usd_print(out, row->size, 0, 2);
    text_add_format(out, " USD: buy on %s, sell on %s", venues[row->buy_venue].name,
                    venues[row->sell_venue].name);
}

static void json_bps(struct text *out, const char *name, struct bps value) {
    text_add_format(out, ",\"%s\":", name);
    json_write_decimal(out, value.v, BPS_DIGITS);
}

static void json_side(struct text *out, const char *side, const char *venue, struct px bid,
                      struct px ask, struct qty size) {
    text_add_format(out, ",\"%s_venue\":\"%s\",\"%s_bid\":", side, venue, side);
    json_write_decimal(out, bid.v, PX_DIGITS);
    text_add_format(out, ",\"%s_ask\":", side);
    json_write_decimal(out, ask.v, PX_DIGITS);
    text_add_format(out, ",\"%s_size\":", side);
    json_write_decimal(out, size.v, QTY_DIGITS);
}

static void add_json(struct text *out, const struct scan_view *view,
                     const struct state_opportunity *row) {
    const struct state_quote *buy = quote_of(view, row->buy_venue, row->symbol);
    const struct state_quote *sell = quote_of(view, row->sell_venue, row->symbol);
    const struct venue_entry *venues = view->universe->venues;
    text_add_format(out, "{\"t_ns\":%lld,\"first_seen_ns\":%lld,\"symbol\":\"%s\"",
                    (long long)row->last_seen_ns, (long long)row->first_seen_ns,
                    view->universe->symbols[row->symbol].name);
    json_side(out, "buy", venues[row->buy_venue].name, buy->bid, row->buy_ask, row->buy_size);
    json_side(out, "sell", venues[row->sell_venue].name, row->sell_bid, sell->ask, row->sell_size);
    text_add_string(out, ",\"size_usd\":");
    json_write_decimal(out, row->size.v, USD_DIGITS);
    json_bps(out, "gross_bps", row->gross);
    if (!view->gross) {
        json_bps(out, "fees_bps", row->fees);
        json_bps(out, "slippage_bps", row->slippage);
        json_bps(out, "basis_bps", row->basis);
        json_bps(out, "net_bps", row->net);
        json_bps(out, "round_trip_bps", row->round_trip);
        json_bps(out, "funding_bps", row->funding);
        text_add_string(out, ",\"score\":");
        decimal_print(out, row->score_ppm, 4, 0, 1); // 0 to 100
        text_add_string(out, ",\"confidence\":");
        json_write_decimal(out, row->confidence_permille, 3);
        text_add_format(out, ",\"rule\":\"%s\",\"plan\":", rule_name(row->verdict.rule));
        char plan[256];
        struct text text = TEXT_OVER(plan);
        add_plan(&text, view, row);
        json_write_string(out, text_slice(&text));
    }
    text_add_char(out, '}');
}

static void plain_bps(struct text *out, const char *name, struct bps value) {
    text_add_format(out, " %s ", name);
    bps_print(out, value);
}

static void add_plain(struct text *out, const struct scan_view *view,
                      const struct state_opportunity *row) {
    const struct venue_entry *venues = view->universe->venues;
    text_add_format(out, "%-10s buy %s ", view->universe->symbols[row->symbol].name,
                    venues[row->buy_venue].name);
    px_print(out, quote_of(view, row->buy_venue, row->symbol)->bid, 1, PX_DIGITS);
    text_add_char(out, '/');
    px_print(out, row->buy_ask, 1, PX_DIGITS);
    text_add_format(out, " sell %s ", venues[row->sell_venue].name);
    px_print(out, row->sell_bid, 1, PX_DIGITS);
    text_add_char(out, '/');
    px_print(out, quote_of(view, row->sell_venue, row->symbol)->ask, 1, PX_DIGITS);
    plain_bps(out, "gross", row->gross);
    if (view->gross) {
        text_add_string(out, " bps");
        return;
    }
    plain_bps(out, "fees", row->fees);
    plain_bps(out, "slippage", row->slippage);
    plain_bps(out, "basis", row->basis);
    plain_bps(out, "net", row->net);
    plain_bps(out, "round trip", row->round_trip);
    text_add_string(out, " bps; plan: ");
    add_plan(out, view, row);
}

bool scan_put(const struct scan_view *view, const struct state_opportunity *row) {
    char bytes[SCAN_LINE_MAX];
    struct text line = TEXT_OVER(bytes);
    if (view->json) {
        add_json(&line, view, row);
    } else {
        add_plain(&line, view, row);
    }
    return cli_put_line(&line);
}
