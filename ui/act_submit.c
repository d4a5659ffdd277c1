// A person's own order from the keyboard: a line of words, then the question with what they mean.
#include "engine/control_text.h"
#include "ui/act_desk.h"
#include "ui/actions.h"
#include "ui/number.h"

void act_desk_submit(struct console *console, struct slice text) {
    const struct universe *universe = console->view.universe;
    struct control_request request = {.origin = ORIGIN_KEYBOARD};
    enum status status = control_parse_submit(text, universe, &request);
    if (status == STATUS_OK) {
        status = control_check(&request, universe);
    }
    if (status != STATUS_OK) {
        console_say(console, INK_BAD, "%s", status_text());
        return;
    }
    char notional[32];
    struct text notional_text = TEXT_OVER(notional);
    number_usd(&notional_text, (struct usd){request.value});
    const char *venue = universe->venues[request.venue].name;
    struct question *q =
        console_ask(console, "%s %s USD of %s on %s?", request.side == SIDE_BUY ? "Buy" : "Sell",
                    notional, universe->symbols[request.symbol].name, venue);
    if (request.hedged) {
        console_ask_line(q, "The same goes the other way on %s.",
                         universe->venues[request.hedge_venue].name);
    } else {
        console_ask_line(q, "Nothing hedges it: it is held until it is closed.");
    }
    if (request.over_s > 0) {
        console_ask_line(q, "Spread evenly over %u s.", request.over_s);
    }
    q->has_request = true;
    q->request = request;
}

void act_submit(struct console *console) {
    console_prompt(console, act_desk_submit, "buy|sell VENUE SYMBOL USD");
}
