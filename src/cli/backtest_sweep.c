#include "cli/backtest_sweep.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/verbs.h"

enum { WORKERS_MAX = 256, REASON_MAX = 512, TELL_EVERY_MS = 50 };

// ---- which runs -------------------------------------------------------------------------------

static uint32_t count_values(const char *sweep) {
    uint32_t count = 1;
    for (const char *at = strchr(sweep, '='); at != NULL && *at != '\0'; at++) {
        count += *at == ',';
    }
    return count;
}

// Value number `index` of "section.key=a,b,c" as "section.key=b". False: it is empty or too long.
static bool pick_value(const char *sweep, uint32_t index, char out[BACKTEST_SET_MAX]) {
    const char *value = strchr(sweep, '=') + 1;
    struct slice name = {sweep, (size_t)(value - sweep)};
    for (; index > 0; index--) {
        value = strchr(value, ',') + 1;
    }
    struct slice part = {value, strcspn(value, ",")};
    struct text text = text_over(out, BACKTEST_SET_MAX);
    text_add(&text, name);
    text_add(&text, part);
    return part.size > 0 && !text.truncated;
}

static enum status count_runs(struct backtest_sweep *sweep, const struct cli_args *args) {
    sweep->run_count = 1;
    for (uint32_t i = 0; i < args->sweep_count; i++) {
        const char *equals = strchr(args->sweeps[i], '=');
        if (equals == NULL || equals == args->sweeps[i]) {
            return status_fail(STATUS_USAGE, "--sweep %s: expected SECTION.KEY=A,B,C",
                               args->sweeps[i]);
        }
        sweep->run_count *= count_values(args->sweeps[i]);
        if (sweep->run_count > BACKTEST_RUNS_MAX) {
            return status_fail(STATUS_USAGE, "--sweep: more than %d runs", BACKTEST_RUNS_MAX);
        }
    }
    return STATUS_OK;
}

static enum status load_run(struct backtest_sweep_run *run, uint32_t number,
                            const struct cli_args *args) {
    struct cli_args with = *args;
    for (uint32_t i = args->sweep_count; i-- > 0;) {
        uint32_t values = count_values(args->sweeps[i]);
        if (!pick_value(args->sweeps[i], number % values, run->sets[i])) {
            return status_fail(STATUS_USAGE, "--sweep %s: a value is empty or too long",
                               args->sweeps[i]);
        }
        number /= values;
    }
    run->set_count = args->sweep_count;
    if (args->set_count + args->sweep_count > CLI_SETS_MAX) {
        return status_fail(STATUS_USAGE, "more than %d --set and --sweep", CLI_SETS_MAX);
    }
    for (uint32_t i = 0; i < args->sweep_count; i++) {
        with.sets[with.set_count++] = run->sets[i];
    }
    return cli_load_config(&with, &run->config, NULL);
}

enum status backtest_sweep_create(struct backtest_sweep *sweep, const struct cli_args *args) {
    *sweep = (struct backtest_sweep){0};
    enum status status = count_runs(sweep, args);
    if (status != STATUS_OK) {
        return status;
    }
    sweep->runs = calloc(sweep->run_count, sizeof(*sweep->runs));
    if (sweep->runs == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for %u runs", sweep->run_count);
    }
    for (uint32_t i = 0; i < sweep->run_count && status == STATUS_OK; i++) {
        status = load_run(&sweep->runs[i], i, args);
    }
    if (status != STATUS_OK) {
        backtest_sweep_finish(sweep);
    }
    return status;
}

void backtest_sweep_finish(struct backtest_sweep *sweep) {
    for (uint32_t i = 0; i < sweep->run_count && sweep->runs != NULL; i++) {
        backtest_result_finish(&sweep->runs[i].result);
    }
    free(sweep->runs);
    *sweep = (struct backtest_sweep){0};
}

// ---- one run in its process -------------------------------------------------------------------

enum message_kind { MESSAGE_PROGRESS, MESSAGE_RESULT, MESSAGE_FAILURE };

struct message {   // then `size` bytes
    uint32_t kind; // enum message_kind
    uint32_t size;
    int64_t value; // PROGRESS: recorded time played; FAILURE: enum status
};

