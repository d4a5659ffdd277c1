// The REST side of a feed: a table of jobs with due times, the venue's rate weight, and the
// ladder's polled quotes.

#include "base/log.h"
#include "io/feed_private.h"

enum { LIMITED_FIRST_MS = 1000, LIMITED_DOUBLED_MAX = 10, RULES_RETRY_MAX_MS = 10000 };

void feed_want(struct feed *feed, enum md_request_kind kind, uint16_t symbol, int64_t delay_ms) {
    struct feed_job *job = &feed->symbols[symbol].job[kind];
    int64_t due_ms = feed_loop_ms(feed) + delay_ms;
    if (!job->wanted || due_ms < job->due_ms) {
        job->due_ms = due_ms;
    }
    job->wanted = true;
    feed->job_added = true;
}

static int64_t retry_in_ms(const struct feed *feed, const struct feed_job *job) {
    return ws_backoff_ms(feed->timing.retry_ms, feed->timing.retry_max_ms, job->attempt,
                         feed->config.seed,
                         job->attempt + (uint64_t)feed->config.venue_index * 1000);
}

// What has no rules does not trade, not even to close what is there: an outage, however long, does
// not make their pause long.
static void retry_rules(struct feed *feed) {
    struct feed_job *job = &feed->symbols[0].job[MD_REQUEST_INSTRUMENTS];
    int64_t wait_ms = retry_in_ms(feed, job);
    feed_want(feed, MD_REQUEST_INSTRUMENTS, 0,
              wait_ms < RULES_RETRY_MAX_MS ? wait_ms : RULES_RETRY_MAX_MS);
    job->attempt++;
}

// At once the first time, with growing pauses when it keeps breaking.
void feed_want_book(struct feed *feed, uint16_t symbol) {
    struct feed_job *job = &feed->symbols[symbol].job[MD_REQUEST_BOOK];
    if (feed->config.venue->book_rule == BOOK_RULE_SNAPSHOTS) {
        return; // the next message is a whole book
    }
    feed_want(feed, MD_REQUEST_BOOK, symbol, job->attempt == 0 ? 0 : retry_in_ms(feed, job));
}

// ---- answers ----------------------------------------------------------------------------------

void feed_doubt_clock(void *arg) {
    struct feed *feed = arg;
    const struct feed_job *job = &feed->symbols[0].job[MD_REQUEST_TIME];
    bool asks = job->busy || (job->wanted && job->due_ms - feed_loop_ms(feed) <= FEED_TIME_POOR_MS);
    if (!asks) {
        feed->offset = (struct clock_offset){.unit_ns = feed->offset.unit_ns};
        feed_want(feed, MD_REQUEST_TIME, 0, 0);
    }
}

static uint64_t tag_of(enum md_request_kind kind, uint16_t symbol) {
    return (uint64_t)symbol << 8 | kind;
}

static void round_done(struct feed *feed, bool good) {
    feed->polling = good;
    if (good) {
        feed->polls_failed = 0;
    } else {
        feed->polls_failed++;
        counter_add(&feed->stats.polls_failed, 1);
    }
    feed_judge_state(feed);
}

static void poll_done(struct feed *feed, bool good) {
    if (feed->poll_left == 0) {
        return; // of a round that was given up when the WebSocket came back
    }
    feed->poll_good += good;
    if (--feed->poll_left == 0) {
        round_done(feed, feed->poll_good > 0);
    }
}

int64_t feed_time_wait_ms(const struct feed *feed) {
    int64_t gaps = feed->offset.unit_ns / (FEED_TIME_GAP_MS * NS_PER_MS);
    if (feed->offset.count < FEED_TIME_SAMPLES + gaps) {
        return FEED_TIME_GAP_MS;
    }
    // Half of the best round trip may be an error: a bad one is no answer.
    bool poor = clock_offset_round_trip_ns(&feed->offset) > FEED_TIME_POOR_MS * NS_PER_MS;
    return poor ? FEED_TIME_POOR_MS : FEED_TIME_EVERY_MS;
}

