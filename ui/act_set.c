// One setting of the running desk from the keyboard: "risk.max_order_usd=500". The desk checks it
// with all the others; here it is only asked for and handed on.
#include "ui/act_desk.h"
#include "ui/actions.h"

static void set(struct console *console) {
    const struct link *link = &console->view.link;
    char data[MESSAGE_MAX];
    struct text answer = TEXT_OVER(data);
    if (!console_steers(console)) {
        console_say(console, INK_BAD, "another console steers this desk: take it over first (X)");
        return;
    }
    if (!arm_allows_setting(console)) {
        return;
    }
    enum status status = link->ops->set(link->self, slice_of(console->setting), &answer);
    console_say(console, status == STATUS_OK ? INK_TEXT : INK_BAD, "%s", data);
}

void act_desk_set(struct console *console, struct slice text) {
    if (console->view.link.ops->set == NULL) {
        console_say(console, INK_WARN, "the settings of this desk stand");
        return;
    }
    if (memchr(text.data, '=', text.size) == NULL ||
        !string_copy(console->setting, sizeof(console->setting), text)) {
        console_say(console, INK_BAD, "expected section.key=value, such as fees.okx.taker_bps=4");
        return;
    }
    struct question *q = console_ask(console, "Set %s?", console->setting);
    console_ask_line(q, "Until the desk ends, or its file says something else.");
    q->then = set;
}

void act_set(struct console *console) {
    console_prompt(console, act_desk_set, "section.key=value");
}
