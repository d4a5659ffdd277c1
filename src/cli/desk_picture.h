// The published picture of a desk as lines of text or JSON: what `cycle` and `replay --until`
// print.
//
// One thread; the board may be written by another.
#ifndef PERPDESK_CLI_DESK_PICTURE_H
#define PERPDESK_CLI_DESK_PICTURE_H

#include "engine/state.h"

struct desk_picture {
    const struct universe *universe;
    const struct state_board *board;
    bool json;
    // as of the last desk_picture_read
    struct state_header header;
    struct state_risk risk;
    struct state_quote *quotes;
    struct state_venue *venues;
    struct state_capital *capital;
    struct state_opportunity opportunities[STATE_OPPORTUNITIES_MAX];
    struct state_job jobs[STATE_JOBS_MAX];
    struct state_position positions[STATE_POSITIONS_MAX];
    uint32_t quote_count, venue_count, capital_count, opportunity_count, job_count, position_count;
};

enum status desk_picture_create(struct desk_picture **out, const struct universe *universe,
                                const struct state_board *board, bool json) MUST_CHECK;
void desk_picture_destroy(struct desk_picture *picture); // NULL allowed
void desk_picture_read(struct desk_picture *picture);
// To standard output, a row a line: quotes, opportunities with what stands against them, jobs,
// refusals, positions, capital, and the desk last. A failed write shows in cli_end_output.
void desk_picture_print(const struct desk_picture *picture);

#endif
