// What a decoded update does: books, filter, cache, events.

#include "base/log.h"
#include "io/feed_private.h"

#define SETTLES_NS (5 * NS_PER_S) // a settlement so near is due

bool feed_listed(const struct feed *feed, uint16_t symbol) {
    return feed->md.listings[symbol].native[0] != '\0';
}

void feed_count(struct feed *feed, enum feed_cause cause) {
    ASSERT(cause < FEED_CAUSE_COUNT);
    counter_add(&feed->stats.errors[cause], 1);
}

static uint32_t listing_of(const struct feed *feed, uint16_t symbol) {
    return listing_id(feed->config.universe, feed->config.venue_index, symbol);
}

void feed_enter(struct feed *feed) {
    if (feed->stored && feed->config.engine != NULL) {
        (void)engine_enter_quotes(feed->config.engine, feed->now_ns);
    }
    feed->stored = false;
}

// ---- quotes -----------------------------------------------------------------------------------

static void put_quote(struct feed *feed, uint16_t symbol, struct quote *quote) {
    struct feed_symbol *known = &feed->symbols[symbol];
    quote->update = known->quote.update + 1;
    known->quote = *quote;
    quote_store(feed->config.cache, listing_of(feed, symbol), quote);
    feed->stored = true;
}

// What is stored holds no more, and what holds instead is no quote: the messages that go on coming
// must not keep the old one fresh.
static void lose_quote(struct feed *feed, uint16_t symbol) {
    struct quote quote = feed->symbols[symbol].quote;
    if (quote.receive_ns != 0 && (quote.flags & QUOTE_LOST) == 0) {
        quote.flags |= QUOTE_LOST;
        put_quote(feed, symbol, &quote);
    }
}

static void store(struct feed *feed, uint16_t symbol, struct quote *quote) {
    put_quote(feed, symbol, quote);
    counter_add(&feed->stats.updates, 1);
    if (feed->config.on_quote != NULL) {
        feed->config.on_quote(feed->config.on_quote_arg, feed->config.venue_index, symbol, quote);
    }
}

static void judge(struct feed *feed, uint16_t symbol, struct quote *quote) {
    bool known = feed_clock_known(feed);
    const struct filter_limits *limits = known ? &feed->limits : &feed->limits_unknown;
    enum feed_cause cause;
    enum filter_verdict verdict = filter_quote(&feed->symbols[symbol].filter, limits, quote,
                                               feed->now_ns, feed->offset_ns, &cause);
    if (verdict != FILTER_PASS) {
        feed_count(feed, cause);
    }
    if (verdict == FILTER_DROP) {
        if (cause == FEED_ZERO || cause == FEED_CROSSED) {
            lose_quote(feed, symbol);
        }
        return;
    }
    store(feed, symbol, quote);
    if (!feed->polled) {
        histogram_add(&feed->stats.store_ns, (uint64_t)(mono_now_ns() - feed->mono_ns));
        int64_t age_ns = feed->now_ns + feed->offset_ns - quote->venue_time_ns;
        if (known && quote->venue_time_ns > 0) {
            histogram_add(&feed->stats.venue_ns, age_ns > 0 ? (uint64_t)age_ns : 0);
        }
    }
}

// Where no number tells the order of quotes, the venue's stamps do. A stamp that is older by more
// than any quote may be means that the venue set its clock back.
static bool is_stamped_earlier(const struct feed *feed, const struct quote *last,
                               int64_t venue_time_ns) {
    int64_t earlier_ns = last->venue_time_ns - venue_time_ns;
    return !feed->polled && (last->flags & QUOTE_POLLED) == 0 && venue_time_ns > 0 &&
           earlier_ns > 0 && earlier_ns < feed->limits.past_max_ns;
}

// By number. One stream keeps its order, and so do polls, each of which waits for the one before: a
// lower number under a later stamp there is a count that the venue has begun anew.
static bool is_numbered_earlier(const struct feed *feed, const struct feed_symbol *known,
                                const struct md_update *update) {
    const struct quote *last = &known->quote;
    bool same_way = feed->polled == ((last->flags & QUOTE_POLLED) != 0);
    bool anew = same_way && update->venue_time_ns > last->venue_time_ns;
    uint64_t sequence = update->bbo.sequence;
    return sequence == known->sequence || (sequence < known->sequence && !anew);
}

