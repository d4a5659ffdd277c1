// One request is on the way at a time: each frame takes what has come of the last `news` and asks
// for the next. A lost connection is built up again in the same steps a frame at a time.
#include "ui/link_remote.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/line_client.h"
#include "engine/control_text.h"
#include "engine/wire.h"

enum { FIRST_WAIT_MS = 3000, RETRY_MS = 1000 };

enum step { STEP_LOST, STEP_HELLO, STEP_NAMES, STEP_READY };

struct link_remote {
    struct link_remote_options options;
    struct line_client client;
    enum step step;
    bool asked; // an answer is on the way
    bool steers;
    int64_t retry_ns;
    char trouble[200];
    struct universe universe; // names only
    bool has_universe;
    void *rows[STATE_SECTION_COUNT];
    uint32_t count[STATE_SECTION_COUNT];
    uint64_t known[STATE_SECTION_COUNT];   // versions of the desk
    uint64_t version[STATE_SECTION_COUNT]; // of the copies here: never steps back
    struct log_line lines[LOG_RECENT_MAX]; // line n at n % LOG_RECENT_MAX
    uint64_t log_known, log_last;          // of the desk; numbers for the console
};

static const char *role_word(enum link_role role) {
    return role == LINK_VIEWER ? "viewer" : role == LINK_TAKE ? "take" : "console";
}

static enum status lose(struct link_remote *remote, enum status status) {
    struct text text = TEXT_OVER(remote->trouble);
    text_add_string(&text, status_text());
    line_client_close(&remote->client);
    remote->step = STEP_LOST;
    remote->asked = remote->steers = false;
    remote->retry_ns = mono_now_ns() + RETRY_MS * NS_PER_MS;
    return status;
}

// ---- what comes --------------------------------------------------------------------------------

static bool take_bytes(struct slice *rest, void *out, size_t size) {
    if (rest->size < size) {
        return false;
    }
    memcpy(out, rest->data, size);
    rest->data += size;
    rest->size -= size;
    return true;
}

static enum status damaged(void) {
    return status_fail(STATUS_PROTOCOL, "the desk's picture makes no sense");
}

static void take_hello(struct link_remote *remote, struct slice answer) {
    static const char yes[] = "steers yes";
    remote->steers = memmem(answer.data, answer.size, yes, sizeof(yes) - 1) != NULL;
}

static enum status make_universe(struct link_remote *remote, const struct wire_names *names,
                                 struct slice rest) {
    struct universe *universe = &remote->universe;
    enum status status = universe_create(universe, names->venues, names->symbols);
    if (status != STATUS_OK) {
        return status;
    }
    remote->has_universe = true;
    for (uint16_t i = 0; i < names->venues; i++) {
        (void)take_bytes(&rest, universe->venues[i].name, VENUE_NAME_MAX);
        universe->venues[i].name[VENUE_NAME_MAX - 1] = '\0';
    }
    for (uint16_t i = 0; i < names->symbols; i++) {
        (void)take_bytes(&rest, universe->symbols[i].name, SYMBOL_NAME_MAX);
        universe->symbols[i].name[SYMBOL_NAME_MAX - 1] = '\0';
    }
    for (uint32_t s = 0; s < STATE_SECTION_COUNT; s++) {
        enum state_section section = (enum state_section)s;
        remote->rows[s] =
            calloc((size_t)state_rows_max(section, universe) + 1, state_row_size(section));
        if (remote->rows[s] == NULL) {
            return status_fail(STATUS_SYSTEM, "no memory for the desk's picture");
        }
    }
    return STATUS_OK;
}

