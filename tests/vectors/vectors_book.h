// Books in vector files: what market/book.h makes of each message of a chain.
#ifndef PERPDESK_TESTS_VECTORS_VECTORS_BOOK_H
#define PERPDESK_TESTS_VECTORS_VECTORS_BOOK_H

#include "vectors.h"

// book_chain.json of Binance and its kin: deltas on top of a snapshot asked for by REST.
void vectors_run_book_chain(struct vectors *vectors, const json_t *root);

#endif
