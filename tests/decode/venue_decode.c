// venue_decode VENUE FILE…: what the venue's decoder makes of the messages in the files, one line
// of JSON for each update, or one with the reason when a message tells the desk nothing.
//
// The files may be a venue's sample, a recording, or messages as they came (decode_file.h). Symbols
// are learned from the files first, so that every listing they tell of is decoded; an answer of the
// venue's REST side is tried as the answer to each kind of request, and the kind that gets most out
// of it is taken. Every line begins with the file, the line of it (the number of the message, in a
// sample) and the venue.
//
// Exit status: 0, 64 wrong command line or unknown venue, 65 a file that holds no messages, 66 one
// that cannot be read. With several files the others are decoded all the same.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode_desk.h"
#include "decode_file.h"
#include "decode_print.h"

enum { OUTPUT_MAX = 64 << 20, ROUNDS_MAX = 4 };

struct decoding {
    struct md_sink sink; // must be first
    struct decode_desks *desks;
    struct decode_desk *desk; // whose decoder is at work
    struct text head;         // the members every line of this message begins with
    struct text lines, common;
    bool nobody;            // the symbol handed to decode_rest stands for none
    uint32_t told, refused; // updates of listings and of times; refusals
    bool causes[FEED_CAUSE_COUNT];
    bool is_unknown;   // a symbol was refused
    char unknown[256]; // which
};

static char head_bytes[8192];

static void add_line(struct decoding *decoding, struct text *out, const struct md_update *update) {
    const struct decode_desk *desk = decoding->desk;
    bool contracts = strcmp(desk->md.venue->name, "okx") == 0 && update->kind <= MD_BOOK &&
                     update->symbol < desk->used && !desk->has_rules[update->symbol];
    text_add(out, text_slice(&decoding->head));
    decode_print_update(out, desk, decoding->nobody && update->symbol == DECODE_NOBODY, contracts,
                        update);
    text_add_string(out, "}\n");
}

// A decoder is asked for what it is known to hold; here an answer is tried as everything.
static bool holds_something(const struct md_update *update) {
    const struct md_funding *funding = &update->funding;
    if (update->kind == MD_BBO) {
        return !update->bbo.bid_empty || !update->bbo.ask_empty;
    }
    if (update->kind == MD_FUNDING) {
        return funding->has_rate || funding->has_mark || funding->has_index;
    }
    return true;
}

static void on_update(struct md_sink *sink, const struct md_update *update) {
    struct decoding *decoding = (struct decoding *)(void *)sink;
    struct decode_desk *desk = decoding->desk;
    bool first = desk == decoding->desks->desks[0];
    bool named = update->kind <= MD_INSTRUMENT || update->kind == MD_ACK;
    if (update->kind == MD_REFUSED) {
        decoding->refused++;
        decoding->causes[update->refused.cause] = true;
        if (update->refused.cause == FEED_UNKNOWN_SYMBOL) { // another decoder may know it
            decoding->is_unknown = true;
            (void)string_copy(decoding->unknown, sizeof(decoding->unknown), update->refused.text);
            return;
        }
        first = first || decoding->common.size == 0;
    } else if (named && update->symbol < desk->used) {
        decoding->told += holds_something(update);
        add_line(decoding, &decoding->lines, update);
        if (update->kind == MD_INSTRUMENT) {
            desk->has_rules[update->symbol] = true;
        }
        return;
    } else {
        decoding->told += update->kind == MD_TIME;
    }
    if (first) { // what is about no listing every decoder says the same of
        add_line(decoding, &decoding->common, update);
    }
}

static void forget(struct decoding *decoding) {
    decoding->desk = decoding->desks->desks[0];
    text_clear(&decoding->lines);
    text_clear(&decoding->common);
    decoding->told = decoding->refused = 0;
    memset(decoding->causes, 0, sizeof(decoding->causes));
    decoding->is_unknown = false;
    decoding->unknown[0] = '\0';
}

// Whom an answer is about that does not say so itself: the address it was asked at, or the only
// name in it.
static struct decode_desk *subject_of(const struct decode_desks *desks,
                                      const struct message *message, uint16_t *symbol) {
    struct decode_desk *desk = decode_desks_find(desks, message->url, symbol);
    return desk != NULL ? desk : decode_desks_find(desks, message->bytes, symbol);
}

