// A toy venue that the program does not have: what an eleventh venue consists of. Its protocol is
// lines of words.
//
//   ws /feed          SUB <name>, answered OK <name> or NO <what was said>; PING, answered PONG
//     pushed          Q <name> <id> <bid> <size> <ask> <size> <ms>
//                     B <name> <id> <n> <bid> <size> … <n> <ask> <size> … <ms>   (the whole book)
//                     F <name> <rate> <mark> <index> <next ms> <ms>
//   GET /time         <ms>
//   GET /rules        <name> <tick> <step>, a line each
// More than 20 calls a second get 429 SLOW.
#ifndef PERPDESK_TESTS_TOY_TOY_H
#define PERPDESK_TESTS_TOY_TOY_H

#include "exchanges/venue_sim.h"
#include "market/venue.h"

enum { TOY_LEVELS = 5 };

extern const struct venue_md toy_md;
extern const struct venue_sim toy_sim;

#endif