// An answer may be cut short.
static void rules_answered(struct feed *feed, bool whole) {
    if (feed->rules_known && whole) {
        feed->symbols[0].job[MD_REQUEST_INSTRUMENTS].attempt = 0;
        feed_want(feed, MD_REQUEST_INSTRUMENTS, 0, feed->timing.rules_every_ms);
    } else {
        retry_rules(feed);
    }
}

static void answered(struct feed *feed, enum md_request_kind kind, uint16_t symbol,
                     struct slice body) {
    if (kind == MD_REQUEST_QUOTE && feed->connections[0].data_ms > 0) {
        poll_done(feed, false); // the stream is back, and newer
        return;
    }
    uint64_t before = counter_read(&feed->stats.updates);
    uint64_t malformed = counter_read(&feed->stats.errors[FEED_MALFORMED]);
    feed->polled = true;
    feed->time_answered = false;
    feed->mono_ns = mono_now_ns();
    feed->config.venue->decode_rest(&feed->md, kind, symbol, body, &feed->sink);
    feed->polled = false;
    feed_enter(feed);
    if (kind == MD_REQUEST_TIME) {
        feed->time_sent_ns = 0;
        feed->offset_ns = clock_offset_ns(&feed->offset);
        atomic_store(&feed->stats.offset_ns, feed->offset_ns);
        atomic_store(&feed->stats.round_trip_ns, clock_offset_round_trip_ns(&feed->offset));
        feed_want(feed, kind, 0, feed_time_wait_ms(feed));
    } else if (kind == MD_REQUEST_INSTRUMENTS) {
        feed_subscribe_waiting(feed);
        rules_answered(feed, counter_read(&feed->stats.errors[FEED_MALFORMED]) == malformed);
    } else if (kind == MD_REQUEST_INTERVALS) { // venues change them, from eight hours to four
        feed->symbols[0].job[kind].attempt = 0;
        feed_want(feed, kind, 0, feed->timing.rules_every_ms);
    } else if (kind == MD_REQUEST_QUOTE) {
        poll_done(feed, counter_read(&feed->stats.updates) > before);
    }
}

// As long as the venue says; else longer with each refusal in a row. What was sent together with
// the request that was refused first brings the same news.
static void keep_away(struct feed *feed, int64_t told_ms) {
    int64_t now_ms = feed_loop_ms(feed);
    int64_t until_ms = now_ms + told_ms;
    if (feed->blocked_until_ms <= now_ms) {
        uint32_t doubled =
            feed->refused < LIMITED_DOUBLED_MAX ? feed->refused : LIMITED_DOUBLED_MAX;
        int64_t wait_ms = (int64_t)LIMITED_FIRST_MS << doubled;
        wait_ms = wait_ms < feed->timing.limited_max_ms ? wait_ms : feed->timing.limited_max_ms;
        until_ms = told_ms > 0 ? until_ms : now_ms + wait_ms;
        feed->refused++;
    }
    if (until_ms > feed->blocked_until_ms) {
        feed->blocked_until_ms = until_ms;
    }
}

static void failed(struct feed *feed, enum md_request_kind kind, uint16_t symbol,
                   const struct http_answer *answer) {
    counter_add(&feed->stats.rest_failures, 1);
    log_warn(feed->config.venue->name, "REST %s: %s: %.100s",
             kind == MD_REQUEST_QUOTE ? "poll" : "request", http_result_name(answer->result),
             answer->text);
    if (answer->result == HTTP_LIMITED || answer->retry_after_s > 0) {
        keep_away(feed, answer->retry_after_s * 1000);
    }
    if (kind == MD_REQUEST_TIME) {
        feed->time_sent_ns = 0;
    }
    if (kind == MD_REQUEST_QUOTE) {
        poll_done(feed, false); // the next round asks again
        return;
    }
    if (kind == MD_REQUEST_INSTRUMENTS) {
        retry_rules(feed);
        return;
    }
    struct feed_job *job = &feed->symbols[symbol].job[kind];
    feed_want(feed, kind, symbol, retry_in_ms(feed, job));
    job->attempt++;
}

