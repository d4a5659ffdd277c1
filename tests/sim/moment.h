// Simulated time: what is due when, run in order by one thread.
//
// moment.c also stands in for two things the desk's code asks for by name, so that it runs here
// unchanged: base/clock.h (desk time and machine time are both the simulation's), and the few calls
// of libuv that feeds and lanes make (a timer, its end, the loop's time). They are found before
// those of the libraries because they are the program's own.
//
// Two things due at the same time run in the order in which they were asked for.
#ifndef PERPDESK_TESTS_SIM_MOMENT_H
#define PERPDESK_TESTS_SIM_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

struct moment; // something that is due; its owner forgets it once it ran or was called off

void moment_begin(int64_t start_ns); // everything that is due is forgotten
int64_t moment_now_ns(void);
struct moment *moment_in(int64_t wait_ns, void (*run)(void *arg), void *arg);
void moment_call_off(struct moment *moment); // NULL allowed
// Runs the next thing that is due until `until_ns`. False: there is none, and it is `until_ns`.
bool moment_step(int64_t until_ns);
uint64_t moment_count(void); // things that ran
struct uv_timer_s;
void moment_end_timer(struct uv_timer_s *timer); // its owner is no more

#endif
