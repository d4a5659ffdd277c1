// The server as its own files see it: server.c (socket, callers, bytes), server_answer.c
// (requests).
#ifndef PERPDESK_IO_SERVER_PRIVATE_H
#define PERPDESK_IO_SERVER_PRIVATE_H

#include "base/role.h"
#include "io/server.h"

enum caller_kind { CALLER_UNKNOWN, CALLER_SHELL, CALLER_VIEWER, CALLER_CONSOLE };

enum { STEERED_BY_NOBODY = -1, STEERED_BY_LOCAL = SERVER_CLIENTS_MAX };

struct server_client {
    struct server *server;
    int number;
    uv_pipe_t pipe;
    uv_write_t write;
    bool used, writing, ended;
    bool held; // reading stopped: the line is full and an answer is on the way
    bool last; // no further requests: the connection ends with this answer
    enum caller_kind kind;
    bool armed;
    int64_t write_ns; // machine time at which the answer went out
    int64_t heard_ns; // machine time of the newest bytes from it
    char line[SERVER_LINE_MAX];
    size_t size;
    char head[64];
    char *answer; // answer_max bytes
};

struct server {
    struct server_options options;
    struct role role;
    bool has_role, running;
    int fd, lock_fd;
    char path[108]; // as in sockaddr_un
    uv_pipe_t listener;
    uv_timer_t timer;
    size_t answer_max;
    void *scratch; // role's thread only
    struct server_client clients[SERVER_CLIENTS_MAX];
    _Atomic int steers; // client's number, or one of the above
    _Atomic bool local_armed;
    _Atomic uint32_t callers;
};

// Carries the line out and appends the answer.
enum status server_obey(struct server_client *client, struct slice line, struct text *answer);
// Enters the engine and has it seen by whoever asks next. STATUS_TIMEOUT: the engine stands still.
enum status server_control(struct server *server, const struct control_request *request) MUST_CHECK;
// The caller is gone, or another console steers: what it was allowed to ends.
void server_disarm(struct server *server, const char *why);

#endif