// Both ends are this program, so the bytes are the structs'.
static bool write_whole(int fd, const void *bytes, size_t size) {
    const char *at = bytes;
    while (size > 0) {
        ssize_t written = write(fd, at, size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        at += written;
        size -= (size_t)written;
    }
    return true;
}

static bool read_whole(int fd, void *bytes, size_t size) {
    char *at = bytes;
    while (size > 0) {
        ssize_t got = read(fd, at, size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        at += got;
        size -= (size_t)got;
    }
    return true;
}

struct teller { // of a run's own process
    int fd;
    int64_t told_ns;
};

static bool send_progress(void *arg, int64_t played_ns) {
    struct teller *teller = arg;
    struct message message = {.kind = MESSAGE_PROGRESS, .value = played_ns};
    int64_t now_ns = mono_now_ns();
    if (now_ns - teller->told_ns < TELL_EVERY_MS * NS_PER_MS) {
        return !cli_stopped();
    }
    teller->told_ns = now_ns;
    return write_whole(teller->fd, &message, sizeof(message)) && !cli_stopped();
}

static void send_result(int fd, const struct backtest_result *result) {
    size_t pairs = result->pair_count * sizeof(*result->pairs);
    struct message message = {.kind = MESSAGE_RESULT, .size = (uint32_t)(sizeof(*result) + pairs)};
    (void)(write_whole(fd, &message, sizeof(message)) && write_whole(fd, result, sizeof(*result)) &&
           write_whole(fd, result->pairs, pairs));
}

static void send_failure(int fd, enum status status) {
    struct message message = {
        .kind = MESSAGE_FAILURE, .size = (uint32_t)strlen(status_text()), .value = status};
    (void)(write_whole(fd, &message, sizeof(message)) &&
           write_whole(fd, status_text(), message.size));
}

static _Noreturn void run_in_process(const struct backtest_sweep_run *run, int fd,
                                     const struct backtest_options *options) {
    struct backtest_options own = *options;
    struct backtest_result result;
    own.desk.config = &run->config;
    struct teller teller = {.fd = fd};
    own.on_progress = send_progress;
    own.arg = &teller;
    enum status status = backtest_run(&result, &own);
    if (status == STATUS_OK) {
        send_result(fd, &result);
        backtest_result_finish(&result);
    } else {
        send_failure(fd, status);
    }
    _exit(0);
}

// ---- all of them ------------------------------------------------------------------------------

struct worker {
    pid_t pid; // 0 = idle
    int fd;    // what it tells
    uint32_t run;
    int64_t played_ns;
};

struct crew {
    struct backtest_sweep *sweep;
    const struct backtest_options *options;
    struct worker workers[WORKERS_MAX];
    uint32_t worker_count, next_run;
    int64_t played_ns; // by runs that are done
    enum status status;
    char reason[REASON_MAX];
};

static uint32_t processors(void) {
    cpu_set_t set;
    CPU_ZERO(&set);
    int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
    return count < 1 ? 1 : count > WORKERS_MAX ? WORKERS_MAX : (uint32_t)count;
}

static void fail(struct crew *crew, enum status status, const char *reason) {
    if (crew->status == STATUS_OK) {
        crew->status = status;
        (void)string_copy(crew->reason, sizeof(crew->reason), slice_of(reason));
    }
}

static void start(struct crew *crew, struct worker *worker) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        fail(crew, STATUS_SYSTEM, "no pipe for a run");
        return;
    }
    (void)fflush(stdout); // or a child would have it, too
    pid_t pid = fork();
    if (pid == 0) {
        (void)close(ends[0]);
        run_in_process(&crew->sweep->runs[crew->next_run], ends[1], crew->options);
    }
    (void)close(ends[1]);
    if (pid < 0) {
        (void)close(ends[0]);
        fail(crew, STATUS_SYSTEM, "no process for a run");
        return;
    }
    *worker = (struct worker){.pid = pid, .fd = ends[0], .run = crew->next_run++};
}

static bool take_result(struct crew *crew, struct worker *worker, uint32_t size) {
    struct backtest_sweep_run *run = &crew->sweep->runs[worker->run];
    struct backtest_result told;
    if (size < sizeof(told) || !read_whole(worker->fd, &told, sizeof(told))) {
        return false;
    }
    struct backtest_result *result = &run->result;
    size_t pairs = told.pair_count * sizeof(*told.pairs);
    *result = told; // but for the pointer, which was the other process's
    result->pairs = calloc(result->pair_count + 1, sizeof(*result->pairs));
    if (result->pairs == NULL || size != sizeof(told) + pairs ||
        !read_whole(worker->fd, result->pairs, pairs)) {
        return false;
    }
    run->done = true;
    crew->played_ns += result->to_ns - result->from_ns;
    worker->played_ns = 0;
    return true;
}

