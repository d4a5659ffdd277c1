// What a person asks of the desk, with its argument: keys find it from the selected row, the
// palette from words. Tightening goes out at once, loosening and what cannot be taken back asks
// y/n.
#ifndef PERPDESK_UI_ACT_DESK_H
#define PERPDESK_UI_ACT_DESK_H

#include "ui/console_inside.h"

void act_desk_risk_mode(struct console *console, enum risk_mode mode);
void act_desk_override(struct console *console, int64_t seconds); // 0 ends it
// As a person types it: "2.5", "2.5bps", "auto".
bool act_desk_read_threshold(const struct console *console, struct slice text, struct bps *value);
void act_desk_threshold(struct console *console, struct bps threshold);
void act_desk_state(struct console *console, enum trading_state state);
void act_desk_cancel(struct console *console, uint32_t job);
// CONTROL_ANY for either: all.
void act_desk_flatten(struct console *console, uint16_t venue, uint16_t symbol);
void act_desk_role(struct console *console, uint16_t venue, enum venue_role role);
void act_desk_strategy(struct console *console, enum strategy strategy, bool on);
void act_desk_acknowledge(struct console *console, int64_t id); // 0: the newest
// "buy okx BTC/USDT 300", as control_parse_submit reads it.
void act_desk_submit(struct console *console, struct slice words);
// Blocks new orders (HALTED), cancels everything, and with `flatten` closes every position.
void act_desk_halt(struct console *console);
void act_desk_kill(struct console *console, bool flatten);

#endif
