// A desk for the benchmarks of the way from a tick to an order: every limit set as a person would,
// fees 0, so that a price 10 bps below the others makes an arbitrage job.
#ifndef PERPDESK_TESTS_BENCH_DESK_H
#define PERPDESK_TESTS_BENCH_DESK_H

#include "trade/desk.h"

struct settings bench_settings(void);
struct listing bench_rules(uint16_t venue, uint16_t symbol);
// The desk starts: rules of every listing, live feeds, ready lanes and 10 000 USD at each venue.
void bench_tell_start(struct engine *engine, int64_t now_ns);

#endif
