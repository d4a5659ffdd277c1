// A desk in the same process: the published board, and the engine's control entry.
#include "ui/link.h"

#include "engine/control_text.h"

static uint64_t local_version(void *self, enum state_section section) {
    const struct link_local *local = self;
    return state_version(local->board, section);
}

static uint32_t local_read(void *self, enum state_section section, void *rows, uint64_t *version) {
    const struct link_local *local = self;
    return state_read(local->board, section, rows, version);
}

static enum status local_control(void *self, const struct control_request *request,
                                 struct text *answer) {
    const struct link_local *local = self;
    enum status status = control_check(request, local->universe);
    if (status == STATUS_OK) {
        status = local->control(local->arg, request);
    }
    if (status == STATUS_OK) {
        control_print(answer, local->universe, request);
    } else {
        text_add_string(answer, status_text());
    }
    return status;
}

static int local_log(void *self, uint64_t after, struct log_line *out, int max, uint64_t *last) {
    (void)self;
    return log_recent(after, out, max, last);
}

static bool local_steers(void *self) {
    const struct link_local *local = self;
    return local->steers == NULL || local->steers(local->arg);
}

static enum status local_take(void *self) {
    const struct link_local *local = self;
    if (local->take != NULL) {
        local->take(local->arg);
    }
    return STATUS_OK;
}

static enum status local_arm(void *self, const char *phrase) {
    const struct link_local *local = self;
    if (local->armed != NULL) {
        local->armed(local->arg, phrase != NULL);
    }
    return STATUS_OK;
}

static const struct link_ops local_ops = {
    .name = "local",
    .version = local_version,
    .read = local_read,
    .control = local_control,
    .log = local_log,
    .steers = local_steers,
    .take = local_take,
    .arm = local_arm,
    .ends_with_console = true,
};

static const struct link_ops past_ops = {
    .name = "past",
    .version = local_version,
    .read = local_read,
    .control = local_control,
    .log = local_log,
    .still = true,
};

static struct link link_by(const struct link_ops *ops, struct link_local *local) {
    ASSERT(local->board != NULL);
    ASSERT(local->universe != NULL);
    ASSERT(local->control != NULL);
    return (struct link){.ops = ops, .self = local, .universe = local->universe};
}

struct link link_local(struct link_local *local) {
    return link_by(&local_ops, local);
}

struct link link_past(struct link_local *local) {
    return link_by(&past_ops, local);
}