static bool same_names(const struct universe *universe, const struct wire_names *names,
                       struct slice rest) {
    bool same = names->venues == universe->venue_count && names->symbols == universe->symbol_count;
    char name[VENUE_NAME_MAX > SYMBOL_NAME_MAX ? VENUE_NAME_MAX : SYMBOL_NAME_MAX];
    for (uint16_t i = 0; same && i < universe->venue_count; i++) {
        same = take_bytes(&rest, name, VENUE_NAME_MAX) &&
               strncmp(name, universe->venues[i].name, VENUE_NAME_MAX) == 0;
    }
    for (uint16_t i = 0; same && i < universe->symbol_count; i++) {
        same = take_bytes(&rest, name, SYMBOL_NAME_MAX) &&
               strncmp(name, universe->symbols[i].name, SYMBOL_NAME_MAX) == 0;
    }
    return same;
}

static enum status take_names(struct link_remote *remote, struct slice answer) {
    struct wire_names names;
    struct slice rest = answer;
    if (!take_bytes(&rest, &names, sizeof(names)) || names.venues == 0 || names.symbols == 0 ||
        names.venues > VENUE_MAX || names.symbols > SYMBOL_MAX ||
        rest.size !=
            (size_t)names.venues * VENUE_NAME_MAX + (size_t)names.symbols * SYMBOL_NAME_MAX) {
        return damaged();
    }
    if (!remote->has_universe) {
        return make_universe(remote, &names, rest);
    }
    if (!same_names(&remote->universe, &names, rest)) {
        return status_fail(STATUS_PROTOCOL,
                           "the desk is back with other venues or symbols: attach anew");
    }
    return STATUS_OK;
}

static enum status take_section(struct link_remote *remote, struct slice *rest) {
    struct wire_section head;
    if (!take_bytes(rest, &head, sizeof(head)) || head.section >= STATE_SECTION_COUNT) {
        return damaged();
    }
    enum state_section section = (enum state_section)head.section;
    if (head.rows > state_rows_max(section, &remote->universe) ||
        !take_bytes(rest, remote->rows[section], (size_t)head.rows * state_row_size(section))) {
        return damaged();
    }
    remote->count[section] = head.rows;
    remote->known[section] = head.version;
    remote->version[section]++;
    return STATUS_OK;
}

static enum status take_news(struct link_remote *remote, struct slice answer) {
    struct slice rest = answer;
    struct wire_news news;
    if (!take_bytes(&rest, &news, sizeof(news)) || news.log_count > WIRE_LOG_MAX) {
        return damaged();
    }
    for (uint32_t i = 0; i < news.log_count; i++) {
        struct log_line line;
        if (!take_bytes(&rest, &line, sizeof(line)) || (unsigned)line.level >= LOG_LEVEL_COUNT) {
            return damaged();
        }
        line.component[sizeof(line.component) - 1] = line.text[LOG_LINE_MAX - 1] = '\0';
        remote->lines[++remote->log_last % LOG_RECENT_MAX] = line;
    }
    remote->log_known = news.log_last;
    remote->steers = news.steers != 0;
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < news.section_count && status == STATUS_OK; i++) {
        status = take_section(remote, &rest);
    }
    return status == STATUS_OK && rest.size > 0 ? damaged() : status;
}

// ---- a step at a time --------------------------------------------------------------------------

static enum status ask_news(struct link_remote *remote) {
    char line[512];
    struct text text = TEXT_OVER(line);
    text_add_format(&text, "news %llu", (unsigned long long)remote->log_known);
    for (uint32_t s = 0; s < STATE_SECTION_COUNT; s++) {
        text_add_format(&text, " %llu", (unsigned long long)remote->known[s]);
    }
    return line_client_send(&remote->client, text_slice(&text));
}

static enum status ask_hello(struct link_remote *remote) {
    char line[160];
    struct text text = TEXT_OVER(line);
    text_add_format(&text, "hello %s %s", role_word(remote->options.role), remote->options.build);
    return line_client_send(&remote->client, text_slice(&text));
}

static enum status connect_again(struct link_remote *remote) {
    enum status status = line_client_open(&remote->client, remote->options.path, wire_news_most());
    remote->step = STEP_HELLO;
    memset(remote->known, 0, sizeof(remote->known));
    remote->log_known = 0;
    return status;
}

