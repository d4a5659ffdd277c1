// Several consoles on one desk: one steers, the others look. And a desk that is gone.
#include "ui/actions.h"
#include "ui/console_inside.h"

bool console_steers(const struct console *console) {
    const struct link *link = &console->view.link;
    return link->ops->steers == NULL || link->ops->steers(link->self);
}

bool console_may_run(struct console *console, const struct action *action) {
    const struct link *link = &console->view.link;
    bool steers = action->verb != ACTION_NO_VERB || action->run == act_set ||
                  action->run == act_arm || action->run == act_take;
    if (!steers || link->ops->only_looks == NULL || !link->ops->only_looks(link->self)) {
        return true;
    }
    console_say(console, INK_BAD, "this console only looks");
    return false;
}

void console_act(struct console *console, const struct action *action) {
    if (console_may_run(console, action)) {
        action->run(console);
    }
}

static void take(struct console *console) {
    const struct link *link = &console->view.link;
    if (link->ops->take(link->self) != STATUS_OK) {
        console_say(console, INK_BAD, "%s", status_text());
        return;
    }
    console_say(console, INK_NOTICE, "this console steers the desk now");
}

void act_take(struct console *console) {
    if (console_steers(console)) {
        console_say(console, INK_FAINT, "this console steers already");
        return;
    }
    struct question *q = console_ask(console, "Take the desk over from another console?");
    console_ask_line(q, "That one then only looks, and is armed no longer.");
    q->then = take;
}

void steer_tick(struct console *console) {
    const struct link *link = &console->view.link;
    bool looks = !console_steers(console);
    if (looks != console->looks) {
        console->looks = looks;
        console->header_dirty = true;
    }
    if (link->ops->trouble != NULL && link->ops->trouble(link->self) != NULL &&
        console->mode != &mode_gone) {
        console_set_mode(console, &mode_gone);
    }
}
