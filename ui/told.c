#include "ui/told.h"

#include "ui/number.h"

static void add_state(struct text *out, enum trading_state state) {
    static const char *const words[TRADING_STATE_COUNT] = {
        [TRADING_ACTIVE] = "jobs are opened and closed",
        [TRADING_REDUCING] = "nothing is opened any more",
        [TRADING_HALTED] = "no order leaves that opens anything",
    };
    ASSERT((unsigned)state < TRADING_STATE_COUNT);
    text_add_format(out, "%s: %s", trading_state_name(state), words[state]);
}

static void add_override(struct text *out, int64_t seconds) {
    if (seconds == 0) {
        text_add_string(out, "the override is over: soft rules hold again");
    } else {
        text_add_format(out, "soft rules are passed for %lld s; o ends it", (long long)seconds);
    }
}

static void add_threshold(struct text *out, struct bps value) {
    if (value.v < 0) {
        text_add_string(out, "the scanner works the threshold out again");
        return;
    }
    text_add_string(out, "the threshold is ");
    number_bps(out, value);
    text_add_string(out, " bps");
}

static void add_target(struct text *out, const struct universe *universe,
                       const struct control_request *request) {
    if (request->symbol != CONTROL_ANY) {
        text_add_format(out, " %s", universe->symbols[request->symbol].name);
    }
    if (request->venue != CONTROL_ANY) {
        text_add_format(out, " on %s", universe->venues[request->venue].name);
    }
}

static void add_submit(struct text *out, const struct universe *universe,
                       const struct control_request *request) {
    text_add_string(out, request->side == SIDE_BUY ? "to buy " : "to sell ");
    number_usd(out, (struct usd){request->value});
    text_add_string(out, " USD of");
    add_target(out, universe, request);
    text_add_string(out, ": risk decides, 4 JOBS shows it");
}

void told_print(struct text *out, const struct universe *universe,
                const struct control_request *request) {
    switch (request->verb) {
    case CONTROL_PAUSE:
        text_add_string(out, "paused: no new jobs; those that run finish");
        break;
    case CONTROL_RESUME:
        text_add_string(out, "resumed: new jobs may start");
        break;
    case CONTROL_RISK_MODE:
        text_add_format(out, "the risk mode is %s", risk_mode_name((enum risk_mode)request->value));
        break;
    case CONTROL_OVERRIDE:
        add_override(out, request->value);
        break;
    case CONTROL_THRESHOLD:
        add_threshold(out, (struct bps){request->value});
        break;
    case CONTROL_STATE:
        add_state(out, (enum trading_state)request->value);
        break;
    case CONTROL_KILL:
        text_add_format(out, "KILLED: every order is canceled%s; K clears it",
                        request->value != 0 ? ", every position flattened" : "");
        break;
    case CONTROL_CLEAR:
        text_add_string(out, "the kill switch is off, the desk is PAUSED: r resumes");
        break;
    case CONTROL_SUBMIT:
        add_submit(out, universe, request);
        break;
    case CONTROL_CANCEL_JOB:
        text_add_format(out, "job %lld is taken back", (long long)request->value);
        break;
    case CONTROL_FLATTEN:
        text_add_string(out, "flattening");
        add_target(out, universe, request);
        if (request->venue == CONTROL_ANY && request->symbol == CONTROL_ANY) {
            text_add_string(out, " every position");
        }
        break;
    case CONTROL_VENUE_ROLE:
        text_add_format(out, "%s: role %s", universe->venues[request->venue].name,
                        venue_role_name((enum venue_role)request->value));
        break;
    case CONTROL_STRATEGY:
        text_add_format(out, "strategy %s is %s", strategy_name((enum strategy)request->value2),
                        request->value != 0 ? "on" : "off");
        break;
    case CONTROL_ACCEPT:
        text_add_string(out, "accepted: the venues' positions stand");
        break;
    case CONTROL_ACKNOWLEDGE:
        text_add_string(out, request->value < 0 ? "all acknowledged" : "acknowledged");
        break;
    case CONTROL_COUNT:
    default:
        ASSERT(false);
    }
}