static enum status ask_next(struct link_remote *remote) {
    enum status status = remote->step == STEP_HELLO ? ask_hello(remote)
                         : remote->step == STEP_NAMES
                             ? line_client_send(&remote->client, SLICE("names"))
                             : ask_news(remote);
    remote->asked = status == STATUS_OK;
    return status;
}

// The answer to what was asked is whole: its content is for this step.
static enum status take_answer(struct link_remote *remote) {
    struct slice answer = line_client_answer(&remote->client);
    enum status status = STATUS_OK;
    remote->asked = false;
    if (remote->step == STEP_HELLO) {
        take_hello(remote, answer);
        remote->step = STEP_NAMES;
    } else if (remote->step == STEP_NAMES) {
        status = take_names(remote, answer);
        remote->step = STEP_READY;
    } else {
        status = take_news(remote, answer);
        remote->trouble[0] = '\0';
    }
    return status;
}

static void remote_refresh(void *self) {
    struct link_remote *remote = self;
    enum status status = STATUS_OK;
    if (remote->step == STEP_LOST) {
        if (mono_now_ns() < remote->retry_ns) {
            return;
        }
        status = connect_again(remote);
    }
    // At most what a connection takes to come up: nothing here waits.
    for (int i = 0; i < 3 && status == STATUS_OK; i++) {
        bool complete = false;
        if (remote->asked) {
            status = line_client_poll(&remote->client, &complete);
        }
        if (status == STATUS_OK && complete) {
            bool news = remote->step == STEP_READY;
            status = take_answer(remote);
            if (news) {
                i = 3; // the next picture is for the next frame
            }
        } else if (remote->asked) {
            break;
        }
        if (status == STATUS_OK) {
            status = ask_next(remote);
        }
    }
    if (status != STATUS_OK) {
        (void)lose(remote, status);
    }
}

// Whatever is on the way comes first, then the line and its answer.
static enum status ask_now(struct link_remote *remote, struct slice line) {
    if (remote->step != STEP_READY) {
        return status_fail(STATUS_NOT_RUNNING, "the desk is gone");
    }
    enum status status = STATUS_OK;
    if (remote->asked) {
        status = line_client_wait(&remote->client, LINK_REMOTE_WAIT_MS);
        status = status == STATUS_OK ? take_answer(remote) : status;
    }
    if (status == STATUS_OK) {
        status = line_client_ask(&remote->client, line, LINK_REMOTE_WAIT_MS);
    }
    if (!line_client_is_open(&remote->client)) {
        return lose(remote, status);
    }
    return status;
}

// ---- the table ---------------------------------------------------------------------------------

static uint64_t remote_version(void *self, enum state_section section) {
    const struct link_remote *remote = self;
    return remote->version[section];
}

static uint32_t remote_read(void *self, enum state_section section, void *rows, uint64_t *version) {
    const struct link_remote *remote = self;
    memcpy(rows, remote->rows[section], (size_t)remote->count[section] * state_row_size(section));
    if (version != NULL) {
        *version = remote->version[section];
    }
    return remote->count[section];
}

static enum status answer_to(struct link_remote *remote, struct slice line, struct text *answer) {
    enum status status = ask_now(remote, line);
    if (status == STATUS_OK) {
        text_add(answer, line_client_answer(&remote->client));
    } else {
        text_add_string(answer, status_text());
    }
    return status;
}

static enum status remote_set(void *self, struct slice change, struct text *answer) {
    char line[CONTROL_TEXT_MAX];
    struct text text = TEXT_OVER(line);
    text_add_string(&text, "set ");
    text_add(&text, change);
    return answer_to(self, text_slice(&text), answer);
}

static enum status remote_control(void *self, const struct control_request *request,
                                  struct text *answer) {
    struct link_remote *remote = self;
    char line[CONTROL_TEXT_MAX];
    struct text text = TEXT_OVER(line);
    enum status status = control_check(request, &remote->universe);
    if (status != STATUS_OK) {
        text_add_string(answer, status_text());
        return status;
    }
    control_print(&text, &remote->universe, request);
    return answer_to(remote, text_slice(&text), answer);
}

