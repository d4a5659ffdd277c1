// QUOTES: what every venue bids and asks for every symbol, symbol by symbol.
//
// A number that is no longer true is never shown plainly: a stale quote is faint with its age
// marked by '~', and after GONE_MS only "--" is left of it. What moved within the last second has
// '^', 'v' or '=' behind it.
#include "ui/number.h"
#include "ui/pane.h"

enum { GONE_MS = 30000 };

enum column {
    SYMBOL,
    VENUE,
    BID,
    BID_CHANGE,
    ASK,
    ASK_CHANGE,
    BID_SIZE,
    ASK_SIZE,
    SPREAD,
    AGE,
    FUNDING,
    MARK,
    NOTE,
    COLUMNS
};

// Natural order is by symbol, so that the venues of a symbol stand below each other.
static uint32_t listing_of(const struct view *view, uint32_t row) {
    uint32_t venues = view->universe->venue_count;
    ASSERT(venues > 0);
    return row % venues * view->universe->symbol_count + row / venues;
}

static const struct state_quote *quote_of(const struct view *view, uint32_t row) {
    uint32_t listing = listing_of(view, row);
    ASSERT(listing < view->count[STATE_QUOTES]);
    return &view->quotes[listing];
}

static int quotes_columns(const struct view *view, struct pane_column out[PANE_COLUMNS_MAX]) {
    int price = view_price_columns(view);
    int size = view->full_names ? 9 : 8;
    const struct pane_column columns[COLUMNS] = {
        [SYMBOL] = {"symbol", view_symbol_columns(view), .sortable = true},
        [VENUE] = {"venue", view_venue_columns(view), .sortable = true},
        [BID] = {"bid", price, .right = true},
        [BID_CHANGE] = {"", 1, .joined = !view->full_names},
        [ASK] = {"ask", price, .right = true},
        [ASK_CHANGE] = {"", 1, .joined = !view->full_names},
        [BID_SIZE] = {"bid size", size, .right = true, .priority = 3},
        [ASK_SIZE] = {"ask size", size, .right = true, .priority = 3},
        [SPREAD] = {"spr bps", 7, .right = true, .sortable = true, .priority = 1},
        [AGE] = {"age", 6, .right = true, .sortable = true},
        [FUNDING] = {"fund bps/h    ", 14, .right = true, .sortable = true, .priority = 4},
        [MARK] = {"mark", price, .right = true, .priority = 6},
        [NOTE] = {"note", 5, .priority = 2},
    };
    memcpy(out, columns, sizeof(columns));
    return COLUMNS;
}

static uint32_t quotes_rows(const struct view *view) {
    return view->count[STATE_QUOTES];
}

static uint64_t quotes_key(const struct view *view, uint32_t row) {
    return listing_of(view, row);
}

static bool is_gone(const struct state_quote *quote) {
    return !quote->present || (quote->freshness == FRESH_STALE && quote->age_ms >= GONE_MS);
}

static void cell_change(struct pane_cell *out, int change) {
    if (change > 0) {
        out->ink = INK_UP;
        text_add_char(&out->text, '^');
    } else if (change < 0) {
        out->ink = INK_DOWN;
        text_add_char(&out->text, 'v');
    } else {
        out->ink = INK_RULE;
        text_add_char(&out->text, '=');
    }
}

static void cell_price(const struct view *view, struct pane_cell *out, const struct state_quote *q,
                       struct px price, bool small) {
    if (is_gone(q) || price.v <= 0) {
        text_add_string(&out->text, "--");
        out->ink = INK_FAINT;
        return;
    }
    int digits = q->digits < VIEW_DECIMALS_MAX ? q->digits : VIEW_DECIMALS_MAX;
    number_px(&out->text, price, digits, view_price_decimals(view));
    out->ink = q->freshness == FRESH_STALE || small ? INK_FAINT : INK_STRONG;
}

