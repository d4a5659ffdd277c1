// Where things lie: state folders, the demo's recording.
#ifndef PERPDESK_CLI_PATHS_H
#define PERPDESK_CLI_PATHS_H

#include "engine/event.h"

// `$XDG_STATE_HOME/perpdesk/{live,paper,demo}`, created with its parents (0700). STATUS_CONFIG when
// neither XDG_STATE_HOME nor HOME says where.
enum status paths_state_folder(enum desk_mode mode, char *out, size_t capacity) MUST_CHECK;

// `$XDG_RUNTIME_DIR/perpdesk`, created (0700), where running desks have their sockets; without that
// variable the folder above the state folders.
enum status paths_runtime_folder(char *out, size_t capacity) MUST_CHECK;
const char *paths_mode_word(enum desk_mode mode); // "live", "paper", "demo"

#endif
