// A row is written field by field through one small writer, so that text and JSON cannot tell
// different things.
#include "engine/state_text.h"

#include "base/clock.h"
#include "base/json.h"

static const struct {
    const char *name, *sentence;
} reports[STATE_REPORT_COUNT] = {
#define STATE_REPORT_ROW(code, name, sentence) [code] = {name, sentence},
    STATE_REPORT_LIST(STATE_REPORT_ROW)
#undef STATE_REPORT_ROW
};

const char *state_report_name(enum state_report report) {
    ASSERT((unsigned)report < STATE_REPORT_COUNT);
    return reports[report].name;
}

const char *state_report_sentence(enum state_report report) {
    ASSERT((unsigned)report < STATE_REPORT_COUNT);
    return reports[report].sentence;
}

// ---- the writer --------------------------------------------------------------------------------

struct row {
    struct text *out;
    bool json;
    bool lines; // text only: a field a line
    bool first;
};

static struct row begin(struct text *out, bool json, const char *kind) {
    struct row row = {.out = out, .json = json, .first = !json};
    if (json) {
        text_add_format(out, "{\"kind\":\"%s\"", kind);
    }
    return row;
}

static void end(struct row *row) {
    if (row->json) {
        text_add_char(row->out, '}');
    }
}

static void add_key(struct row *row, const char *key) {
    if (row->json) {
        text_add_format(row->out, "%s\"%s\":", row->first ? "" : ",", key);
    } else if (row->lines) {
        text_add_format(row->out, "%s%-16s ", row->first ? "" : "\n", key);
    } else {
        text_add_format(row->out, "%s%s ", row->first ? "" : " ", key);
    }
    row->first = false;
}

static void add_word(struct row *row, const char *key, const char *word) {
    add_key(row, key);
    if (row->json) {
        json_write_string(row->out, slice_of(word));
    } else {
        text_add_string(row->out, word[0] != '\0' ? word : "-");
    }
}

static void add_int(struct row *row, const char *key, int64_t value) {
    add_key(row, key);
    text_add_int(row->out, value);
}

static void add_decimal(struct row *row, const char *key, int64_t value, int digits, int most) {
    add_key(row, key);
    decimal_print(row->out, value, digits, row->json ? 0 : most < 2 ? most : 2, most);
}

static void add_usd(struct row *row, const char *key, struct usd value) {
    add_decimal(row, key, value.v, USD_DIGITS, row->json ? USD_DIGITS : 2);
}

static void add_bps(struct row *row, const char *key, struct bps value) {
    add_decimal(row, key, value.v, BPS_DIGITS, BPS_DIGITS);
}

// A person's, or "auto"; beside it how high the scanner's own gets.
static void add_threshold(struct row *row, const struct state_header *header) {
    if (header->threshold.v >= 0) {
        add_bps(row, "threshold_bps", header->threshold);
    } else {
        add_key(row, "threshold_bps");
        text_add_string(row->out, row->json ? "null" : "auto");
    }
    add_bps(row, "threshold_auto_most_bps", header->threshold_auto);
}

static void add_flag(struct row *row, const char *key, bool flag) {
    add_key(row, key);
    text_add_string(row->out, row->json ? (flag ? "true" : "false") : flag ? "yes" : "no");
}

static const char *venue_name(const struct universe *universe, uint16_t venue) {
    return venue < universe->venue_count ? universe->venues[venue].name : "?";
}

static const char *symbol_name(const struct universe *universe, uint16_t symbol) {
    return symbol < universe->symbol_count ? universe->symbols[symbol].name : "?";
}

#define NAME(value, count, function) ((value) < (count) ? function(value) : "?")

// ---- rows --------------------------------------------------------------------------------------

const char *state_status_word(const struct state_header *header) {
    return header->killed                    ? "KILLED"
           : header->state == TRADING_HALTED ? "HALTED"
           : header->status == DESK_PAUSED   ? "PAUSED"
           : header->overridden              ? "OVERRIDE"
                                             : "RUNNING";
}