static void cell_size(struct pane_cell *out, const struct state_quote *q, struct qty size,
                      bool unknown) {
    out->ink = INK_FAINT;
    if (is_gone(q)) {
        text_add_string(&out->text, "--");
    } else if (unknown) {
        text_add_string(&out->text, "?");
    } else {
        out->ink = q->freshness == FRESH_STALE ? INK_FAINT : INK_TEXT;
        number_qty(&out->text, size, size.v >= 1000 * QTY_ONE ? 0 : 3);
    }
}

static void cell_age(struct pane_cell *out, const struct state_quote *q) {
    if (!q->present) {
        text_add_string(&out->text, "--");
        out->ink = INK_FAINT;
        return;
    }
    if (q->freshness == FRESH_STALE) {
        text_add_char(&out->text, '~');
    }
    out->ink = q->freshness == FRESH_OK ? INK_TEXT : INK_WARN;
    number_age(&out->text, q->age_ms);
}

static const char *note_of(const struct view *view, const struct state_quote *q) {
    const struct state_venue *venue =
        q->venue < view->count[STATE_VENUES] ? &view->venues[q->venue] : NULL;
    if (venue != NULL && venue->role == VENUE_OFF) {
        return "OFF";
    }
    if (venue != NULL && venue->state == FEED_DOWN) {
        return "DOWN";
    }
    if (!q->present) {
        return "";
    }
    if ((q->flags & QUOTE_QUARANTINED) != 0) {
        return "QUAR";
    }
    if ((q->flags & QUOTE_OUTLIER) != 0) {
        return "QUOR";
    }
    if (q->freshness == FRESH_STALE) {
        return "STALE";
    }
    if (venue != NULL && venue->role == VENUE_REFERENCE) {
        return "REF";
    }
    if ((q->flags & QUOTE_POLLED) != 0) {
        return "POLL";
    }
    if ((q->flags & (QUOTE_BID_SMALL | QUOTE_ASK_SMALL)) != 0) {
        return "SMALL";
    }
    return q->freshness == FRESH_WARN ? "WARN" : "";
}

static void cell_funding(struct pane_cell *out, const struct state_quote *q) {
    if (is_gone(q) || (q->next_settlement_ns == 0 && q->funding_per_hour.v == 0)) {
        text_add_string(&out->text, "--    ");
        out->ink = INK_FAINT;
        return;
    }
    // 1e-12 as bps: four digits less; four decimals are shown.
    if (q->funding_per_hour.v > 0) {
        text_add_char(&out->text, '+');
    }
    decimal_print(&out->text, q->funding_per_hour.v, RATE_DIGITS - 4, 4, 4);
    // In the same cell, so that a made up rate never stands without its mark.
    text_add_string(&out->text, q->funding_generated ? " SIM" : "    ");
    out->ink = q->freshness == FRESH_STALE ? INK_FAINT : INK_TEXT;
}

static void quotes_cell(const struct view *view, uint32_t row, int column, struct pane_cell *out) {
    const struct state_quote *q = quote_of(view, row);
    char name[VENUE_NAME_MAX];
    switch ((enum column)column) {
    case SYMBOL:
        text_add_string(&out->text, view_symbol(view, q->symbol));
        break;
    case VENUE:
        text_add_string(&out->text, view_venue(view, q->venue, name));
        break;
    case BID:
        cell_price(view, out, q, q->bid, (q->flags & QUOTE_BID_SMALL) != 0);
        break;
    case ASK:
        cell_price(view, out, q, q->ask, (q->flags & QUOTE_ASK_SMALL) != 0);
        break;
    case BID_CHANGE:
    case ASK_CHANGE:
        if (!is_gone(q)) {
            uint32_t listing = listing_of(view, row);
            cell_change(out, column == BID_CHANGE ? view_bid_way(view, listing)
                                                  : view_ask_way(view, listing));
        }
        break;
    case BID_SIZE:
        cell_size(out, q, q->bid_size, (q->flags & QUOTE_BID_UNKNOWN_SIZE) != 0);
        break;
    case ASK_SIZE:
        cell_size(out, q, q->ask_size, (q->flags & QUOTE_ASK_UNKNOWN_SIZE) != 0);
        break;
    case SPREAD:
        if (is_gone(q)) {
            text_add_string(&out->text, "--");
            out->ink = INK_FAINT;
        } else {
            number_bps(&out->text, q->spread);
            out->ink = q->freshness == FRESH_STALE ? INK_FAINT : INK_TEXT;
        }
        break;
    case AGE:
        cell_age(out, q);
        break;
    case FUNDING:
        cell_funding(out, q);
        break;
    case MARK:
        if (q->mark.v > 0) {
            cell_price(view, out, q, q->mark, true);
        }
        break;
    case NOTE:
        out->ink = INK_WARN;
        text_add_string(&out->text, note_of(view, q));
        break;
    case COLUMNS:
        break;
    }
}

