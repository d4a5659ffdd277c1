// config and set: what is in force in a running desk, and one setting of it.
// check-config: says that the configuration is right, or everything that is wrong with it; and
// prints the texts made from the key table.
#include <stdio.h>
#include <stdlib.h>

#include "cli/desk_call.h"
#include "cli/verbs.h"

enum print_choice { PRINT_NOTHING, PRINT_EFFECTIVE, PRINT_DEFAULT, PRINT_MANUAL, PRINT_UNKNOWN };

static enum print_choice print_choice(const char *word) {
    static const char *const words[] = {"effective", "default", "man"};
    if (word == NULL) {
        return PRINT_NOTHING;
    }
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (strcmp(word, words[i]) == 0) {
            return (enum print_choice)(PRINT_EFFECTIVE + i);
        }
    }
    return PRINT_UNKNOWN;
}

static void print_found(struct text *out, const struct config *config,
                        const struct config_report *report) {
    for (uint32_t i = 0; i < report->file_count; i++) {
        text_add_format(out, "%s%s", i == 0 ? "" : ", ", report->files[i]);
    }
    text_add_string(out, report->file_count == 0 ? "no file, the defaults: ok, " : ": ok, ");
    uint32_t trading = 0;
    for (uint16_t i = 0; i < config->venue_count; i++) {
        trading += config->venues[i].role == VENUE_TRADE;
    }
    text_add_format(out, "%u symbols, %u venues (%u trading)", config->symbol_count,
                    config->venues_on, trading);
}

static enum status check(const struct cli_args *args, enum print_choice choice,
                         struct config_report *report) {
    static char bytes[CONFIG_TEXT_MAX];
    struct text out = TEXT_OVER(bytes);
    struct config_venue venues[VENUE_MAX];
    struct config config;
    struct config_options options = {.venues = venues, .venue_count = cli_venues(venues)};
    if (choice == PRINT_DEFAULT) {
        config_print_default(&options, &out);
    } else if (choice == PRINT_MANUAL) {
        config_print_manual(&out);
    } else {
        enum status status = cli_load_config(args, &config, report);
        if (status != STATUS_OK) {
            return status;
        }
        if (choice == PRINT_EFFECTIVE) {
            config_print(&config, &out);
        } else {
            print_found(&out, &config, report);
            text_add_char(&out, '\n');
        }
    }
    ASSERT(!out.truncated);
    (void)fputs(bytes, stdout);
    return cli_end_output();
}

static enum status ask_desk(const struct cli_args *args, const char *line) {
    struct desk_call call;
    struct slice answer;
    enum status status = desk_call_open(&call, args);
    if (status != STATUS_OK) {
        return status;
    }
    status = desk_call_ask(&call, line, &answer);
    if (status == STATUS_OK) {
        bool ends = answer.size > 0 && answer.data[answer.size - 1] == '\n';
        printf("%.*s%s", (int)answer.size, answer.data, ends ? "" : "\n");
        status = cli_end_output();
    }
    desk_call_close(&call);
    return status;
}

enum status verb_set(const struct cli_args *args) {
    char line[CONFIG_LINE_MAX + 8];
    struct text text = TEXT_OVER(line);
    text_add_format(&text, "set %s", args->operands[0]);
    return text.truncated ? status_fail(STATUS_USAGE, "set: that is too long")
                          : ask_desk(args, line);
}

enum status verb_show_config(const struct cli_args *args) {
    if (args->desk != NULL) {
        return args->config == NULL && args->set_count == 0
                   ? ask_desk(args, "config")
                   : status_fail(STATUS_USAGE, "config takes --desk, or --config and --set");
    }
    struct cli_args own = *args;
    own.print = "effective";
    return verb_check_config(&own);
}

enum status verb_check_config(const struct cli_args *args) {
    enum print_choice choice = print_choice(args->print);
    if (choice == PRINT_UNKNOWN) {
        return status_fail(STATUS_USAGE, "--print %s: expected effective, default or man",
                           args->print);
    }
    struct cli_args own = *args;
    if (args->operand_count > 0) {
        if (args->config != NULL) {
            return status_fail(STATUS_USAGE, "check-config takes FILE or --config FILE, not both");
        }
        own.config = args->operands[0];
    }
    struct config_report *report = malloc(sizeof(*report));
    if (report == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for the configuration's report");
    }
    enum status status = check(&own, choice, report);
    free(report);
    return status;
}
