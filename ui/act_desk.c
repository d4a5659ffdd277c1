// The actions that steer the desk. Each becomes a control request, asked first where the table
// says.
//
// What tightens is sent at once; what loosens, and what cannot be taken back, asks y/n with the
// figures that matter.
#include "ui/act_desk.h"

#include "engine/control_text.h"
#include "ui/actions.h"
#include "ui/number.h"

enum { OVERRIDE_DEFAULT_S = 300 };

static struct control_request request_of(enum control_verb verb, int64_t value) {
    return (struct control_request){.verb = verb,
                                    .origin = ORIGIN_KEYBOARD,
                                    .venue = CONTROL_ANY,
                                    .symbol = CONTROL_ANY,
                                    .value = value};
}

static void send_simple(struct console *console, enum control_verb verb, int64_t value) {
    struct control_request request = request_of(verb, value);
    console_send(console, &request);
}

static void on_yes(struct question *question, const struct control_request *request) {
    question->has_request = true;
    question->request = *request;
}

void act_pause(struct console *console) {
    send_simple(console, CONTROL_PAUSE, 0);
}

void act_resume(struct console *console) {
    struct question *q = console_ask(console, "Resume: start new jobs again?");
    if (console->view.header->killed) {
        console_ask_line(q, "The kill switch stays latched: K clears it.");
    } else if (console->view.risk->failures > 0) {
        console_ask_line(q, "It clears the count of %u failures.", console->view.risk->failures);
    }
    struct control_request request = request_of(CONTROL_RESUME, 0);
    on_yes(q, &request);
}

static void add_mode_limits(struct question *q, enum risk_mode mode) {
    // The table of the risk modes, as the manual has it.
    static const char *const limits[RISK_MODE_COUNT] = {
        [RISK_CONSERVATIVE] = "min edge 5, max loss 1 bps",
        [RISK_BALANCED] = "min edge 3, max loss 2 bps",
        [RISK_AGGRESSIVE] = "min edge 1.5, max loss 3.5 bps",
    };
    console_ask_line(q, "Unless configured otherwise: %s.", limits[mode]);
}

void act_desk_risk_mode(struct console *console, enum risk_mode next) {
    enum risk_mode now = (enum risk_mode)(console->view.header->risk_mode % RISK_MODE_COUNT);
    struct control_request request = request_of(CONTROL_RISK_MODE, (int64_t)next);
    if (next <= now) {
        console_send(console, &request);
        return;
    }
    struct question *q = console_ask(console, "Loosen the risk mode from %s to %s?",
                                     risk_mode_name(now), risk_mode_name(next));
    add_mode_limits(q, next);
    on_yes(q, &request);
}

void act_risk_mode(struct console *console) {
    int now = console->view.header->risk_mode % RISK_MODE_COUNT;
    act_desk_risk_mode(console, (enum risk_mode)((now + 1) % RISK_MODE_COUNT));
}

void act_desk_override(struct console *console, int64_t seconds) {
    struct control_request request = request_of(CONTROL_OVERRIDE, seconds);
    if (seconds == 0) {
        struct question *q = console_ask(console, "End the override now?");
        on_yes(q, &request);
        return;
    }
    struct question *q =
        console_ask(console, "Override: let jobs pass soft rules for %lld s?", (long long)seconds);
    console_ask_line(q, "Hard rules hold. It ends by itself; another time: :override SECONDS");
    on_yes(q, &request);
}

void act_override(struct console *console) {
    int seconds =
        console->options.override_s > 0 ? console->options.override_s : OVERRIDE_DEFAULT_S;
    act_desk_override(console, console->view.header->overridden ? 0 : seconds);
}

enum { THRESHOLD_TEXT_MAX = 32 };

// "2.50 bps"; where the scanner works it out, as far up as that goes: "auto (at most 5.00 bps)".
static void print_threshold(const struct console *console, struct bps value,
                            char out[THRESHOLD_TEXT_MAX]) {
    struct text text = text_over(out, THRESHOLD_TEXT_MAX);
    text_add_string(&text, value.v < 0 ? "auto (at most " : "");
    number_bps(&text, value.v < 0 ? console->view.header->threshold_auto : value);
    text_add_string(&text, value.v < 0 ? " bps)" : " bps");
}

void act_desk_threshold(struct console *console, struct bps value) {
    struct control_request request = request_of(CONTROL_THRESHOLD, value.v);
    if (!control_lowers_threshold(value.v, console->view.header)) {
        console_send(console, &request);
        return;
    }
    char from[THRESHOLD_TEXT_MAX];
    char to[THRESHOLD_TEXT_MAX];
    print_threshold(console, console->view.header->threshold, from);
    print_threshold(console, value, to);
    struct question *q = console_ask(console, "Lower the threshold from %s to %s?", from, to);
    console_ask_line(q, "What the risk mode asks for as its least edge holds beside it.");
    on_yes(q, &request);
}

