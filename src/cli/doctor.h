// What the verb doctor finds, line by line: whose part it is, what was looked at, how it stands,
// what was found and, where something is wrong, what to do about it.
//
// doctor.c keeps and prints the lines, doctor_machine.c looks at this machine, doctor_probe.c
// at addresses and certificates, doctor_venue.c at what a venue's feed got.
#ifndef PERPDESK_CLI_DOCTOR_H
#define PERPDESK_CLI_DOCTOR_H

#include "cli/desk_run.h"

enum { DOCTOR_LINES_MAX = 16 + VENUE_MAX * 8, DOCTOR_TEXT_MAX = 320 };

enum doctor_state {
    DOCTOR_OK,
    DOCTOR_WARN, // works, but should be looked at: the exit code stays 0
    DOCTOR_FAIL,
    DOCTOR_STATE_COUNT
};

struct doctor_line {
    char subject[VENUE_NAME_MAX]; // "machine" or the venue's name
    const char *check;            // one word
    enum doctor_state state;
    char found[DOCTOR_TEXT_MAX];
    const char *todo; // "" when there is nothing to do
};

struct doctor {
    struct doctor_line lines[DOCTOR_LINES_MAX];
    uint32_t count;
    uint32_t failed_machine, failed_venues; // lines that are DOCTOR_FAIL
};

// `check` and `todo` must outlive the doctor; `todo` is left out of lines that are well.
void doctor_add(struct doctor *doctor, const char *subject, const char *check,
                enum doctor_state state, const char *todo, const char *format, ...)
    PRINTF_LIKE(6, 7);
// A table for people, or one JSON object a line. False when nobody reads.
bool doctor_print(const struct doctor *doctor, bool json);

// Clock, folders, free space, terminal. `settings`: what is in force.
void doctor_check_machine(struct doctor *doctor, const struct settings *settings, bool demo);

// One TLS connection to a host, to see whether it can be made and what certificate it shows.
enum { DOCTOR_HOST_MAX = 160, DOCTOR_REASON_MAX = 160 };
struct doctor_probe {
    const char *url; // of the venue; "" = nothing to probe
    struct ssl_ctx_st *tls;
    char host[DOCTOR_HOST_MAX];     // with its port
    char reason[DOCTOR_REASON_MAX]; // why it could not be made
    char version[16];               // "TLSv1.3"
    bool made;
    int days_left; // of the certificate
};
// All at once; what has no answer after `wait_ns` is given up.
enum status doctor_probe_all(struct doctor_probe *probes, uint32_t count,
                             int64_t wait_ns) MUST_CHECK;

struct doctor_probes {
    struct doctor_probe rest, ws;
};
// After the desk was stopped; now_ns: the desk's time when it was.
void doctor_check_venue(struct doctor *doctor, const struct desk_run *desk, uint16_t venue,
                        const struct doctor_probes *probes, int64_t now_ns);

#endif
