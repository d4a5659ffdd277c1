// Arming: on a live desk a person's commands that may raise risk need the phrase typed once. It
// ends by itself: without a key for a while, and with the first red alarm after it.
#include "ui/actions.h"
#include "ui/console_inside.h"

enum { ARM_IDLE_S = 300 };

static bool is_live(const struct console *console) {
    return console->view.header->mode == DESK_LIVE;
}

static int64_t newest_red_ns(const struct console *console) {
    int64_t newest_ns = 0;
    for (uint32_t i = 0; i < console->view.count[STATE_ALERTS]; i++) {
        const struct state_alert *alert = &console->view.alerts[i];
        if (alert->severity == SEVERITY_RED && alert->time_ns > newest_ns) {
            newest_ns = alert->time_ns;
        }
    }
    return newest_ns;
}

static void disarm(struct console *console, const char *why) {
    const struct link *link = &console->view.link;
    console->armed = false;
    (void)(link->ops->arm != NULL && link->ops->arm(link->self, NULL) != STATUS_OK); // it is gone
    console->header_dirty = true;
    console_say(console, INK_WARN, "read-only again: %s", why);
}

static void phrase_given(struct console *console, struct slice text) {
    if (!slice_equals(text, SLICE(CONTROL_ARM_PHRASE))) {
        console_say(console, INK_BAD, "that is not the phrase: still read-only");
        return;
    }
    const struct link *link = &console->view.link;
    if (link->ops->arm != NULL && link->ops->arm(link->self, CONTROL_ARM_PHRASE) != STATUS_OK) {
        console_say(console, INK_BAD, "%s", status_text());
        return;
    }
    console->armed = true;
    console->armed_key_ns = console->now_ns;
    console->armed_red_ns = newest_red_ns(console);
    console->header_dirty = true;
    console_say(console, INK_NOTICE, "armed: this console may raise risk with real money");
}

void act_arm(struct console *console) {
    if (!is_live(console)) {
        console_say(console, INK_FAINT, "only a live desk is armed: this one trades on paper");
    } else if (console->armed) {
        disarm(console, "as you asked");
    } else {
        console_prompt(console, phrase_given, "type %s to arm", CONTROL_ARM_PHRASE);
    }
}

void arm_tick(struct console *console) {
    if (!console->armed) {
        return;
    }
    if (!console_steers(console)) {
        disarm(console, "another console steers, or the desk is gone");
    } else if (newest_red_ns(console) > console->armed_red_ns) {
        disarm(console, "a red alarm");
    } else if (console->now_ns - console->armed_key_ns >= ARM_IDLE_S * NS_PER_S) {
        disarm(console, "no key for five minutes");
    }
}

static bool allows(struct console *console, const char *what) {
    if (!is_live(console) || console->armed) {
        return true;
    }
    console_say(console, INK_BAD,
                "read-only: %s may raise risk on a live desk; A arms this console", what);
    return false;
}

bool arm_allows(struct console *console, const struct control_request *request) {
    return !control_may_raise(request, console->view.header) ||
           allows(console, control_name(request->verb));
}

bool arm_allows_setting(struct console *console) {
    return allows(console, "set");
}
