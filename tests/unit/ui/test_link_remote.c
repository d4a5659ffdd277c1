// The link to a desk behind a socket: a picture that arrives whole, one that makes no sense, and a
// desk that goes and comes back. The desk is a thread that answers as the test says.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "engine/wire.h"
#include "ui/link_remote.h"

enum { ANSWER_MAX = 65536, WAIT_MS = 20000 };

// What the desk answers: how its picture is damaged.
enum damage {
    WHOLE,
    OTHER_BUILD,
    NO_VENUES,
    TOO_MANY_VENUES,
    NAMES_CUT,
    NEWS_CUT,
    LINES_CUT,
    LINE_LEVEL,
    LINES_TOO_MANY,
    NO_SUCH_SECTION,
    ROWS_TOO_MANY,
    ROWS_CUT,
    MORE_BEHIND,
    NO_ANSWER,
    DAMAGES
};

static struct {
    int listener;
    char path[64];
    pthread_t thread;
    _Atomic int damage;
    _Atomic bool hang_up; // after the next answer
    _Atomic int asked;    // requests so far
    _Atomic int64_t now_ns;
    char last[512];
} desk;

static void add(struct text *out, const void *bytes, size_t size) {
    text_add(out, (struct slice){bytes, size});
}

static void answer_names(struct text *out, int damage) {
    struct wire_names names = {.venues = 1, .symbols = 1, .mode = DESK_DEMO};
    char venue[VENUE_NAME_MAX] = "okx", symbol[SYMBOL_NAME_MAX] = "BTC/USDT";
    names.venues = damage == NO_VENUES ? 0 : damage == TOO_MANY_VENUES ? UINT16_MAX : 1;
    add(out, &names, sizeof(names));
    add(out, venue, sizeof(venue));
    add(out, symbol, damage == NAMES_CUT ? sizeof(symbol) - 1 : sizeof(symbol));
}

static void answer_news(struct text *out, int damage) {
    struct wire_news news = {.log_last = 1, .log_count = 1, .section_count = 1, .steers = 1};
    struct log_line line = {.level = LOG_INFO, .component = "desk", .text = "a line"};
    struct wire_section section = {.section = STATE_HEADER, .rows = 1, .version = 3};
    struct state_header header = {.now_ns = atomic_load(&desk.now_ns), .jobs_running = 7};
    news.log_count = damage == LINES_TOO_MANY ? WIRE_LOG_MAX + 1 : 1;
    line.level = damage == LINE_LEVEL ? (enum log_level)99 : LOG_INFO;
    section.section = damage == NO_SUCH_SECTION ? STATE_SECTION_COUNT : STATE_HEADER;
    section.rows = damage == ROWS_TOO_MANY ? 2 : 1;
    add(out, &news, damage == NEWS_CUT ? sizeof(news) - 1 : sizeof(news));
    if (damage == NEWS_CUT) {
        return;
    }
    add(out, &line, damage == LINES_CUT ? sizeof(line) - 1 : sizeof(line));
    if (damage == LINES_CUT) {
        return;
    }
    add(out, &section, sizeof(section));
    add(out, &header, damage == ROWS_CUT ? sizeof(header) - 1 : sizeof(header));
    if (damage == ROWS_TOO_MANY) {
        add(out, &header, sizeof(header));
    }
    if (damage == MORE_BEHIND) {
        add(out, "x", 1);
    }
}

static void answer(int fd, const char *line) {
    static char data[ANSWER_MAX], head[64];
    struct text body = TEXT_OVER(data);
    struct text first = TEXT_OVER(head);
    int damage = atomic_load(&desk.damage);
    bool refused = false;
    if (strncmp(line, "hello", 5) == 0) {
        refused = damage == OTHER_BUILD;
        text_add_string(&body, refused ? "this program is of another build" : "steers yes");
    } else if (strncmp(line, "names", 5) == 0) {
        answer_names(&body, damage);
    } else if (strncmp(line, "news", 4) == 0) {
        answer_news(&body, damage);
    } else if (strncmp(line, "resume", 6) == 0) {
        refused = true;
        text_add_string(&body, "not today");
    } else {
        text_add_string(&body, "taken");
    }
    text_add_format(&first, refused ? "error refused %zu\n" : "ok %zu\n", body.size);
    (void)send(fd, first.data, first.size, MSG_NOSIGNAL);
    (void)send(fd, body.data, body.size, MSG_NOSIGNAL);
}

