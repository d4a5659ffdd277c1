// A desk in another process, by its socket (io/server.h tells the protocol): the picture is asked
// for once a frame and never waited for; only a person's command is, for LINK_REMOTE_WAIT_MS.
//
// When the desk is gone the link looks for it every second and goes on by itself when it is back
// with the same build, venues and symbols; until then link_ops.trouble says why not. What comes
// back is a console that steers only if nobody else does, and is not armed.
#ifndef PERPDESK_UI_LINK_REMOTE_H
#define PERPDESK_UI_LINK_REMOTE_H

#include "ui/link.h"

enum { LINK_REMOTE_WAIT_MS = 1500 };

enum link_role { LINK_VIEWER, LINK_CONSOLE, LINK_TAKE };

struct link_remote_options {
    const char *path;  // of the socket; outlives the link
    const char *build; // of this program, as cli_build; outlives the link
    enum link_role role;
};

struct link_remote;

// Connects and waits for venues and symbols. STATUS_NOT_RUNNING: nobody listens; STATUS_PROTOCOL:
// the desk is of another build.
enum status link_remote_create(struct link_remote **out,
                               const struct link_remote_options *options) MUST_CHECK;
void link_remote_destroy(struct link_remote *remote); // NULL allowed
struct link link_remote(struct link_remote *remote);

#endif
