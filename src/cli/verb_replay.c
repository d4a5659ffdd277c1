// replay: a journal through a fresh desk; --verify compares every decision byte for byte, --until
// stops at a moment of it and shows the desk as it was: on a terminal with the console, else as
// lines.
#include <stdio.h>
#include <unistd.h>

#include "base/json.h"
#include "cli/desk_picture.h"
#include "cli/verbs.h"
#include "ui/console.h"

static enum status refuse(void *arg, const struct control_request *request) {
    (void)arg;
    (void)request;
    return status_fail(STATUS_REFUSED, "this is a moment of the past: it takes no command");
}

static enum status open_console(const struct state_board *board, const struct universe *universe) {
    struct link_local local = {.board = board, .universe = universe, .control = refuse};
    struct console_options console = {.link = link_past(&local)};
    enum console_end end;
    return console_run(&console, &end);
}

static enum status show(void *arg, const struct state_board *board,
                        const struct universe *universe) {
    const struct cli_args *args = arg;
    if (!args->json && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) {
        return open_console(board, universe);
    }
    struct desk_picture *picture;
    enum status status = desk_picture_create(&picture, universe, board, args->json);
    if (status == STATUS_OK) {
        desk_picture_read(picture);
        desk_picture_print(picture);
    }
    desk_picture_destroy(picture);
    return status;
}

enum status verb_replay(const struct cli_args *args) {
    char bytes[4096], line_bytes[8300];
    struct text summary = TEXT_OVER(bytes);
    struct text line = TEXT_OVER(line_bytes);
    struct cli_args own = *args;
    struct desk_replay replay = {
        .path = args->operands[0],
        .verify = args->verify,
        .until = args->until,
        .show = args->until != NULL ? show : NULL,
        .arg = &own,
    };
    enum status status = desk_run_replay(&replay, &summary);
    if (status != STATUS_OK) {
        return status;
    }
    if (args->json) {
        text_add_format(&line, "{\"events\":%llu,\"verified\":%s,\"summary\":",
                        (unsigned long long)replay.events, args->verify ? "true" : "false");
        json_write_string(&line, text_slice(&summary));
        text_add_char(&line, '}');
    } else {
        text_add(&line, text_slice(&summary));
    }
    (void)cli_put_line(&line); // a failure shows at the end
    return cli_end_output();
}
