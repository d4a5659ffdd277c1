// R5: whatever call of the program fails, once or from then on, through a life of start, trade,
// reload and stop: the program goes on or ends with a sentence and an exit code that is documented,
// never by a signal, never hanging, and its journal is sound. Live lives follow each other on one
// account, so each also recovers what the one before it left; in the end no order was placed twice
// and every fill is booked once.
//
//   test_nth live|demo [LIVES|all|FIRST-LAST]     so many of the places, drawn; every one, both
//                                                 ways; or these, both ways
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/table.h"
#include "bench.h"
#include "io/journal.h"

enum {
    LIVES = 10,
    READY_MS = 1500,     // a desk that was hit may never agree: it is stopped all the same
    TRADE_MS = 150,      // from there
    PATIENCE_MS = 25000, // of a stop: longer than a live desk waits for its cancels
    TAIL_LINES = 12,
    FUNCTIONS_MAX = 256,
};

struct life {
    const char *demo; // NULL: live
    uint32_t n;       // which call fails, 0: none
    bool stays;
    long log_at; // where its part of the log begins
    char called[256];
};

static struct {
    uint32_t lives, hit, ended, refused; // refused: it ended with a sentence
    char functions[FUNCTIONS_MAX][40];   // that failed
    uint32_t function_count;
} told;

// ---- what it is made to do ---------------------------------------------------------------------

static char *read_file(const char *path, long from) {
    FILE *input = fopen(path, "re");
    struct stat info;
    if (input == NULL || fstat(fileno(input), &info) != 0 || fseek(input, from, SEEK_SET) != 0) {
        bench_give_up("cannot read %s", path);
    }
    char *text = calloc(1, (size_t)info.st_size + 1);
    if (text == NULL) {
        bench_give_up("no memory for %s", path);
    }
    (void)!fread(text, 1, (size_t)(info.st_size - from), input);
    (void)fclose(input);
    return text;
}

// There is something to change at each reload.
static void change_config(const struct bench *bench) {
    char *text = read_file(bench->ini, 0), *pace = strstr(text, "pace_ms = 1");
    FILE *output = fopen(bench->ini, "we");
    if (pace == NULL || output == NULL) {
        bench_give_up("cannot change %s", bench->ini);
    }
    pace += strlen("pace_ms = 1");
    *pace = *pace == '0' ? '2' : '0';
    (void)fputs(text, output);
    (void)fclose(output);
    free(text);
}

static void wait_ready(struct bench *bench) {
    char phase[16] = "";
    while (strcmp(phase, "agreed") != 0 && bench_age_ms(bench) < READY_MS &&
           bench_ask(bench, "status json")) {
        (void)bench_word_of(line_client_answer(&bench->client), "reconcile", phase, sizeof(phase));
        bench_pause_ms(5);
    }
}

static void open_client(struct bench *bench) {
    while (!bench_try_client(bench) && !bench_has_died(bench) && bench_age_ms(bench) < READY_MS) {
        bench_pause_ms(5);
    }
}

// Whether the desk has a handler for `number`.
static bool is_caught(const struct bench *bench, int number) {
    char path[64], line[128];
    unsigned long long caught = 0;
    (void)snprintf(path, sizeof(path), "/proc/%d/status", (int)bench->desk);
    FILE *status = fopen(path, "re");
    while (status != NULL && fgets(line, sizeof(line), status) != NULL) {
        (void)!sscanf(line, "SigCgt: %llx", &caught);
    }
    if (status != NULL) {
        (void)fclose(status);
    }
    return (caught >> (number - 1) & 1) != 0;
}

// A slow one may not be that far yet, or be on its way out.
static void stop(struct bench *bench) {
    while (!is_caught(bench, SIGTERM) && !bench_has_died(bench) &&
           bench_age_ms(bench) < PATIENCE_MS) {
        bench_pause_ms(5);
    }
    if (is_caught(bench, SIGTERM)) {
        (void)kill(bench->desk, SIGTERM);
    }
}