// The request is made once more to tell what was asked: nobody keeps it while it is on the way.
static void show_answer(struct feed *feed, enum md_request_kind kind, uint16_t symbol,
                        struct slice answer) {
    struct md_request asked = {0};
    if (feed->config.on_frame == NULL ||
        !feed->config.venue->request(&feed->md, kind, symbol, &asked)) {
        return;
    }
    char bytes[sizeof(feed->rest) + sizeof(asked.path)];
    struct text url = TEXT_OVER(bytes);
    text_add_string(&url, feed->rest);
    text_add_string(&url, asked.path);
    feed_show_frame(feed, &(struct feed_frame){.rest = true,
                                               .kind = kind,
                                               .url = text_slice(&url),
                                               .body = slice_of(asked.body),
                                               .raw = answer});
}

static void pump(struct feed *feed, uint32_t ended);

static void on_answer(void *arg, uint64_t tag, const struct http_answer *answer) {
    struct feed *feed = arg;
    enum md_request_kind kind = (enum md_request_kind)(tag & 0xff);
    uint16_t symbol = (uint16_t)(tag >> 8);
    struct feed_job *job = &feed->symbols[symbol].job[kind];
    job->busy = false;
    feed->now_ns = clock_now_ns(feed->config.clock);
    if (answer->used_weight >= 0 && answer->used_weight > feed->weight_used) {
        feed->weight_used =
            (uint32_t)(answer->used_weight < UINT32_MAX ? answer->used_weight : UINT32_MAX);
    }
    if (answer->result == HTTP_OK) {
        feed->refused = 0;
        if (kind != MD_REQUEST_BOOK && kind != MD_REQUEST_INSTRUMENTS) {
            job->attempt = 0; // a book's count ends when it chains, the rules' when they are known
        }
        show_answer(feed, kind, symbol, answer->body);
        answered(feed, kind, symbol, answer->body);
    } else {
        failed(feed, kind, symbol, answer);
    }
    pump(feed, 1);
}

// ---- sending ----------------------------------------------------------------------------------

static uint32_t weight_limit(const struct feed *feed) {
    return feed->config.venue->weight_per_minute / FEED_WEIGHT_SHARE;
}

static void weigh_anew(struct feed *feed) {
    int64_t minute = feed_loop_ms(feed) / 60000;
    if (minute != feed->weight_minute) {
        feed->weight_minute = minute;
        feed->weight_used = 0;
    }
}

static bool weight_allows(struct feed *feed, uint32_t weight) {
    weigh_anew(feed);
    uint32_t limit = weight_limit(feed);
    return limit == 0 || (weight <= limit && feed->weight_used <= limit - weight);
}

// A book that comes by subscription: the request is a message on the stream.
static void resubscribe(struct feed *feed, uint16_t symbol) {
    struct feed_symbol *known = &feed->symbols[symbol];
    const struct venue_md *venue = feed->config.venue;
    known->job[MD_REQUEST_BOOK].wanted = false;
    const struct feed_connection *c = &feed->connections[venue->book_connection];
    if (venue->resubscribe_book == NULL || !c->open) {
        return;
    }
    if (!feed_may_send(feed)) {
        feed_want(feed, MD_REQUEST_BOOK, symbol, feed->timing.tick_ms);
        feed->job_added = false; // the tick looks again
        return;
    }
    char buffer[1024];
    for (uint32_t step = 0;; step++) {
        struct text text = TEXT_OVER(buffer);
        if (!venue->resubscribe_book(&feed->md, symbol, step, &text)) {
            break;
        }
        if (step > 0) {
            (void)feed_may_send(feed); // counted, but a book is asked for whole
        }
        if (text.truncated || !ws_send(c->ws, text_slice(&text))) {
            ws_reconnect(c->ws, WS_CLOSE_GOING_AWAY, "the book could not be asked for");
            return;
        }
    }
    known->book_asked_ms = feed_loop_ms(feed);
    known->job[MD_REQUEST_BOOK].attempt++;
    counter_add(&feed->stats.snapshots, 1);
}

