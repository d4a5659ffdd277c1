// Alert rules of the configuration: four times a second each one's figure is worked out from the
// desk, and where its condition has come true the rule speaks (an ALERT event: console, log, and
// whatever channels there are) and acts.
//
// A rule speaks when its condition becomes true, not while it stays so, and at most once in its
// cool-down; what came true during the cool-down and still holds is told at its end. A figure
// nobody knows (no fresh quote, no job ended yet) makes no condition true. Actions go the way a
// person's would: as CONTROL events of origin RULE, past the same checks.
//
// Changed rules come as ALERT_RULE events and replace the others all at once; a rule that stays as
// it was remembers what it told.
#ifndef PERPDESK_TRADE_ALERT_RULE_H
#define PERPDESK_TRADE_ALERT_RULE_H

#include "engine/alert.h"
#include "engine/bus.h"
#include "engine/settings.h"

struct desk;

enum { ALERT_SAMPLES_MAX = 64 };

struct alert_row { // of a rule
    bool told;     // the condition holds and was told
    int64_t quiet_until_ns;
    struct px samples[ALERT_SAMPLES_MAX]; // ring: the price, evenly over the rule's window
    uint32_t sample_count;                // ever taken
    int64_t sampled_ns;
};

struct alert_rows {
    struct alert_row rows[ALERT_RULES_MAX];
    struct settings_alerts next; // those that came of a change that is not complete
    int64_t due_ns;
};

extern const struct component alert_rule_component;

// The rule's figure now, in its unit; false when it is not known. Takes no sample.
bool alert_rule_figure(const struct desk *desk, uint32_t at, int64_t now_ns, int64_t *figure);

#endif
