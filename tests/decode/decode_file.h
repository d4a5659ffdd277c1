// The messages of a file, whatever its wrapping: a sample of a venue's sheet (one JSON object with
// "messages", or "message"), a recording (one envelope a line, {"venue":…,"chan":…,"raw":…}), or
// messages as they came, one a line or one JSON value in the whole file. Gzipped or plain.
#ifndef PERPDESK_TESTS_DECODE_FILE_H
#define PERPDESK_TESTS_DECODE_FILE_H

#include "base/json.h"
#include "base/status.h"

enum { DECODE_FILE_MAX = 1 << 30, DECODE_MESSAGE_MAX = 5 << 20 };

enum message_way { MESSAGE_UNTOLD, MESSAGE_STREAM, MESSAGE_REST };

struct message {
    struct slice bytes; // as it came, its blanks between tokens taken out if it was laid out
    struct slice venue; // of an envelope, else empty
    struct slice url;   // of a REST answer, or the note of a sample; may be empty
    enum message_way way;
    bool sent;     // by the client
    uint32_t line; // where it begins, from 1
};

struct decode_file {
    char *data;
    size_t size;
    char *scratch; // the message at hand, when it is not handed out as it stands
    bool sample, whole;
    struct slice list, note; // of a sample
    enum message_way way;    // of a sample
    struct json reader;
    size_t at;
    uint32_t line;
};

// STATUS_IO: cannot be read. STATUS_DATA: no file of messages.
enum status decode_file_open(struct decode_file *file, const char *path) MUST_CHECK;
void decode_file_rewind(struct decode_file *file);
bool decode_file_next(struct decode_file *file, struct message *out); // valid until the next call
void decode_file_close(struct decode_file *file);

#endif
