// venue: asks a venue directly with its keys, no desk needed. What comes back is printed as events,
// one JSON object a line; --dry-run prints the request instead of sending it, without its secrets.
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/venue_trade.h"
#include "cli/verbs.h"
#include "exchanges/oe_text.h"

enum { TRADES_MAX = 65536 };

static void on_event(void *arg, const struct oe_event *event) {
    struct venue_ask *ask = arg;
    char data[2048];
    struct text line = TEXT_OVER(data);
    venue_hear(ask, event);
    if (event->kind == OE_EVENT_ALIVE || event->kind == OE_EVENT_RATE) {
        return; // nothing that was asked for
    }
    if (!ask->quiet || event->kind == OE_EVENT_REJECTED) {
        oe_event_print(&line, &ask->inquiry->oe, event);
        (void)cli_put_line(&line); // a failure shows at the end
    }
}

// ---- a request shown ---------------------------------------------------------------------------

static bool takes(const char *at, const char *name, size_t *skip) {
    size_t size = strlen(name);
    *skip = size;
    return strncmp(at, name, size) == 0;
}

// Up to the quote that ends it, or of a query to the next member.
static size_t value_size(const char *text, bool quoted) {
    size_t size = 0;
    while (text[size] != '\0' && text[size] != (quoted ? '"' : '&')) {
        size += quoted && text[size] == '\\' && text[size + 1] != '\0' ? 2 : 1;
    }
    return size;
}

// Appends text with every secret of the account, and whatever is signed with it, as ***.
static void add_redacted(struct text *out, const struct inquiry *inquiry, const char *text) {
    static const char *const marks[] = {"signature=", "\"signature\":\"",   "\"sign\":\"",
                                        "\"Sig\":\"", "\"l2Signature\":\"", "\"r\":\"0x",
                                        "\"s\":\"0x"};
    while (*text != '\0') {
        size_t skip = 0;
        bool hidden = false;
        for (uint32_t i = 0; i < OE_SECRETS_MAX && !hidden; i++) {
            const struct oe_secret *secret = &inquiry->venue->oe->secrets[i];
            hidden = secret->variable != NULL && !secret->open &&
                     inquiry->keys.values[i].size > 0 &&
                     takes(text, inquiry->keys.values[i].data, &skip);
        }
        for (size_t i = 0; i < COUNT_OF(marks) && !hidden; i++) {
            if (takes(text, marks[i], &skip)) {
                text_add_string(out, marks[i]);
                skip += value_size(text + skip, marks[i][0] == '"');
                hidden = true;
            }
        }
        if (hidden) {
            text_add_string(out, "***");
        } else {
            text_add_char(out, *text);
            skip = 1;
        }
        text += skip;
    }
}

static enum status show(void *arg, const struct oe_message *message) {
    static char data[OE_PATH_MAX + OE_HEADERS_MAX + 2 * OE_BODY_MAX];
    const struct inquiry *inquiry = ((const struct venue_ask *)arg)->inquiry;
    struct text out = TEXT_OVER(data);
    if (message->way == OE_WAY_SOCKET) {
        text_add_format(&out, "socket %u: ", message->socket);
    } else {
        text_add_format(&out, "%s %s", message->method, inquiry->rest);
        add_redacted(&out, inquiry, message->path_data);
        text_add_char(&out, '\n');
    }
    for (const char *at = message->headers_data; *at != '\0';) {
        size_t size = strcspn(at, "\n");
        size_t name = strcspn(at, ":");
        text_add(&out, (struct slice){at, name < size ? name : size});
        text_add_string(&out, ": ***\n"); // keys, time stamps and signatures alike
        at += size + (at[size] == '\n');
    }
    add_redacted(&out, inquiry, message->body_data);
    return cli_put_line(&out) ? cli_end_output() : STATUS_IO;
}

// ---- what is asked -----------------------------------------------------------------------------

static enum status ask_orders(struct venue_ask *ask) {
    return venue_list(ask, OE_OPEN_ORDERS, OE_OPEN_PER_SYMBOL);
}

static enum status ask_positions(struct venue_ask *ask) {
    return venue_list(ask, OE_POSITIONS, 0);
}