// False: nothing more may be sent now.
static bool request_send(struct feed *feed, enum md_request_kind kind, uint16_t symbol) {
    struct feed_job *job = &feed->symbols[symbol].job[kind];
    struct md_request wanted = {0};
    if (!feed->config.venue->request(&feed->md, kind, symbol, &wanted)) {
        job->wanted = false; // the venue needs none
        feed->by_stamps = feed->by_stamps || kind == MD_REQUEST_TIME;
        if (kind == MD_REQUEST_QUOTE) {
            poll_done(feed, false);
        }
        return true;
    }
    if (!weight_allows(feed, wanted.weight)) {
        return false;
    }
    char url[sizeof(feed->rest) + sizeof(wanted.path)];
    struct text text = TEXT_OVER(url);
    text_add_string(&text, feed->rest);
    text_add_string(&text, wanted.path);
    struct http_request request = {.method = wanted.method,
                                   .url = url,
                                   .body = wanted.body,
                                   .timeout_ms = feed->timing.request_timeout_ms,
                                   .on_done = on_answer,
                                   .arg = feed,
                                   .tag = tag_of(kind, symbol)};
    if (kind == MD_REQUEST_TIME) {
        feed->time_sent_ns = clock_now_ns(feed->config.clock);
    }
    if (http_send(feed->http, &request) != STATUS_OK) {
        log_warn(feed->config.venue->name, "%s", status_text());
        job->due_ms = feed_loop_ms(feed) + feed->timing.retry_max_ms;
        return false;
    }
    job->wanted = false;
    job->busy = true;
    feed->weight_used += wanted.weight;
    feed->symbols[symbol].book_asked_ms =
        kind == MD_REQUEST_BOOK ? feed_loop_ms(feed) : feed->symbols[symbol].book_asked_ms;
    counter_add(&feed->stats.rest_requests, 1);
    if (kind == MD_REQUEST_BOOK) {
        job->attempt++;
        counter_add(&feed->stats.snapshots, 1);
    }
    return true;
}

// `ended`: requests that still count as active, being in their callback.
static void pump(struct feed *feed, uint32_t ended) {
    int64_t now_ms = feed_loop_ms(feed);
    bool by_stream = feed->config.venue->book_rule != BOOK_RULE_REST_SPAN;
    feed->job_added = false;
    feed->soon_ms = INT64_MAX;
    // One connection until the WebSocket delivers: quotes are not to wait for more handshakes. And
    // after a refusal one request goes alone, until the venue takes it.
    bool alone = feed->state == FEED_CONNECTING || feed->refused > 0;
    uint32_t most = alone ? 1 : FEED_REQUESTS_MAX;
    bool asks = now_ms >= feed->blocked_until_ms; // by REST; the stream is not held up by it
    for (uint16_t i = 0; !feed->stopping && i < feed->config.universe->symbol_count; i++) {
        for (uint32_t k = 0; k < MD_REQUEST_COUNT; k++) {
            enum md_request_kind kind = (enum md_request_kind)k;
            struct feed_job *job = &feed->symbols[i].job[k];
            if (!job->wanted || job->busy || job->due_ms > now_ms) {
                bool next = job->wanted && !job->busy && job->due_ms < feed->soon_ms;
                feed->soon_ms = next ? job->due_ms : feed->soon_ms;
                continue;
            }
            if (kind == MD_REQUEST_BOOK && by_stream) {
                resubscribe(feed, i);
                continue;
            }
            uint32_t active = http_active(feed->http);
            asks = asks && active < FEED_REQUESTS_MAX && active < most + ended &&
                   request_send(feed, kind, i); // if not: an answer or the next tick goes on
        }
    }
}

