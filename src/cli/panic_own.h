// Stopping what a live desk left at the venues when it cannot be asked: a desk of this process in
// its place, killed before its first quote, with connections of its own.
#ifndef PERPDESK_CLI_PANIC_OWN_H
#define PERPDESK_CLI_PANIC_OWN_H

#include "cli/cli.h"
#include "io/config.h"

// STATUS_CONFIG when the configuration named is none of a live desk: asked before anything is
// ended.
enum status panic_own_check(const struct cli_args *args) MUST_CHECK;
// Takes over from the journal what the desk before left, cancels it, with args->flatten closes what
// is held, and prints the positions that remain and what is there beside the book. No other live
// desk may run. STATUS_ORDERS_LEFT when orders are still open, or not known to be over, after a
// while; also where a venue was not heard, or has what the book has not.
enum status panic_own_desk(const struct cli_args *args) MUST_CHECK;

#endif