static int64_t quotes_sort_key(const struct view *view, uint32_t row, int column) {
    const struct state_quote *q = quote_of(view, row);
    switch ((enum column)column) {
    case VENUE:
        return (int64_t)q->venue * SYMBOL_MAX + q->symbol;
    case SPREAD:
        return q->present ? q->spread.v : INT64_MAX;
    case AGE:
        return -q->age_ms;
    case FUNDING:
        return -q->funding_per_hour.v;
    case SYMBOL:
    case BID:
    case BID_CHANGE:
    case ASK:
    case ASK_CHANGE:
    case BID_SIZE:
    case ASK_SIZE:
    case MARK:
    case NOTE:
    case COLUMNS:
        break;
    }
    return q->symbol;
}

static void quotes_words(const struct view *view, uint32_t row, struct text *out) {
    const struct state_quote *q = quote_of(view, row);
    text_add_format(out, "%s %s %s", view_symbol(view, q->symbol),
                    view->universe->venues[q->venue].name, note_of(view, q));
}

static void add_venue(const struct view *view, const struct state_quote *q, struct page *page) {
    if (q->venue >= view->count[STATE_VENUES]) {
        return;
    }
    const struct state_venue *v = &view->venues[q->venue];
    page_add(page, INK_TEXT, "venue", "%s, role %s, feed %s%s%s",
             view->universe->venues[q->venue].name, venue_role_name((enum venue_role)v->role),
             feed_state_name((enum feed_state)v->state), v->text[0] != '\0' ? ": " : "", v->text);
    page_add(page, INK_TEXT, "updates", "%llu, %u a second, %u books, %u reconnects",
             (unsigned long long)v->updates, v->updates_per_s, v->books_live, v->reconnects);
    // A venue without a call for its time is measured by the stamps of its messages.
    bool by_stamps = v->round_trip_ns == 0 && v->clock_offset_ns != 0;
    page_add(page, INK_TEXT, "latency", "mean %lld us, p99 %lld us, clock offset %lld ms%s",
             (long long)(v->latency_mean_ns / NS_PER_US),
             (long long)(v->latency_p99_ns / NS_PER_US),
             (long long)(v->clock_offset_ns / NS_PER_MS), by_stamps ? " (by stamps)" : "");
    for (int i = 0; i < FEED_CAUSE_COUNT && i < FEED_CAUSE_MAX; i++) {
        if (v->errors[i] > 0) {
            page_add(page, INK_TEXT, i == 0 ? "errors" : "", "%u %s: %s", v->errors[i],
                     feed_cause_name((enum feed_cause)i), feed_cause_sentence((enum feed_cause)i));
        }
    }
}

static void add_quorum(const struct state_quote *q, struct page *page) {
    if (q->quorum.v < 0) {
        page_add(page, INK_FAINT, "quorum", "off: it needs three other venues with fresh quotes");
        return;
    }
    struct text text = page_line(page, INK_TEXT, "quorum");
    bps_print(&text, q->quorum);
    text_add_string(&text, (q->flags & QUOTE_OUTLIER) != 0
                               ? " bps from the median of the others: out of pricing"
                               : " bps from the median of the others");
}