static void decode_answer_as(struct decoding *decoding, const struct message *message,
                             enum md_request_kind kind) {
    struct decode_desks *desks = decoding->desks;
    uint16_t symbol = DECODE_NOBODY;
    struct decode_desk *subject = subject_of(desks, message, &symbol);
    for (uint32_t i = 0; i < desks->count; i++) {
        struct decode_desk *desk = desks->desks[i];
        bool mine = desk == subject || (subject == NULL && i == 0);
        decoding->desk = desk;
        decoding->nobody = subject == NULL;
        // What depends on whom it is about is read by one decoder, what tells of many by all.
        if (mine || kind == MD_REQUEST_INSTRUMENTS || kind == MD_REQUEST_FUNDING) {
            desk->md.venue->decode_rest(&desk->md, kind, mine ? symbol : DECODE_NOBODY,
                                        message->bytes, &decoding->sink);
        }
    }
}

// What decoders remember, to be put back after an attempt.
struct memory {
    struct md md;
    struct listing listings[SYMBOL_MAX];
    bool has_rules[SYMBOL_MAX];
};

static void remember(struct memory *memory, const struct decode_desk *desk) {
    memory->md = desk->md;
    memcpy(memory->listings, desk->md.listings, sizeof(memory->listings));
    memcpy(memory->has_rules, desk->has_rules, sizeof(memory->has_rules));
}

static void put_back(const struct memory *memory, struct decode_desk *desk) {
    desk->md = memory->md;
    memcpy(desk->md.listings, memory->listings, sizeof(memory->listings));
    memcpy(desk->has_rules, memory->has_rules, sizeof(memory->has_rules));
}

// Members of answers about orders and accounts, which look like a market's in other respects.
static bool is_private(struct json *r) {
    static const char *const words[] = {"orderId",
                                        "ordId",
                                        "clOrdId",
                                        "clientOrderId",
                                        "clientId",
                                        "oid",
                                        "cloid",
                                        "posId",
                                        "positionAmt",
                                        "positionId",
                                        "listenKey",
                                        "jwt_token",
                                        "countdownTime",
                                        "triggerTime",
                                        "walletBalance",
                                        "accountId",
                                        "account_id",
                                        "externalId",
                                        "sub_account_id",
                                        "netExposureQuantity",
                                        "client_id",
                                        "leverage",
                                        "netCost",
                                        "availableForTrade",
                                        "order_id_list",
                                        "dualSidePosition",
                                        "average_entry_price",
                                        "nSpotEntries"};
    struct slice key;
    bool found = false;
    enum json_kind kind = json_peek(r);
    if (kind == JSON_OBJECT) {
        json_object_begin(r);
        while (json_object_next(r, &key)) {
            for (size_t i = 0; i < COUNT_OF(words); i++) {
                found |= slice_equals(key, slice_of(words[i]));
            }
            found |= is_private(r);
        }
    } else if (kind == JSON_ARRAY) {
        json_array_begin(r);
        while (json_array_next(r)) {
            found |= is_private(r);
        }
    } else {
        json_skip(r);
    }
    return found;
}

// The kind of request that gets most out of an answer, or -1 when every one refuses it.
static int kind_of_answer(struct decoding *decoding, const struct message *message) {
    static const enum md_request_kind kinds[] = {MD_REQUEST_INSTRUMENTS, MD_REQUEST_BOOK,
                                                 MD_REQUEST_FUNDING,     MD_REQUEST_QUOTE,
                                                 MD_REQUEST_INTERVALS,   MD_REQUEST_TIME};
    struct decode_desks *desks = decoding->desks;
    struct md_request asked;
    struct memory *memories = calloc(desks->count, sizeof(*memories));
    int best = -1;
    uint32_t most = 0;
    if (memories == NULL) {
        return -1;
    }
    for (uint32_t i = 0; i < desks->count; i++) {
        remember(&memories[i], desks->desks[i]);
    }
    for (size_t k = 0; k < COUNT_OF(kinds); k++) {
        struct md *md = &desks->desks[0]->md;
        bool intervals = kinds[k] == MD_REQUEST_INTERVALS;
        if (intervals && !md->venue->request(md, kinds[k], DECODE_NOBODY, &asked)) {
            continue; // told with the rates
        }
        forget(decoding);
        decode_answer_as(decoding, message, kinds[k]);
        uint32_t told = decoding->told;
        if (intervals && decoding->refused == 0) {
            told += decoding->lines.size > 0; // they hold nothing else
        }
        if (told > most) {
            most = told;
            best = (int)kinds[k];
        }
        for (uint32_t i = 0; i < desks->count; i++) {
            put_back(&memories[i], desks->desks[i]);
        }
    }
    free(memories);
    forget(decoding);
    return best;
}

