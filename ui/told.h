// What the footer says once the desk took a request: what is so from now on, with the names and
// figures of this request, rather than what the verb is for.
#ifndef PERPDESK_UI_TOLD_H
#define PERPDESK_UI_TOLD_H

#include "engine/control.h"

// The request fits (control_check).
void told_print(struct text *out, const struct universe *universe,
                const struct control_request *request);

#endif
