// One fixed vector of each part that a signature for a Starknet venue is made of. Asked once before
// a live desk takes a key: a program that was compiled wrong must not sign.
#ifndef PERPDESK_EXCHANGES_STARK_SELF_TEST_H
#define PERPDESK_EXCHANGES_STARK_SELF_TEST_H

#include "base/status.h"

// STATUS_INTERNAL with the name of the first part that fails. Under a millisecond.
enum status stark_self_test(void) MUST_CHECK;

#endif
