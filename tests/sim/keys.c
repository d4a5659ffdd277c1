#include "keys.h"

#include "exchanges/venues.h"

const struct keys keys_all[KEYS_COUNT] = {
    {"binance", {"canarybinancekey0123456789", "canarybinancesecret9876543210"}},
    {"okx", {"canary-okx-key-0123456789", "CANARYOKXSECRET9876543210", "CanaryPhrase1"}},
    {"hyperliquid",
     {"0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318",
      "0x63DD5aCC6b1aa0f563956C0e534DD30B6dcF7C4e"}},
    {"backpack",
     {"vfByFuH0rHfDCRwacmX3JqyKlht7lqwNja1o517PCAc=",
      "dGhyb3ctYXdheSBzZWVkIG9mIGEgdGVzdCwgbm8uIDE="}},
    {"edgex",
     {"543429922991899150", "6e3f0a52-throw-away-0001", "throw-away-secret-0123456789abcdef",
      "throwAwayPassphrase", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}},
    {"grvt",
     {"canarygrvtapikey", "0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318",
      "2147050003876484"}},
    {"paradex",
     {"0x543b6cf6c91817a87174aaea4fb370ac1c694e864d7740d728f8344d53e815",
      "0x129c135ed63df9353885e292be4426b8ed6122b13c6c0e1bb787288a1f5adfa"}},
    {"extended", {"canaryextendedapikey", "0x7a7ff6fd3cab02cc", "10002"}},
    {"lighter",
     {"3f135631ba2a32926e1d5747c7a36f69a84ded4c85b398b55fcd4156fb7193bcdfc6d0e9449f1f05", "715085",
      "5"}},
    {"aster",
     {"0x63DD5aCC6b1aa0f563956C0e534DD30B6dcF7C4e",
      "0x4fd0a42218f3eae43a6ce26d22544e986139a01e5b34a62db53757ffca81bae1"}},
};

const struct slice *keys_of(const char *venue) {
    static struct slice values[KEYS_COUNT][OE_SECRETS_MAX];
    for (size_t i = 0; i < KEYS_COUNT; i++) {
        for (size_t j = 0; j < OE_SECRETS_MAX; j++) {
            values[i][j] = slice_of(keys_all[i].values[j] != NULL ? keys_all[i].values[j] : "");
        }
        if (strcmp(keys_all[i].venue, venue) == 0) {
            return values[i];
        }
    }
    return NULL;
}

const char *keys_leaked(struct slice text) {
    for (size_t i = 0; i < KEYS_COUNT; i++) {
        const struct venue *venue = venue_find(slice_of(keys_all[i].venue));
        for (size_t j = 0; j < OE_SECRETS_MAX && keys_all[i].values[j] != NULL; j++) {
            size_t size = strlen(keys_all[i].values[j]);
            if (size > 0 && !venue->oe->secrets[j].open &&
                memmem(text.data, text.size, keys_all[i].values[j], size) != NULL) {
                return keys_all[i].venue;
            }
        }
    }
    return NULL;
}
