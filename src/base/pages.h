// Memory for tables that live as long as the desk and whose use moves through them: rings, sets,
// queues.
//
// calloc hands out pages that are not there before they are written. A ring that goes round once an
// hour would take them one at a time for that hour: the desk seems to leak, and each first touch is
// a fault in the kernel, on the way of an order at times. Here every page is written at the start.
// What is only room for the worst case (bodies of answers, message buffers) is better left to
// calloc: its pages may never be needed.
#ifndef PERPDESK_BASE_PAGES_H
#define PERPDESK_BASE_PAGES_H

#include <stddef.h>

#include "base/status.h"

// `count` zeroed elements of `size` bytes, every page of them resident; for free(). NULL: no
// memory.
void *pages_create(size_t count, size_t size) MUST_CHECK;

#endif