static void decode_stream(struct decoding *decoding, const struct message *message) {
    struct decode_desks *desks = decoding->desks;
    for (int round = 0; round < ROUNDS_MAX; round++) {
        forget(decoding);
        for (uint32_t i = 0; i < desks->count; i++) {
            struct decode_desk *desk = desks->desks[i];
            decoding->desk = desk;
            decoding->nobody = false;
            desk->md.venue->decode(&desk->md, 0, message->bytes, &decoding->sink);
        }
        if (decoding->told > 0 || !decoding->is_unknown ||
            !decode_desks_learn_told(desks, slice_of(decoding->unknown))) {
            return;
        }
    }
}

static void add_ignored_for(struct decoding *decoding, const char *reason, const char *sentence) {
    text_add(&decoding->common, text_slice(&decoding->head));
    text_add_format(&decoding->common,
                    ",\"kind\":\"ignored\",\"reason\":\"%s\",\"sentence\":\"%s\"}\n", reason,
                    sentence);
}

static void add_ignored(struct decoding *decoding, enum feed_cause cause) {
    struct md_update update = {.kind = MD_REFUSED,
                               .refused = {.cause = cause, .text = slice_of(decoding->unknown)}};
    add_line(decoding, &decoding->common, &update);
}

// An answer that no kind of request makes sense of.
static void explain_answer(struct decoding *decoding, const struct message *message) {
    struct json r;
    decode_answer_as(decoding, message, MD_REQUEST_QUOTE);
    json_init(&r, message->bytes);
    bool whole = json_skip(&r) && json_end(&r);
    if (whole && !decoding->causes[FEED_VENUE_ERROR] && !decoding->causes[FEED_BAD_NUMBER]) {
        forget(decoding);
        add_ignored_for(decoding, "no_market_data", "an answer that tells no price and no rule");
    }
}

static bool has_private_words(const struct message *message) {
    struct json r;
    json_init(&r, message->bytes);
    return is_private(&r) && json_end(&r);
}

static void add_private(struct decoding *decoding) {
    forget(decoding);
    add_ignored_for(decoding, "private", "a message about orders or an account");
}

static void decode_answer(struct decoding *decoding, const struct message *message) {
    bool secret = has_private_words(message);
    int kind = secret ? -1 : kind_of_answer(decoding, message);
    forget(decoding);
    if (secret) {
        add_private(decoding);
    } else if (kind >= 0) {
        decode_answer_as(decoding, message, (enum md_request_kind)kind);
    } else {
        explain_answer(decoding, message);
    }
}

// A message is the stream's unless its wrapping says otherwise, or the stream's decoder does and
// the other one knows it.
static void decode_message(struct decoding *decoding, const struct message *message) {
    forget(decoding);
    if (message->way != MESSAGE_REST) {
        decode_stream(decoding, message);
    }
    bool untold = message->way == MESSAGE_UNTOLD && decoding->refused > 0 && decoding->told == 0;
    if (message->way == MESSAGE_REST || (untold && kind_of_answer(decoding, message) >= 0)) {
        decode_answer(decoding, message);
    } else if (untold) {
        decode_stream(decoding, message);
    }
    if (decoding->told == 0 && has_private_words(message)) {
        add_private(decoding); // an order's acknowledgement looks like a subscription's
    }
    if (decoding->lines.size == 0 && decoding->common.size == 0) {
        if (decoding->is_unknown) {
            add_ignored(decoding, FEED_UNKNOWN_SYMBOL);
        } else {
            add_ignored_for(decoding, "no_market_data",
                            "a message that tells a desk of no price and no rule");
        }
    }
    if (decoding->lines.truncated || decoding->common.truncated) {
        forget(decoding);
        add_ignored(decoding, FEED_TOO_LARGE);
    }
}

static void begin_line(struct decoding *decoding, const char *path, const struct message *message) {
    const char *slash = strrchr(path, '/');
    text_clear(&decoding->head);
    text_add_string(&decoding->head, "{\"file\":");
    json_write_string(&decoding->head, slice_of(slash == NULL ? path : slash + 1));
    text_add_format(&decoding->head, ",\"line\":%u,\"venue\":\"%s\"", message->line,
                    decoding->desks->venue->md->name);
}

