/* Chains, judged by libcrypto; see certificate.h. */
#include "policy/signature/openssf/certificate.h"

#include "policy/signature/openssf/libcrypto.h"

enum { SECURITY_LEVEL = 2 /* 112 bits: no SHA-1, no RSA below 2048 */ };

static X509 *parse(const struct al_libcrypto *c, const struct al_certificate *certificate)
{
    const unsigned char *der = (const unsigned char *)certificate->der.at;
    X509 *x = c->X509_new_ex(c->context, NULL);
    return x != NULL ? c->d2i_X509(&x, &der, (long)certificate->der.length) : NULL;
}

static bool fill_store(const struct al_libcrypto *c, X509_STORE *store, const struct al_certificate *roots,
                       size_t count)
{
    bool good = store != NULL;
    for (size_t i = 0; good && i < count; i++) {
        X509 *x = parse(c, &roots[i]);
        good = x != NULL && c->X509_STORE_add_cert(store, x) == 1;
        c->X509_free(x);
    }
    return good;
}

static bool fill_stack(const struct al_libcrypto *c, OPENSSL_STACK *stack, const struct al_certificate *chain,
                       size_t count)
{
    bool good = stack != NULL;
    for (size_t i = 0; good && i < count; i++) {
        X509 *x = parse(c, &chain[i]);
        good = x != NULL && c->OPENSSL_sk_push(stack, x) > 0;
        if (!good)
            c->X509_free(x);
    }
    return good;
}

static enum al_chain_answer answer_of(int error)
{
    switch (error) {
    case X509_V_OK:
        return AL_CHAIN_GOOD;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        return AL_CHAIN_STRANGER;
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return AL_CHAIN_OUT_OF_TIME;
    default:
        return AL_CHAIN_BROKEN;
    }
}

enum al_chain_answer al_certificate_chain(const struct al_certificate *chain, size_t chain_count,
                                          const struct al_certificate *roots, size_t root_count, int64_t time,
                                          const char **why)
{
    const struct al_libcrypto *c = al_libcrypto();
    *why = "libcrypto.so.3 (Debian package libssl3) is not installed";
    if (c == NULL)
        return AL_CHAIN_NO_LIBRARY;
    X509_STORE *store = c->X509_STORE_new();
    X509_STORE_CTX *context = c->X509_STORE_CTX_new_ex(c->context, NULL);
    OPENSSL_STACK *between = c->OPENSSL_sk_new_null();
    X509 *leaf = parse(c, &chain[0]);
    int error = X509_V_ERR_UNSPECIFIED;
    if (leaf != NULL && context != NULL && fill_store(c, store, roots, root_count)
        && fill_stack(c, between, chain + 1, chain_count - 1)
        && c->X509_STORE_CTX_init(context, store, leaf, (STACK_OF(X509) *)between) == 1) {
        X509_VERIFY_PARAM *rules = c->X509_STORE_CTX_get0_param(context);
        c->X509_VERIFY_PARAM_set_time(rules, (time_t)time);
        c->X509_VERIFY_PARAM_set_auth_level(rules, SECURITY_LEVEL);
        bool good = c->X509_verify_cert(context) == 1;
        error = c->X509_STORE_CTX_get_error(context);
        if (!good && error == X509_V_OK)
            error = X509_V_ERR_UNSPECIFIED;
    }
    *why = c->X509_verify_cert_error_string(error);
    c->X509_STORE_CTX_free(context);
    c->X509_STORE_free(store);
    c->X509_free(leaf);
    for (X509 *x; (x = c->OPENSSL_sk_pop(between)) != NULL;)
        c->X509_free(x);
    c->OPENSSL_sk_free(between);
    c->ERR_clear_error();
    return answer_of(error);
}
