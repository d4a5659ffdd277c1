// panic: block, cancel, verify, and say what is left. By the desk's socket; where the desk does not
// answer by its stop file, which also keeps its next start from trading; and where even that moves
// nothing it is ended: a desk on paper had its orders in its memory and nowhere else, and after a
// live one this process looks at the venues itself. So it is with a live one whose journal failed:
// it answers, and can do nothing.
//
// It is asked of every desk of this user that runs, unless --desk names one, and of a live one that
// does not run any more.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/desk_call.h"
#include "cli/panic_own.h"
#include "cli/paths.h"
#include "cli/verbs.h"

enum { CANCEL_WAIT_S = 15, FLATTEN_WAIT_S = 60, STOP_FILE_WAIT_MS = 2000, LOOK_MS = 50 };

static void tell(enum desk_mode mode, const char *sentence) {
    printf("%s desk: %s\n", paths_mode_word(mode), sentence);
    (void)fflush(stdout); // whoever panics wants to see it now
}

// ---- a desk that answers -----------------------------------------------------------------------

static bool has_positions(struct desk_call *call) {
    struct slice answer;
    return desk_call_ask(call, "positions", &answer) != STATUS_OK || answer.size > 0;
}

static void sleep_a_moment(void) {
    (void)usleep(LOOK_MS * 1000);
}

// Until no order is open and, with --flatten, no position; or the time is over.
static enum status verify(struct desk_call *call, const struct cli_args *args) {
    int64_t wait_s = args->flatten ? FLATTEN_WAIT_S : CANCEL_WAIT_S;
    int64_t until_ns = mono_now_ns() + wait_s * NS_PER_S;
    int64_t orders = 0;
    enum status status = desk_call_orders(call, &orders);
    while (status == STATUS_OK && (orders > 0 || (args->flatten && has_positions(call))) &&
           mono_now_ns() < until_ns) {
        sleep_a_moment();
        status = desk_call_orders(call, &orders);
    }
    if (status == STATUS_OK && orders > 0) {
        status = status_fail(STATUS_ORDERS_LEFT, "%s desk: %lld orders are still open after %lld s",
                             paths_mode_word(call->mode), (long long)orders, (long long)wait_s);
    }
    return status;
}

static enum status list_positions(struct desk_call *call) {
    struct slice answer;
    enum status status = desk_call_ask(call, "positions", &answer);
    if (status == STATUS_OK) {
        tell(call->mode, answer.size == 0 ? "no order is open, and no position"
                                          : "no order is open; these positions remain:");
        (void)fwrite(answer.data, 1, answer.size, stdout);
    }
    return status;
}

static enum status by_socket(enum desk_mode mode, const struct cli_args *args) {
    struct cli_args one = {.desk = paths_mode_word(mode)};
    struct desk_call call;
    struct slice answer;
    enum status status = desk_call_open(&call, &one);
    if (status != STATUS_OK) {
        return status;
    }
    status = mode == DESK_LIVE ? desk_call_check_journal(&call) : STATUS_OK;
    if (status == STATUS_OK) {
        status = desk_call_ask(&call, args->flatten ? "kill flatten" : "kill", &answer);
    }
    if (status == STATUS_OK) {
        tell(mode, "blocked");
        status = verify(&call, args);
    }
    if (status == STATUS_OK) {
        status = list_positions(&call);
    }
    desk_call_close(&call);
    return status;
}

// ---- one that does not -------------------------------------------------------------------------

static enum status put_stop_file(enum desk_mode mode, char *path, size_t capacity) {
    enum status status = paths_state_folder(mode, path, capacity);
    if (status != STATUS_OK) {
        return status;
    }
    struct text text = {.data = path, .capacity = capacity, .size = strlen(path)};
    text_add_string(&text, "/stop");
    if (text.truncated) {
        return status_fail(STATUS_CONFIG, "the path of the stop file is too long");
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return status_fail_errno(STATUS_CANNOT_CREATE, "%s", path);
    }
    (void)close(fd);
    return STATUS_OK;
}

