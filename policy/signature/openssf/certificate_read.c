/* The strict reader of certificates; see certificate.h. RFC 5280, narrowed: version 3, ECDSA
   and RSA with SHA-2, keys of three curves or RSA from 2048 bits, known extensions. Left out on
   purpose: name constraints, policy mappings, explicit curves, X.400 names, Punycode, unique ids. */
#include "policy/signature/openssf/certificate.h"

#include "policy/signature/openssf/der.h"
#include "policy/signature/openssf/pem.h"
#include "policy/trust.h"

#include <stdio.h>

enum { SERIAL_MAX = 20, RSA_MIN = 256, RSA_MAX = 1024, RSA_EXPONENT_MAX = 4 };

#define BYTES(literal) {literal, sizeof(literal) - 1}

static bool starts(struct al_text text, struct al_text with)
{
    return text.length >= with.length && memcmp(text.at, with.at, with.length) == 0;
}

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

/* A Name: sets of attributes, each a text. */
static bool read_name(struct al_text name, struct al_text *common_name)
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

/* ---- extensions ---- */

/* DER leaves defaults out, so a flag that is there is true. */
static bool take_true(struct al_text *rest)
{
    struct al_text flag;
    return al_der_take(rest, AL_DER_BOOLEAN, &flag, NULL) && flag.length == 1 && (unsigned char)flag.at[0] == 0xFF;
}

static bool read_constraints(struct al_certificate *c, struct al_text value)
{
    struct al_text parts, number;
    if (!al_der_only(value, AL_DER_SEQUENCE, &parts))
        return false;
    if (al_der_tag(parts) == AL_DER_BOOLEAN) {
        if (!take_true(&parts))
            return false;
        c->authority = true;
    }
    return parts.length == 0
        || (c->authority && al_der_take(&parts, AL_DER_INTEGER, &number, NULL) && number.length == 1
            && (number.at[0] & 0x80) == 0 && parts.length == 0);
}

static bool read_usage(struct al_certificate *c, struct al_text value)
{
    struct al_text bits;
    if (!al_der_only(value, AL_DER_BIT_STRING, &bits) || bits.length < 2 || bits.length > 3
        || (unsigned char)bits.at[0] > 7)
        return false;
    c->has_usage = true;
    c->usage = ((bits.at[1] & 0x80) != 0 ? (uint32_t)AL_USAGE_SIGN : 0)
        | ((bits.at[1] & 0x04) != 0 ? (uint32_t)AL_USAGE_VOUCH : 0);
    return true;
}

static bool read_purposes(struct al_certificate *c, struct al_text value)
{
    static const struct al_text code_signing = BYTES("\x2B\x06\x01\x05\x05\x07\x03\x03");
    struct al_text list, oid;
    if (!al_der_only(value, AL_DER_SEQUENCE, &list) || list.length == 0)
        return false;
    c->has_purposes = true;
    while (list.length > 0) {
        if (!al_der_take(&list, AL_DER_OID, &oid, NULL))
            return false;
        c->for_code = c->for_code || al_text_equal(oid, code_signing);
    }
    return true;
}

/* Fulcio's user name: [0] { OID 1.3.6.1.4.1.57264.1.7, [0] UTF8String }. */
static bool read_other_name(struct al_text other, struct al_text *name)
{
    static const struct al_text fulcio = BYTES("\x2B\x06\x01\x04\x01\x83\xBF\x30\x01\x07");
    struct al_text oid, value;
    return al_der_take(&other, AL_DER_OID, &oid, NULL) && al_text_equal(oid, fulcio)
        && al_der_only(other, AL_DER_CONTEXT, &value) && al_der_only(value, AL_DER_UTF8_STRING, name);
}

static bool read_names(struct al_certificate *c, struct al_text value)
{
    enum { EMAIL = AL_DER_CONTEXT_PRIMITIVE + 1, DNS, URI = AL_DER_CONTEXT_PRIMITIVE + 6 };
    struct al_text list, name;
    if (!al_der_only(value, AL_DER_SEQUENCE, &list) || list.length == 0)
        return false;
    while (list.length > 0) {
        int tag = al_der_tag(list);
        if (c->name_count == AL_CERTIFICATE_NAMES_MAX)
            return false;
        if (tag == EMAIL || tag == DNS || tag == URI) {
            if (!al_der_take(&list, tag, &name, NULL))
                return false;
        } else if (!al_der_take(&list, AL_DER_CONTEXT, &name, NULL) || !read_other_name(name, &name))
            return false;
        /* a NUL has made "good.org\0.evil.org" pass for another name */
        if (name.length == 0 || memchr(name.at, '\0', name.length) != NULL || !al_utf8_valid(name.at, name.length))
            return false;
        c->names[c->name_count++] = name;
    }
    return true;
}

static bool read_stamps(struct al_certificate *c, struct al_text value)
{
    return al_der_only(value, AL_DER_OCTET_STRING, &c->stamps);
}

static bool read_issuer(struct al_certificate *c, struct al_text value)
{
    return al_der_only(value, AL_DER_UTF8_STRING, &c->identity_issuer);
}

/* ---- extensions that nothing here depends on, but that libcrypto looks into ---- */

enum { URI_NAME = AL_DER_CONTEXT_PRIMITIVE + 6, DIRECTORY_NAME = AL_DER_CONTEXT + 4 };