static void add_channel_age(struct text *text, const char *channel, int64_t age_ms) {
    text_add_format(text, ", %s ", channel);
    if (age_ms < 0) {
        text_add_string(text, "none");
    } else {
        number_age(text, age_ms);
    }
}

static void quotes_details(const struct view *view, uint32_t row, struct page *page) {
    const struct state_quote *q = quote_of(view, row);
    struct text title = TEXT_OVER(page->title);
    text_add_format(&title, "%s on %s", view_symbol(view, q->symbol),
                    view->universe->venues[q->venue].name);
    if (q->present) {
        struct text text = page_line(page, INK_STRONG, "bid");
        number_px(&text, q->bid, q->digits, 0);
        text_add_string(&text, " x ");
        qty_print(&text, q->bid_size, 0, QTY_DIGITS);
        text = page_line(page, INK_STRONG, "ask");
        number_px(&text, q->ask, q->digits, 0);
        text_add_string(&text, " x ");
        qty_print(&text, q->ask_size, 0, QTY_DIGITS);
        text = page_line(page, INK_TEXT, "age");
        number_age(&text, q->age_ms);
        add_channel_age(&text, "book", q->book_age_ms);
        add_channel_age(&text, "funding", q->funding_age_ms);
        add_quorum(q, page);
        if (q->next_settlement_ns != 0) {
            text = page_line(page, INK_TEXT, "settlement");
            if (q->next_settlement_ns == FUNDING_ACCRUES) {
                text_add_string(&text, "none: accrues all the time");
            } else {
                text_add_string(&text, "in ");
                number_countdown(&text, q->next_settlement_ns - view_now_ns(view));
            }
            text_add_string(&text, q->funding_generated ? ", funding made up (SIM)" : "");
        }
    } else {
        page_add(page, INK_FAINT, "quote", "none yet");
    }
    add_venue(view, q, page);
}

// What keeps the whole desk from opening, whatever is asked about.
static enum rule desk_rule(const struct state_header *h) {
    return h->killed                      ? RULE_KILLED
           : h->state == TRADING_HALTED   ? RULE_HALTED
           : h->state == TRADING_REDUCING ? RULE_REDUCING
           : h->status == DESK_PAUSED     ? RULE_PAUSED
                                          : RULE_NONE;
}

static enum rule venue_rule(const struct view *view, const struct state_venue *v) {
    if (v->role != VENUE_TRADE) {
        return RULE_VENUE_ROLE;
    }
    if (v->tripped) {
        return RULE_VENUE_TRIPPED;
    }
    if (v->state != FEED_LIVE) {
        return RULE_VENUE_DOWN;
    }
    if (view->header->mode != DESK_LIVE || v->lane == LANE_READY) {
        return view->header->mode == DESK_LIVE && v->deadman == DEADMAN_FAILED ? RULE_DEADMAN
                                                                               : RULE_NONE;
    }
    return v->lane == LANE_NO_KEYS ? RULE_NO_KEYS : RULE_LANE;
}

// A symbol that is frozen, until when; both are soft rules.
static bool frozen(const struct view *view, uint16_t symbol, struct verdict *verdict) {
    for (uint32_t i = 0; i < view->risk->freeze_count && i < STATE_FREEZES_MAX; i++) {
        const struct state_freeze *freeze = &view->risk->freezes[i];
        if (freeze->symbol == symbol && !view->header->overridden) {
            verdict->rule = freeze->rule;
            verdict->figure = (freeze->until_ns - view_now_ns(view)) / NS_PER_MS;
            return true;
        }
    }
    return false;
}