static void take_bbo(struct feed *feed, const struct md_update *update) {
    struct feed_symbol *known = &feed->symbols[update->symbol];
    const struct md_bbo *bbo = &update->bbo;
    known->seen_bbo = known->seen_bbo || !feed->polled;
    bool numbered = bbo->sequence != 0 && known->sequence != 0;
    if (numbered ? is_numbered_earlier(feed, known, update)
                 : is_stamped_earlier(feed, &known->quote, update->venue_time_ns)) {
        feed_count(feed, FEED_OLD);
        return; // nor is it data: a stream that brings nothing else is as good as mute
    }
    feed->has_data = true;
    known->sequence = bbo->sequence != 0 ? bbo->sequence : known->sequence;
    struct quote quote = {
        .bid = bbo->bid_empty ? (struct px){0} : bbo->bid,
        .ask = bbo->ask_empty ? (struct px){0} : bbo->ask,
        .bid_size = bbo->bid_size,
        .ask_size = bbo->ask_size,
        .venue_time_ns = update->venue_time_ns,
        .receive_ns = feed->now_ns,
        .flags = (bbo->bid_unsized ? QUOTE_BID_UNKNOWN_SIZE : 0u) |
                 (bbo->ask_unsized ? QUOTE_ASK_UNKNOWN_SIZE : 0u) |
                 (feed->polled ? QUOTE_POLLED : 0u),
    };
    judge(feed, update->symbol, &quote);
}

void feed_rejudge(struct feed *feed) {
    for (uint16_t i = 0; i < feed->config.universe->symbol_count; i++) {
        struct quote quote = feed->symbols[i].quote;
        if ((quote.flags & (QUOTE_QUARANTINED | QUOTE_LOST)) != QUOTE_QUARANTINED) {
            continue;
        }
        enum feed_cause cause;
        quote.flags &= ~(uint32_t)QUOTE_QUARANTINED;
        if (filter_quote(&feed->symbols[i].filter, &feed->limits_unknown, &quote, feed->now_ns,
                         feed->offset_ns, &cause) == FILTER_PASS) {
            store(feed, i, &quote);
        }
    }
}

// ---- books ------------------------------------------------------------------------------------

static void publish_depth(struct feed *feed, uint16_t symbol) {
    struct depth depth = {0};
    if (feed->symbols[symbol].book.state == BOOK_LIVE) {
        book_top(&feed->symbols[symbol].book.book, &depth, DEPTH_LEVELS_MAX);
        depth.receive_ns = feed->now_ns;
    }
    depth_store(feed->config.cache, listing_of(feed, symbol), &depth);
    feed->stored = true;
}

void feed_books_drop(struct feed *feed) {
    for (uint16_t i = 0; i < feed->config.universe->symbol_count; i++) {
        struct feed_symbol *known = &feed->symbols[i];
        known->seen_book = false;
        known->job[MD_REQUEST_BOOK].wanted = false;
        if (known->has_book) {
            book_sync_reset(&known->book);
            publish_depth(feed, i);
        }
    }
    atomic_store(&feed->stats.books_live, 0);
}

void feed_quotes_forget(struct feed *feed) {
    for (uint16_t i = 0; i < feed->config.universe->symbol_count; i++) {
        feed->symbols[i].sequence = 0;
        feed->symbols[i].seen_bbo = false;
    }
}

uint32_t feed_books_live(const struct feed *feed) {
    uint32_t count = 0;
    for (uint16_t i = 0; i < feed->config.universe->symbol_count; i++) {
        count += feed->symbols[i].has_book && feed->symbols[i].book.state == BOOK_LIVE;
    }
    return count;
}

static void drop_book(struct feed *feed, uint16_t symbol, enum feed_cause cause) {
    feed_count(feed, cause);
    publish_depth(feed, symbol);
    if (feed->config.venue->quote_from_book) {
        lose_quote(feed, symbol);
    }
    feed_want_book(feed, symbol);
}

// The best levels, where the venue tells them in no other way; told only when they changed.
static void take_top(struct feed *feed, const struct md_update *update) {
    struct feed_symbol *known = &feed->symbols[update->symbol];
    struct depth top = {0};
    book_top(&known->book.book, &top, 1);
    struct md_update quote = {
        .kind = MD_BBO,
        .symbol = update->symbol,
        .venue_time_ns = update->venue_time_ns,
        .bbo = {.bid_empty = top.bid_count == 0, .ask_empty = top.ask_count == 0},
    };
    if (top.bid_count > 0) {
        quote.bbo.bid = top.bids[0].price;
        quote.bbo.bid_size = top.bids[0].size;
    }
    if (top.ask_count > 0) {
        quote.bbo.ask = top.asks[0].price;
        quote.bbo.ask_size = top.asks[0].size;
    }
    const struct quote *last = &known->quote;
    bool same = known->seen_bbo && last->flags == 0 && last->bid.v == quote.bbo.bid.v &&
                last->ask.v == quote.bbo.ask.v && last->bid_size.v == quote.bbo.bid_size.v &&
                last->ask_size.v == quote.bbo.ask_size.v;
    if (!same) {
        take_bbo(feed, &quote);
    }
}

