// Alerts as every pane shows them: how bad in a word and a colour, and the page of one.
#ifndef PERPDESK_UI_ALARM_H
#define PERPDESK_UI_ALARM_H

#include "ui/page.h"

// Waits for a person; what only informs never does.
bool alarm_is_open(const struct state_alert *alert);
const char *alarm_level(const struct state_alert *alert); // "alert", "ALERT", "ALARM"
enum ink alarm_ink(const struct state_alert *alert);
// The worst of those that wait, of equals the newest; NULL: none waits.
const struct state_alert *alarm_foremost(const struct view *view);
void alarm_page(const struct state_alert *alert, struct page *page);

#endif
