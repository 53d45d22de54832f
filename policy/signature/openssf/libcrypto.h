/* OpenSSL's libcrypto, reached through a table that dlopen fills when the first OpenSSF
   signature is judged: linked, it made every start of the command 5 ms longer (measured),
   and few models carry such a signature. It works in a library context of its own: what the
   host's openssl.cnf says of algorithms and providers has no part in a verdict, and a host
   program that uses OpenSSL itself keeps its settings. (OpenSSL reads that file all the same at
   its first use in a process; to forbid it would take the host program's settings away.) */
#ifndef AL_POLICY_SIGNATURE_OPENSSF_LIBCRYPTO_H
#define AL_POLICY_SIGNATURE_OPENSSF_LIBCRYPTO_H

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#define AL_LIBCRYPTO_FUNCTIONS(F) \
    F(OSSL_LIB_CTX_new) F(ERR_clear_error) F(BIO_new_mem_buf) F(BIO_free) F(PEM_read_bio_PrivateKey_ex) \
    F(EVP_MD_CTX_new) F(EVP_MD_CTX_free) F(EVP_DigestVerifyInit_ex) F(EVP_DigestVerify) F(EVP_DigestSignInit_ex) \
    F(EVP_DigestSign) F(EVP_PKEY_free) F(d2i_PUBKEY_ex) F(i2d_PUBKEY) F(CRYPTO_free) F(X509_new_ex) F(X509_free) \
    F(d2i_X509) F(X509_STORE_new) F(X509_STORE_free) F(X509_STORE_add_cert) F(X509_STORE_CTX_new_ex) \
    F(X509_STORE_CTX_free) F(X509_STORE_CTX_init) F(X509_STORE_CTX_get0_param) F(X509_STORE_CTX_get_error) \
    F(X509_VERIFY_PARAM_set_time) F(X509_VERIFY_PARAM_set_auth_level) F(X509_verify_cert) \
    F(X509_verify_cert_error_string) F(OPENSSL_sk_new_null) F(OPENSSL_sk_push) F(OPENSSL_sk_pop) F(OPENSSL_sk_free)

#define AL_MEMBER(name) __typeof__(name) *name;
struct al_libcrypto {
    OSSL_LIB_CTX *context;
    AL_LIBCRYPTO_FUNCTIONS(AL_MEMBER)
};
#undef AL_MEMBER

/* NULL where the host has no libcrypto of version 3. Loaded once, never unloaded; any thread may call. */
const struct al_libcrypto *al_libcrypto(void);

#endif