static bool is_of_venue(const struct decode_desks *desks, const struct message *message) {
    return message->venue.size == 0 ||
           slice_equals(message->venue, slice_of(desks->venue->md->name));
}

static void decode_file(struct decoding *decoding, struct decode_file *file, const char *path) {
    struct message message;
    decode_file_rewind(file);
    for (uint32_t i = 0; i < decoding->desks->count; i++) { // a new connection
        struct md *md = &decoding->desks->desks[i]->md;
        memset(md->next_sequence, 0, sizeof(md->next_sequence));
    }
    while (decode_file_next(file, &message)) {
        begin_line(decoding, path, &message);
        forget(decoding);
        if (message.bytes.size > DECODE_MESSAGE_MAX) {
            add_ignored(decoding, FEED_TOO_LARGE);
        } else if (message.sent) {
            add_ignored_for(decoding, "sent", "a message of the client's own");
        } else if (!is_of_venue(decoding->desks, &message)) {
            add_ignored_for(decoding, "other_venue", "a message of another venue");
        } else {
            decode_message(decoding, &message);
        }
        (void)fwrite(decoding->common.data, 1, decoding->common.size, stdout);
        (void)fwrite(decoding->lines.data, 1, decoding->lines.size, stdout);
    }
}

static void learn_file(struct decode_desks *desks, struct decode_file *file) {
    struct message message;
    while (decode_file_next(file, &message)) {
        if (!message.sent && is_of_venue(desks, &message)) {
            decode_desks_learn_all(desks, message.bytes);
        }
    }
}

// Opens it, and says why not. Returns the exit status.
static int open_file(struct decode_file *file, const char *path) {
    enum status status = decode_file_open(file, path);
    if (status == STATUS_OK) {
        return EXIT_SUCCESS;
    }
    fprintf(stderr, "venue_decode: %s\n", status_text());
    return status == STATUS_DATA ? 65 : 66;
}

static int decode_files(struct decoding *decoding, char **paths, int count) {
    int worst = EXIT_SUCCESS;
    struct decode_file file;
    for (int i = 0; i < count; i++) { // once for the names, so that a later file may tell one
        int code = open_file(&file, paths[i]);
        if (code == EXIT_SUCCESS) {
            learn_file(decoding->desks, &file);
            decode_file_close(&file);
        } else {
            worst = code;
            paths[i] = NULL;
        }
    }
    for (int i = 0; i < count; i++) {
        if (paths[i] != NULL && open_file(&file, paths[i]) == EXIT_SUCCESS) {
            decode_file(decoding, &file, paths[i]);
            decode_file_close(&file);
        }
    }
    return worst;
}

static int usage(void) {
    fprintf(stderr, "usage: venue_decode VENUE FILE...\n");
    fprintf(stderr, "venues:");
    for (uint32_t i = 0; i < venue_table_count; i++) {
        fprintf(stderr, " %s", venue_table[i].md->name);
    }
    fprintf(stderr, "\n");
    return 64;
}

int main(int argc, char **argv) {
    const struct venue *venue = argc > 2 ? venue_find(slice_of(argv[1])) : NULL;
    if (argc > 2 && venue == NULL) {
        fprintf(stderr, "venue_decode: no venue is called %s\n", argv[1]);
    }
    if (venue == NULL) {
        return usage();
    }
    struct decode_desks desks;
    char *lines = malloc(OUTPUT_MAX);
    char *common = malloc(OUTPUT_MAX);
    if (lines == NULL || common == NULL || decode_desks_create(&desks, venue) != STATUS_OK) {
        fprintf(stderr, "venue_decode: no memory\n");
        return 71;
    }
    struct decoding decoding = {.sink = {on_update},
                                .desks = &desks,
                                .head = TEXT_OVER(head_bytes),
                                .lines = text_over(lines, OUTPUT_MAX),
                                .common = text_over(common, OUTPUT_MAX)};
    int code = decode_files(&decoding, argv + 2, argc - 2);
    decode_desks_finish(&desks);
    free(lines);
    free(common);
    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        fprintf(stderr, "venue_decode: the output cannot be written\n");
        return 74;
    }
    return code;
}
