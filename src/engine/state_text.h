// The picture of the desk as text for a person and as JSON for a program: what the shell's verbs
// print. One object a line in JSON; money in USD, prices and sizes in full, times as desk time in
// milliseconds since the epoch.
#ifndef PERPDESK_ENGINE_STATE_TEXT_H
#define PERPDESK_ENGINE_STATE_TEXT_H

#include "engine/state.h"

// name, what it shows
#define STATE_REPORT_LIST(X)                                                                       \
    X(STATE_REPORT_STATUS, "status", "what the desk is and does")                                  \
    X(STATE_REPORT_JOBS, "jobs", "jobs, running and lately finished")                              \
    X(STATE_REPORT_ORDERS, "orders", "orders at the venues")                                       \
    X(STATE_REPORT_POSITIONS, "positions", "positions of every venue")                             \
    X(STATE_REPORT_ALERTS, "alerts", "alarms, the newest first")

enum state_report {
#define STATE_REPORT_ENUM(code, name, sentence) code,
    STATE_REPORT_LIST(STATE_REPORT_ENUM)
#undef STATE_REPORT_ENUM
        STATE_REPORT_COUNT
};

const char *state_report_name(enum state_report report);
const char *state_report_sentence(enum state_report report);

// Rows of the largest section, for the scratch memory below.
size_t state_scratch_size(const struct universe *universe);
// Appends the report. `hung`: the engine stands still and the picture is the last it gave.
// `scratch` has room for state_scratch_size bytes.
void state_report_print(struct text *out, enum state_report report, bool json, bool hung,
                        const struct state_board *board, const struct universe *universe,
                        void *scratch);

// One row: without the newline. Also for whoever tells changes.
void state_job_print(struct text *out, bool json, const struct universe *universe,
                     const struct state_job *job);
void state_order_print(struct text *out, bool json, const struct universe *universe,
                       const struct state_order *order);
void state_position_print(struct text *out, bool json, const struct universe *universe,
                          const struct state_position *position);
void state_venue_print(struct text *out, bool json, const struct universe *universe, uint16_t venue,
                       const struct state_venue *row);
void state_alert_print(struct text *out, bool json, const struct state_alert *alert);
// The desk's switches only: what a person set.
void state_desk_print(struct text *out, bool json, const struct state_header *header);
// The desk in one word: KILLED, HALTED, PAUSED, OVERRIDE, RUNNING.
const char *state_status_word(const struct state_header *header);

#endif
