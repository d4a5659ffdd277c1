#include "sim/sim_control.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "sim/sim.h"
#include "sim/sim_fault.h"
#include "sim/sim_trouble.h"

// ---- commands ---------------------------------------------------------------------------------

static struct slice word_of(struct slice *rest) {
    while (rest->size > 0 && rest->data[0] == ' ') {
        rest->data++;
        rest->size--;
    }
    return vsim_cut(rest, ' ');
}

static enum status obey_fault(struct sim *sim, struct slice rest) {
    char order[SIM_CONTROL_LINE_MAX + 2];
    struct text text = TEXT_OVER(order);
    struct slice venue = word_of(&rest);
    struct slice name = word_of(&rest);
    struct slice seconds = word_of(&rest);
    if (name.size == 0) {
        return status_fail(STATUS_USAGE, "expected fault VENUE|all NAME [SECONDS]");
    }
    text_add(&text, venue);
    text_add_char(&text, ':');
    text_add(&text, name);
    if (seconds.size > 0) {
        text_add_char(&text, ':');
        text_add(&text, seconds);
    }
    return sim_fault(sim, order);
}

static enum status obey_trouble(struct sim *sim, struct slice rest) {
    struct slice venue = word_of(&rest);
    struct slice name = word_of(&rest);
    struct slice times = word_of(&rest);
    int64_t count = 1;
    if (name.size == 0 || (times.size > 0 && (!decimal_parse(times, 0, &count) || count < 0 ||
                                              count > SIM_TROUBLE_COUNT_MAX))) {
        return status_fail(STATUS_USAGE, "expected trouble VENUE|all NAME [COUNT]");
    }
    return sim_trouble(sim, venue, name, (uint32_t)count);
}

void sim_control_obey(struct sim *sim, struct slice line, struct text *answer) {
    struct slice rest = line;
    struct slice verb = word_of(&rest);
    enum status status = STATUS_OK;
    if (slice_equals(verb, SLICE("fault"))) {
        status = obey_fault(sim, rest);
    } else if (slice_equals(verb, SLICE("heal"))) {
        status = sim_heal(sim, word_of(&rest));
    } else if (slice_equals(verb, SLICE("status"))) {
        sim_fault_status(sim, answer);
    } else if (slice_equals(verb, SLICE("trouble"))) {
        status = obey_trouble(sim, rest);
    } else if (slice_equals(verb, SLICE("hold")) || slice_equals(verb, SLICE("go"))) {
        sim_hold(sim, slice_equals(verb, SLICE("hold")));
    } else if (slice_equals(verb, SLICE("accounts"))) {
        sim_print_accounts(sim, answer);
    } else if (slice_equals(verb, SLICE("list"))) {
        for (int i = 0; i < SIM_FAULT_COUNT; i++) {
            sim_fault_print(answer, (enum sim_fault_kind)i);
        }
    } else {
        status = status_fail(STATUS_USAGE,
                             "expected fault, heal, status, trouble, accounts, hold, go or list");
    }
    if (status == STATUS_OK) {
        text_add_string(answer, "ok\n");
    } else {
        text_add_format(answer, "error: %s\n", status_text());
    }
}

// ---- clients ----------------------------------------------------------------------------------

static void client_closed(uv_handle_t *handle) {
    struct sim_control_client *client = handle->data;
    client->used = false;
}

static void end_client(struct sim_control_client *client) {
    client->ended = true;
    if (!uv_is_closing((uv_handle_t *)&client->pipe)) {
        uv_close((uv_handle_t *)&client->pipe, client_closed);
    }
}

static void take_lines(struct sim_control_client *client);

static void written(uv_write_t *request, int result) {
    struct sim_control_client *client = request->data;
    client->writing = false;
    if (result < 0) {
        end_client(client);
    } else {
        take_lines(client);
    }
}

