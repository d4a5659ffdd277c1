#include <inttypes.h>

#include "exchanges/bytes_text.h"
#include "exchanges/hash_poseidon2.h"
#include "exchanges/lighter_tx.h"

// Eight bytes an element, little-endian; the last is filled up with zeros.
struct fp5 lighter_token_hash(struct slice message) {
    uint64_t elements[LIGHTER_TOKEN_MAX / 8] = {0};
    ASSERT(message.size <= sizeof(elements));
    for (size_t i = 0; i < message.size; i++) {
        elements[i / 8] |= (uint64_t)(uint8_t)message.data[i] << (8 * (i % 8));
    }
    return poseidon2_fp5(elements, (message.size + 7) / 8);
}

void lighter_token_write(const struct schnorr_key *key, uint64_t deadline_s, uint64_t account,
                         uint64_t api_key, uint64_t random, struct text *out) {
    char message_data[72]; // three numbers of 20 digits
    struct text message = TEXT_OVER(message_data);
    uint8_t signature[SCHNORR_SIGNATURE_SIZE];
    text_add_format(&message, "%" PRIu64 ":%" PRIu64 ":%" PRIu64, deadline_s, account, api_key);
    schnorr_sign(key, lighter_token_hash(text_slice(&message)), random, signature);
    text_add(out, text_slice(&message));
    text_add_char(out, ':');
    hex_add(out, signature, sizeof(signature));
}
