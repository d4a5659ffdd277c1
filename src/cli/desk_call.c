#include "cli/desk_call.h"

#include <stdio.h>

#include "cli/paths.h"

enum status desk_call_path(enum desk_mode mode, char *out, size_t capacity) {
    enum status status = paths_runtime_folder(out, capacity);
    if (status != STATUS_OK) {
        return status;
    }
    struct text path = {.data = out, .capacity = capacity, .size = strlen(out)};
    text_add_format(&path, "/%s.sock", paths_mode_word(mode));
    return path.truncated ? status_fail(STATUS_CONFIG, "the path of the desk's socket is too long")
                          : STATUS_OK;
}

static enum status open_socket(struct line_client *client, enum desk_mode mode) {
    char path[256];
    enum status status = desk_call_path(mode, path, sizeof(path));
    return status == STATUS_OK ? line_client_open(client, path, DESK_CALL_ANSWER_MAX) : status;
}

enum status desk_call_find(const struct cli_args *args, enum desk_mode *mode) {
    char list[64];
    struct text running = TEXT_OVER(list);
    int count = 0;
    for (int i = 0; i < DESK_MODE_COUNT; i++) {
        enum desk_mode each = (enum desk_mode)i;
        struct line_client client = {.fd = -1};
        if (args->desk != NULL) {
            if (strcmp(args->desk, paths_mode_word(each)) == 0) {
                *mode = each;
                return STATUS_OK;
            }
            continue;
        }
        enum status status = open_socket(&client, each);
        line_client_close(&client);
        if (status == STATUS_CONFIG || status == STATUS_CANNOT_CREATE) {
            return status;
        }
        if (status != STATUS_NOT_RUNNING) { // one that does not let us in runs, too
            text_add_format(&running, "%s%s", count > 0 ? ", " : "", paths_mode_word(each));
            *mode = each;
            count++;
        }
    }
    if (args->desk != NULL) {
        return status_fail(STATUS_USAGE, "--desk %s: expected live, paper or demo", args->desk);
    }
    if (count == 1) {
        return STATUS_OK;
    }
    return count == 0
               ? status_fail(STATUS_NOT_RUNNING,
                             "no desk is running: perpdesk or perpdesk run --headless "
                             "starts one")
               : status_fail(STATUS_NOT_RUNNING,
                             "%d desks are running (%s): choose one with --desk", count, list);
}

enum status desk_call_ask(struct desk_call *call, const char *line, struct slice *answer) {
    enum status status = line_client_ask(&call->client, slice_of(line), DESK_CALL_TIMEOUT_MS);
    *answer = status == STATUS_OK ? line_client_answer(&call->client) : (struct slice){"", 0};
    return status;
}

enum status desk_call_check_journal(struct desk_call *call) {
    static const char failed[] = "\"journal\":\"failed\"";
    struct slice answer;
    enum status status = desk_call_ask(call, "status json", &answer);
    return status == STATUS_OK &&
                   memmem(answer.data, answer.size, failed, sizeof(failed) - 1) != NULL
               ? status_fail(STATUS_IO, "its journal failed: nothing leaves it any more")
               : status;
}

static bool read_count(struct slice json, const char *member, int64_t *count) {
    const char *at = memmem(json.data, json.size, member, strlen(member));
    if (at == NULL) {
        return false;
    }
    at += strlen(member);
    struct slice number = {at, 0};
    while (at + number.size < json.data + json.size && at[number.size] >= '0' &&
           at[number.size] <= '9') {
        number.size++;
    }
    return decimal_parse(number, 0, count);
}

enum status desk_call_orders(struct desk_call *call, int64_t *orders) {
    struct slice answer;
    enum status status = desk_call_ask(call, "status json", &answer);
    if (status == STATUS_OK && (memmem(answer.data, answer.size, "\"HUNG\"", 6) != NULL ||
                                !read_count(answer, "\"orders_open\":", orders))) {
        status = status_fail(STATUS_TIMEOUT, "the engine stands still");
    }
    return status;
}

enum status desk_call_open(struct desk_call *call, const struct cli_args *args) {
    *call = (struct desk_call){.client = {.fd = -1}};
    enum status status = desk_call_find(args, &call->mode);
    if (status == STATUS_OK) {
        status = open_socket(&call->client, call->mode);
    }
    if (status == STATUS_NOT_RUNNING && args->desk != NULL) {
        status = status_fail(STATUS_NOT_RUNNING, "no %s desk is running", args->desk);
    }
    struct slice answer;
    if (status == STATUS_OK) {
        status = desk_call_ask(call, "hello shell", &answer);
    }
    if (status == STATUS_OK && args->confirm != NULL) {
        char line[128];
        struct text text = TEXT_OVER(line);
        text_add_format(&text, "arm %s", args->confirm);
        status = text.truncated ? status_fail(STATUS_REFUSED, "that is not the phrase")
                                : desk_call_ask(call, line, &answer);
        status = status_context(status, "--confirm");
    }
    if (status != STATUS_OK) {
        desk_call_close(call);
    }
    return status;
}

void desk_call_close(struct desk_call *call) {
    line_client_close(&call->client);
}
