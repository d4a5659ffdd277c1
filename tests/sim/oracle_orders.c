// An order command, before it leaves: O3 (never more than what is missing), O5, O6, O7.
#include <inttypes.h>

#include "moment.h"
#include "oracle.h"

enum {
    // A quote acted on was the venue's so long ago at most: quiet_ms, a clock that was just set
    // forward, and the way.
    SHOWN_WITHIN_MS = 9000,
    NOTIONAL_SLACK_BPS = 200,
    REFUSED_TRIES = 10, // from which on a leftover is traded with more
    REFUSED_IN_A_ROW = 3,
};

static const struct job *job_of(const struct oracle *oracle, uint32_t id) {
    return job_find(&oracle->subject->desk.jobs, id);
}

// The desk's own safety: what lost a leg, or was refused one, is closed at any rate.
static bool is_broken(const struct oracle *oracle, uint32_t id) {
    const struct job *job = job_of(oracle, id);
    return job != NULL && job->stopping && job->urgent && job->counted;
}

static void judge_gate(struct oracle *oracle, const struct event_order *order) {
    oracle->looked[6]++;
    bool opens = order->phase == LEG_OPEN;
    if (opens && (oracle->paused || oracle->killed || oracle->state != TRADING_ACTIVE)) {
        oracle_fail(oracle, 6, "order %" PRIu64 " opens on a desk that is %s", order->order,
                    oracle->killed   ? "killed"
                    : oracle->paused ? "paused"
                                     : "not active");
    }
    if (opens && oracle->must_sign) {
        oracle_fail(oracle, 6, "order %" PRIu64 " opens before the journal's damage was signed",
                    order->order);
    }
    bool stopped = oracle->killed || oracle->state == TRADING_HALTED;
    bool told = ledger_job_of(&oracle->ledger, order->job)->told_to_close;
    if (order->phase == LEG_CLOSE && stopped && !told && !is_broken(oracle, order->job)) {
        oracle->job = oracle->failed ? oracle->job : order->job;
        oracle_fail(oracle, 6, "order %" PRIu64 " closes a hedged leg on a stopped desk",
                    order->order);
    }
}

static void judge_quote(struct oracle *oracle, const struct event_order *order, int64_t now_ns) {
    struct subject *subject = oracle->subject;
    const struct quote *quote = picture_quote(&subject->desk, order->venue, order->symbol);
    const struct host_history *history = &subject->hosts[order->venue]->history[order->symbol];
    const struct event_feed *feed = &subject->desk.picture.venues[order->venue].feed;
    oracle->looked[5]++;
    if (feed->clock_known &&
        (feed->clock_offset_ns > subject->config.settings.feeds.clock_offset_max_ns ||
         -feed->clock_offset_ns > subject->config.settings.feeds.clock_offset_max_ns)) {
        oracle_fail(oracle, 5, "order %" PRIu64 " opens on a clock that is %" PRId64 " ms off",
                    order->order, feed->clock_offset_ns / NS_PER_MS);
    }
    int64_t newest_ns = -1; // when the venue last showed both at once
    uint32_t known = history->count < HOST_SHOWN_MAX ? history->count : HOST_SHOWN_MAX;
    for (uint32_t i = 0; i < known; i++) {
        const struct host_shown *shown = &history->shown[i];
        int64_t until_ns = shown->until_ns == 0 ? now_ns : shown->until_ns;
        bool same = shown->bid.v == quote->bid.v && shown->ask.v == quote->ask.v;
        newest_ns = same && until_ns > newest_ns ? until_ns : newest_ns;
    }
    if (newest_ns < 0) {
        const struct host_shown *shown = &history->shown[(history->count - 1) % HOST_SHOWN_MAX];
        oracle_fail(oracle, 5,
                    "order %" PRIu64 " opens on a quote that %s never showed: %" PRId64 " %" PRId64
                    ", it shows %" PRId64 " %" PRId64 " e-12",
                    order->order, subject->universe.venues[order->venue].name, quote->bid.v,
                    quote->ask.v, shown->bid.v, shown->ask.v);
    } else if (quote->venue_time_ns != 0 && // else nobody can know how long it was on its way
               now_ns - newest_ns > SHOWN_WITHIN_MS * NS_PER_MS) {
        oracle_fail(oracle, 5,
                    "order %" PRIu64 " opens on a quote that %s left %" PRId64
                    " ms ago; it came %" PRId64 " ms ago, stamped %" PRId64 " ms before",
                    order->order, subject->universe.venues[order->venue].name,
                    (now_ns - newest_ns) / NS_PER_MS, (now_ns - quote->receive_ns) / NS_PER_MS,
                    (quote->receive_ns - quote->venue_time_ns) / NS_PER_MS);
    }
}

