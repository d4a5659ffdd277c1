// The component through which settings change while the desk runs: inside the engine's lock, before
// any other component sees the pass, and on the journal like every input, so that a replay changes
// them at the same moment.
#ifndef PERPDESK_TRADE_SETTING_H
#define PERPDESK_TRADE_SETTING_H

#include "engine/bus.h"

extern const struct component setting_component;

#endif
