/* The strict reader of certificates; see certificate.h. RFC 5280, narrowed: version 3, ECDSA
   and RSA with SHA-2, keys of three curves or RSA from 2048 bits, known extensions. Left out on
   purpose: name constraints, policy mappings, explicit curves, X.400 names, Punycode, unique ids. */
#include "policy/signature/openssf/certificate_parts.h"

#include "policy/signature/openssf/der.h"
#include "policy/signature/openssf/pem.h"
#include "policy/trust.h"

#include <stdio.h>

enum { SERIAL_MAX = 20, RSA_MIN = 256, RSA_MAX = 1024, RSA_EXPONENT_MAX = 4 };

#define BYTES(literal) {literal, sizeof(literal) - 1}

static bool is_one_of(struct al_text text, const struct al_text *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (al_text_equal(text, list[i]))
            return true;
    return false;
}

/* ---- algorithms, keys, times, names ---- */

static bool known_algorithm(struct al_text algorithm)
{
    static const struct al_text known[] = {
        BYTES("\x06\x08\x2A\x86\x48\xCE\x3D\x04\x03\x02"),         /* ecdsa-with-SHA256 */
        BYTES("\x06\x08\x2A\x86\x48\xCE\x3D\x04\x03\x03"),         /* ecdsa-with-SHA384 */
        BYTES("\x06\x08\x2A\x86\x48\xCE\x3D\x04\x03\x04"),         /* ecdsa-with-SHA512 */
        BYTES("\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0B\x05\0"), /* sha256WithRSAEncryption */
        BYTES("\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0C\x05\0"), /* sha384WithRSAEncryption */
        BYTES("\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0D\x05\0"), /* sha512WithRSAEncryption */
    };
    return is_one_of(algorithm, known, sizeof known / sizeof known[0]);
}

static bool known_key(struct al_text spki)
{
    static const struct al_text rsa = BYTES("\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01\x05\0");
    struct al_ec_key ec;
    struct al_text parts, algorithm, bits, numbers, n, e;
    if (al_ec_key_read(&ec, spki))
        return true;
    if (!al_der_only(spki, AL_DER_SEQUENCE, &parts) || !al_der_take(&parts, AL_DER_SEQUENCE, &algorithm, NULL)
        || !al_text_equal(algorithm, rsa) || !al_der_take(&parts, AL_DER_BIT_STRING, &bits, NULL)
        || parts.length != 0 || bits.length < 1 || bits.at[0] != 0)
        return false;
    return al_der_only((struct al_text){bits.at + 1, bits.length - 1}, AL_DER_SEQUENCE, &numbers)
        && al_der_positive(&numbers, &n) && al_der_positive(&numbers, &e) && numbers.length == 0
        && n.length >= RSA_MIN && n.length <= RSA_MAX && e.length <= RSA_EXPONENT_MAX
        && (e.at[e.length - 1] & 1) == 1;
}

/* UTCTime until 2049, GeneralizedTime from then on, both to the second and in UTC (RFC 5280, 4.1.2.5). */
static bool read_time(struct al_text *rest, int64_t *seconds)
{
    struct al_text t;
    char text[24];
    bool general = al_der_tag(*rest) == AL_DER_GENERALIZED_TIME;
    if (!al_der_take(rest, general ? AL_DER_GENERALIZED_TIME : AL_DER_UTC_TIME, &t, NULL)
        || t.length != (general ? 15U : 13U))
        return false;
    const char *rest_of = t.at + (general ? 4 : 2);
    const char *century = general ? "" : t.at[0] < '5' ? "20" : "19";
    int size = snprintf(text, sizeof text, "%s%.*s-%.2s-%.2sT%.2s:%.2s:%.3s", century, general ? 4 : 2, t.at, rest_of,
                        rest_of + 2, rest_of + 4, rest_of + 6, rest_of + 8);
    return size == 20 && al_date_read(text, seconds);
}

