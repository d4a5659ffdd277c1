// Socket, callers and bytes. One answer at a time per caller: while it is not written no further
// request of that caller is read, so nothing piles up; the timer cuts off who does not read.
#include "io/server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "engine/state_text.h"
#include "engine/wire.h"
#include "io/server_private.h"

enum { REPORT_BYTES_MAX = 256 * 1024 };

static const char *const mode_words[DESK_MODE_COUNT] = {
    [DESK_PAPER] = "paper", [DESK_LIVE] = "live", [DESK_DEMO] = "demo"};

// ---- callers -----------------------------------------------------------------------------------

static void client_closed(uv_handle_t *handle) {
    struct server_client *client = handle->data;
    free(client->answer);
    client->answer = NULL;
    client->used = false;
    atomic_fetch_sub(&client->server->callers, 1);
}

static void end_client(struct server_client *client) {
    struct server *server = client->server;
    if (client->ended) {
        return;
    }
    client->ended = true;
    int mine = client->number;
    (void)atomic_compare_exchange_strong(
        &server->steers, &mine, server->options.has_console ? STEERED_BY_LOCAL : STEERED_BY_NOBODY);
    if (client->armed && client->kind == CALLER_CONSOLE) {
        server_disarm(server, "an armed console is gone");
    }
    uv_close((uv_handle_t *)&client->pipe, client_closed);
}

static void take_lines(struct server_client *client);
static void hold_or_read(struct server_client *client);

static void written(uv_write_t *request, int result) {
    struct server_client *client = request->data;
    client->writing = false;
    if (result < 0 || client->last) {
        end_client(client);
        return;
    }
    take_lines(client);
    hold_or_read(client);
}

static void send_answer(struct server_client *client, enum status status, struct text *answer) {
    struct text head = TEXT_OVER(client->head);
    if (status == STATUS_OK) {
        text_add_format(&head, "ok %zu\n", answer->size);
    } else {
        text_add_format(&head, "error %s %zu\n", status_name(status), answer->size);
    }
    uv_buf_t bytes[] = {uv_buf_init(head.data, (unsigned)head.size),
                        uv_buf_init(answer->data, (unsigned)answer->size)};
    client->write.data = client;
    client->write_ns = mono_now_ns();
    client->writing = uv_write(&client->write, (uv_stream_t *)&client->pipe, bytes,
                               (unsigned)COUNT_OF(bytes), written) == 0;
    if (!client->writing) {
        end_client(client);
    }
}

static bool is_text(struct slice line) {
    for (size_t i = 0; i < line.size; i++) {
        if (line.data[i] < ' ' || line.data[i] > '~') {
            return false;
        }
    }
    return true;
}

static void take_lines(struct server_client *client) {
    struct text answer = text_over(client->answer, client->server->answer_max);
    const char *end = memchr(client->line, '\n', client->size);
    if (client->writing || client->ended) {
        return;
    }
    if (end == NULL) {
        if (client->size == sizeof(client->line)) {
            client->last = true;
            client->size = 0; // whatever else comes is not looked at
            text_add_format(&answer, "a request is a line of at most %d bytes",
                            SERVER_LINE_MAX - 1);
            send_answer(client, STATUS_USAGE, &answer);
        }
        return;
    }
    struct slice line = {client->line, (size_t)(end - client->line)};
    enum status status = STATUS_OK;
    if (is_text(line)) {
        status = server_obey(client, line, &answer);
    } else {
        client->last = true;
        status = status_fail(STATUS_USAGE, "a request is plain text");
    }
    if (status == STATUS_OK && answer.truncated) {
        status = status_fail(STATUS_INTERNAL, "the answer is too long");
    }
    if (status != STATUS_OK) {
        text_clear(&answer);
        text_add_string(&answer, status_text());
    }
    size_t used = line.size + 1;
    memmove(client->line, client->line + used, client->size - used);
    client->size -= used;
    send_answer(client, status, &answer);
}

static void give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
    (void)suggested;
    struct server_client *client = handle->data;
    *buffer =
        uv_buf_init(client->line + client->size, (unsigned)(sizeof(client->line) - client->size));
}

static void received(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer) {
    (void)buffer;
    struct server_client *client = stream->data;
    if (size < 0) {
        end_client(client);
        return;
    }
    client->heard_ns = mono_now_ns();
    client->size = client->last ? 0 : client->size + (size_t)size;
    take_lines(client);
    hold_or_read(client);
}

// While an answer is on the way and the line is full there is no room: reading goes on behind it.
static void hold_or_read(struct server_client *client) {
    bool full = client->writing && !client->last && client->size == sizeof(client->line);
    if (client->ended || full == client->held) {
        return;
    }
    client->held = full;
    if (full) {
        (void)uv_read_stop((uv_stream_t *)&client->pipe);
    } else if (uv_read_start((uv_stream_t *)&client->pipe, give_room, received) != 0) {
        end_client(client);
    }
}

static bool is_owner(uv_pipe_t *pipe) {
    struct ucred peer;
    socklen_t size = sizeof(peer);
    uv_os_fd_t fd;
    return uv_fileno((uv_handle_t *)pipe, &fd) == 0 &&
           getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid();
}

