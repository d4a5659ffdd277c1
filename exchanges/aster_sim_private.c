// Who calls at the simulated Aster, by a wallet's signer (V3) or an API key (V1), and the user
// stream: aster.md sections 5 and 6. What a call does is the family's (fapi_sim.c).
#include "exchanges/aster_sign.h"
#include "exchanges/bytes_text.h"
#include "exchanges/fapi_sim.h"
#include "exchanges/fapi_sim_caller.h"
#include "exchanges/vsim_nonce.h"

#include "base/clock.h"

enum { WINDOW_US = 10 * 1000 * 1000 };

struct aster_private {
    uint8_t user[ETH_ADDRESS_SIZE], signer[ETH_ADDRESS_SIZE];
    bool third; // a signer is known
    struct vsim_nonces nonces;
    struct fapi_sim_key key;
    struct fapi_sim_listen listen;
};

static struct aster_private *private_of(const struct vsim_world *world) {
    return world->account->own;
}

static enum status init(struct vacc *account, const struct slice *secrets) {
    struct aster_private *own = account->own;
    uint8_t key[ETH_KEY_SIZE];
    struct sign_eth signer;
    if (secrets[1].size > 0) {
        if (!hex_read(secrets[0], own->user, sizeof(own->user)) ||
            !hex_read(secrets[1], key, sizeof(key)) || sign_eth_init(&signer, key) != STATUS_OK) {
            return status_fail(STATUS_CONFIG, "ASTER_SIGNER_PRIVATE_KEY is no key");
        }
        memcpy(own->signer, signer.address, sizeof(own->signer));
        own->third = true;
        sign_eth_finish(&signer);
    }
    if (!fapi_sim_key_init(&own->key, secrets[2], secrets[3])) {
        return status_fail(STATUS_CONFIG, "ASTER_API_KEY is too long");
    }
    return STATUS_OK;
}

// ---- who calls ---------------------------------------------------------------------------------

static bool is_address(struct slice query, const char *name, const uint8_t *address) {
    struct slice text;
    uint8_t given[ETH_ADDRESS_SIZE];
    return vsim_query(query, name, &text) && hex_read(text, given, sizeof(given)) &&
           memcmp(given, address, sizeof(given)) == 0;
}

static bool is_signature(const struct aster_private *own, struct slice message, struct slice text) {
    uint8_t bytes[65], digest[ETH_HASH_SIZE], address[ETH_ADDRESS_SIZE];
    struct eth_signature signature;
    if (!hex_read(text, bytes, sizeof(bytes))) {
        return false;
    }
    memcpy(signature.r, bytes, sizeof(signature.r));
    memcpy(signature.s, bytes + 32, sizeof(signature.s));
    signature.v = bytes[64];
    aster_digest(message, false, digest);
    return eth_recover(digest, &signature, address) &&
           memcmp(address, own->signer, sizeof(address)) == 0;
}

static uint32_t check_nonce(const struct vsim_world *world, struct slice query, struct text *body) {
    struct slice text;
    int64_t nonce, now_us = world->now_ns / NS_PER_US;
    bool good = vsim_query(query, "nonce", &text) && decimal_parse(text, 0, &nonce) &&
                nonce > now_us - WINDOW_US && nonce < now_us + WINDOW_US;
    if (!good || vacc_fault(world->account, VACC_FAULT_NONCE) ||
        !vsim_nonce_take(&private_of(world)->nonces, (uint64_t)nonce)) {
        return fapi_sim_fail(body, -4225, "Nonce Expired");
    }
    return 0;
}

// `query`: the parameters, wherever they stood. 0: it is the account's owner.
static uint32_t check_third(const struct vsim_world *world, struct slice query, struct text *body) {
    const struct aster_private *own = private_of(world);
    struct slice message = query, signature = {"", 0};
    if (!fapi_sim_cut_signature(&message, &signature) || !own->third ||
        !is_address(message, "user", own->user) || !is_address(message, "signer", own->signer) ||
        !is_signature(own, message, signature)) {
        return fapi_sim_fail(body, -1000, "Signature check failed");
    }
    return check_nonce(world, message, body);
}

static uint32_t check_first(const struct vsim_world *world, const struct vsim_request *request,
                            bool key_alone, struct text *body) {
    const struct aster_private *own = private_of(world);
    struct slice given = {"", 0};
    if (own->key.api_key[0] == '\0') {
        return fapi_sim_fail(body, -2015, "Invalid API-key, IP, or permissions for action.");
    }
    if (key_alone) {
        (void)vsim_header(request, "X-MBX-APIKEY", &given);
        return fapi_sim_check_key(&own->key, given, body);
    }
    return fapi_sim_check_call(world, &own->key, request, request->query, body);
}

static uint32_t answer(const struct vsim_world *world, const struct vsim_request *request,
                       struct vsim_reply *reply) {
    static const char first[] = "/fapi/v1", third[] = "/fapi/v3";
    bool is_third = slice_starts(request->path, slice_of(third));
    struct slice path = request->path;
    if (!is_third && !slice_starts(path, slice_of(first))) {
        return 0;
    }
    path = (struct slice){path.data + sizeof(first) - 1, path.size - (sizeof(first) - 1)};
    bool is_listen_key = slice_equals(path, SLICE("/listenKey"));
    bool in_query = !is_third || slice_equals(request->method, SLICE("GET"));
    struct slice query = in_query ? request->query : request->body, rest = query, signature;
    // A call without signature is a public one, or none.
    if (!fapi_sim_cut_signature(&rest, &signature) && !(is_listen_key && !is_third)) {
        return 0;
    }
    uint32_t refused = is_third ? check_third(world, query, &reply->body)
                                : check_first(world, request, is_listen_key, &reply->body);
    if (refused != 0) {
        return refused;
    }
    return is_listen_key
               ? fapi_sim_listen_call(world, &private_of(world)->listen, request->method,
                                      &reply->body)
               : fapi_sim_call(world->account, world, request->method, path, query, &reply->body);
}

// ---- the user stream ---------------------------------------------------------------------------

static bool open_session(struct vsim_session *session, const struct vsim_request *request) {
    static const char prefix[] = "/ws/simulated"; // what every listen key begins with
    const struct vsim_world *world = session->world;
    if (!slice_starts(request->path, slice_of(prefix))) {
        return false;
    }
    struct slice key = {request->path.data + strlen("/ws/"), request->path.size - strlen("/ws/")};
    if (fapi_sim_is_listen_key(world, &private_of(world)->listen, key)) {
        vsim_session_follow(session, 1);
    } else {
        session->over = "no such listen key";
    }
    return true;
}

static bool on_text(struct vsim_session *session, struct slice message) {
    (void)message;
    return session->account_mode != 0; // nobody listens on the user stream
}

static void push(struct vsim_session *session, const struct vacc_event *event) {
    text_clear(&session->world->scratch);
    fapi_sim_push(session->world, event, &session->world->scratch);
    vsim_session_send(session);
}

const struct vsim_private aster_sim_private = {
    .own_size = sizeof(struct aster_private),
    .init = init,
    .answer = answer,
    .open = open_session,
    .on_text = on_text,
    .push = push,
};
