/* The extensions of a certificate: a closed list, and inside each only what certificates of signers
   and their authorities have; see certificate_parts.h. */
#include "policy/signature/openssf/certificate_parts.h"

#include "policy/signature/openssf/der.h"

#define BYTES(literal) {literal, sizeof(literal) - 1}

static bool starts(struct al_text text, struct al_text with)
{
    return text.length >= with.length && memcmp(text.at, with.at, with.length) == 0;
}

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
            || !al_certificate_name_read(name, &unused)))
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

bool al_certificate_extensions_read(struct al_certificate *c, struct al_text rest)
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