static enum status ask_balances(struct venue_ask *ask) {
    return venue_list(ask, OE_BALANCES, 0);
}

static enum status ask_fees(struct venue_ask *ask) {
    return venue_list(ask, OE_FEES, OE_FEES_PER_SYMBOL);
}

static enum status ask_fills(struct venue_ask *ask) {
    return venue_list(ask, OE_FILLS, OE_FILLS_PER_SYMBOL);
}

struct venue_word {
    const char *name;
    enum status (*run)(struct venue_ask *ask);
    uint32_t least, most; // operands behind it
    const char *needs;    // what those are
};

static const struct venue_word words[] = {
    {"orders", ask_orders, 0, 0, "nothing more"},
    {"positions", ask_positions, 0, 0, "nothing more"},
    {"balances", ask_balances, 0, 0, "nothing more"},
    {"fees", ask_fees, 0, 0, "nothing more"},
    {"fills", ask_fills, 0, 0, "nothing more"},
    {"order", venue_order, 4, 6, VENUE_ORDER_WORDS},
    {"cancel", venue_cancel, 1, 1, "the ID of an open order, the venue's or its client's"},
    {"cancel-all", venue_cancel_all, 0, 1, "[SYMBOL]"},
    {"flatten", venue_flatten, 0, 1, "[SYMBOL]"},
    {"dead-man", venue_deadman, 1, 2, "SECONDS [SYMBOL], 0 takes it off"},
    {"login", venue_login, 0, 0, "nothing more"},
};

// What is wrong with the words alone is told before a key is read or the venue is asked.
static enum status check_words(const struct cli_args *args, const struct venue_word **out) {
    const char *name = args->operands[1];
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        uint32_t behind = args->operand_count - 2;
        if (strcmp(words[i].name, name) != 0) {
            continue;
        }
        if (behind < words[i].least || behind > words[i].most) {
            return status_fail(STATUS_USAGE, "%s needs %s", name, words[i].needs);
        }
        *out = &words[i];
        struct oe_order order;
        return words[i].run == venue_order ? venue_parse_order(args, &order) : STATUS_OK;
    }
    return status_fail(STATUS_USAGE,
                       "%s: expected orders, positions, balances, fees, fills, order, cancel, "
                       "cancel-all, flatten, dead-man, login, or trade, reference or off for a "
                       "running desk",
                       name);
}

static enum status run_ask(struct venue_ask *ask, const struct venue_word *word) {
    struct inquiry *inquiry = ask->inquiry;
    inquiry->on_event = on_event;
    inquiry->on_dry_run = ask->args->dry_run ? show : NULL;
    inquiry->arg = ask;
    enum status status = inquiry_open(inquiry, ask->args, ask->args->operands[0]);
    if (status == STATUS_OK) {
        status = word->run(ask);
    }
    if (status == STATUS_OK) {
        status = ask->refused ? status_fail(STATUS_UNAVAILABLE, "%s refused it: see the line",
                                            inquiry->venue->md->name)
                              : cli_end_output();
    }
    return status;
}

enum status verb_venue(const struct cli_args *args) {
    for (uint32_t role = 0; role < VENUE_ROLE_COUNT && args->operand_count == 2; role++) {
        if (strcmp(args->operands[1], venue_role_name((enum venue_role)role)) == 0) {
            return args->dry_run ? status_fail(STATUS_USAGE,
                                               "--dry-run shows requests to a venue: %s is said to "
                                               "a running desk, which would do it",
                                               args->operands[1])
                                 : verb_control(args); // a running desk's matter
        }
    }
    const struct venue_word *word = NULL;
    enum status status = check_words(args, &word);
    if (status != STATUS_OK) {
        return status;
    }
    struct venue_ask *ask = calloc(1, sizeof(*ask));
    if (ask == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory");
    }
    ask->args = args;
    ask->state = OE_STATE_COUNT;
    status = seen_set_create(&ask->trades, TRADES_MAX);
    status = status == STATUS_OK ? inquiry_create(&ask->inquiry) : status;
    status = status == STATUS_OK ? run_ask(ask, word) : status;
    inquiry_close(ask->inquiry);
    seen_set_finish(&ask->trades);
    free(ask);
    return status;
}