static void quotes_why(const struct view *view, uint32_t row, struct page *page) {
    const struct state_quote *q = quote_of(view, row);
    struct text title = TEXT_OVER(page->title);
    text_add_format(&title, "May %s on %s trade?", view_symbol(view, q->symbol),
                    view->universe->venues[q->venue].name);
    struct verdict verdict = {.rule = RULE_NONE, .venue = q->venue, .symbol = q->symbol};
    enum rule of_desk = desk_rule(view->header);
    enum rule of_venue = q->venue < view->count[STATE_VENUES]
                             ? venue_rule(view, &view->venues[q->venue])
                             : RULE_NONE;
    if (of_desk != RULE_NONE) {
        verdict =
            (struct verdict){.rule = (uint16_t)of_desk, .venue = VENUE_MAX, .symbol = SYMBOL_MAX};
    } else if (frozen(view, q->symbol, &verdict)) {
        verdict.venue = VENUE_MAX;
    } else if (of_venue != RULE_NONE) {
        verdict.rule = (uint16_t)of_venue;
    } else if (!q->present) {
        verdict.rule = RULE_NO_QUOTE;
    } else if ((q->flags & QUOTE_QUARANTINED) != 0) {
        page_add(page, INK_WARN, "rule", "%s", rule_name(RULE_QUARANTINE));
        page_add(page, INK_TEXT, "", "%s", rule_sentence(RULE_QUARANTINE));
        return;
    } else if ((q->flags & QUOTE_OUTLIER) != 0) {
        page_add(page, INK_WARN, "rule", "%s", rule_name(RULE_QUARANTINE));
        add_quorum(q, page);
        page_add(page, INK_TEXT, "", "%s", rule_sentence(RULE_QUARANTINE));
        return;
    } else if (q->freshness == FRESH_STALE) {
        page_add(page, INK_WARN, "rule", "%s", rule_name(RULE_QUOTE_STALE));
        struct text text = page_line(page, INK_STRONG, "figure");
        number_age(&text, q->age_ms);
        page_add(page, INK_TEXT, "", "%s", rule_sentence(RULE_QUOTE_STALE));
        return;
    }
    page_add_verdict(page, view, &verdict);
    if (verdict.rule == RULE_NONE) {
        page_add(page, INK_FAINT, "note", "w on an opportunity tells what stands against that");
    }
    if (verdict.rule == RULE_NONE && (q->flags & (QUOTE_BID_SMALL | QUOTE_ASK_SMALL)) != 0) {
        page_add(page, INK_WARN, "note", "one side is below min_volume_usd: shown, not traded");
    }
}

static struct pane_subject quotes_subject(const struct view *view, uint32_t row) {
    const struct state_quote *q = quote_of(view, row);
    return (struct pane_subject){.venue = q->venue, .symbol = q->symbol};
}

static const struct pane_legend legend[] = {
    {"bid ask", "behind them ^ v = : up, down, back where it was, within the last second"},
    {"spr bps", "ask less bid, in hundredths of a per cent"},
    {"age", "since the quote came; ~ marks a stale one, -- one long gone"},
    {"fund bps/h", "funding an hour, positive: longs pay; SIM: made up by the simulator"},
    {"mark", "the venue's mark price"},
    {"note", "WARN old, STALE too old, QUAR held back as a jump, REF reference only"},
    {NULL, NULL},
};

const struct pane_class pane_quotes = {
    .name = "QUOTES",
    .help = "Best bid and ask of every venue: ^ v = tell the last move, ~ marks a stale age.",
    .empty = "no listings",
    .legend = legend,
    .sections = VIEW_BIT(STATE_QUOTES) | VIEW_BIT(STATE_VENUES) | VIEW_BIT(VIEW_TICK),
    .columns = quotes_columns,
    .rows = quotes_rows,
    .key = quotes_key,
    .cell = quotes_cell,
    .sort_key = quotes_sort_key,
    .words = quotes_words,
    .details = quotes_details,
    .why = quotes_why,
    .subject = quotes_subject,
};
