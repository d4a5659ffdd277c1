// Bytes as text and back: hex and base64, as keys, hashes and signatures travel.
//
// Encoding looks nothing up by the value of a byte, so that a secret leaves no trace in the cache;
// decoding a secret is as good as that too.
#ifndef PERPDESK_EXCHANGES_BYTES_TEXT_H
#define PERPDESK_EXCHANGES_BYTES_TEXT_H

#include "base/buf.h"

// Lower case, no prefix: 2 * size characters, no NUL.
void hex_write(char *out, const uint8_t *bytes, size_t size);
void hex_add(struct text *out, const uint8_t *bytes, size_t size);
// Exactly 2 * size digits of either case, "0x" in front allowed. False: it is not that.
MUST_CHECK bool hex_read(struct slice text, uint8_t *out, size_t size);
// As hex_read, but leading zeros may be missing: a number, big-endian, right-aligned in `out`.
MUST_CHECK bool hex_read_number(struct slice text, uint8_t *out, size_t size);

void base64_add(struct text *out, const uint8_t *bytes, size_t size); // standard alphabet, padded
// Standard or URL alphabet, padding optional. *size is what was decoded. False: it is not base64,
// or more than `capacity` bytes.
MUST_CHECK bool base64_read(struct slice text, uint8_t *out, size_t capacity, size_t *size);

#endif