// Whose socket it is, as the kernel knows; 0: nobody's.
static pid_t process_of(enum desk_mode mode) {
    char path[256];
    struct line_client client = {.fd = -1};
    struct ucred peer = {0};
    socklen_t size = sizeof(peer);
    if (desk_call_path(mode, path, sizeof(path)) != STATUS_OK ||
        line_client_open(&client, path, DESK_CALL_ANSWER_MAX) != STATUS_OK) {
        return 0;
    }
    bool known =
        getsockopt(client.fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid();
    line_client_close(&client);
    return known ? peer.pid : 0;
}

static enum status end_process(enum desk_mode mode) {
    pid_t process = process_of(mode);
    if (process <= 1) {
        return STATUS_OK; // it has ended meanwhile
    }
    if (kill(process, SIGKILL) < 0 && errno != ESRCH) {
        return status_fail_errno(STATUS_ERROR, "ending process %ld", (long)process);
    }
    for (int i = 0; i < STOP_FILE_WAIT_MS / LOOK_MS && process_of(mode) == process; i++) {
        sleep_a_moment();
    }
    return STATUS_OK;
}

// `why`: what is wrong with it. Without the stop file it goes on all the same: a full disk may be
// what is wrong.
static enum status without_socket(enum desk_mode mode, const struct cli_args *args,
                                  const char *why) {
    char path[320], sentence[640];
    struct text text = TEXT_OVER(sentence);
    text_add_format(&text, "%s; ", why);
    if (put_stop_file(mode, path, sizeof(path)) == STATUS_OK) {
        text_add_format(&text, "made the stop file %s", path);
    } else {
        text_add_format(&text, "no stop file could be made: %s", status_text());
    }
    tell(mode, sentence);
    (void)usleep(STOP_FILE_WAIT_MS * 1000);
    enum status status = by_socket(mode, args);
    if (status == STATUS_OK || status == STATUS_ORDERS_LEFT) {
        return status;
    }
    status = mode == DESK_LIVE ? panic_own_check(args) : STATUS_OK;
    if (status != STATUS_OK) {
        return status;
    }
    status = end_process(mode);
    if (status == STATUS_OK && mode == DESK_LIVE) {
        tell(mode, "ended it; looking at the venues from here");
        return panic_own_desk(args);
    }
    if (status == STATUS_OK) {
        tell(mode, "ended it: its orders were on paper and ended with it; the next one starts "
                   "killed, remove the stop file to trade again");
    }
    return status;
}

// ---- every desk --------------------------------------------------------------------------------

static enum status stop_one(enum desk_mode mode, const struct cli_args *args, bool *runs) {
    enum status status = by_socket(mode, args);
    *runs = status != STATUS_NOT_RUNNING || process_of(mode) != 0;
    bool answered = status == STATUS_OK || status == STATUS_ORDERS_LEFT;
    return answered || !*runs
               ? status
               : without_socket(mode, args,
                                status == STATUS_IO ? "its journal failed" : "it does not answer");
}

// A live desk that is gone left its orders at the venues, whatever else still runs: they are looked
// at where the configuration is a live desk's, or a person names that desk. *meant: so it is.
static enum status stop_gone_live(const struct cli_args *args, bool *meant) {
    static struct config config;
    enum status status = cli_load_config(args, &config, NULL);
    *meant = status != STATUS_OK || config.settings.mode == DESK_LIVE || args->desk != NULL;
    if (status == STATUS_OK && *meant) {
        status = panic_own_check(args);
    }
    if (status == STATUS_OK && *meant) {
        tell(DESK_LIVE, "it does not run; looking at the venues from here");
        status = panic_own_desk(args);
    }
    return status;
}

enum status verb_panic(const struct cli_args *args) {
    enum status worst = STATUS_OK;
    bool any = false;
    enum desk_mode named = DESK_PAPER;
    if (args->desk != NULL) {
        enum status status = desk_call_find(args, &named);
        if (status != STATUS_OK) {
            return status;
        }
    }
    for (int i = 0; i < DESK_MODE_COUNT; i++) {
        enum desk_mode mode = (enum desk_mode)i;
        bool found = false;
        if (args->desk != NULL && mode != named) {
            continue;
        }
        enum status status = stop_one(mode, args, &found);
        if (!found && mode == DESK_LIVE) {
            status = stop_gone_live(args, &found);
        }
        any = any || found;
        if (found && status != STATUS_OK) {
            tell(mode, status_text());
            worst = worst == STATUS_ORDERS_LEFT ? worst : status;
        }
    }
    if (!any) {
        printf("no desk is running: orders on paper are in a desk's memory alone, none is open\n");
    }
    enum status ended = cli_end_output();
    return worst != STATUS_OK ? status_fail(worst, "not everything is closed: see above") : ended;
}