/* [0] key identifier, [1] { directory name }, [2] serial number; each may be missing. */
static bool read_authority_key(struct al_certificate *c, struct al_text value)
{
    struct al_text parts, names, name, unused;
    (void)c;
    if (!al_der_only(value, AL_DER_SEQUENCE, &parts))
        return false;
    if (al_der_tag(parts) == AL_DER_CONTEXT_PRIMITIVE
        && !al_der_take(&parts, AL_DER_CONTEXT_PRIMITIVE, &unused, NULL))
        return false;
    if (al_der_tag(parts) == AL_DER_CONTEXT + 1
        && (!al_der_take(&parts, AL_DER_CONTEXT + 1, &names, NULL) || !al_der_only(names, DIRECTORY_NAME, &name)
            || !read_name(name, &unused)))
        return false;
    return parts.length == 0
        || (al_der_take(&parts, AL_DER_CONTEXT_PRIMITIVE + 2, &unused, NULL) && parts.length == 0);
}

/* Distribution points that are URIs: { [0] { [0] { [6] URI … } } } … */
static bool read_distribution(struct al_certificate *c, struct al_text value)
{
    struct al_text points, point, names, unused;
    (void)c;
    if (!al_der_only(value, AL_DER_SEQUENCE, &points))
        return false;
    while (points.length > 0) {
        if (!al_der_take(&points, AL_DER_SEQUENCE, &point, NULL) || !al_der_only(point, AL_DER_CONTEXT, &point)
            || !al_der_only(point, AL_DER_CONTEXT, &names))
            return false;
        while (names.length > 0)
            if (!al_der_take(&names, URI_NAME, &unused, NULL))
                return false;
    }
    return true;
}

/* Where to ask about the authority: { OID, [6] URI } … */
static bool read_access(struct al_certificate *c, struct al_text value)
{
    struct al_text list, one, unused;
    (void)c;
    if (!al_der_only(value, AL_DER_SEQUENCE, &list))
        return false;
    while (list.length > 0)
        if (!al_der_take(&list, AL_DER_SEQUENCE, &one, NULL) || !al_der_take(&one, AL_DER_OID, &unused, NULL)
            || !al_der_take(&one, URI_NAME, &unused, NULL) || one.length != 0)
            return false;
    return true;
}

static bool pass_octets(struct al_certificate *c, struct al_text value)
{
    struct al_text content;
    (void)c;
    return al_der_only(value, AL_DER_OCTET_STRING, &content);
}

static bool pass_sequence(struct al_certificate *c, struct al_text value)
{
    struct al_text content;
    (void)c;
    return al_der_only(value, AL_DER_SEQUENCE, &content);
}

static bool pass(struct al_certificate *c, struct al_text value)
{
    (void)c;
    return value.length > 0;
}

static const struct extension {
    struct al_text oid;
    bool arc;        /* this and whatever is below it */
    bool critical;   /* may be marked so */
    bool (*read)(struct al_certificate *c, struct al_text value);
} extensions[] = {
    {BYTES("\x55\x1D\x13"), false, true, read_constraints},
    {BYTES("\x55\x1D\x0F"), false, true, read_usage},
    {BYTES("\x55\x1D\x25"), false, true, read_purposes},
    {BYTES("\x55\x1D\x11"), false, true, read_names},
    {BYTES("\x55\x1D\x0E"), false, false, pass_octets},   /* subject key identifier */
    {BYTES("\x55\x1D\x23"), false, false, read_authority_key},
    {BYTES("\x55\x1D\x20"), false, false, pass_sequence}, /* certificate policies */
    {BYTES("\x55\x1D\x1F"), false, false, read_distribution},
    {BYTES("\x2B\x06\x01\x05\x05\x07\x01\x01"), false, false, read_access},
    {BYTES("\x2B\x06\x01\x04\x01\xD6\x79\x02\x04\x02"), false, false, read_stamps},
    {BYTES("\x2B\x06\x01\x04\x01\x83\xBF\x30\x01\x08"), false, false, read_issuer},
    {BYTES("\x2B\x06\x01\x04\x01\x83\xBF\x30\x01"), true, false, pass}, /* Fulcio's others */
};

static bool read_extension(struct al_certificate *c, struct al_text parts, uint32_t *seen)
{
    struct al_text oid, value;
    bool critical = false;
    if (!al_der_take(&parts, AL_DER_OID, &oid, NULL))
        return false;
    if (al_der_tag(parts) == AL_DER_BOOLEAN) {
        critical = true;
        if (!take_true(&parts))
            return false;
    }
    if (!al_der_take(&parts, AL_DER_OCTET_STRING, &value, NULL) || parts.length != 0)
        return false;
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++) {
        const struct extension *e = &extensions[i];
        if (!(e->arc ? starts(oid, e->oid) : al_text_equal(oid, e->oid)))
            continue;
        bool twice = !e->arc && (*seen & 1U << i) != 0;
        *seen |= 1U << i;
        return !twice && (!critical || e->critical) && e->read(c, value);
    }
    return false;
}

static bool read_extensions(struct al_certificate *c, struct al_text rest)
{
    struct al_text list, one;
    uint32_t seen = 0;
    if (!al_der_only(rest, AL_DER_CONTEXT + 3, &list) || !al_der_only(list, AL_DER_SEQUENCE, &list))
        return false;
    c->extensions = list;
    while (list.length > 0)
        if (!al_der_take(&list, AL_DER_SEQUENCE, &one, NULL) || !read_extension(c, one, &seen))
            return false;
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
        && read_name(c->issuer, &unused) && al_der_take(&tbs, AL_DER_SEQUENCE, &times, NULL)
        && read_time(&times, &c->not_before) && read_time(&times, &c->not_after) && times.length == 0
        && al_der_take(&tbs, AL_DER_SEQUENCE, &unused, &c->subject) && read_name(c->subject, &c->common_name)
        && al_der_take(&tbs, AL_DER_SEQUENCE, &key, &c->spki) && known_key(c->spki) && read_extensions(c, tbs);
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