// False: it has nothing more to say.
static bool hear(struct crew *crew, struct worker *worker) {
    struct message message;
    if (!read_whole(worker->fd, &message, sizeof(message))) {
        return false;
    }
    if (message.kind == MESSAGE_PROGRESS) {
        worker->played_ns = message.value;
        return true;
    }
    if (message.kind == MESSAGE_RESULT) {
        return take_result(crew, worker, message.size);
    }
    char reason[REASON_MAX] = "";
    size_t size = message.size < sizeof(reason) ? message.size : sizeof(reason) - 1;
    if (read_whole(worker->fd, reason, size)) {
        fail(crew, (enum status)message.value, reason);
    }
    return false;
}

static void bury(struct crew *crew, struct worker *worker) {
    int how = 0;
    (void)close(worker->fd);
    while (waitpid(worker->pid, &how, 0) < 0 && errno == EINTR) {
    }
    if (!crew->sweep->runs[worker->run].done && crew->status == STATUS_OK) {
        char reason[64];
        struct text text = TEXT_OVER(reason);
        text_add_format(&text, "run %u ended without a result", worker->run + 1);
        fail(crew, STATUS_INTERNAL, reason);
    }
    worker->pid = 0;
}

static void listen_once(struct crew *crew) {
    struct pollfd fds[WORKERS_MAX];
    struct worker *of[WORKERS_MAX];
    nfds_t count = 0;
    for (uint32_t i = 0; i < crew->worker_count; i++) {
        if (crew->workers[i].pid != 0) {
            of[count] = &crew->workers[i];
            fds[count++] = (struct pollfd){.fd = crew->workers[i].fd, .events = POLLIN};
        }
    }
    if (poll(fds, count, -1) < 0) {
        return; // a signal: the runs hear it, too
    }
    for (nfds_t i = 0; i < count; i++) {
        if (fds[i].revents != 0 && !hear(crew, of[i])) {
            bury(crew, of[i]);
        }
    }
}

static bool anybody_works(const struct crew *crew) {
    for (uint32_t i = 0; i < crew->worker_count; i++) {
        if (crew->workers[i].pid != 0) {
            return true;
        }
    }
    return false;
}

static void tell_progress(const struct crew *crew) {
    int64_t played_ns = crew->played_ns;
    for (uint32_t i = 0; i < crew->worker_count; i++) {
        played_ns += crew->workers[i].pid != 0 ? crew->workers[i].played_ns : 0;
    }
    if (crew->options->on_progress != NULL) {
        (void)crew->options->on_progress(crew->options->arg, played_ns);
    }
}

static void dismiss(struct crew *crew) {
    for (uint32_t i = 0; i < crew->worker_count; i++) {
        if (crew->workers[i].pid != 0) {
            (void)kill(crew->workers[i].pid, SIGKILL); // it holds nothing that must be put away
        }
    }
}

enum status backtest_sweep_run(struct backtest_sweep *sweep,
                               const struct backtest_options *options) {
    struct crew *crew = calloc(1, sizeof(*crew));
    if (crew == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for a sweep");
    }
    crew->sweep = sweep;
    crew->options = options;
    crew->worker_count = processors();
    do {
        for (uint32_t i = 0; i < crew->worker_count; i++) {
            bool wanted = crew->next_run < sweep->run_count && crew->status == STATUS_OK;
            if (wanted && crew->workers[i].pid == 0) {
                start(crew, &crew->workers[i]);
            }
        }
        if (anybody_works(crew)) {
            listen_once(crew);
            tell_progress(crew);
        }
        if (cli_stopped()) {
            fail(crew, STATUS_ERROR, "stopped");
        }
        if (crew->status != STATUS_OK) {
            dismiss(crew);
        }
    } while (anybody_works(crew) ||
             (crew->next_run < sweep->run_count && crew->status == STATUS_OK));
    enum status status =
        crew->status == STATUS_OK ? STATUS_OK : status_fail(crew->status, "%s", crew->reason);
    free(crew);
    return status;
}
