// The person at the keys: whatever can be ordered, at any time, and put back a little later.
#ifndef PERPDESK_TESTS_SIM_OPERATOR_H
#define PERPDESK_TESTS_SIM_OPERATOR_H

#include "subject.h"

struct operator{
    struct dice dice;
    int64_t next_ns;
    int64_t differs_ns;       // the desk waits for a signature since, 0 = it does not
    int64_t stops_ns;         // the desk is told to stop since, 0 = it is not
    int64_t resumes_ns;       // when a desk that started is told to trade, 0 = it was
    int64_t back_ns;          // when everything is put back, 0 = it is
    int64_t away_ns;          // nobody signs before
    uint64_t orders, reloads; // given
};

void operator_begin(struct operator* operator, uint64_t seed);
// A few times a second. False: a configuration that was loaded again came out wrong, status_text()
// says how.
bool operator_acts(struct operator* operator, struct subject * subject);
void operator_expects(struct operator* operator); // a desk that starts: it is looked at soon
// It was told to stop, and its orders are over or it waited for them long enough: its process ends.
bool operator_has_stopped(const struct operator* operator, const struct subject * subject);
void operator_calms(struct operator* operator,
                    struct subject * subject); // from here on, all is well
// Everything on, nothing held back.
void operator_puts_back(struct operator* operator, struct subject * subject);
void operator_flattens(struct operator* operator, struct subject * subject);

#endif
