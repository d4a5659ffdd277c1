// The functions of calls.inc, each in front of the real one. All are passed on alike: up to six
// integers and pointers travel in the same registers whatever their types are, here and on every
// machine that the program is built for.
#include "calls.h"

#include <curl/curl.h>
#include <errno.h>
#include <openssl/err.h>
#include <sqlite3.h>
#include <stdio.h>
#include <uv.h>
#include <zlib.h>

#define SIX long a, long b, long c, long d, long e, long f
#define FRONT(name)                                                                                \
    long __real_##name(SIX);                                                                       \
    long __wrap_##name(SIX);                                                                       \
    long __wrap_##name(SIX)

#define FAILS(name, failed, error)                                                                 \
    FRONT(name) {                                                                                  \
        if (nth_is_due(#name, __builtin_frame_address(0))) {                                       \
            errno = error != 0 ? error : errno;                                                    \
            return failed;                                                                         \
        }                                                                                          \
        return __real_##name(a, b, c, d, e, f);                                                    \
    }
#define FAILS_OUT(name, failed, out)                                                               \
    FRONT(name) {                                                                                  \
        if (nth_is_due(#name, __builtin_frame_address(0))) {                                       \
            *(void **)out = NULL;                                                                  \
            return failed;                                                                         \
        }                                                                                          \
        return __real_##name(a, b, c, d, e, f);                                                    \
    }
#define FAILS_DONE(name, failed, error)                                                            \
    FRONT(name) {                                                                                  \
        long result = __real_##name(a, b, c, d, e, f);                                             \
        return nth_is_due(#name, __builtin_frame_address(0)) ? failed : result;                    \
    }
#define FAILS_STREAM(name, failed, stream)                                                         \
    FRONT(name) {                                                                                  \
        if (nth_is_due(#name, __builtin_frame_address(0))) {                                       \
            ((FILE *)stream)->_flags |= _IO_ERR_SEEN; /* what ferror tells */                      \
            errno = EIO;                                                                           \
            return failed;                                                                         \
        }                                                                                          \
        return __real_##name(a, b, c, d, e, f);                                                    \
    }
#define FAILS_TLS(name, failed)                                                                    \
    FRONT(name) {                                                                                  \
        if (nth_is_due(#name, __builtin_frame_address(0))) {                                       \
            ERR_raise(ERR_LIB_SSL, ERR_R_MALLOC_FAILURE);                                          \
            return failed;                                                                         \
        }                                                                                          \
        return __real_##name(a, b, c, d, e, f);                                                    \
    }

#include "calls.inc"