static struct server_client *free_client(struct server *server) {
    for (int i = 0; i < SERVER_CLIENTS_MAX; i++) {
        if (!server->clients[i].used) {
            server->clients[i].number = i;
            return &server->clients[i];
        }
    }
    return NULL;
}

static void turned_away(uv_handle_t *handle) {
    free(handle);
}

// The caller sees its connection end at once instead of waiting for nothing.
static void turn_away(struct server *server, uv_stream_t *listener) {
    uv_pipe_t *pipe = malloc(sizeof(*pipe));
    if (pipe == NULL || uv_pipe_init(&server->role.loop, pipe, 0) != 0) {
        free(pipe);
        return;
    }
    (void)uv_accept(listener, (uv_stream_t *)pipe);
    uv_close((uv_handle_t *)pipe, turned_away);
}

// Whoever wants to stop the desk gets in, however many shells forgot to leave.
static void make_room(struct server *server, const struct server_client *newest) {
    struct server_client *idlest = NULL;
    for (int i = 0; i < SERVER_CLIENTS_MAX; i++) {
        struct server_client *client = &server->clients[i];
        if (!client->used) {
            return;
        }
        bool may_go = client != newest && !client->ended && client->kind != CALLER_VIEWER &&
                      client->kind != CALLER_CONSOLE;
        if (may_go && (idlest == NULL || client->heard_ns < idlest->heard_ns)) {
            idlest = client;
        }
    }
    if (idlest != NULL) {
        log_warn("server", "%d callers are here: the shell that was silent longest is let go",
                 SERVER_CLIENTS_MAX);
        end_client(idlest);
    }
}

static void connected(uv_stream_t *listener, int result) {
    struct server *server = listener->data;
    struct server_client *client = free_client(server);
    if (result < 0) {
        return;
    }
    char *answer = client != NULL ? malloc(server->answer_max) : NULL;
    if (answer == NULL || uv_pipe_init(&server->role.loop, &client->pipe, 0) != 0) {
        free(answer);
        log_warn("server", "a caller was turned away: %d are here", SERVER_CLIENTS_MAX);
        turn_away(server, listener);
        return;
    }
    client->server = server;
    client->used = true;
    client->answer = answer;
    client->kind = CALLER_UNKNOWN;
    client->writing = client->ended = client->last = client->held = client->armed = false;
    client->size = 0;
    client->heard_ns = mono_now_ns();
    client->pipe.data = client;
    atomic_fetch_add(&server->callers, 1);
    if (uv_accept(listener, (uv_stream_t *)&client->pipe) != 0 || !is_owner(&client->pipe) ||
        uv_read_start((uv_stream_t *)&client->pipe, give_room, received) != 0) {
        end_client(client);
    }
    make_room(server, client);
}

// ---- time --------------------------------------------------------------------------------------

static bool is_killed(struct server *server) {
    struct state_header header;
    return state_read(engine_board(server->options.engine), STATE_HEADER, &header, NULL) > 0 &&
           header.killed != 0;
}

static void look_for_stop_file(struct server *server) {
    const char *path = server->options.stop_file;
    if (path == NULL || access(path, F_OK) != 0 || is_killed(server)) {
        return;
    }
    log_warn("server", "the stop file %s is there: killing", path);
    struct control_request kill = {
        .verb = CONTROL_KILL, .origin = ORIGIN_SHELL, .venue = CONTROL_ANY, .symbol = CONTROL_ANY};
    if (server_control(server, &kill) != STATUS_OK) {
        log_error("server", "the stop file: %s", status_text());
    }
}

static void on_time(uv_timer_t *timer) {
    struct server *server = timer->data;
    int64_t now_ns = mono_now_ns();
    for (int i = 0; i < SERVER_CLIENTS_MAX; i++) {
        struct server_client *client = &server->clients[i];
        if (client->used && client->writing &&
            now_ns - client->write_ns > SERVER_SLOW_MS * NS_PER_MS) {
            log_warn("server", "a caller did not read its answer for %d ms: cut off",
                     SERVER_SLOW_MS);
            end_client(client);
        }
    }
    look_for_stop_file(server);
}

// ---- the role ----------------------------------------------------------------------------------

static enum status on_start(struct role *role) {
    struct server *server = role->user;
    ASSERT(uv_timer_init(&role->loop, &server->timer) == 0);
    ASSERT(uv_pipe_init(&role->loop, &server->listener, 0) == 0);
    server->timer.data = server->listener.data = server;
    ASSERT(uv_timer_start(&server->timer, on_time, 0, SERVER_STOP_FILE_MS) == 0);
    int opened = uv_pipe_open(&server->listener, server->fd);
    if (opened == 0) {
        server->fd = -1; // the handle's now
        opened = uv_listen((uv_stream_t *)&server->listener, SERVER_CLIENTS_MAX, connected);
    }
    if (opened != 0) {
        uv_close((uv_handle_t *)&server->timer, NULL);
        uv_close((uv_handle_t *)&server->listener, NULL);
        return status_fail(STATUS_CANNOT_CREATE, "%s: %s", server->path, uv_strerror(opened));
    }
    return STATUS_OK;
}

