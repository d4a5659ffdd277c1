// The desk's socket: whoever owns this desk looks at it and steers it here, from shells and
// consoles.
//
// A Unix socket `<folder>/{live,paper,demo}.sock`, mode 0600, whose callers must be of this
// process's user (SO_PEERCRED); a lock file beside it keeps a second desk of the kind away. A
// request is a line of at most SERVER_LINE_MAX bytes, an answer `ok SIZE` or `error NAME SIZE` and
// SIZE bytes (base/line_client.h): one at a time and in order. Requests:
//
//   hello shell|viewer|console|take BUILD
//       Who calls; first of all. A shell comes with any build. Viewers only look; consoles steer,
//       one at a time: the first, or who takes it.
//   status|jobs|orders|positions|alerts [json]
//       Reports (engine/state_text.h).
//   names, news AFTER VERSION...
//       Venues and symbols; what changed since log line AFTER and the sections' versions
//       (engine/wire.h). Viewers and consoles only.
//   arm PHRASE, disarm
//       Whether this caller may raise risk on a live desk.
//   drill reconnect|orphan JOB
//       server_options.drill.
//   config, set SECTION.KEY=VALUE
//       The configuration in force, and one setting of it. Whatever it is, a change counts as what
//       may raise risk.
//
// and every control verb (engine/control_text.h).
// What only reduces risk is taken from every caller but a viewer.
//
// The server is a role of its own with its loop; it asks the engine through its board and its
// control entry and nothing else. A line that is too long, bytes that are no text and callers that
// do not read their answers are cut off; nobody waits for them. It also looks for the stop file: as
// long as that is there the desk is killed.
#ifndef PERPDESK_IO_SERVER_H
#define PERPDESK_IO_SERVER_H

#include "engine/engine.h"

enum {
    SERVER_LINE_MAX = 1024,
    SERVER_CONSOLES_MAX = 32,
    // The rest is for shells: when all are here the one that was silent longest is let go.
    SERVER_CLIENTS_MAX = 40,
    SERVER_SLOW_MS = 5000,  // an answer that is not read within this ends the connection
    SERVER_ENGINE_MS = 500, // how long a request waits for the engine
    SERVER_STOP_FILE_MS = 100,
};

struct server;

struct server_options {
    const char *folder; // exists; the socket and the lock file are made in it
    enum desk_mode mode;
    const char *build; // consoles must be of the same
    struct engine *engine;
    const struct universe *universe;
    const struct clock *clock; // the desk's
    const char *stop_file;     // NULL: none is looked for
    bool has_console;          // this process has one, which steers until another takes over
    bool pause_on_disarm;
    // Trials of the desk, named by the caller's words; status_text() says why not. NULL: none.
    enum status (*drill)(void *arg, struct slice what);
    // One setting, and the text of the configuration in force. NULL: there is none.
    enum status (*set)(void *arg, struct slice change, struct text *answer);
    void (*config)(void *arg, struct text *answer);
    void *arg; // of these three; called on the server's thread
};

// Takes the lock and makes the socket. STATUS_UNAVAILABLE when another desk of the kind is there.
enum status server_create(struct server **out, const struct server_options *options) MUST_CHECK;
enum status server_start(struct server *server) MUST_CHECK;
// Ends the role; the socket is gone when this returns. Idempotent.
void server_stop(struct server *server);
void server_destroy(struct server *server); // stops first; NULL allowed

// For the console of this process; any thread.
bool server_local_steers(const struct server *server);
void server_local_take(struct server *server);
void server_local_armed(struct server *server, bool armed);
uint32_t server_callers(const struct server *server);

#endif
