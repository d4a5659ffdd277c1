// One desk an account: two desks with the same keys on one machine, whatever their folders and
// users, would cancel, hedge and count each other's orders.
//
// The lock is the name of an abstract Unix socket: it ends with the process, however that ends, and
// leaves nothing on disk. The name is a hash of the venue, its address and the keys: it tells
// nothing about them. A desk on another machine is seen by its open orders
// (EVENT_VENUE_ORDERS) and its positions.
#ifndef PERPDESK_IO_ACCOUNT_LOCK_H
#define PERPDESK_IO_ACCOUNT_LOCK_H

#include "io/secret.h"

// *fd holds the lock until it is closed; -1 unless STATUS_OK. `address`: "" = the venue's own.
// STATUS_UNAVAILABLE: another desk trades the account.
enum status account_lock(int *fd, const char *venue, const char *address,
                         const struct secret_keys *keys) MUST_CHECK;
void account_unlock(int *fd); // -1 allowed

#endif
