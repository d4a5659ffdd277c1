// A Unix socket to order faults of a running simulator from a shell or a test, open to its owner
// only.
//
// One line a command, one answer: `ok`, the lines of a status and then `ok`, or `error: …`.
//   fault VENUE|all NAME [SECONDS]    heal VENUE|all    status    list
//   trouble VENUE|all NAME [COUNT]    accounts    hold    go
// Loop's thread only.
#ifndef PERPDESK_SIM_SIM_CONTROL_H
#define PERPDESK_SIM_SIM_CONTROL_H

#include <uv.h>

#include "base/buf.h"

enum { SIM_CONTROL_CLIENTS_MAX = 4, SIM_CONTROL_LINE_MAX = 256, SIM_CONTROL_ANSWER_MAX = 16384 };

struct sim;
struct sim_control;

struct sim_control_client {
    struct sim_control *control;
    uv_pipe_t pipe;
    uv_write_t write;
    bool used, writing, ended;
    char line[SIM_CONTROL_LINE_MAX];
    size_t size;
    char answer[SIM_CONTROL_ANSWER_MAX];
};

struct sim_control {
    struct sim *sim;
    uv_loop_t *loop;
    uv_pipe_t listener;
    bool listening;
    char path[108]; // as in sockaddr_un
    struct sim_control_client clients[SIM_CONTROL_CLIENTS_MAX];
};

// What one line asks for is done; the answer is appended.
void sim_control_obey(struct sim *sim, struct slice line, struct text *answer);

// STATUS_CANNOT_CREATE: somebody listens there, the path is too long, or something else is there.
enum status sim_control_listen(struct sim_control *control, struct sim *sim, uv_loop_t *loop,
                               const char *path) MUST_CHECK;
void sim_control_close(struct sim_control *control); // done when the loop has run dry

#endif