bool act_desk_read_threshold(const struct console *console, struct slice text, struct bps *value) {
    char line[CONTROL_TEXT_MAX];
    struct text words = TEXT_OVER(line);
    text_add_format(&words, "%s %.*s", control_name(CONTROL_THRESHOLD), (int)text.size, text.data);
    struct control_request request;
    if (control_parse(text_slice(&words), console->view.universe, &request) != STATUS_OK) {
        return false;
    }
    value->v = request.value;
    return true;
}

static void threshold_given(struct console *console, struct slice text) {
    struct bps value;
    if (!act_desk_read_threshold(console, text, &value)) {
        console_say(console, INK_BAD, "%s", status_text());
        return;
    }
    act_desk_threshold(console, value);
}

void act_threshold(struct console *console) {
    char now[THRESHOLD_TEXT_MAX];
    print_threshold(console, console->view.header->threshold, now);
    console_prompt(console, threshold_given, "threshold in bps or auto, now %s", now);
}

static void add_exposure(struct console *console, struct question *q) {
    const struct state_header *h = console->view.header;
    char gross[24];
    char unhedged[24];
    struct text gross_text = TEXT_OVER(gross);
    struct text unhedged_text = TEXT_OVER(unhedged);
    number_usd(&gross_text, h->gross);
    number_usd(&unhedged_text, h->unhedged);
    console_ask_line(q, "%u job%s, %u order%s, gross %s USD, unhedged %s USD.", h->jobs_running,
                     h->jobs_running == 1 ? "" : "s", h->orders_open,
                     h->orders_open == 1 ? "" : "s", gross, unhedged);
}

void act_desk_halt(struct console *console) {
    send_simple(console, CONTROL_STATE, TRADING_HALTED);
}

void act_desk_kill(struct console *console, bool flatten) {
    send_simple(console, CONTROL_KILL, flatten ? 1 : 0);
}

// The kill goes out on the first y: nothing may wait for the second answer.
static void ask_flatten(struct console *console) {
    struct question *q = console_ask(console, "KILLED. Flatten every position too?");
    add_exposure(console, q);
    struct control_request request = request_of(CONTROL_KILL, 1);
    on_yes(q, &request);
}

void act_kill(struct console *console) {
    if (console->view.header->killed) {
        struct question *q = console_ask(console, "Clear the kill switch?");
        console_ask_line(q, "Orders may leave again, as the desk's state allows.");
        struct control_request request = request_of(CONTROL_CLEAR, 0);
        on_yes(q, &request);
        return;
    }
    struct question *q = console_ask(console, "KILL: block, and cancel everything everywhere?");
    add_exposure(console, q);
    struct control_request request = request_of(CONTROL_KILL, 0);
    on_yes(q, &request);
    q->then = ask_flatten;
}

static bool subject_of(struct console *console, enum pane_id id, struct pane_subject *subject) {
    struct pane *pane = &console->panes[id];
    uint32_t row = 0;
    grid_arrange(pane, &console->view); // a window too small for panes draws none
    if (!grid_selected(pane, &row)) {
        return false;
    }
    *subject = pane->class->subject(&console->view, row);
    return true;
}

static const struct state_job *find_job(const struct view *view, uint32_t id) {
    for (uint32_t i = 0; i < view->count[STATE_JOBS]; i++) {
        if (view->jobs[i].id == id) {
            return &view->jobs[i];
        }
    }
    return NULL;
}

void act_desk_cancel(struct console *console, uint32_t id) {
    const struct state_job *job = find_job(&console->view, id);
    if (job == NULL || job->state >= JOB_DONE) {
        console_say(console, INK_WARN, "job %u is over", id);
        return;
    }
    char size[24];
    struct text text = TEXT_OVER(size);
    number_usd(&text, job->notional);
    struct question *q = console_ask(console, "Cancel job %u, %s %s of %s USD?", job->id,
                                     strategy_name((enum strategy)job->strategy),
                                     view_symbol(&console->view, job->symbol), size);
    console_ask_line(q, "Open orders go, filled legs are closed.");
    struct control_request request = request_of(CONTROL_CANCEL_JOB, job->id);
    on_yes(q, &request);
}

void act_cancel(struct console *console) {
    struct pane_subject subject = {0};
    if (!subject_of(console, console->focus, &subject) || subject.job == 0) {
        console_say(console, INK_WARN, "select a job first (4 JOBS)");
        return;
    }
    act_desk_cancel(console, subject.job);
}

void act_desk_flatten(struct console *console, uint16_t venue, uint16_t symbol) {
    struct control_request request = request_of(CONTROL_FLATTEN, 0);
    request.venue = venue;
    request.symbol = symbol;
    const struct universe *universe = console->view.universe;
    const char *where =
        venue < universe->venue_count ? universe->venues[venue].name : "every venue";
    const char *what =
        symbol < universe->symbol_count ? view_symbol(&console->view, symbol) : "every position";
    struct question *q = console_ask(console, "Flatten %s on %s?", what, where);
    if (venue == CONTROL_ANY && symbol == CONTROL_ANY) {
        add_exposure(console, q);
    } else {
        console_ask_line(q, "The other leg of a job stays as it is.");
    }
    on_yes(q, &request);
}