void feed_rest_pump(struct feed *feed) {
    pump(feed, 0);
}

// ---- time -------------------------------------------------------------------------------------

void feed_rest_start(struct feed *feed) {
    feed_want(feed, MD_REQUEST_TIME, 0, 0);
    feed_want(feed, MD_REQUEST_INSTRUMENTS, 0, 0);
    feed_want(feed, MD_REQUEST_INTERVALS, 0, 0);
    for (uint16_t i = 0; i < feed->config.universe->symbol_count; i++) {
        if (feed_listed(feed, i)) {
            feed_want(feed, MD_REQUEST_FUNDING, i, 0);
        }
    }
    feed->poll_due_ms = feed_loop_ms(feed) + feed->config.settings->poll_ns / NS_PER_MS;
    feed_rest_pump(feed);
}

static void poll_round(struct feed *feed, int64_t now_ms) {
    feed->poll_due_ms = now_ms + feed->config.settings->poll_ns / NS_PER_MS;
    if (feed->poll_left >
        0) { // the last round is still on its way: slow, or kept back by the venue's limits
        if (feed->poll_good == 0) {
            round_done(feed, false);
        }
        return;
    }
    feed->poll_good = 0;
    for (uint16_t i = 0; i < feed->config.universe->symbol_count; i++) {
        struct feed_job *job = &feed->symbols[i].job[MD_REQUEST_QUOTE];
        if (feed_listed(feed, i) && !job->wanted && !job->busy) {
            feed->poll_left++;
            feed_want(feed, MD_REQUEST_QUOTE, i, 0);
        }
    }
}

static void poll_end(struct feed *feed) {
    feed->poll_left = 0;
    feed->polls_failed = 0;
    feed->polling = false;
    for (uint16_t i = 0; i < feed->config.universe->symbol_count; i++) {
        feed->symbols[i].job[MD_REQUEST_QUOTE].wanted = false;
    }
}

// One by REST is asked for when its stream speaks; one by subscription may be without a message
// ever since it was asked for, where the venue knows the symbol.
static bool is_awaited(const struct feed *feed, uint16_t symbol) {
    const struct book_sync *book = &feed->symbols[symbol].book;
    bool by_stream = book->rule != BOOK_RULE_REST_SPAN;
    return book->state == BOOK_WAITING_SNAPSHOT ||
           (book->state == BOOK_EMPTY && by_stream && feed->md.listings[symbol].ready);
}

// Books asked for that never came.
static void books_again(struct feed *feed, int64_t now_ms) {
    for (uint16_t i = 0; i < feed->config.universe->symbol_count; i++) {
        struct feed_symbol *known = &feed->symbols[i];
        const struct feed_job *job = &known->job[MD_REQUEST_BOOK];
        if (known->has_book && is_awaited(feed, i) && !job->wanted && !job->busy &&
            now_ms - known->book_asked_ms >= feed->timing.book_wait_ms) {
            feed_want_book(feed, i);
        }
    }
}

static void tell_weight(struct feed *feed) {
    weigh_anew(feed);
    if (feed->config.engine != NULL) {
        stages_tell_budget(&engine_stages(feed->config.engine, feed->config.venue_index)->data,
                           (struct state_budget){feed->weight_used, weight_limit(feed)});
    }
}

void feed_rest_tick(struct feed *feed) {
    int64_t now_ms = feed_loop_ms(feed);
    if (feed_delivers(feed)) {
        poll_end(feed);
        feed->poll_due_ms = now_ms + feed->config.settings->poll_ns / NS_PER_MS;
    } else if (now_ms >= feed->poll_due_ms) {
        poll_round(feed, now_ms);
    }
    const struct feed_connection *books = &feed->connections[feed->config.venue->book_connection];
    if (books->open && !books->subscribing) {
        books_again(feed, now_ms);
    }
    feed_rest_pump(feed);
    tell_weight(feed);
}
