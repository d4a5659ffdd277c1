// The credentials of a venue: found, checked, kept apart, wiped.
//
// A name (venue_oe.secrets, and <VENUE>_ENV) is looked for in the environment, then as a file of
// $CREDENTIALS_DIRECTORY (systemd), then in a .env file. Files must belong to the user who runs the
// desk (or root) and be closed to everybody else, or they are refused. What came from the
// environment is wiped there and removed, so that neither children nor /proc keep it. Values never
// appear in any text. No threads: called before the desk starts.
#ifndef PERPDESK_IO_SECRET_H
#define PERPDESK_IO_SECRET_H

#include "exchanges/venue_oe.h"

enum { SECRET_VALUE_MAX = 1024, SECRET_FILE_MAX = 64 * 1024, SECRET_PATH_MAX = 512 };

struct secret_source {
    const char *credentials; // folder, NULL = none
    const char *env_file;    // NULL = none; one that does not exist is none
};

struct secret_keys {
    bool found; // every mandatory one
    bool testnet;
    struct slice values[OE_SECRETS_MAX]; // in the order of the venue's, for oe_create
    char *memory;                        // pages of their own, out of core dumps
};

// Where this process is to look, by its environment: $CREDENTIALS_DIRECTORY, and as .env file
// $PERPDESK_ENV_FILE, else ./.env, else perpdesk/.env in the configuration folder. `path` holds the
// name.
void secret_source_find(struct secret_source *source, char path[SECRET_PATH_MAX]);

// STATUS_OK with found false: none of the venue's names is set. STATUS_CONFIG: some are and others
// are not, a file is open to others, a value cannot be one; the text names the variable or the
// file.
enum status secret_load(struct secret_keys *keys, const struct venue_oe *venue,
                        const struct secret_source *source) MUST_CHECK;
void secret_wipe(struct secret_keys *keys); // zeroed allowed
// From now on no core dump of this process, and nobody else's debugger.
void secret_harden(void);

#endif