void act_flatten(struct console *console) {
    struct pane_subject subject = {.venue = CONTROL_ANY, .symbol = CONTROL_ANY};
    if (console->focus == PANE_POSITIONS) {
        (void)subject_of(console, PANE_POSITIONS, &subject);
    }
    act_desk_flatten(console, subject.venue, subject.symbol);
}

void act_desk_state(struct console *console, enum trading_state next) {
    enum trading_state now =
        (enum trading_state)(console->view.header->state % TRADING_STATE_COUNT);
    struct control_request request = request_of(CONTROL_STATE, (int64_t)next);
    if (next >= now) {
        console_send(console, &request);
        return;
    }
    struct question *q = console_ask(console, "Go back from %s to %s?", trading_state_name(now),
                                     trading_state_name(next));
    on_yes(q, &request);
}

void act_state(struct console *console) {
    int now = console->view.header->state % TRADING_STATE_COUNT;
    act_desk_state(console, (enum trading_state)((now + 1) % TRADING_STATE_COUNT));
}

void act_desk_role(struct console *console, uint16_t venue, enum venue_role next) {
    if (venue >= console->view.count[STATE_VENUES]) {
        console_say(console, INK_WARN, "nothing is known of this venue yet");
        return;
    }
    enum venue_role now = (enum venue_role)(console->view.venues[venue].role % VENUE_ROLE_COUNT);
    struct control_request request = request_of(CONTROL_VENUE_ROLE, (int64_t)next);
    request.venue = venue;
    if (next >= now) {
        console_send(console, &request);
        return;
    }
    struct question *q = console_ask(console, "Make %s %s again (it is %s)?",
                                     console->view.universe->venues[venue].name,
                                     venue_role_name(next), venue_role_name(now));
    on_yes(q, &request);
}

void act_venue(struct console *console) {
    struct pane_subject subject = {.venue = CONTROL_ANY};
    if (!subject_of(console, console->focus, &subject) ||
        subject.venue >= console->view.count[STATE_VENUES]) {
        console_say(console, INK_WARN, "select a venue first (1 QUOTES or 3 CAPITAL)");
        return;
    }
    int now = console->view.venues[subject.venue].role % VENUE_ROLE_COUNT;
    act_desk_role(console, subject.venue, (enum venue_role)((now + 1) % VENUE_ROLE_COUNT));
}

void act_desk_strategy(struct console *console, enum strategy strategy, bool on) {
    struct control_request request = request_of(CONTROL_STRATEGY, on ? 1 : 0);
    request.value2 = (int64_t)strategy;
    if (!on) {
        console_send(console, &request);
        return;
    }
    struct question *q = console_ask(console, "Switch strategy %s on?", strategy_name(strategy));
    on_yes(q, &request);
}

static void strategy_given(struct console *console, struct slice text) {
    for (int i = 0; i < STRATEGY_COUNT; i++) {
        if (slice_equals(slice_of(strategy_name((enum strategy)i)), text)) {
            bool off = (console->view.risk->strategies_off >> i & 1U) != 0;
            act_desk_strategy(console, (enum strategy)i, off);
            return;
        }
    }
    console_say(console, INK_BAD, "no strategy is called %.*s", (int)text.size, text.data);
}

void act_strategy(struct console *console) {
    char names[104]; // what the label has room for
    struct text text = TEXT_OVER(names);
    for (int i = 0; i < STRATEGY_COUNT; i++) {
        bool off = (console->view.risk->strategies_off >> i & 1U) != 0;
        text_add_format(&text, "%s%s%s", i > 0 ? ", " : "", strategy_name((enum strategy)i),
                        off ? " (off)" : "");
    }
    console_prompt(console, strategy_given, "which of %s", names);
}

void act_desk_acknowledge(struct console *console, int64_t id) {
    send_simple(console, CONTROL_ACKNOWLEDGE, id);
}

void act_accept(struct console *console) {
    struct question *q = console_ask(console, "Accept what the venues say?");
    console_ask_line(q, "Where journal and venues differ, the venues' positions stand.");
    console_ask_line(q, "Orders that are none of this desk's are left alone.");
    struct control_request request = request_of(CONTROL_ACCEPT, 0);
    on_yes(q, &request);
}

void act_acknowledge(struct console *console) {
    struct pane_subject subject = {0};
    if (console->focus == PANE_LOG || console->focus == PANE_ALERTS) {
        (void)subject_of(console, console->focus, &subject);
    }
    act_desk_acknowledge(console, (int64_t)subject.alert);
}