// A whole book that is older than one already known, as a lagging server tells it after a
// reconnect. A stamp from the future is no measure: the venue's clock may come back.
static bool is_old_book(struct feed *feed, struct feed_symbol *known,
                        const struct md_update *update) {
    int64_t time_ns = update->venue_time_ns;
    int64_t earlier_ns = known->book_time_ns - time_ns;
    if (time_ns <= 0) {
        return false;
    }
    if (update->book.snapshot && earlier_ns > 0 && earlier_ns < feed->limits.past_max_ns) {
        return true;
    }
    if (time_ns <= feed->now_ns + feed->offset_ns + feed->limits.future_max_ns) {
        known->book_time_ns = time_ns;
    }
    return false;
}

static void take_book(struct feed *feed, const struct md_update *update) {
    struct feed_symbol *known = &feed->symbols[update->symbol];
    if (!known->has_book) {
        feed_count(feed, FEED_UNKNOWN_SYMBOL);
        return;
    }
    known->seen_book = true;
    if (!feed->polled && is_old_book(feed, known, update)) {
        feed_count(feed, FEED_OLD);
        return;
    }
    switch (md_apply_book(&feed->md, update->symbol, &known->book, &update->book)) {
    case BOOK_APPLIED:
        if (book_crossed(&known->book.book)) {
            book_sync_reset(&known->book);
            drop_book(feed, update->symbol, FEED_CROSSED);
            break;
        }
        if (!update->book.snapshot) {
            known->job[MD_REQUEST_BOOK].attempt = 0; // it chains
        }
        counter_add(&feed->stats.books, 1);
        known->book_ns = feed->now_ns;
        publish_depth(feed, update->symbol);
        if (feed->config.venue->quote_from_book) {
            take_top(feed, update);
        }
        break;
    case BOOK_NEED_SNAPSHOT:
        feed_want_book(feed, update->symbol);
        break;
    case BOOK_GAP:
        drop_book(feed, update->symbol, FEED_GAP);
        break;
    case BOOK_BAD_CHECKSUM:
        drop_book(feed, update->symbol, FEED_CHECKSUM);
        break;
    case BOOK_UNCHANGED:
    case BOOK_BUFFERED:
        break;
    }
}

// ---- funding, rules and the rest --------------------------------------------------------------

static void tell_funding(struct feed *feed, uint16_t symbol) {
    struct feed_symbol *known = &feed->symbols[symbol];
    known->funding_dirty = false;
    known->funding_told = true;
    if (feed->config.engine != NULL) {
        engine_input(feed->config.engine, EVENT_FUNDING_UPDATED, &known->funding, feed->now_ns);
    }
}

// In desk time. Once a settlement is due it stands until it is over and a later one is told: the
// estimate of the venue's clock moves, and the same one a little later would pass for the next.
static void note_settlement(const struct feed *feed, struct event_funding *merged,
                            int64_t venue_ns) {
    int64_t next_ns = sub_saturating(venue_ns, feed->offset_ns);
    int64_t left_ns = merged->next_settlement_ns - feed->now_ns;
    bool due = merged->next_settlement_ns != 0 && left_ns <= SETTLES_NS;
    bool later = sub_saturating(next_ns, merged->next_settlement_ns) > merged->interval_ns / 2;
    if (!due || (left_ns <= 0 && later)) {
        merged->next_settlement_ns = next_ns;
    }
}