static void *serve(void *arg) {
    (void)arg;
    for (;;) {
        int fd = accept(desk.listener, NULL, NULL);
        if (fd < 0) {
            return NULL;
        }
        ssize_t got = 0;
        char line[512];
        while (!atomic_exchange(&desk.hang_up, false) &&
               (got = read(fd, line, sizeof(line) - 1)) > 0) {
            line[got] = '\0'; // one request at a time: a line is a read
            (void)string_copy(desk.last, sizeof(desk.last),
                              (struct slice){line, strcspn(line, "\n")});
            atomic_fetch_add(&desk.asked, 1);
            if (atomic_load(&desk.damage) != NO_ANSWER || strncmp(line, "news", 4) != 0) {
                answer(fd, line);
            }
        }
        (void)close(fd);
    }
}

static int set_up(void **state) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)state;
    (void)snprintf(desk.path, sizeof(desk.path), P_tmpdir "/perpdesk-link-%ld", (long)getpid());
    (void)string_copy(address.sun_path, sizeof(address.sun_path), slice_of(desk.path));
    (void)unlink(desk.path);
    desk.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(desk.listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(desk.listener, 4), 0);
    assert_int_equal(pthread_create(&desk.thread, NULL, serve, NULL), 0);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    (void)shutdown(desk.listener, SHUT_RDWR);
    assert_int_equal(pthread_join(desk.thread, NULL), 0);
    (void)close(desk.listener);
    (void)unlink(desk.path);
    return 0;
}

static enum status open_link(struct link_remote **remote) {
    struct link_remote_options options = {
        .path = desk.path, .build = "1-abc-0", .role = LINK_CONSOLE};
    return link_remote_create(remote, &options);
}

static bool reads(struct link *link, int64_t now_ns) {
    struct state_header header;
    for (int i = 0; i < WAIT_MS; i++) {
        link->ops->refresh(link->self);
        if (link->ops->trouble(link->self) == NULL &&
            link->ops->read(link->self, STATE_HEADER, &header, NULL) == 1 &&
            header.now_ns == now_ns) {
            return true;
        }
        (void)usleep(1000);
    }
    return false;
}

static bool has_trouble(struct link *link, const char *why) {
    for (int i = 0; i < WAIT_MS; i++) {
        link->ops->refresh(link->self);
        const char *trouble = link->ops->trouble(link->self);
        if (trouble != NULL && strstr(trouble, why) != NULL) {
            return true;
        }
        (void)usleep(1000);
    }
    return false;
}

