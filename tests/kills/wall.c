// Loaded in front of the program (LD_PRELOAD): its wall clock is off by as many nanoseconds as the
// first eight bytes of the file WALL say at that moment. Only what the program asks itself is
// shifted: certificates are judged by the true time.
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const _Atomic int64_t *shift_ns;

__attribute__((constructor)) static void load(void) {
    const char *path = getenv("WALL");
    int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *map = fd >= 0 ? mmap(NULL, sizeof(*shift_ns), PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;
    shift_ns = map != MAP_FAILED ? map : NULL;
    if (fd >= 0) {
        (void)close(fd);
    }
}

int clock_gettime(clockid_t id, struct timespec *now) {
    int result = (int)syscall(SYS_clock_gettime, id, now);
    if (result == 0 && id == CLOCK_REALTIME && shift_ns != NULL) {
        int64_t ns = (int64_t)now->tv_sec * 1000000000 + now->tv_nsec + atomic_load(shift_ns);
        now->tv_sec = ns / 1000000000;
        now->tv_nsec = ns % 1000000000;
    }
    return result;
}
