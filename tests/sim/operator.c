#include "operator.h"

#include "moment.h"

enum {
    BETWEEN_S = 40,
    BACK_LEAST_MS = 1000,
    BACK_MOST_MS = 15000,
    START_MS = 3000,
    SIGNS_S = 5,
    AWAY_MOST_S = 180,
    CLEARS_LATE_MS = 30000,
    STOP_WAIT_S = 15
};

static void order(struct operator* operator, struct subject * subject, enum control_verb verb,
                  int64_t value, int64_t value2) {
    struct control_request request = {.verb = verb,
                                      .origin = ORIGIN_TEST,
                                      .venue = CONTROL_ANY,
                                      .symbol = CONTROL_ANY,
                                      .value = value,
                                      .value2 = value2};
    operator->orders++;
    subject_control(subject, &request);
}

static void order_venue(struct operator* operator, struct subject * subject, enum control_verb verb,
                        bool symbol, int64_t value) {
    struct dice *dice = &operator->dice;
    struct control_request request = {
        .verb = verb,
        .origin = ORIGIN_TEST,
        .venue = (uint16_t)dice_between(dice, 0, subject->universe.venue_count - 1),
        .symbol = CONTROL_ANY,
        .value = value};
    if (symbol) {
        request.symbol = (uint16_t)dice_between(dice, 0, subject->universe.symbol_count - 1);
    }
    operator->orders++;
    subject_control(subject, &request);
}

static void cancel_some_job(struct operator* operator, struct subject * subject) {
    const struct job_table *jobs = &subject->desk.jobs;
    if (jobs->live_count > 0) {
        int64_t at = dice_between(&operator->dice, 0, jobs->live_count - 1);
        order(operator, subject, CONTROL_CANCEL_JOB, jobs->jobs[jobs->live[at]].id, 0);
    }
}

// By hand: one leg, or two; sometimes what no desk has, or more than it may.
static void submit(struct operator* operator, struct subject * subject) {
    struct dice *dice = &operator->dice;
    uint16_t venues = subject->universe.venue_count, symbols = subject->universe.symbol_count;
    struct control_request request = {.verb = CONTROL_SUBMIT,
                                      .origin = ORIGIN_TEST,
                                      .venue = (uint16_t)dice_between(dice, 0, venues),
                                      .symbol = (uint16_t)dice_between(dice, 0, symbols),
                                      .value = dice_between(dice, -20, 400) * USD_ONE,
                                      .side = (uint8_t)dice_between(dice, SIDE_BUY, SIDE_SELL),
                                      .hedged = dice_hit(dice, 700000)};
    request.hedge_venue = request.hedged ? (uint16_t)dice_between(dice, 0, venues) : 0;
    operator->orders++;
    subject_control(subject, &request);
}

void operator_puts_back(struct operator* operator, struct subject * subject) {
    operator->back_ns = operator->resumes_ns = 0;
    order(operator, subject, CONTROL_CLEAR, 0, 0);
    order(operator, subject, CONTROL_STATE, TRADING_ACTIVE, 0);
    for (int i = 0; i < STRATEGY_COUNT; i++) {
        order(operator, subject, CONTROL_STRATEGY, 1, i);
    }
    for (uint16_t i = 0; i < subject->universe.venue_count; i++) {
        struct control_request request = {.verb = CONTROL_VENUE_ROLE,
                                          .origin = ORIGIN_TEST,
                                          .venue = i,
                                          .symbol = CONTROL_ANY,
                                          .value = VENUE_TRADE};
        subject_control(subject, &request);
    }
    order(operator, subject, CONTROL_RESUME, 0, 0);
}

void operator_flattens(struct operator* operator, struct subject * subject) {
    order(operator, subject, CONTROL_PAUSE, 0, 0);
    order(operator, subject, CONTROL_FLATTEN, 0, 0);
}

void operator_begin(struct operator* operator, uint64_t seed) {
    *operator=(struct operator){.dice = dice_of(seed, 400)};
}

// Half of the time it is only told to go on: what held it back before still does. And who has to
// sign is not always there.
void operator_expects(struct operator* operator) {
    struct dice *dice = &operator->dice;
    operator->resumes_ns = moment_now_ns() + START_MS * NS_PER_MS;
    operator->back_ns = operator->resumes_ns;
    if (dice_hit(dice, 500000)) {
        operator->back_ns += dice_between(dice, BACK_LEAST_MS, CLEARS_LATE_MS) * NS_PER_MS;
    }
    if (dice_hit(dice, 250000)) {
        operator->away_ns = moment_now_ns() + dice_between(dice, 1, AWAY_MOST_S) * NS_PER_S;
    }
    operator->stops_ns = 0;
}

