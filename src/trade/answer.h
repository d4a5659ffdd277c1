// What a person's command comes to, for whoever gave it: a command that names nothing, or that
// would change nothing, is told so instead of taken; an order that a rule denied comes back with
// the rule.
#ifndef PERPDESK_TRADE_ANSWER_H
#define PERPDESK_TRADE_ANSWER_H

#include "engine/engine.h"

struct desk;

// For engine_options. `desk` must outlive the engine.
struct control_judge answer_judge(const struct desk *desk);

#endif