static void add_header(struct row *row, const struct state_header *h, bool hung) {
    add_word(row, "status", hung ? "HUNG" : state_status_word(h));
    add_word(row, "mode", NAME(h->mode, DESK_MODE_COUNT, desk_mode_name));
    add_word(row, "state", NAME(h->state, TRADING_STATE_COUNT, trading_state_name));
    add_word(row, "risk_mode", NAME(h->risk_mode, RISK_MODE_COUNT, risk_mode_name));
    add_flag(row, "killed", h->killed != 0);
    add_flag(row, "overridden", h->overridden != 0);
    add_int(row, "now_ms", h->now_ns / NS_PER_MS);
    add_int(row, "jobs_running", h->jobs_running);
    add_int(row, "orders_open", h->orders_open);
    add_usd(row, "gross_usd", h->gross);
    add_usd(row, "net_usd", h->net);
    add_usd(row, "unhedged_usd", h->unhedged);
    add_usd(row, "equity_usd", h->equity);
    add_usd(row, "day_pnl_usd", h->day_pnl);
    add_usd(row, "day_fees_usd", h->day_fees);
    add_usd(row, "day_volume_usd", h->day_volume);
    add_usd(row, "loss_used_usd", h->loss_used);
    add_usd(row, "loss_budget_usd", h->loss_budget);
    add_threshold(row, h);
    add_int(row, "health", h->health);
    add_int(row, "alerts_open", h->alerts_open);
    if (h->journal_failed) {
        add_word(row, "journal", "failed");
    }
    if (h->demo[0] != '\0') {
        add_word(row, "demo", h->demo);
    }
    if (h->notice[0] != '\0') {
        add_word(row, "notice", h->notice);
    }
}

static const char *phase_name(enum reconcile_phase phase) {
    static const char *const names[] = {[RECONCILE_ASKING] = "asking",
                                        [RECONCILE_DIFFERS] = "differs",
                                        [RECONCILE_AGREED] = "agreed"};
    return names[phase];
}

static void add_reconcile(struct row *row, const struct state_reconcile *r) {
    add_word(row, "reconcile", NAME(r->phase, RECONCILE_PHASE_COUNT, phase_name));
    add_int(row, "orders_asked", r->orders_asked);
    add_int(row, "orders_unsettled", r->orders_open);
    add_int(row, "orders_foreign", r->orders_foreign);
    add_int(row, "differences", r->difference_count);
}

static void add_venue(struct row *row, const struct state_venue *venue) {
    add_word(row, "feed", NAME(venue->state, FEED_STATE_COUNT, feed_state_name));
    add_word(row, "role", NAME(venue->role, VENUE_ROLE_COUNT, venue_role_name));
    add_int(row, "updates_per_s", venue->updates_per_s);
    add_int(row, "age_ms", venue->age_ms);
    add_int(row, "reconnects", venue->reconnects);
    if (venue->text[0] != '\0') {
        add_word(row, "why", venue->text);
    }
}

void state_venue_print(struct text *out, bool json, const struct universe *universe, uint16_t venue,
                       const struct state_venue *venue_row) {
    struct row row = begin(out, json, "venue");
    add_word(&row, "venue", venue_name(universe, venue));
    add_venue(&row, venue_row);
    end(&row);
}

void state_job_print(struct text *out, bool json, const struct universe *universe,
                     const struct state_job *job) {
    struct row row = begin(out, json, "job");
    add_int(&row, "job", job->id);
    add_word(&row, "strategy", NAME(job->strategy, STRATEGY_COUNT, strategy_name));
    add_word(&row, "symbol", symbol_name(universe, job->symbol));
    add_word(&row, "state", NAME(job->state, JOB_STATE_COUNT, job_state_name));
    for (uint32_t i = 0; i < job->legs && i < JOB_LEGS_MAX; i++) {
        const struct state_leg *leg = &job->leg[i];
        add_word(&row, leg->side == SIDE_BUY ? "buy" : "sell", venue_name(universe, leg->venue));
    }
    add_usd(&row, "notional_usd", job->notional);
    add_usd(&row, "pnl_usd", job->pnl);
    add_usd(&row, "fees_usd", job->fees);
    add_usd(&row, "unhedged_usd", job->unhedged);
    if (job->rule != RULE_NONE) {
        add_word(&row, "rule", NAME(job->rule, RULE_COUNT, rule_name));
    }
    end(&row);
}

void state_order_print(struct text *out, bool json, const struct universe *universe,
                       const struct state_order *order) {
    struct row row = begin(out, json, "order");
    add_word(&row, "client_id", order->client_id);
    add_int(&row, "job", order->job);
    add_word(&row, "venue", venue_name(universe, order->venue));
    add_word(&row, "symbol", symbol_name(universe, order->symbol));
    add_word(&row, "side", order->side == SIDE_BUY ? "buy" : "sell");
    add_word(&row, "type", order->type == ORDER_POST_ONLY ? "post_only" : "ioc");
    add_word(&row, "state", NAME(order->state, ORDER_STATE_COUNT, order_state_name));
    add_decimal(&row, "price", order->price.v, PX_DIGITS, PX_DIGITS);
    add_decimal(&row, "size", order->size.v, QTY_DIGITS, QTY_DIGITS);
    add_decimal(&row, "filled", order->filled.v, QTY_DIGITS, QTY_DIGITS);
    end(&row);
}