// One answer at a time: further lines wait for it.
static void take_lines(struct sim_control_client *client) {
    char *end = memchr(client->line, '\n', client->size);
    if (client->writing || client->ended) {
        return;
    }
    if (end == NULL) {
        if (client->size == sizeof(client->line)) {
            end_client(client);
        }
        return;
    }
    struct slice line = {client->line, (size_t)(end - client->line)};
    struct text answer = TEXT_OVER(client->answer);
    sim_control_obey(client->control->sim, line, &answer);
    size_t used = line.size + 1;
    memmove(client->line, client->line + used, client->size - used);
    client->size -= used;
    uv_buf_t bytes = uv_buf_init(answer.data, (unsigned)answer.size);
    client->write.data = client;
    client->writing =
        uv_write(&client->write, (uv_stream_t *)&client->pipe, &bytes, 1, written) == 0;
    if (!client->writing) {
        end_client(client);
    }
}

static void give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
    (void)suggested;
    struct sim_control_client *client = handle->data;
    *buffer =
        uv_buf_init(client->line + client->size, (unsigned)(sizeof(client->line) - client->size));
}

static void received(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer) {
    (void)buffer;
    struct sim_control_client *client = stream->data;
    if (size < 0) {
        end_client(client);
        return;
    }
    client->size += (size_t)size;
    take_lines(client);
}

static void connected(uv_stream_t *listener, int result) {
    struct sim_control *control = listener->data;
    struct sim_control_client *client = NULL;
    for (int i = 0; i < SIM_CONTROL_CLIENTS_MAX && client == NULL; i++) {
        client = control->clients[i].used ? NULL : &control->clients[i];
    }
    if (result < 0 || client == NULL || uv_pipe_init(control->loop, &client->pipe, 0) != 0) {
        return; // waits in the backlog until one leaves
    }
    client->control = control;
    client->used = true;
    client->writing = client->ended = false;
    client->size = 0;
    client->pipe.data = client;
    if (uv_accept(listener, (uv_stream_t *)&client->pipe) != 0 ||
        uv_read_start((uv_stream_t *)&client->pipe, give_room, received) != 0) {
        end_client(client);
    }
}

// ---- the socket -------------------------------------------------------------------------------

// A socket that nobody listens on any more is in the way of nobody.
static void remove_stale(const struct sockaddr_un *address) {
    struct stat is;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return;
    }
    if (lstat(address->sun_path, &is) == 0 && S_ISSOCK(is.st_mode) &&
        connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 &&
        errno == ECONNREFUSED) {
        (void)unlink(address->sun_path);
    }
    (void)close(fd);
}

enum status sim_control_listen(struct sim_control *control, struct sim *sim, uv_loop_t *loop,
                               const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    control->sim = sim;
    control->loop = loop;
    if (!string_copy(address.sun_path, sizeof(address.sun_path), slice_of(path))) {
        return status_fail(STATUS_CANNOT_CREATE, "%s: too long for a socket", path);
    }
    (void)string_copy(control->path, sizeof(control->path), slice_of(path));
    remove_stale(&address);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    // The mode set before it has a name is the mode it is born with: no moment for others.
    if (fd < 0 || fchmod(fd, S_IRUSR | S_IWUSR) < 0 ||
        bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
        enum status status = status_fail_errno(STATUS_CANNOT_CREATE, "%s", path);
        if (fd >= 0) {
            (void)close(fd);
        }
        return status;
    }
    ASSERT(uv_pipe_init(loop, &control->listener, 0) == 0);
    control->listener.data = control;
    control->listening = true;
    if (uv_pipe_open(&control->listener, fd) != 0 ||
        uv_listen((uv_stream_t *)&control->listener, SIM_CONTROL_CLIENTS_MAX, connected) != 0) {
        return status_fail(STATUS_CANNOT_CREATE, "%s: cannot be listened on", path);
    }
    return STATUS_OK;
}

void sim_control_close(struct sim_control *control) {
    if (!control->listening) {
        return;
    }
    control->listening = false;
    (void)unlink(control->path);
    uv_close((uv_handle_t *)&control->listener, NULL);
    for (int i = 0; i < SIM_CONTROL_CLIENTS_MAX; i++) {
        if (control->clients[i].used) {
            end_client(&control->clients[i]);
        }
    }
}