static void on_stop(struct role *role) {
    struct server *server = role->user;
    uv_close((uv_handle_t *)&server->timer, NULL);
    uv_close((uv_handle_t *)&server->listener, NULL);
    for (int i = 0; i < SERVER_CLIENTS_MAX; i++) {
        if (server->clients[i].used) {
            server->clients[i].armed = false; // the desk ends: there is nothing to pause
            end_client(&server->clients[i]);
        }
    }
}

static enum status take_lock(struct server *server, const char *folder, const char *mode) {
    char path[512];
    int size = snprintf(path, sizeof(path), "%s/%s.lock", folder, mode);
    if (size < 0 || (size_t)size >= sizeof(path)) {
        return status_fail(STATUS_CONFIG, "%s: the path is too long", folder);
    }
    server->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (server->lock_fd < 0) {
        return status_fail_errno(STATUS_CANNOT_CREATE, "%s", path);
    }
    if (flock(server->lock_fd, LOCK_EX | LOCK_NB) < 0) {
        return errno == EWOULDBLOCK
                   ? status_fail(STATUS_UNAVAILABLE,
                                 "a %s desk is running already (%s is locked): perpdesk attach "
                                 "opens its console",
                                 mode, path)
                   : status_fail_errno(STATUS_IO, "%s", path);
    }
    return STATUS_OK;
}

static enum status bind_socket(struct server *server, const char *folder, const char *mode) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int size = snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s.sock", folder, mode);
    if (size < 0 || (size_t)size >= sizeof(address.sun_path)) {
        return status_fail(STATUS_CONFIG, "%s/%s.sock: too long for a socket; set XDG_RUNTIME_DIR",
                           folder, mode);
    }
    struct stat is;
    if (lstat(address.sun_path, &is) == 0 && S_ISSOCK(is.st_mode)) {
        (void)unlink(address.sun_path); // the lock says that nobody listens there any more
    }
    server->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    // The mode set before it has a name is the mode it is born with: no moment for others.
    if (server->fd < 0 || fchmod(server->fd, S_IRUSR | S_IWUSR) < 0 ||
        bind(server->fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
        listen(server->fd, SERVER_CLIENTS_MAX) < 0) { // callers wait until the role has begun
        return status_fail_errno(STATUS_CANNOT_CREATE, "%s", address.sun_path);
    }
    (void)string_copy(server->path, sizeof(server->path), slice_of(address.sun_path));
    return STATUS_OK;
}

enum status server_create(struct server **out, const struct server_options *options) {
    struct server *server = calloc(1, sizeof(*server));
    *out = NULL;
    if (server == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for the desk's socket");
    }
    server->options = *options;
    server->fd = server->lock_fd = -1;
    size_t news = wire_news_max(options->universe);
    server->answer_max = (news > REPORT_BYTES_MAX ? news : REPORT_BYTES_MAX) + 1;
    atomic_store(&server->steers, options->has_console ? STEERED_BY_LOCAL : STEERED_BY_NOBODY);
    server->scratch = malloc(state_scratch_size(options->universe));
    const char *mode = mode_words[options->mode];
    enum status status = server->scratch != NULL
                             ? take_lock(server, options->folder, mode)
                             : status_fail(STATUS_SYSTEM, "no memory for the desk's socket");
    if (status == STATUS_OK) {
        status = bind_socket(server, options->folder, mode);
    }
    if (status == STATUS_OK) {
        status = role_create(&server->role, "service", server);
        server->has_role = status == STATUS_OK;
    }
    if (status != STATUS_OK) {
        server_destroy(server);
        return status;
    }
    server->role.on_start = on_start;
    server->role.on_stop = on_stop;
    *out = server;
    return STATUS_OK;
}

enum status server_start(struct server *server) {
    enum status status = role_start(&server->role);
    server->running = status == STATUS_OK;
    return status;
}

void server_stop(struct server *server) {
    if (server->path[0] != '\0') {
        (void)unlink(server->path);
        server->path[0] = '\0';
    }
    if (server->running) {
        role_request_stop(&server->role);
    }
    server->running = false;
    if (server->has_role && role_join(&server->role) != STATUS_OK) {
        log_warn("server", "%s", status_text());
    }
    server->has_role = false;
}

void server_destroy(struct server *server) {
    if (server == NULL) {
        return;
    }
    server_stop(server);
    if (server->fd >= 0) {
        (void)close(server->fd);
    }
    if (server->lock_fd >= 0) {
        (void)close(server->lock_fd);
    }
    free(server->scratch);
    free(server);
}

bool server_local_steers(const struct server *server) {
    return atomic_load(&server->steers) == STEERED_BY_LOCAL;
}

void server_local_take(struct server *server) {
    atomic_store(&server->steers, STEERED_BY_LOCAL);
}

void server_local_armed(struct server *server, bool armed) {
    bool was = atomic_exchange(&server->local_armed, armed);
    if (was && !armed) {
        server_disarm(server, "the console was disarmed");
    }
}

uint32_t server_callers(const struct server *server) {
    return atomic_load(&server->callers);
}