static bool is_string_tag(int tag)
{
    enum { PRINTABLE = 0x13, IA5 = 0x16 };
    return tag == AL_DER_UTF8_STRING || tag == PRINTABLE || tag == IA5;
}

bool al_certificate_name_read(struct al_text name, struct al_text *common_name)
{
    static const struct al_text cn = BYTES("\x55\x04\x03");
    struct al_text sets, set, attribute, oid, value;
    if (!al_der_only(name, AL_DER_SEQUENCE, &sets))
        return false;
    while (sets.length > 0) {
        if (!al_der_take(&sets, AL_DER_SET, &set, NULL) || set.length == 0)
            return false;
        while (set.length > 0) {
            if (!al_der_take(&set, AL_DER_SEQUENCE, &attribute, NULL)
                || !al_der_take(&attribute, AL_DER_OID, &oid, NULL) || !is_string_tag(al_der_tag(attribute))
                || !al_der_take(&attribute, al_der_tag(attribute), &value, NULL) || attribute.length != 0)
                return false;
            if (al_text_equal(oid, cn))
                *common_name = value;
        }
    }
    return true;
}

/* ---- the certificate ---- */

static bool read_certificate(struct al_certificate *c)
{
    static const struct al_text version_3 = BYTES("\x02\x01\x02");
    struct al_text parts, tbs, algorithm, again, bits, version, serial, times, key, unused;
    if (!al_der_only(c->der, AL_DER_SEQUENCE, &parts) || !al_der_take(&parts, AL_DER_SEQUENCE, &tbs, &c->tbs)
        || !al_der_take(&parts, AL_DER_SEQUENCE, &algorithm, NULL)
        || !al_der_take(&parts, AL_DER_BIT_STRING, &bits, NULL) || parts.length != 0 || bits.length < 2
        || bits.at[0] != 0)
        return false;
    return al_der_take(&tbs, AL_DER_CONTEXT, &version, NULL) && al_text_equal(version, version_3)
        && al_der_positive(&tbs, &serial) && serial.length <= SERIAL_MAX
        && al_der_take(&tbs, AL_DER_SEQUENCE, &again, NULL) && al_text_equal(again, algorithm)
        && known_algorithm(algorithm) && al_der_take(&tbs, AL_DER_SEQUENCE, &unused, &c->issuer)
        && al_certificate_name_read(c->issuer, &unused) && al_der_take(&tbs, AL_DER_SEQUENCE, &times, NULL)
        && read_time(&times, &c->not_before) && read_time(&times, &c->not_after) && times.length == 0
        && al_der_take(&tbs, AL_DER_SEQUENCE, &unused, &c->subject)
        && al_certificate_name_read(c->subject, &c->common_name)
        && al_der_take(&tbs, AL_DER_SEQUENCE, &key, &c->spki) && known_key(c->spki)
        && al_certificate_extensions_read(c, tbs);
}

bool al_certificate_read(struct al_certificate *out, struct al_text der, const struct al_place *place,
                         struct al_findings *f)
{
    *out = (struct al_certificate){.der = der};
    return read_certificate(out)
        || al_find(f, AL_SIGNATURE_MALFORMED, place,
                   "an X.509 certificate of version 3, ECDSA or RSA with SHA-2, known extensions", AL_NOTHING,
                   "The certificate is not one that signers of models have");
}

bool al_certificates_read_pem(struct al_certificate *out, size_t *count, size_t most, struct al_text pem,
                              const struct al_place *place, struct al_findings *f)
{
    *count = 0;
    do {
        struct al_text der;
        if (*count == most || !al_pem_take(&pem, "CERTIFICATE", &der, f->arena))
            return al_find(f, AL_SIGNATURE_MALFORMED, place, "certificates in PEM, and nothing else", AL_NOTHING,
                           "The certificates cannot be read");
        if (!al_certificate_read(&out[(*count)++], der, place, f))
            return false;
    } while (pem.length > 0);
    return true;
}
