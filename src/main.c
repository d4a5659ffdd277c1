// Nothing but the way in: what a verb builds and runs is in src/cli.
#include "cli/cli.h"

int main(int argc, char **argv) {
    return cli_main(argc, argv);
}