static void live_through(struct bench *bench, const struct life *life) {
    open_client(bench);
    if (life->demo == NULL) {
        wait_ready(bench);
        (void)!agree_resume(bench);
    }
    bench_pause_ms(TRADE_MS);
    (void)!bench_ask(bench, "positions json");
    change_config(bench);
    if (is_caught(bench, SIGHUP)) { // else it is still on its way there, and it would end it
        (void)kill(bench->desk, SIGHUP);
    }
    bench_pause_ms(TRADE_MS / 2);
    (void)!bench_ask(bench, "orders json");
    stop(bench);
}

// ---- how it ended ------------------------------------------------------------------------------

static bool is_documented(int code) {
    for (int status = 0; status < STATUS_COUNT; status++) {
        if (status_exit_code((enum status)status) == code) {
            return true;
        }
    }
    return false;
}

static const char *judge_journal(const struct bench *bench) {
    struct journal_session session;
    struct event event;
    enum status status = journal_session_open_before(&session, bench->live, "");
    if (status != STATUS_OK) { // none yet, or its head could not be written
        return session.map_size == 0 ? NULL : "its journal cannot be opened";
    }
    while (journal_session_next(&session, &event) == JOURNAL_RECORD) {
    }
    journal_session_close(&session);
    return session.end == JOURNAL_DAMAGED ? "its journal is damaged" : NULL;
}

static const char *judge(const struct bench *bench, const struct life *life, int status,
                         bool hung) {
    if (hung) {
        return "it hangs";
    }
    if (!WIFEXITED(status)) {
        return "a signal ended it";
    }
    if (!is_documented(WEXITSTATUS(status))) {
        return "its exit code is none";
    }
    char log[128];
    (void)snprintf(log, sizeof(log), "%s/desk.log", bench->folder);
    char *text = read_file(log, life->log_at);
    bool silent = WEXITSTATUS(status) != 0 && strstr(text, "perpdesk: ") == NULL;
    free(text);
    return silent ? "it ended without a word" : judge_journal(bench);
}

// Where the call was made, as addr2line tells it.
static void print_callers(const struct life *life) {
    char command[640], line[256];
    const char *callers = strchr(life->called, ' ');
    callers = callers != NULL ? strchr(callers + 1, ' ') : NULL;
    if (callers == NULL) {
        return;
    }
    (void)snprintf(command, sizeof(command), "addr2line -f -s -e %s%s | paste - -", NTH_PROGRAM,
                   callers);
    FILE *told_by = popen(command, "re"); // NOLINT: numbers of our own making
    while (told_by != NULL && fgets(line, sizeof(line), told_by) != NULL) {
        printf("#     %s", line);
    }
    if (told_by != NULL) {
        (void)pclose(told_by);
    }
}

static void print_log(const struct bench *bench, const struct life *life) {
    char log[128];
    (void)snprintf(log, sizeof(log), "%s/desk.log", bench->folder);
    char *text = read_file(log, life->log_at), *at = text + strlen(text);
    for (int lines = 0; at > text && lines <= TAIL_LINES; at--) {
        lines += at[-1] == '\n';
    }
    for (char *line = strtok_r(at, "\n", &at); line != NULL; line = strtok_r(NULL, "\n", &at)) {
        printf("#   | %s\n", line);
    }
    free(text);
}

// ---- a life ------------------------------------------------------------------------------------

// The last line that begins with a number; "places N" is of a life that nothing hit.
static uint32_t read_called(const char *path, struct life *life) {
    char line[sizeof(life->called)];
    uint32_t places = 0;
    FILE *input = fopen(path, "re");
    while (input != NULL && fgets(line, sizeof(line), input) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (sscanf(line, "places %u", &places) != 1) {
            memcpy(life->called, line, sizeof(line));
        }
    }
    if (input != NULL) {
        (void)fclose(input);
    }
    (void)unlink(path);
    return places;
}

static void count_function(const struct life *life) {
    char name[sizeof(told.functions[0])];
    if (sscanf(life->called, "%*u %39s", name) != 1) {
        return;
    }
    told.hit++;
    for (uint32_t i = 0; i < told.function_count; i++) {
        if (strcmp(told.functions[i], name) == 0) {
            return;
        }
    }
    if (told.function_count < FUNCTIONS_MAX) {
        memcpy(told.functions[told.function_count++], name, sizeof(name));
    }
}

