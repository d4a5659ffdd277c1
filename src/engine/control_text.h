// A control request as a person types it and as it travels: "set-risk-mode balanced", "venue okx
// reference", "flatten okx BTC/USDT". Words in this order: venue, symbol, value; whatever the verb
// does not take is left out. Names instead of numbers wherever the value has a name, in any case;
// seconds may end in s, basis points in bps.
#ifndef PERPDESK_ENGINE_CONTROL_TEXT_H
#define PERPDESK_ENGINE_CONTROL_TEXT_H

#include "engine/control.h"

enum { CONTROL_TEXT_MAX = 256 };

// Operands behind the verb as a synopsis shows them, "" = none, and an example of them.
const char *control_operands(enum control_verb verb);
const char *control_example(enum control_verb verb);
// False: no control verb has this name.
bool control_find(struct slice name, enum control_verb *verb);

// `line` is the verb and its operands, parted by blanks. STATUS_USAGE with a sentence that says
// what was expected. The origin is the caller's to set.
enum status control_parse(struct slice line, const struct universe *universe,
                          struct control_request *request) MUST_CHECK;
// The line that control_parse reads as this request; the request fits (control_check).
void control_print(struct text *out, const struct universe *universe,
                   const struct control_request *request);

// Behind what a request says: a threshold below what the risk mode asks for as its least edge
// changes nothing as long as that mode is on. Nothing where it does.
void control_print_floor(struct text *out, const struct control_request *request, struct bps least);

// The part of both that stands behind the verb of a submit (control_submit.c). The origin stays.
enum status control_parse_submit(struct slice words, const struct universe *universe,
                                 struct control_request *request) MUST_CHECK;
void control_print_submit(struct text *out, const struct universe *universe,
                          const struct control_request *request);

#endif
