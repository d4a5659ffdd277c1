// Nothing but the way in: what a verb builds and runs is in src/cli.
#include <malloc.h>

#include "cli/cli.h"

// glibc's own figure, but fixed: it would rise with the first large buffer that is freed, and from
// then on the buffers of every new connection came out of the heaps, on other pages each time. A
// desk that reconnects for weeks holds what it uses and no more.
enum { MAPPED_LEAST_BYTES = 128 * 1024 };

int main(int argc, char **argv) {
    (void)mallopt(M_MMAP_THRESHOLD, MAPPED_LEAST_BYTES);
    return cli_main(argc, argv);
}
