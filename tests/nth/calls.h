// A call that may fail asks first; see nth.c.
#ifndef PERPDESK_TEST_NTH_CALLS_H
#define PERPDESK_TEST_NTH_CALLS_H

#include <stdbool.h>

// `frame`: of the function that stands for `name`. True: this one fails.
bool nth_is_due(const char *name, const void *frame);

#endif
