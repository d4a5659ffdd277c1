// Marks for the check that no secret decides a branch or an address. In that test's build memcheck
// takes secrets for memory that was never written, and complains where one matters; what becomes
// public on purpose, such as a finished signature, is published first. In every other build both
// marks are nothing.
#ifndef PERPDESK_EXCHANGES_SECRET_H
#define PERPDESK_EXCHANGES_SECRET_H

#ifdef PERPDESK_CHECK_SECRETS
#include <valgrind/memcheck.h>
#define SECRET_HIDE(object)    ((void)VALGRIND_MAKE_MEM_UNDEFINED(&(object), sizeof(object)))
#define SECRET_PUBLISH(object) ((void)VALGRIND_MAKE_MEM_DEFINED(&(object), sizeof(object)))
#else
#define SECRET_HIDE(object)    ((void)0)
#define SECRET_PUBLISH(object) ((void)0)
#endif

#endif
