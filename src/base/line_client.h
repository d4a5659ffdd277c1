// A caller's end of a local line socket: a line goes out, one answer comes back.
//
// An answer is a line `ok SIZE` or `error NAME SIZE` (NAME: a status's name) and SIZE bytes behind
// it. Connecting and sending never wait long; line_client_poll never waits at all, line_client_wait
// is bounded. One request at a time. After any failure of the connection itself the client is
// closed; a refusal by the other side leaves it open. One thread.
#ifndef PERPDESK_BASE_LINE_CLIENT_H
#define PERPDESK_BASE_LINE_CLIENT_H

#include "base/buf.h"

struct line_client {
    int fd; // -1: closed
    char *buffer;
    size_t capacity, size;
    size_t body_at, body_size; // of a complete answer
    bool asked, answered;
};

// `answer_max`: the longest answer taken, allocated here. STATUS_NOT_RUNNING when nobody listens.
enum status line_client_open(struct line_client *client, const char *path,
                             size_t answer_max) MUST_CHECK;
void line_client_close(struct line_client *client); // zeroed or closed allowed
bool line_client_is_open(const struct line_client *client);

// Hands a line (without the newline) out. The answer to the one before must have been taken.
enum status line_client_send(struct line_client *client, struct slice line) MUST_CHECK;
// Takes what has arrived. *complete: the answer is whole; the status then is the answer's own, with
// its sentence as status_text() when it is a refusal.
enum status line_client_poll(struct line_client *client, bool *complete) MUST_CHECK;
// STATUS_TIMEOUT (and closed: a late answer would be taken for another) when none came in time.
enum status line_client_wait(struct line_client *client, int timeout_ms) MUST_CHECK;
// Send and wait.
enum status line_client_ask(struct line_client *client, struct slice line,
                            int timeout_ms) MUST_CHECK;
// The bytes of the newest whole answer, until the next request.
struct slice line_client_answer(const struct line_client *client);

#endif
