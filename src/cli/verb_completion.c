// completion: the verb table and the option table as a shell's completion.
//
// etc/completions holds what this prints; a test holds them together. Words of a synopsis in small
// letters, parted by |, are choices; FILE, PATH and FOLDER are names of files.
#include <stdio.h>

#include "cli/verbs.h"

enum { WORDS_BYTES = 512, SCRIPT_BYTES = 64 * 1024 };

static bool is_small(char c) {
    return (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}

// The choices of a synopsis, parted by blanks: small words beside a |.
static void add_choices(struct text *out, const char *synopsis) {
    size_t before = out->size;
    for (const char *at = synopsis; *at != '\0'; at++) {
        size_t size = 0;
        while (is_small(at[size])) {
            size++;
        }
        bool beside = at[size] == '|' || (at > synopsis && at[-1] == '|');
        if (size > 0 && beside && strchr("| [],\n", at[size]) != NULL) { // or the end
            text_add_string(out, out->size > before ? " " : "");
            text_add(out, (struct slice){at, size});
        }
        at += size > 0 ? size - 1 : 0;
    }
}

static bool names_file(const char *synopsis) {
    return strstr(synopsis, "FILE") != NULL || strstr(synopsis, "PATH") != NULL;
}

// Every verb, those that steer a running desk included.
static const struct cli_verb *verb_number(uint32_t number) {
    if (number < cli_verb_count) {
        return &cli_verbs[number];
    }
    uint32_t index = 0;
    for (uint32_t left = number - cli_verb_count; index < CONTROL_COUNT; index++) {
        const struct cli_verb *verb = cli_control_verb(index);
        if (verb != NULL && left-- == 0) {
            return verb;
        }
    }
    return NULL;
}

static bool takes(const struct cli_verb *verb, uint32_t option) {
    return ((verb->options | CLI_BIT(CLI_HELP)) & CLI_BIT(option)) != 0;
}

// ---- bash ---------------------------------------------------------------------------------------

// What an option's argument may be, as `previous` of the line.
static void add_bash_arguments(struct text *out) {
    text_add_string(out, "    case $previous in\n");
    for (uint32_t i = 0; i < CLI_OPTION_COUNT; i++) {
        const struct cli_option_row *row = cli_option_row((enum cli_option)i);
        char bytes[WORDS_BYTES];
        struct text words = TEXT_OVER(bytes);
        if (row->argument == NULL || row->argument[0] == '[') {
            continue;
        }
        add_choices(&words, row->argument);
        text_add_string(out, "    ");
        if (row->letter != 0) {
            text_add_format(out, "-%c | ", row->letter);
        }
        if (words.size > 0) {
            text_add_format(out, "--%s) words='%s' ;;\n", row->name, bytes);
        } else {
            text_add_format(out, "--%s) words='' files=%s ;;\n", row->name,
                            names_file(row->argument) ? "yes" : "no");
        }
    }
    text_add_string(out, "    *) words=none ;;\n    esac\n");
}

static void add_bash_verbs(struct text *out) {
    const struct cli_verb *verb;
    text_add_string(out, "    case ${COMP_WORDS[1]} in\n");
    for (uint32_t i = 0; (verb = verb_number(i)) != NULL; i++) {
        char bytes[WORDS_BYTES];
        struct text words = TEXT_OVER(bytes);
        add_choices(&words, verb->operands);
        text_add_format(out, i == 0 ? "    %s | -*) options='" : "    %s) options='", verb->name);
        for (uint32_t option = 0; option < CLI_OPTION_COUNT; option++) {
            if (takes(verb, option)) {
                text_add_format(out, "--%s ", cli_option_row((enum cli_option)option)->name);
            }
        }
        out->size--; // the last blank
        text_add_format(out, "' words='%s' files=%s ;;\n", bytes,
                        names_file(verb->operands) ? "yes" : "no");
    }
    text_add_string(out, "    *) return ;;\n    esac\n");
}

static void add_bash(struct text *out) {
    const struct cli_verb *verb;
    text_add_string(out, "# Made by `perpdesk completion bash`.\n"
                         "_perpdesk() {\n"
                         "    local current=${COMP_WORDS[COMP_CWORD]} options words files=no\n"
                         "    local previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
                         "    COMPREPLY=()\n");
    add_bash_arguments(out);
    text_add_string(out, "    if [ \"$words\" != none ]; then\n"
                         "        options=''\n"
                         "    elif [ \"$COMP_CWORD\" -eq 1 ] && [[ $current != -* ]]; then\n"
                         "        options='' words='");
    for (uint32_t i = 0; (verb = verb_number(i)) != NULL; i++) {
        text_add_format(out, "%s%s", i == 0 ? "" : " ", verb->name);
    }
    text_add_string(out, "'\n    else\n");
    add_bash_verbs(out);
    text_add_string(out, "    fi\n"
                         "    [[ $current != -* ]] || words=$options\n"
                         "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
                         "    if [ \"$files\" = yes ] && [[ $current != -* ]]; then\n"
                         "        compopt -o filenames 2>/dev/null\n"
                         "        mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "
                         "\"$current\")\n"
                         "    fi\n"
                         "}\n"
                         "complete -F _perpdesk perpdesk\n");
}

// ---- zsh ----------------------------------------------------------------------------------------

// A sentence within '…[…]' of _arguments, or behind the colon of _describe.
static void add_zsh_sentence(struct text *out, const char *sentence) {
    for (; *sentence != '\0'; sentence++) {
        if (*sentence == '\'') {
            text_add_string(out, "'\\''");
            continue;
        }
        if (strchr("[]:\\", *sentence) != NULL) {
            text_add_char(out, '\\');
        }
        text_add_char(out, *sentence);
    }
}

static void add_zsh_values(struct text *out, const char *synopsis) {
    char bytes[WORDS_BYTES];
    struct text words = TEXT_OVER(bytes);
    add_choices(&words, synopsis);
    if (words.size > 0) {
        text_add_format(out, "(%s)", bytes);
    } else if (names_file(synopsis)) {
        text_add_string(out, "_files");
    } else {
        text_add_char(out, ' '); // anything
    }
}

static void add_zsh_option(struct text *out, const struct cli_option_row *row) {
    bool may = row->argument != NULL && row->argument[0] == '[';
    text_add_format(out, " \\\n            '*--%s%s[", row->name, may ? "=-" : "");
    add_zsh_sentence(out, row->sentence);
    text_add_char(out, ']');
    if (row->argument != NULL) {
        text_add_string(out, may ? "::value:" : ":value:");
        add_zsh_values(out, row->argument);
    }
    text_add_char(out, '\'');
}

static void add_zsh(struct text *out) {
    const struct cli_verb *verb;
    text_add_string(out, "#compdef perpdesk\n# Made by `perpdesk completion zsh`.\n_perpdesk() {\n"
                         "    local -a verbs=(\n");
    for (uint32_t i = 0; (verb = verb_number(i)) != NULL; i++) {
        text_add_format(out, "        '%s:", verb->name);
        add_zsh_sentence(out, verb->sentence);
        text_add_string(out, "'\n");
    }
    text_add_string(out, "    )\n"
                         "    if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then\n"
                         "        _describe verb verbs\n        return\n    fi\n"
                         "    local verb=$words[2]\n"
                         "    if [[ $verb != -* ]]; then\n"
                         "        shift words\n        ((CURRENT--))\n    fi\n"
                         "    case $verb in\n");
    for (uint32_t i = 0; (verb = verb_number(i)) != NULL; i++) {
        text_add_format(out,
                        i == 0 ? "    %s | -*)\n        _arguments" : "    %s)\n        _arguments",
                        verb->name);
        for (uint32_t option = 0; option < CLI_OPTION_COUNT; option++) {
            if (takes(verb, option)) {
                add_zsh_option(out, cli_option_row((enum cli_option)option));
            }
        }
        if (verb->operands_max > 0) {
            text_add_string(out, " \\\n            '*:operand:");
            add_zsh_values(out, verb->operands);
            text_add_char(out, '\'');
        }
        text_add_string(out, "\n        ;;\n");
    }
    text_add_string(out, "    esac\n}\n_perpdesk \"$@\"\n");
}

enum status verb_completion(const struct cli_args *args) {
    static char bytes[SCRIPT_BYTES];
    struct text out = TEXT_OVER(bytes);
    if (strcmp(args->operands[0], "bash") == 0) {
        add_bash(&out);
    } else if (strcmp(args->operands[0], "zsh") == 0) {
        add_zsh(&out);
    } else {
        return status_fail(STATUS_USAGE, "completion %s: expected bash or zsh", args->operands[0]);
    }
    ASSERT(!out.truncated);
    (void)fputs(bytes, stdout); // a failure shows at the end
    return cli_end_output();
}
