// The desk's socket: who is let in, who may do what, and callers that do it wrong.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/line_client.h"
#include "base/log.h"
#include "engine/wire.h"
#include "io/server.h"

enum { WAIT_MS = 20000, STRANGER_UID = 65534 };

static const char build[] = "1-abc-0";

// ---- a desk that only remembers what it was told -----------------------------------------------

struct memory {
    struct state_header header;
    uint32_t controls, settings;
};

static enum status on_event(void *self, struct bus *bus, const struct event *event) {
    struct memory *memory = self;
    const struct event_control *control = &event->u.control;
    (void)bus;
    if (event->header.kind != EVENT_CONTROL) {
        return STATUS_OK;
    }
    memory->controls++;
    switch ((int)control->verb) {
    case CONTROL_PAUSE:
    case CONTROL_RESUME:
        memory->header.status = control->verb == CONTROL_PAUSE ? DESK_PAUSED : DESK_RUNNING;
        break;
    case CONTROL_KILL:
    case CONTROL_CLEAR:
        memory->header.killed = control->verb == CONTROL_KILL;
        break;
    case CONTROL_RISK_MODE:
        memory->header.risk_mode = (uint8_t)control->value;
        break;
    default:
        break;
    }
    return STATUS_OK;
}

static void publish(void *self, struct state_draft *draft, int64_t now_ns) {
    const struct memory *memory = self;
    struct state_header *header = STATE_ROWS(draft, STATE_HEADER, struct state_header);
    *header = memory->header;
    header->now_ns = now_ns;
    draft->count[STATE_HEADER] = 1;
    draft->count[STATE_JOBS] = draft->rows_max[STATE_JOBS]; // a long report
}

static const struct component component = {
    .name = "memory", .kinds = UINT64_MAX, .on_event = on_event, .publish = publish};

struct lab {
    struct clock clock;
    struct universe universe;
    struct memory memory;
    struct engine engine;
    struct server *server;
    struct server_options options;
    char folder[64], stop_file[96], path[96];
};

static struct lab lab;

static enum status note_setting(void *arg, struct slice change, struct text *answer) {
    struct memory *memory = arg;
    memory->settings++;
    text_add_string(answer, "set: ");
    text_add(answer, change);
    return STATUS_OK;
}

static void tell_config(void *arg, struct text *answer) {
    (void)arg;
    text_add_string(answer, "[risk]\nmode = balanced\n");
}

static void open_lab(enum desk_mode mode, bool pause_on_disarm) {
    memset(&lab, 0, sizeof(lab));
    clock_init_system(&lab.clock);
    log_init(&lab.clock, LOG_ERROR);
    (void)string_copy(lab.folder, sizeof(lab.folder), SLICE(P_tmpdir "/perpdesk-server-XXXXXX"));
    assert_non_null(mkdtemp(lab.folder));
    (void)snprintf(lab.stop_file, sizeof(lab.stop_file), "%s/stop", lab.folder);
    (void)snprintf(lab.path, sizeof(lab.path), "%s/%s.sock", lab.folder,
                   mode == DESK_LIVE ? "live" : "paper");
    assert_int_equal(universe_create(&lab.universe, 2, 1), STATUS_OK);
    (void)string_copy(lab.universe.venues[0].name, VENUE_NAME_MAX, SLICE("okx"));
    (void)string_copy(lab.universe.venues[1].name, VENUE_NAME_MAX, SLICE("grvt"));
    (void)string_copy(lab.universe.symbols[0].name, SYMBOL_NAME_MAX, SLICE("BTC/USDT"));
    struct engine_options engine = {.universe = &lab.universe, .publish_ns = NS_PER_MS};
    assert_int_equal(engine_create(&lab.engine, &engine), STATUS_OK);
    lab.memory.header = (struct state_header){
        .mode = (uint8_t)mode, .risk_mode = RISK_BALANCED, .status = DESK_RUNNING};
    engine_add(&lab.engine, &component, &lab.memory);
    engine_timer(&lab.engine, clock_now_ns(&lab.clock));
    engine_publish(&lab.engine);
    lab.options = (struct server_options){.folder = lab.folder,
                                          .mode = mode,
                                          .build = build,
                                          .engine = &lab.engine,
                                          .universe = &lab.universe,
                                          .clock = &lab.clock,
                                          .stop_file = lab.stop_file,
                                          .pause_on_disarm = pause_on_disarm,
                                          .set = note_setting,
                                          .config = tell_config,
                                          .arg = &lab.memory};
    assert_int_equal(server_create(&lab.server, &lab.options), STATUS_OK);
    assert_int_equal(server_start(lab.server), STATUS_OK);
}