void state_position_print(struct text *out, bool json, const struct universe *universe,
                          const struct state_position *position) {
    struct row row = begin(out, json, "position");
    add_word(&row, "venue", venue_name(universe, position->venue));
    add_word(&row, "symbol", symbol_name(universe, position->symbol));
    add_decimal(&row, "net", position->net.v, QTY_DIGITS, QTY_DIGITS);
    add_decimal(&row, "average", position->average.v, PX_DIGITS, PX_DIGITS);
    add_usd(&row, "net_usd", position->net_usd);
    add_usd(&row, "unrealised_usd", position->unrealised);
    add_usd(&row, "realised_usd", position->realised);
    end(&row);
}

void state_alert_print(struct text *out, bool json, const struct state_alert *alert) {
    struct row row = begin(out, json, "alarm");
    add_int(&row, "alarm", (int64_t)alert->id);
    add_word(&row, "severity", NAME(alert->severity, SEVERITY_RED + 1, severity_name));
    add_word(&row, "rule", alert->rule);
    add_flag(&row, "acknowledged", alert->acknowledged != 0);
    add_flag(&row, "over", alert->over != 0);
    add_word(&row, "text", alert->text);
    end(&row);
}

void state_desk_print(struct text *out, bool json, const struct state_header *header) {
    struct row row = begin(out, json, "desk");
    add_word(&row, "desk", state_status_word(header));
    add_word(&row, "mode", NAME(header->mode, DESK_MODE_COUNT, desk_mode_name));
    add_word(&row, "state", NAME(header->state, TRADING_STATE_COUNT, trading_state_name));
    add_word(&row, "risk_mode", NAME(header->risk_mode, RISK_MODE_COUNT, risk_mode_name));
    add_threshold(&row, header);
    end(&row);
}

// ---- reports -----------------------------------------------------------------------------------

size_t state_scratch_size(const struct universe *universe) {
    size_t most = 0;
    for (uint32_t s = 0; s < STATE_SECTION_COUNT; s++) {
        enum state_section section = (enum state_section)s;
        size_t size = (size_t)state_rows_max(section, universe) * state_row_size(section);
        most = size > most ? size : most;
    }
    return most;
}

static void print_status(struct text *out, bool json, bool hung, const struct state_board *board,
                         const struct universe *universe, void *scratch) {
    struct row row = {.out = out, .json = json, .lines = true, .first = true};
    text_add_string(out, json ? "{" : "");
    if (state_read(board, STATE_HEADER, scratch, NULL) > 0) {
        add_header(&row, scratch, hung);
    }
    if (state_read(board, STATE_RECONCILE, scratch, NULL) > 0) {
        add_reconcile(&row, scratch);
    }
    text_add_string(out, !json ? "" : row.first ? "\"venues\":[" : ",\"venues\":[");
    uint32_t venues = state_read(board, STATE_VENUES, scratch, NULL);
    for (uint16_t i = 0; i < venues; i++) {
        text_add_string(out, !json ? "\n" : i > 0 ? "," : "");
        state_venue_print(out, json, universe, i, (const struct state_venue *)scratch + i);
    }
    text_add_string(out, json ? "]}\n" : "\n");
}

void state_report_print(struct text *out, enum state_report report, bool json, bool hung,
                        const struct state_board *board, const struct universe *universe,
                        void *scratch) {
    uint32_t count = 0;
    switch (report) {
    case STATE_REPORT_STATUS:
        print_status(out, json, hung, board, universe, scratch);
        return;
    case STATE_REPORT_JOBS:
        count = state_read(board, STATE_JOBS, scratch, NULL);
        for (uint32_t i = 0; i < count; i++) {
            state_job_print(out, json, universe, (const struct state_job *)scratch + i);
            text_add_char(out, '\n');
        }
        return;
    case STATE_REPORT_ORDERS:
        count = state_read(board, STATE_ORDERS, scratch, NULL);
        for (uint32_t i = 0; i < count; i++) {
            state_order_print(out, json, universe, (const struct state_order *)scratch + i);
            text_add_char(out, '\n');
        }
        return;
    case STATE_REPORT_POSITIONS:
        count = state_read(board, STATE_POSITIONS, scratch, NULL);
        for (uint32_t i = 0; i < count; i++) {
            const struct state_position *position = (const struct state_position *)scratch + i;
            if (position->net.v != 0) {
                state_position_print(out, json, universe, position);
                text_add_char(out, '\n');
            }
        }
        return;
    case STATE_REPORT_ALERTS:
        count = state_read(board, STATE_ALERTS, scratch, NULL);
        for (uint32_t i = 0; i < count; i++) {
            state_alert_print(out, json, (const struct state_alert *)scratch + i);
            text_add_char(out, '\n');
        }
        return;
    case STATE_REPORT_COUNT:
        break;
    }
    ASSERT(false);
}