// Whether a job was let onto the venue: a leg that its own venue did not hedge goes to another one
// whatever the limits there say, as it goes without money where there is none. It opens nothing
// more (judge_limits), and whoever wants to open there next has it counted.
static bool admitted_there(struct oracle *oracle, const struct job *job, uint16_t venue) {
    struct ledger *ledger = &oracle->ledger;
    if (job->legs[LEG_BUY].venue != venue && job->legs[LEG_SELL].venue != venue) {
        return false;
    }
    uint32_t row = job->moved ? ledger_job_of(ledger, job->id)->first : 0;
    while (row != 0 &&
           (ledger->intents[row].venue != venue || ledger->intents[row].phase != LEG_OPEN)) {
        row = ledger->intents[row].next;
    }
    return !job->moved || row != 0;
}

// What a job took over was there before it, a late fill or a position that a rebalance or a flatten
// closes, and no limit of jobs is asked about what only closes. Such a job counts for those that
// were let in after it, and not against those that ran already.
static bool taken_in_since(const struct job *job, const struct job *own) {
    bool took_over =
        job->adopted || (job->legs[LEG_BUY].target.v == 0 && job->legs[LEG_SELL].target.v == 0);
    return took_over && (own == NULL || job->created_ns >= own->opening_ns);
}

static void judge_limits(struct oracle *oracle, const struct event_order *order) {
    const struct desk *desk = &oracle->subject->desk;
    const struct settings *settings = desk->settings;
    const struct quote *quote = picture_quote(desk, order->venue, order->symbol);
    struct px mid = px_mid_floor(quote->bid, quote->ask);
    oracle->looked[7]++;
    const struct job *own = job_of(oracle, order->job);
    if (own != NULL && own->moved) {
        oracle_fail(oracle, 7, "order %" PRIu64 " opens more of a pair that nobody admitted",
                    order->order);
    }
    struct usd wanted = usd_notional_near(mid, order->size);
    struct usd most = usd_add(settings->risk.order_max,
                              usd_bps_floor(settings->risk.order_max, BPS(NOTIONAL_SLACK_BPS)));
    if (wanted.v > most.v) {
        oracle_fail(oracle, 7, "order %" PRIu64 " is worth %" PRId64 " USD", order->order,
                    wanted.v / USD_ONE);
    }
    uint32_t running = 0, on_venue = 0;
    struct usd notional = {0};
    for (uint32_t i = 0; i < desk->jobs.live_count; i++) {
        const struct job *job = &desk->jobs.jobs[desk->jobs.live[i]];
        bool here = admitted_there(oracle, job, order->venue);
        if (job_running(job) && !taken_in_since(job, own)) {
            running++;
            on_venue += here;
            notional = usd_add(notional, here ? job->notional : (struct usd){0});
        }
    }
    if (running > settings->scheduler.jobs_max || on_venue > settings->scheduler.venue_jobs_max ||
        notional.v > settings->scheduler.venue_notional_max.v) {
        oracle_fail(oracle, 7, "%u jobs run, %u of them there, worth %" PRId64 " USD", running,
                    on_venue, notional.v / USD_ONE);
    }
    // Held, and every order on the way in this direction filled.
    struct qty held = position_of(desk, order->venue, order->symbol)->net;
    int64_t worst = order->side == SIDE_BUY ? held.v : -held.v;
    for (uint32_t i = 0; i < desk->orders.live_count; i++) {
        const struct order *other = &desk->orders.orders[desk->orders.live[i]];
        if (other->venue == order->venue && other->symbol == order->symbol &&
            other->side == (enum side)order->side && !other->reduce_only) {
            worst += order_rest(other).v;
        }
    }
    struct usd position = usd_notional_near(mid, (struct qty){worst});
    most = usd_add(settings->risk.position_max,
                   usd_bps_floor(settings->risk.position_max, BPS(NOTIONAL_SLACK_BPS)));
    if (position.v > most.v) {
        oracle_fail(oracle, 7, "order %" PRIu64 " can lead to a position of %" PRId64 " USD",
                    order->order, position.v / USD_ONE);
    }
}