static void close_lab(void) {
    char lock[128];
    server_destroy(lab.server);
    assert_int_not_equal(access(lab.path, F_OK), 0);
    (void)snprintf(lock, sizeof(lock), "%.*s.lock", (int)strlen(lab.path) - 5, lab.path);
    assert_int_equal(unlink(lock), 0);
    assert_int_equal(rmdir(lab.folder), 0);
    engine_finish(&lab.engine);
    universe_finish(&lab.universe);
    log_finish();
}

static void sleep_ms(long ms) {
    (void)nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

// ---- callers -----------------------------------------------------------------------------------

static struct line_client call(void) {
    struct line_client client;
    assert_int_equal(line_client_open(&client, lab.path, wire_news_most()), STATUS_OK);
    return client;
}

static enum status ask(struct line_client *client, const char *line) {
    return line_client_ask(client, slice_of(line), WAIT_MS);
}

static void asked(struct line_client *client, const char *line, const char *answer) {
    if (ask(client, line) != STATUS_OK) {
        fail_msg("%s: %s", line, status_text());
    }
    struct slice got = line_client_answer(client);
    char data[4096] = "";
    (void)snprintf(data, sizeof(data), "%.*s", (int)got.size, got.data);
    if (strstr(data, answer) == NULL) {
        fail_msg("%s: %s", line, data);
    }
}

static void refused(struct line_client *client, const char *line, enum status want,
                    const char *why) {
    enum status status = ask(client, line);
    if (status != want || strstr(status_text(), why) == NULL) {
        fail_msg("%s: %s: %s", line, status_name(status), status_text());
    }
    assert_true(line_client_is_open(client));
}

static int raw(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)string_copy(address.sun_path, sizeof(address.sun_path), slice_of(lab.path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

// What comes until the server hangs up.
static size_t read_all(int fd, char *out, size_t capacity) {
    size_t size = 0;
    char rest[4096];
    for (;;) {
        bool room = size + 1 < capacity;
        ssize_t got = read(fd, room ? out + size : rest, room ? capacity - 1 - size : sizeof(rest));
        if (got <= 0) {
            break;
        }
        size += room ? (size_t)got : 0;
    }
    out[size] = '\0';
    return size;
}

// ---- cases -------------------------------------------------------------------------------------

static void test_shell(void **state) {
    (void)state;
    open_lab(DESK_PAPER, false);
    struct stat is;
    assert_int_equal(stat(lab.path, &is), 0);
    assert_int_equal(is.st_mode & 0777, 0600);
    struct line_client shell = call();
    refused(&shell, "status", STATUS_USAGE, "say hello first");
    refused(&shell, "hello nobody", STATUS_USAGE, "expected hello");
    asked(&shell, "hello shell", "mode PAPER");
    asked(&shell, "status", "RUNNING");
    asked(&shell, "status json", "\"status\":\"RUNNING\"");
    refused(&shell, "status xml", STATUS_USAGE, "expected json or nothing");
    asked(&shell, "pause", "taken: pause");
    asked(&shell, "status", "PAUSED");
    asked(&shell, "resume", "taken: resume");
    asked(&shell, "set-risk-mode Aggressive", "taken: set-risk-mode aggressive");
    asked(&shell, "status", "aggressive");
    refused(&shell, "set-risk-mode reckless", STATUS_USAGE, "conservative|balanced|aggressive");
    refused(&shell, "flatten kraken", STATUS_USAGE, "no venue kraken");
    refused(&shell, "dance", STATUS_USAGE, "no control verb dance");
    refused(&shell, "news 0", STATUS_USAGE, "news is for consoles");
    refused(&shell, "drill kill", STATUS_UNAVAILABLE, "no drills");
    asked(&shell, "jobs", "");
    assert_int_equal(lab.memory.controls, 3);
    // A second desk of the kind is told so, and the socket of the first stays.
    struct server *second;
    assert_int_equal(server_create(&second, &lab.options), STATUS_UNAVAILABLE);
    assert_non_null(strstr(status_text(), "running already"));
    asked(&shell, "status", "RUNNING");
    line_client_close(&shell);
    close_lab();
}

static void test_two_viewers(void **state) {
    (void)state;
    open_lab(DESK_PAPER, false);
    struct line_client viewers[2] = {call(), call()};
    struct line_client stale = call();
    refused(&stale, "hello viewer 0-old-0", STATUS_PROTOCOL, "the desk is build 1-abc-0");
    char news[512];
    struct text text = TEXT_OVER(news);
    text_add_string(&text, "news 0");
    for (int i = 0; i < STATE_SECTION_COUNT; i++) {
        text_add_string(&text, " 0");
    }
    for (int i = 0; i < 2; i++) {
        asked(&viewers[i], "hello viewer 1-abc-0", "steers no");
        assert_int_equal(ask(&viewers[i], "names"), STATUS_OK);
        struct slice answer = line_client_answer(&viewers[i]);
        struct wire_names names;
        assert_true(answer.size == sizeof(names) + 2 * VENUE_NAME_MAX + SYMBOL_NAME_MAX);
        memcpy(&names, answer.data, sizeof(names));
        assert_int_equal(names.venues, 2);
        assert_string_equal(answer.data + sizeof(names) + VENUE_NAME_MAX, "grvt");
        assert_int_equal(ask(&viewers[i], news), STATUS_OK);
        answer = line_client_answer(&viewers[i]);
        struct wire_news head;
        struct wire_section section;
        assert_true(answer.size > sizeof(head) + sizeof(section));
        memcpy(&head, answer.data, sizeof(head));
        assert_true(head.section_count > 0);
        memcpy(&section,
               answer.data + sizeof(head) + (size_t)head.log_count * sizeof(struct log_line),
               sizeof(section));
        assert_int_equal(section.section, STATE_HEADER);
        refused(&viewers[i], "pause", STATUS_PERMISSION, "only looks");
        refused(&viewers[i], "arm TRADE LIVE", STATUS_PERMISSION, "only looks");
        refused(&viewers[i], "set risk.mode=aggressive", STATUS_PERMISSION, "only looks");
        refused(&viewers[i], "news 0 1", STATUS_USAGE, "versions");
    }
    assert_int_equal(server_callers(lab.server), 3);
    line_client_close(&viewers[0]);
    asked(&viewers[1], "status", "RUNNING"); // the other one goes on
    line_client_close(&viewers[1]);
    line_client_close(&stale);
    assert_int_equal(lab.memory.controls, 0);
    close_lab();
}

static void test_take_over(void **state) {
    (void)state;
    open_lab(DESK_LIVE, true);
    struct line_client first = call(), second = call();
    asked(&first, "hello console 1-abc-0", "steers yes");
    asked(&second, "hello console 1-abc-0", "steers no");
    refused(&first, "resume", STATUS_REFUSED, "needs the phrase TRADE LIVE");
    refused(&first, "arm trade live", STATUS_REFUSED, "not the phrase");
    asked(&first, "arm TRADE LIVE", "armed");
    asked(&first, "resume", "taken: resume");
    refused(&second, "resume", STATUS_PERMISSION, "another console steers");
    asked(&second, "set-risk-mode conservative", "taken"); // what tightens passes
    refused(&second, "set-risk-mode aggressive", STATUS_PERMISSION, "another console steers");
    asked(&second, "pause", "taken");
    asked(&first, "resume", "taken");
    // Taken over: the first one looks only, is armed no longer, and its desk is paused for that.
    asked(&second, "hello take 1-abc-0", "steers yes");
    asked(&second, "status", "PAUSED");
    refused(&first, "resume", STATUS_PERMISSION, "another console steers");
    refused(&second, "resume", STATUS_REFUSED, "needs the phrase");
    asked(&second, "arm TRADE LIVE", "armed");
    asked(&second, "resume", "taken");
    // An armed console that is gone pauses the desk; nobody steers until somebody says so.
    line_client_close(&second);
    for (int i = 0; i < WAIT_MS / 10; i++) {
        asked(&first, "status", "status");
        struct slice answer = line_client_answer(&first);
        if (memmem(answer.data, answer.size, "PAUSED", 6) != NULL) {
            break;
        }
        sleep_ms(10);
    }
    asked(&first, "status", "PAUSED");
    refused(&first, "resume", STATUS_PERMISSION, "another console steers");
    refused(&first, "set risk.mode=aggressive", STATUS_PERMISSION, "another console steers");
    asked(&first, "hello console 1-abc-0", "steers yes");
    line_client_close(&first);
    close_lab();
}

static void test_shell_on_live(void **state) {
    (void)state;
    open_lab(DESK_LIVE, false);
    struct line_client shell = call();
    asked(&shell, "hello shell", "mode LIVE");
    refused(&shell, "override 60", STATUS_REFUSED, "needs the phrase");
    asked(&shell, "override 0", "taken");
    asked(&shell, "kill flatten", "taken: kill flatten");
    refused(&shell, "clear-kill", STATUS_REFUSED, "needs the phrase");
    asked(&shell, "arm TRADE LIVE", "armed");
    asked(&shell, "clear-kill", "taken");
    refused(&shell, "drill kill", STATUS_REFUSED, "not drilled");
    asked(&shell, "set risk.max_order_usd=500", "set: risk.max_order_usd=500");
    asked(&shell, "disarm", "");
    refused(&shell, "set risk.max_order_usd=500", STATUS_REFUSED, "needs the phrase");
    asked(&shell, "config", "mode = balanced");
    assert_int_equal(lab.memory.settings, 1);
    line_client_close(&shell);
    close_lab();
}

static void test_garbage(void **state) {
    (void)state;
    open_lab(DESK_PAPER, false);
    unsigned char bytes[700];
    char answer[512];
    uint64_t seed = 88172645463325252u;
    for (int round = 0; round < 50; round++) {
        int fd = raw();
        for (size_t i = 0; i < sizeof(bytes); i++) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            bytes[i] = (unsigned char)(seed >> 32);
        }
        bytes[0] = 0xff;
        bytes[sizeof(bytes) - 1] = '\n';
        (void)!write(fd, bytes, sizeof(bytes));
        (void)shutdown(fd, SHUT_WR);
        (void)read_all(fd, answer, sizeof(answer));
        assert_non_null(strstr(answer, "error usage"));
        assert_non_null(strstr(answer, "plain text"));
        (void)close(fd);
    }
    int fd = raw(); // half a line, and gone
    assert_int_equal(write(fd, "hello sh", 8), 8);
    (void)close(fd);
    struct line_client shell = call();
    asked(&shell, "hello shell", "mode PAPER");
    asked(&shell, "status", "RUNNING");
    line_client_close(&shell);
    assert_int_equal(lab.memory.controls, 0);
    close_lab();
}

static void *send_long_line(void *arg) {
    const int fd = *(int *)arg;
    static char block[65536];
    memset(block, 'a', sizeof(block));
    for (size_t sent = 0; sent < 100u * 1000 * 1000;) {
        ssize_t size = send(fd, block, sizeof(block), MSG_NOSIGNAL);
        if (size <= 0) {
            break;
        }
        sent += (size_t)size;
    }
    return NULL;
}

// A line of 100 MB is answered after its first 1023 bytes; what follows takes no memory.
static void test_long_line(void **state) {
    (void)state;
    open_lab(DESK_PAPER, false);
    int fd = raw();
    char answer[512];
    pthread_t sender;
    assert_int_equal(pthread_create(&sender, NULL, send_long_line, &fd), 0);
    (void)read_all(fd, answer, sizeof(answer));
    assert_non_null(strstr(answer, "at most 1023 bytes"));
    assert_int_equal(pthread_join(sender, NULL), 0);
    (void)close(fd);
    struct line_client shell = call();
    asked(&shell, "hello shell", "mode PAPER");
    line_client_close(&shell);
    close_lab();
}

// Someone who asks and asks and never reads is cut off; nobody else notices.
static void test_slow_viewer(void **state) {
    (void)state;
    open_lab(DESK_PAPER, false);
    int fd = raw();
    static const char hello[] = "hello viewer 1-abc-0\n", line[] = "jobs json\n";
    assert_int_equal(write(fd, hello, sizeof(hello) - 1), (ssize_t)sizeof(hello) - 1);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    struct line_client shell = call();
    asked(&shell, "hello shell", "mode PAPER");
    int64_t began_ns = mono_now_ns();
    while (server_callers(lab.server) == 2 && mono_now_ns() - began_ns < WAIT_MS * NS_PER_MS) {
        (void)send(fd, line, sizeof(line) - 1, MSG_NOSIGNAL);
        int64_t asked_ns = mono_now_ns();
        asked(&shell, "status", "RUNNING");
        assert_true(mono_now_ns() - asked_ns < 2 * NS_PER_S);
        sleep_ms(20);
    }
    assert_int_equal(server_callers(lab.server), 1);
    assert_true(mono_now_ns() - began_ns >= (SERVER_SLOW_MS - 500) * NS_PER_MS);
    (void)close(fd);
    line_client_close(&shell);
    close_lab();
}

static void wait_callers(uint32_t count) {
    for (int i = 0; i < WAIT_MS / 10 && server_callers(lab.server) > count; i++) {
        sleep_ms(10);
    }
    assert_int_equal(server_callers(lab.server), count);
}

// Consoles are limited; a shell always gets in, at the cost of the one that was silent longest.
static void test_too_many(void **state) {
    (void)state;
    open_lab(DESK_PAPER, false);
    struct line_client consoles[SERVER_CONSOLES_MAX];
    for (int i = 0; i < SERVER_CONSOLES_MAX; i++) {
        consoles[i] = call();
        asked(&consoles[i], "hello viewer 1-abc-0", "mode PAPER");
    }
    enum { SHELLS = SERVER_CLIENTS_MAX - SERVER_CONSOLES_MAX };
    struct line_client shells[2 * SHELLS];
    for (int i = 0; i < 2 * SHELLS; i++) {
        shells[i] = call();
        refused(&shells[i], "hello console 1-abc-0", STATUS_UNAVAILABLE, "32 consoles");
        asked(&shells[i], "hello shell", "mode PAPER");
        asked(&shells[i], "pause", "taken");
        wait_callers(i < SHELLS - 1 ? (uint32_t)(SERVER_CONSOLES_MAX + i + 1)
                                    : SERVER_CLIENTS_MAX - 1);
    }
    assert_int_equal(ask(&shells[0], "status"), STATUS_NOT_RUNNING);
    for (int i = 0; i < SERVER_CONSOLES_MAX; i++) {
        asked(&consoles[i], "status", "PAUSED");
        line_client_close(&consoles[i]);
    }
    for (int i = 0; i < 2 * SHELLS; i++) {
        line_client_close(&shells[i]);
    }
    close_lab();
}

// Another user is kept out by the mode of the socket; and by his number, where the mode fails.
static void test_stranger(void **state) {
    (void)state;
    if (geteuid() != 0) {
        skip(); // only root becomes somebody else
    }
    open_lab(DESK_PAPER, false);
    assert_int_equal(chmod(lab.folder, 0755), 0);
    for (int open_mode = 0; open_mode < 2; open_mode++) {
        assert_int_equal(chmod(lab.path, open_mode ? 0666 : 0600), 0);
        pid_t child = fork();
        if (child == 0) {
            struct line_client client;
            if (setuid(STRANGER_UID) != 0) {
                _exit(9);
            }
            enum status status = line_client_open(&client, lab.path, 4096);
            if (status == STATUS_OK) {
                status = ask(&client, "hello shell") == STATUS_OK ? STATUS_OK : STATUS_NOT_RUNNING;
            }
            _exit(status == STATUS_OK ? 8 : status == STATUS_PERMISSION ? 1 : 2);
        }
        int end = 0;
        assert_int_equal(waitpid(child, &end, 0), child);
        assert_true(WIFEXITED(end));
        assert_int_equal(WEXITSTATUS(end), open_mode ? 2 : 1);
    }
    struct line_client shell = call();
    asked(&shell, "hello shell", "mode PAPER");
    line_client_close(&shell);
    close_lab();
}

static void test_stop_file(void **state) {
    (void)state;
    open_lab(DESK_PAPER, false);
    struct line_client shell = call();
    asked(&shell, "hello shell", "mode PAPER");
    int fd = open(lab.stop_file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    (void)close(fd);
    for (int i = 0; i < WAIT_MS / 10; i++) {
        asked(&shell, "status", "status");
        struct slice answer = line_client_answer(&shell);
        if (memmem(answer.data, answer.size, "KILLED", 6) != NULL) {
            break;
        }
        sleep_ms(10);
    }
    asked(&shell, "status", "KILLED");
    refused(&shell, "clear-kill", STATUS_REFUSED, "remove");
    assert_int_equal(unlink(lab.stop_file), 0);
    asked(&shell, "clear-kill", "taken");
    sleep_ms(3 * SERVER_STOP_FILE_MS);
    asked(&shell, "status", "RUNNING");
    line_client_close(&shell);
    close_lab();
}

// An engine that never comes back takes nobody along: the caller is told within a second.
static void test_hung_engine(void **state) {
    (void)state;
    open_lab(DESK_PAPER, false);
    struct line_client shell = call();
    asked(&shell, "hello shell", "mode PAPER");
    assert_int_equal(pthread_mutex_lock(&lab.engine.lock), 0);
    int64_t began_ns = mono_now_ns();
    refused(&shell, "kill", STATUS_TIMEOUT, "stands still");
    asked(&shell, "status", "HUNG");
    assert_true(mono_now_ns() - began_ns < 10 * NS_PER_S);
    assert_int_equal(pthread_mutex_unlock(&lab.engine.lock), 0);
    asked(&shell, "kill", "taken");
    asked(&shell, "status", "KILLED");
    assert_int_equal(lab.memory.controls, 1);
    line_client_close(&shell);
    close_lab();
}

static void test_console_of_the_process(void **state) {
    (void)state;
    open_lab(DESK_PAPER, false);
    server_destroy(lab.server);
    lab.options.has_console = true;
    assert_int_equal(server_create(&lab.server, &lab.options), STATUS_OK);
    assert_int_equal(server_start(lab.server), STATUS_OK);
    struct line_client console = call();
    asked(&console, "hello console 1-abc-0", "steers no");
    refused(&console, "resume", STATUS_PERMISSION, "another console steers");
    assert_true(server_local_steers(lab.server));
    asked(&console, "hello take 1-abc-0", "steers yes");
    assert_false(server_local_steers(lab.server));
    asked(&console, "resume", "taken");
    server_local_take(lab.server);
    refused(&console, "resume", STATUS_PERMISSION, "another console steers");
    line_client_close(&console);
    close_lab();
}

int main(void) {
    (void)signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shell),       cmocka_unit_test(test_two_viewers),
        cmocka_unit_test(test_take_over),   cmocka_unit_test(test_shell_on_live),
        cmocka_unit_test(test_garbage),     cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_slow_viewer), cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_stranger),    cmocka_unit_test(test_stop_file),
        cmocka_unit_test(test_hung_engine), cmocka_unit_test(test_console_of_the_process),
    };
    return cmocka_run_group_tests_name("server", tests, NULL, NULL);
}