static int remote_log(void *self, uint64_t after, struct log_line *out, int max, uint64_t *last) {
    const struct link_remote *remote = self;
    uint64_t kept = remote->log_last < LOG_RECENT_MAX ? remote->log_last : LOG_RECENT_MAX;
    uint64_t from = after > remote->log_last - kept ? after : remote->log_last - kept;
    int got = 0;
    while (got < max && from < remote->log_last) {
        out[got++] = remote->lines[++from % LOG_RECENT_MAX];
    }
    *last = got > 0 ? from : after;
    return got;
}

static bool remote_steers(void *self) {
    const struct link_remote *remote = self;
    return remote->steers;
}

static bool remote_only_looks(void *self) {
    const struct link_remote *remote = self;
    return remote->options.role == LINK_VIEWER;
}

static enum status remote_take(void *self) {
    struct link_remote *remote = self;
    char line[160];
    struct text text = TEXT_OVER(line);
    if (remote->options.role == LINK_VIEWER) {
        return status_fail(STATUS_PERMISSION, "this console was attached to look only");
    }
    text_add_format(&text, "hello take %s", remote->options.build);
    enum status status = ask_now(remote, text_slice(&text));
    if (status == STATUS_OK) {
        take_hello(remote, line_client_answer(&remote->client));
    }
    return status;
}

static enum status remote_arm(void *self, const char *phrase) {
    char line[96];
    struct text text = TEXT_OVER(line);
    text_add_format(&text, "%s%s%s", phrase != NULL ? "arm" : "disarm", phrase != NULL ? " " : "",
                    phrase != NULL ? phrase : "");
    return ask_now(self, text_slice(&text));
}

static const char *remote_trouble(void *self) {
    const struct link_remote *remote = self;
    return remote->trouble[0] != '\0' ? remote->trouble : NULL;
}

static const struct link_ops remote_ops = {
    .name = "remote",
    .refresh = remote_refresh,
    .version = remote_version,
    .read = remote_read,
    .control = remote_control,
    .set = remote_set,
    .log = remote_log,
    .steers = remote_steers,
    .take = remote_take,
    .only_looks = remote_only_looks,
    .arm = remote_arm,
    .trouble = remote_trouble,
};

struct link link_remote(struct link_remote *remote) {
    return (struct link){.ops = &remote_ops, .self = remote, .universe = &remote->universe};
}

enum status link_remote_create(struct link_remote **out,
                               const struct link_remote_options *options) {
    *out = NULL;
    struct link_remote *remote = calloc(1, sizeof(*remote));
    if (remote == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for the desk's picture");
    }
    remote->options = *options;
    enum status status = connect_again(remote);
    while (status == STATUS_OK && remote->step != STEP_READY) {
        status = ask_next(remote);
        if (status == STATUS_OK) {
            status = line_client_wait(&remote->client, FIRST_WAIT_MS);
        }
        if (status == STATUS_OK) {
            status = take_answer(remote);
        }
    }
    if (status == STATUS_OK) {
        status = ask_next(remote); // the first frame has a picture
    }
    if (status == STATUS_OK) {
        status = line_client_wait(&remote->client, FIRST_WAIT_MS);
    }
    if (status == STATUS_OK) {
        status = take_answer(remote);
    }
    if (status != STATUS_OK) {
        link_remote_destroy(remote);
        return status;
    }
    // Whoever comes back after a while has not been told to take anything over again.
    remote->options.role = options->role == LINK_TAKE ? LINK_CONSOLE : options->role;
    *out = remote;
    return STATUS_OK;
}

void link_remote_destroy(struct link_remote *remote) {
    if (remote == NULL) {
        return;
    }
    line_client_close(&remote->client);
    for (uint32_t s = 0; s < STATE_SECTION_COUNT; s++) {
        free(remote->rows[s]);
    }
    if (remote->has_universe) {
        universe_finish(&remote->universe);
    }
    free(remote);
}
