// One fixed vector of each part that a signature for Lighter is made of. Asked before an account
// takes its key: a program that was compiled wrong must not sign.
#ifndef PERPDESK_EXCHANGES_LIGHTER_SELF_TEST_H
#define PERPDESK_EXCHANGES_LIGHTER_SELF_TEST_H

#include "base/status.h"

// STATUS_INTERNAL with the name of the first part that fails. About a millisecond.
enum status lighter_self_test(void) MUST_CHECK;

#endif
