// What a life of the desk leaves to the next: counted at its death, counted in what its journal
// tells, and told to the new one.
#ifndef PERPDESK_TESTS_SIM_LEFT_H
#define PERPDESK_TESTS_SIM_LEFT_H

#include "trade/desk.h"
#include "trade/recall.h"

struct left {
    uint64_t positions, jobs, orders, brakes; // all rows of a kind in one number
    uint32_t job_count, order_count;
};

struct left left_of_desk(const struct desk *desk);
struct left left_of_recall(const struct recall *recall);
// As cli/desk_past.c does it; the numbers of venues and symbols are the same in every life.
// `recall` NULL: nothing is known; `doubt`: some of it may be missing.
void left_tell(struct engine *engine, const struct recall *recall, enum past_doubt doubt);

#endif