static void take_funding(struct feed *feed, const struct md_update *update) {
    counter_add(&feed->stats.fundings, 1);
    struct feed_symbol *known = &feed->symbols[update->symbol];
    const struct md_funding *funding = &update->funding;
    struct event_funding *merged = &known->funding;
    merged->venue = feed->config.venue_index;
    merged->symbol = update->symbol;
    merged->generated = feed->config.funding_generated;
    if (funding->has_rate) {
        merged->per_hour = funding->per_hour;
    }
    if (funding->interval_ns != 0) {
        merged->interval_ns = funding->interval_ns;
    }
    if (feed->config.venue->funding_accrues) {
        merged->next_settlement_ns = FUNDING_ACCRUES;
    } else if (funding->next_settlement_ns != 0) {
        note_settlement(feed, merged, funding->next_settlement_ns);
    } else if (feed->config.venue->settles_on_interval && merged->interval_ns > 0 &&
               feed_clock_known(feed)) {
        int64_t venue_now_ns = feed->now_ns + feed->offset_ns;
        int64_t past = venue_now_ns / merged->interval_ns;
        note_settlement(feed, merged, (past + 1) * merged->interval_ns);
    }
    if (funding->has_mark) {
        merged->mark = funding->mark;
    }
    if (funding->has_index) {
        merged->index = funding->index;
    }
    known->funding_dirty = true;
    known->funding_ns = feed->now_ns;
    if (!known->funding_told) {
        tell_funding(feed, update->symbol);
    }
}

void feed_tell_funding(struct feed *feed) {
    for (uint16_t i = 0; i < feed->config.universe->symbol_count; i++) {
        if (feed->symbols[i].funding_dirty) {
            tell_funding(feed, i);
        }
    }
}

static void take_instrument(struct feed *feed, const struct md_update *update) {
    feed->rules_known = true;
    if (feed->config.engine != NULL) {
        struct event_listing_rules rules = {.listing = update->listing};
        engine_input(feed->config.engine, EVENT_INSTRUMENT, &rules, feed->now_ns);
    }
    if (feed->config.on_rules != NULL) {
        feed->config.on_rules(feed->config.on_rules_arg, update->symbol, &update->listing);
    }
}

static void send_reply(struct feed *feed, struct slice text) {
    if (feed->current != NULL) {
        (void)!ws_send(feed->current->ws, text); // full queue: the venue will close, and we return
    }
}

static void take_refusal(struct feed *feed, const struct md_update *update) {
    feed_count(feed, update->refused.cause);
    if (update->refused.cause == FEED_GAP && feed->current != NULL) {
        feed->current->broken = true;
    }
    struct slice text = update->refused.text;
    int size = text.size < 120 ? (int)text.size : 120;
    enum log_level level = update->refused.cause == FEED_VENUE_ERROR ? LOG_WARN : LOG_DEBUG;
    log_write(level, feed->config.venue->name, "%s: %.*s", feed_cause_name(update->refused.cause),
              size, text.size > 0 ? text.data : "");
}

static void note_stamp(struct feed *feed, const struct md_update *update) {
    if (!feed->polled) {
        feed_note_stamp(feed, update->venue_time_ns);
    }
}

void feed_on_update(struct md_sink *sink, const struct md_update *update) {
    struct feed *feed = (struct feed *)(void *)((char *)sink - offsetof(struct feed, sink));
    bool of_symbol = update->kind == MD_BBO || update->kind == MD_BOOK ||
                     update->kind == MD_FUNDING || update->kind == MD_INSTRUMENT;
    if (of_symbol && update->symbol >= feed->config.universe->symbol_count) {
        feed_count(feed, FEED_UNKNOWN_SYMBOL);
        return;
    }
    switch (update->kind) {
    case MD_BBO:
        note_stamp(feed, update);
        take_bbo(feed, update);
        break;
    case MD_BOOK:
        feed->has_data = true;
        note_stamp(feed, update);
        take_book(feed, update);
        break;
    case MD_FUNDING:
        feed->has_data = true;
        take_funding(feed, update);
        break;
    case MD_INSTRUMENT:
        take_instrument(feed, update);
        break;
    case MD_TIME:
        if (feed->time_sent_ns !=
            0) { // asked by REST; a stream's own clock messages have no round trip
            clock_offset_add(&feed->offset, feed->time_sent_ns, feed->now_ns,
                             update->venue_time_ns);
            feed->time_answered = true;
        }
        break;
    case MD_NOTICE:
        log_info(feed->config.venue->name, "%.*s",
                 update->refused.text.size < 160 ? (int)update->refused.text.size : 160,
                 update->refused.text.size > 0 ? update->refused.text.data : "");
        break;
    case MD_REPLY:
        send_reply(feed, update->refused.text);
        break;
    case MD_REFUSED:
        take_refusal(feed, update);
        break;
    case MD_ACK:
    case MD_ALIVE:
        break;
    }
}
