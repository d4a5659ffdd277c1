// A desk made up for the screen: every section filled, and a link that serves it.
//
// What a person's commands would do to the header happens, so that keys can be tried; nothing
// trades. Everything is fixed, so screens are the same bytes each time.
#ifndef PERPDESK_TESTS_SCREEN_SCENE_H
#define PERPDESK_TESTS_SCREEN_SCENE_H

#include "ui/link.h"

enum { SCENE_VENUES_MAX = 10, SCENE_SYMBOLS_MAX = 12, SCENE_LOG_MAX = 40 };

struct scene {
    struct universe universe;
    struct state_draft draft;
    uint64_t version[STATE_SECTION_COUNT];
    struct log_line log[SCENE_LOG_MAX];
    int log_count;
    struct control_request last; // what was asked for last
    int requests;
    int settings; // asked for
    bool refuse;  // every request is refused
};

// Names: "main", "trouble" (stale, killed, override), "start" (nothing known yet), "many" (ten
// venues, twelve symbols). STATUS_USAGE for any other.
enum status scene_create(struct scene *scene, const char *name) MUST_CHECK;
void scene_destroy(struct scene *scene);
struct link scene_link(struct scene *scene);
void scene_touch(struct scene *scene, enum state_section section); // its version changes
// Moves the desk's clock, and with `quotes` prices; `step` is any growing number.
void scene_move(struct scene *scene, int64_t by_ns, uint32_t step, uint32_t quotes);

#endif