// How many places there are; *wrong: how much is.
static uint32_t live(struct bench *bench, struct life *life, uint32_t *wrong) {
    char number[16], path[128], log[128];
    struct stat info;
    bool hung;
    (void)snprintf(number, sizeof(number), "%u", life->n);
    (void)snprintf(path, sizeof(path), "%s/called", bench->folder);
    (void)snprintf(log, sizeof(log), "%s/desk.log", bench->folder);
    life->log_at = stat(log, &info) == 0 ? (long)info.st_size : 0;
    struct bench_start how = {
        .program = NTH_PROGRAM,
        .demo = life->demo,
        .variables = {{"NTH", number}, {"NTH_STAYS", life->stays ? "1" : "0"}, {"NTH_FILE", path}}};
    bench_start_desk(bench, &how);
    live_through(bench, life);
    int status = bench_reap(bench, PATIENCE_MS, &hung);
    uint32_t places = read_called(path, life);
    const char *fault = judge(bench, life, status, hung);
    told.lives++;
    count_function(life);
    told.ended += WIFEXITED(status) && WEXITSTATUS(status) == 0;
    told.refused += WIFEXITED(status) && WEXITSTATUS(status) != 0;
    if (fault != NULL) {
        printf("# NTH=%u NTH_STAYS=%d: %s (status %x); %s\n", life->n, life->stays, fault,
               (unsigned)status, life->called);
        print_callers(life);
        print_log(bench, life);
        *wrong += 1;
    }
    return places;
}

static uint32_t live_all(struct bench *bench, const char *demo, uint32_t first, uint32_t last) {
    uint32_t wrong = 0;
    for (uint32_t i = 2 * first; i < 2 * (last + 1); i++) {
        struct life life = {.demo = demo, .n = i / 2, .stays = i % 2 != 0};
        (void)live(bench, &life, &wrong);
    }
    return wrong;
}

// Spread over all of them, so that every part of a life is hit.
static uint32_t live_some(struct bench *bench, const char *demo, uint32_t places, uint32_t lives) {
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < lives; i++) {
        uint32_t n = 1 + (uint32_t)(((uint64_t)i * places + bench_draw(bench, places)) / lives);
        struct life life = {.demo = demo, .n = n, .stays = i % 2 != 0};
        (void)live(bench, &life, &wrong);
    }
    return wrong;
}

int main(int argc, char **argv) {
    static struct bench bench;
    const char *kind = argc > 1 ? argv[1] : "live";
    const char *demo = strcmp(kind, "demo") == 0 ? DEMO_PATH : NULL;
    const char *size = argc > 2 ? argv[2] : "";
    uint32_t wrong = 0, lives = size[0] != '\0' ? (uint32_t)strtoul(size, NULL, 10) : LIVES;
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    printf("1..1\n");
    bench.random = (uint64_t)mono_now_ns(); // the places of another run are others
    bench_prepare(&bench);
    if (demo != NULL) {
        (void)snprintf(bench.socket, sizeof(bench.socket), "%s/perpdesk/demo.sock", bench.folder);
        (void)snprintf(bench.live, sizeof(bench.live), "%s/perpdesk/demo", bench.folder);
    }
    struct life first = {.demo = demo};
    uint32_t places = live(&bench, &first, &wrong);
    if (places == 0) {
        bench_give_up("no place is counted: see %s/desk.log", bench.folder);
    }
    uint32_t from = 1, to = places;
    bool range = sscanf(size, "%u-%u", &from, &to) == 2;
    wrong += range || strcmp(size, "all") == 0 ? live_all(&bench, demo, from, to)
                                               : live_some(&bench, demo, places, lives);
    if (demo == NULL) {
        uint64_t sessions = 0, torn = 0;
        wrong += agree_end(&bench);
        wrong += bench_compare(&bench, &sessions, &torn);
        printf("# %" PRIu64 " journals, %" PRIu64 " with a torn tail\n", sessions, torn);
    } else {
        sim_stop(bench.sim);
    }
    printf("# %u places; %u lives, in %u a call failed, of %u functions: %u went on and ended in "
           "order, %u ended with a sentence\n",
           places, told.lives, told.hit, told.function_count, told.ended, told.refused);
    printf("%s 1 - %s: a call fails, %u lives\n", wrong == 0 ? "ok" : "not ok", kind, told.lives);
    bench_finish(&bench, wrong > 0);
    return wrong == 0 ? 0 : 1;
}