int64_t oracle_least(const struct oracle *oracle, const struct job *job, int leg) {
    const struct subject *subject = oracle->subject;
    uint16_t venue = job->legs[leg].venue;
    if (job->legs[leg].tries <= REFUSED_TRIES && job->legs[leg].refused < REFUSED_IN_A_ROW) {
        return 0;
    }
    const struct listing *listing = universe_listing(&subject->universe, venue, job->symbol);
    struct px bid = picture_quote(&subject->desk, venue, job->symbol)->bid;
    struct usd notional = {listing->notional_min.v + listing->notional_min.v / 10};
    int64_t worth = bid.v > 0 ? qty_for_usd_floor(notional, bid).v : 0;
    return worth + listing->size_min.v + 2 * listing->step.v;
}

// Neither leg can come to have more than the job needs there, whatever is still on the way.
static void judge_size(struct oracle *oracle, const struct event_order *order,
                       const struct intent *intent) {
    struct ledger *ledger = &oracle->ledger;
    const struct job *job = job_of(oracle, order->job);
    int leg = order->leg, other = leg == LEG_BUY ? LEG_SELL : LEG_BUY;
    oracle->looked[3]++;
    oracle->job = oracle->failed ? oracle->job : order->job;
    if (job == NULL || leg >= JOB_LEGS_MAX) {
        oracle_fail(oracle, 3, "order %" PRIu64 " is of no job", order->order);
        return;
    }
    oracle_note_room(oracle, job);
    // What the job took over from nobody's positions is opened without an order of its own, and
    // stays so when more is: a leg that was closed twice is bought back besides. What one of an
    // earlier session took over is in what the ledger was told.
    int64_t taken_over = job->adopted && job->opening_ns != 0 ? job->legs[leg].target.v : 0;
    int64_t most = ledger_most(ledger, order->job, leg, intent->opens).v;
    int64_t opened = ledger_told(ledger, order->job, leg, true).v + taken_over;
    int64_t closed = ledger_told(ledger, order->job, leg, false).v;
    int64_t needed = opened;
    if (intent->opens) {
        most += taken_over;
        int64_t hedged = ledger_most(ledger, order->job, other, true).v;
        bool follows = order->phase == LEG_HEDGE && job->maker != MAKER_NONE;
        hedged = follows ? ledger_told(ledger, order->job, other, true).v : hedged;
        needed = order->phase == LEG_OPEN ? job->legs[leg].target.v : hedged;
        needed = closed > needed ? closed : needed; // a leg closed twice is bought back
    } else if (order->phase == LEG_HEDGE) {         // and hedged until then
        int64_t twice = ledger_told(ledger, order->job, other, false).v -
                        ledger_told(ledger, order->job, other, true).v;
        needed += twice > 0 ? twice : 0;
    }
    needed += order->phase != LEG_OPEN ? oracle_least(oracle, job, leg) : 0;
    if (most > needed) {
        oracle_fail(oracle, 3,
                    "job %u: the %s leg can come to have %s %" PRId64 "e-8, and needs %" PRId64
                    "e-8",
                    order->job, leg == LEG_BUY ? "buying" : "selling",
                    intent->opens ? "opened" : "closed", most, needed);
    }
}

void oracle_judge_place(struct oracle *oracle, const struct event *event) {
    const struct event_order *order = &event->u.order;
    const struct intent *intent = ledger_of_order(&oracle->ledger, order->order);
    judge_gate(oracle, order);
    judge_size(oracle, order, intent);
    if (order->phase == LEG_OPEN) {
        judge_quote(oracle, order, event->header.time_ns);
        judge_limits(oracle, order);
    }
}