// As stop_trading of cli/desk_run.c; the journal knows it for a farewell.
static void stop(struct operator* operator, struct subject * subject) {
    struct control_request kill = {
        .verb = CONTROL_KILL, .origin = ORIGIN_SIGNAL, .venue = CONTROL_ANY, .symbol = CONTROL_ANY};
    operator->orders++;
    operator->stops_ns = moment_now_ns();
    subject_control(subject, &kill);
}

void operator_calms(struct operator* operator, struct subject * subject) {
    operator_puts_back(operator, subject);
    operator->next_ns = INT64_MAX;
    operator->away_ns = 0;
}

// Who stops trading may stop the desk, too: what was ordered holds in the next life.
static void quit_perhaps(struct operator* operator, struct subject * subject) {
    if (dice_hit(&operator->dice, 400000)) {
        stop(operator, subject);
    }
}

bool operator_has_stopped(const struct operator* operator, const struct subject * subject) {
    if (operator->stops_ns == 0) {
        return false;
    }
    bool waited = moment_now_ns() - operator->stops_ns >= STOP_WAIT_S * NS_PER_S;
    return waited || subject->desk.orders.live_count == 0;
}

// False: it came out wrong, status_text() says how.
static bool reload(struct operator* operator, struct subject * subject) {
    operator->reloads++;
    if (dice_hit(&operator->dice, 300000)) {
        return setup_refuses(&operator->dice);
    }
    return subject_reload(subject) == STATUS_OK;
}

// False: what was reloaded is not as it has to be.
static bool act(struct operator* operator, struct subject * subject) {
    struct dice *dice = &operator->dice;
    switch (dice_between(dice, 0, 17)) {
    case 0:
    case 1:
        order(operator, subject, CONTROL_PAUSE, 0, 0);
        break;
    case 2:
        order(operator, subject, CONTROL_KILL, dice_between(dice, 0, 1), 0);
        quit_perhaps(operator, subject);
        break;
    case 3:
        order(operator, subject, CONTROL_STATE, dice_between(dice, 0, 2), 0);
        quit_perhaps(operator, subject);
        break;
    case 4:
        order_venue(operator, subject, CONTROL_VENUE_ROLE, false, dice_between(dice, 1, 2));
        break;
    case 5:
        order(operator, subject, CONTROL_STRATEGY, 0, dice_between(dice, 0, STRATEGY_COUNT - 1));
        break;
    case 6:
        order(operator, subject, CONTROL_RISK_MODE, dice_between(dice, 0, 2), 0);
        break;
    case 7:
        order(operator, subject, CONTROL_OVERRIDE, dice_between(dice, 0, 60), 0);
        break;
    case 8:
        order(operator, subject, CONTROL_THRESHOLD, dice_between(dice, -100, 300), 0);
        break;
    case 9:
        order_venue(operator, subject, CONTROL_FLATTEN, true, 0);
        break;
    case 10:
        order(operator, subject, CONTROL_ACKNOWLEDGE, 0, 0);
        break;
    case 11:
    case 12:
        submit(operator, subject);
        return true;
    case 13:
    case 14:
        return reload(operator, subject);
    case 15:
        stop(operator, subject);
        return true;
    default:
        cancel_some_job(operator, subject);
        break;
    }
    if (operator->back_ns == 0) {
        operator->back_ns = moment_now_ns() +
            dice_between(dice, BACK_LEAST_MS, BACK_MOST_MS) * NS_PER_MS;
    }
    return true;
}

bool operator_acts(struct operator* operator, struct subject * subject) {
    bool right = true;
    if (operator->stops_ns != 0) {
        return true; // nobody is listened to any more
    }
    int64_t now_ns = moment_now_ns();
    if (operator->resumes_ns != 0 && now_ns >= operator->resumes_ns) {
        operator->resumes_ns = 0;
        order(operator, subject, CONTROL_RESUME, 0, 0);
    }
    if (operator->back_ns != 0 && now_ns >= operator->back_ns) {
        operator_puts_back(operator, subject);
    }
    bool differs = subject->desk.reconcile.phase == RECONCILE_DIFFERS;
    operator->differs_ns = !differs ? 0 : operator->differs_ns != 0 ? operator->differs_ns : now_ns;
    if (differs &&
        now_ns >= operator->away_ns && now_ns - operator->differs_ns >= SIGNS_S * NS_PER_S) {
        order(operator, subject, CONTROL_ACCEPT, 0, 0); // the venues' positions are what is there
        operator->differs_ns = 0;
    }
    if (now_ns >= operator->next_ns) {
        if (operator->next_ns != 0) {
            right = act(operator, subject);
        }
        operator->next_ns = now_ns + dice_between(&operator->dice, 1, 2 * BETWEEN_S) * NS_PER_S;
    }
    return right;
}