static void test_picture(void **state) {
    (void)state;
    struct link_remote *remote;
    atomic_store(&desk.damage, WHOLE);
    atomic_store(&desk.now_ns, 5);
    assert_int_equal(open_link(&remote), STATUS_OK);
    struct link link = link_remote(remote);
    assert_string_equal(link.universe->venues[0].name, "okx");
    assert_string_equal(link.universe->symbols[0].name, "BTC/USDT");
    struct state_header header;
    uint64_t version = 0, newer = 0;
    assert_int_equal(link.ops->read(link.self, STATE_HEADER, &header, &version), 1);
    assert_int_equal(header.jobs_running, 7);
    assert_int_equal(link.ops->read(link.self, STATE_JOBS, &header, NULL), 0);
    assert_true(link.ops->steers(link.self));
    atomic_store(&desk.now_ns, 6);
    assert_true(reads(&link, 6));
    assert_int_equal(link.ops->read(link.self, STATE_HEADER, &header, &newer), 1);
    assert_true(newer > version);
    // Lines keep their order and are told once.
    struct log_line lines[4];
    uint64_t last = 0;
    assert_true(link.ops->log(link.self, 0, lines, 4, &last) > 0);
    assert_string_equal(lines[0].text, "a line");
    uint64_t end = last;
    while (link.ops->log(link.self, end, lines, 4, &end) > 0) {
    }
    assert_int_equal(link.ops->log(link.self, end, lines, 4, &last), 0);
    assert_true(last == end);

    char data[128];
    struct text said = TEXT_OVER(data);
    struct control_request request = {
        .verb = CONTROL_PAUSE, .venue = CONTROL_ANY, .symbol = CONTROL_ANY};
    assert_int_equal(link.ops->control(link.self, &request, &said), STATUS_OK);
    assert_string_equal(data, "taken");
    request = (struct control_request){.verb = CONTROL_FLATTEN, .venue = 0, .symbol = 0};
    text_clear(&said);
    assert_int_equal(link.ops->control(link.self, &request, &said), STATUS_OK);
    assert_string_equal(desk.last, "flatten okx BTC/USDT");
    request.verb = CONTROL_RESUME;
    request.venue = request.symbol = CONTROL_ANY;
    text_clear(&said);
    assert_int_equal(link.ops->control(link.self, &request, &said), STATUS_REFUSED);
    assert_string_equal(data, "not today");
    request.value = 4; // does not fit the verb: never gets out
    int asked = atomic_load(&desk.asked);
    assert_int_equal(link.ops->control(link.self, &request, &said), STATUS_USAGE);
    assert_int_equal(atomic_load(&desk.asked), asked);
    assert_int_equal(link.ops->arm(link.self, CONTROL_ARM_PHRASE), STATUS_OK);
    assert_string_equal(desk.last, "arm TRADE LIVE");
    assert_int_equal(link.ops->arm(link.self, NULL), STATUS_OK);
    assert_string_equal(desk.last, "disarm");
    assert_int_equal(link.ops->take(link.self), STATUS_OK);
    assert_string_equal(desk.last, "hello take 1-abc-0");
    link_remote_destroy(remote);
}

// At the start it is an error; later the picture is taken off and the desk is asked again.
static void test_damage(void **state) {
    (void)state;
    for (int damage = WHOLE + 1; damage < NO_ANSWER; damage++) {
        struct link_remote *remote;
        atomic_store(&desk.damage, damage);
        enum status status = open_link(&remote);
        enum status want = damage == OTHER_BUILD ? STATUS_REFUSED : STATUS_PROTOCOL;
        if (status != want) {
            fail_msg("damage %d: %s", damage, status == STATUS_OK ? "taken" : status_text());
        }
        if (damage < NEWS_CUT) {
            continue;
        }
        atomic_store(&desk.damage, WHOLE);
        assert_int_equal(open_link(&remote), STATUS_OK);
        struct link link = link_remote(remote);
        atomic_store(&desk.damage, damage);
        if (!has_trouble(&link, "makes no sense")) {
            fail_msg("damage %d was taken", damage);
        }
        atomic_store(&desk.damage, WHOLE);
        link_remote_destroy(remote);
    }
}

static void test_back(void **state) {
    (void)state;
    struct link_remote *remote;
    atomic_store(&desk.damage, WHOLE);
    atomic_store(&desk.now_ns, 8);
    assert_int_equal(open_link(&remote), STATUS_OK);
    struct link link = link_remote(remote);
    atomic_store(&desk.hang_up, true);
    assert_true(has_trouble(&link, "the desk is gone"));
    assert_false(link.ops->steers(link.self));
    assert_int_equal(link.ops->arm(link.self, CONTROL_ARM_PHRASE), STATUS_NOT_RUNNING);
    atomic_store(&desk.now_ns, 9);
    assert_true(reads(&link, 9)); // and is back
    assert_true(link.ops->steers(link.self));
    // One that takes requests and does not answer: no frame waits for it, a command does not for
    // long.
    atomic_store(&desk.damage, NO_ANSWER);
    for (int i = 0; i < 100; i++) {
        link.ops->refresh(link.self);
    }
    char data[128];
    struct text said = TEXT_OVER(data);
    struct control_request request = {
        .verb = CONTROL_PAUSE, .venue = CONTROL_ANY, .symbol = CONTROL_ANY};
    assert_int_equal(link.ops->control(link.self, &request, &said), STATUS_TIMEOUT);
    assert_non_null(strstr(data, "no answer"));
    atomic_store(&desk.damage, WHOLE);
    link_remote_destroy(remote);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_picture),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_back),
    };
    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests_name("link_remote", tests, set_up, tear_down);
}
