/* The pass over a JSON text before any parser sees it: it bounds what the parser
   can be made to do, and finds what parsers disagree about. Grammar is left to the
   parser: here a text is only strings, words, numbers and brackets. */
#include "policy/json.h"

#include "base/limits.h"

struct scan {
    const char *text;
    size_t size;
    size_t at;
    uint32_t depth;
    uint64_t values;
    const char *member;
    struct al_findings *findings;
};

struct position {
    size_t line, column;
};

/* Lines end at line feeds, columns count characters from 1: as editors show them. */
static struct position position_of(const struct scan *s, size_t at)
{
    struct position p = {1, 1};
    for (size_t i = 0; i < at; i++) {
        if (s->text[i] == '\n')
            p = (struct position){p.line + 1, 1};
        else if ((s->text[i] & 0xC0) != 0x80)
            p.column++;
    }
    return p;
}

static bool refuse(struct scan *s, enum al_finding_id id, size_t at, const char *expected, struct al_text found,
                   const char *what)
{
    struct al_place place = al_place_root(s->member);
    struct position p = position_of(s, at);
    return al_find(s->findings, id, &place, expected, found, "%s at line %zu, column %zu (byte %zu)", what, p.line,
                   p.column, at);
}

static bool refuse_size(struct scan *s, const char *expected, const char *what)
{
    return refuse(s, AL_LIMIT_JSON, s->at, expected, AL_NOTHING, what);
}

static bool check_encoding(struct scan *s)
{
    static const struct {
        const char *mark;
        size_t length;
        enum al_finding_id id;
        const char *name;
    } marks[] = {
        {"\xEF\xBB\xBF", 3, AL_JSON_BYTE_ORDER_MARK, "a UTF-8 byte order mark"},
        {"\xFF\xFE\0\0", 4, AL_JSON_NOT_UTF8, "UTF-32, little-endian"},
        {"\0\0\xFE\xFF", 4, AL_JSON_NOT_UTF8, "UTF-32, big-endian"},
        {"\xFF\xFE", 2, AL_JSON_NOT_UTF8, "UTF-16, little-endian"},
        {"\xFE\xFF", 2, AL_JSON_NOT_UTF8, "UTF-16, big-endian"},
    };
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (s->size >= marks[i].length && memcmp(s->text, marks[i].mark, marks[i].length) == 0)
            return refuse(s, marks[i].id, 0, "UTF-8 without a byte order mark", al_text_of(marks[i].name),
                          "another encoding");
    /* JSON begins with ASCII, so a NUL among the first bytes is a wide encoding without a mark (RFC 4627, 3) */
    for (size_t i = 0; i < s->size && i < 4; i++)
        if (s->text[i] == '\0')
            return refuse(s, AL_JSON_NOT_UTF8, i, "UTF-8", al_text_of("a NUL byte, as in UTF-16 or UTF-32"),
                          "another encoding");
    for (size_t at = 0; at < s->size;) {
        size_t before = at;
        if (al_utf8_next(s->text, s->size, &at) == 0xFFFD && at == before + 1)
            return refuse(s, AL_JSON_NOT_UTF8, before, "UTF-8",
                          al_found(s->findings, "the byte 0x%02X", (unsigned)(unsigned char)s->text[before]),
                          "bytes that are not UTF-8");
    }
    return true;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The code unit of \uXXXX at `at`, or -1. */
static int32_t escaped_unit(const struct scan *s, size_t at)
{
    if (s->size - at < 6 || s->text[at] != '\\' || s->text[at + 1] != 'u')
        return -1;
    int32_t unit = 0;
    for (size_t i = 2; i < 6; i++) {
        int digit = hex_digit(s->text[at + i]);
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

/* At a backslash inside a string; steps over the escape. */
static bool scan_escape(struct scan *s)
{
    size_t at = s->at;
    if (s->size - at < 2)
        return refuse(s, AL_JSON_SYNTAX, at, "the end of a string", AL_NOTHING, "the text ends in a string");
    if (s->text[at + 1] != 'u') {
        s->at += 2;
        return true;
    }
    int32_t unit = escaped_unit(s, at);
    if (unit < 0)
        return refuse(s, AL_JSON_SYNTAX, at, "four hexadecimal digits", AL_NOTHING, "a broken escape");
    if (unit == 0)
        return refuse(s, AL_JSON_NUL, at, "text without NUL", AL_NOTHING, "a string holds U+0000");
    s->at += 6;
    if (unit < 0xD800 || unit > 0xDFFF)
        return true;
    int32_t low = unit < 0xDC00 ? escaped_unit(s, s->at) : -1;
    if (low < 0xDC00 || low > 0xDFFF)
        return refuse(s, AL_JSON_LONE_SURROGATE, at, "surrogates in pairs", al_found(s->findings, "\\u%04X", (unsigned)unit),
                      "half a character");
    s->at += 6;
    return true;
}

static bool scan_string(struct scan *s)
{
    size_t start = s->at++;
    while (s->at < s->size && s->text[s->at] != '"') {
        unsigned char c = (unsigned char)s->text[s->at];
        if (c < 0x20)
            return refuse(s, AL_JSON_SYNTAX, s->at, "an escape", al_found(s->findings, "the byte 0x%02X", (unsigned)c),
                          "a control character in a string");
        if (c != '\\')
            s->at++;
        else if (!scan_escape(s))
            return false;
        if (s->at - start > AL_MAX_JSON_STRING)
            return refuse_size(s, "strings of at most 1 MiB", "a string is too long");
    }
    if (s->at >= s->size)
        return refuse(s, AL_JSON_SYNTAX, start, "the end of a string", AL_NOTHING, "a string without an end");
    s->at++;
    return true;
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '+' ||
           c == '-' || c == '.' || c == '$';
}

/* Numbers are left to the parser; words are JSON's three or refused by what they are. */
static bool scan_word(struct scan *s)
{
    size_t start = s->at;
    while (s->at < s->size && is_word(s->text[s->at]))
        s->at++;
    struct al_text word = {s->text + start, s->at - start};
    if ((word.at[0] >= '0' && word.at[0] <= '9') ||
        (word.at[0] == '-' && word.length > 1 && word.at[1] >= '0' && word.at[1] <= '9'))
        return true;
    if (al_text_is(word, "true") || al_text_is(word, "false") || al_text_is(word, "null"))
        return true;
    static const char *const unreal[] = {"NaN", "Infinity", "-Infinity", "+Infinity", "-NaN", "nan", "inf", "-inf"};
    for (size_t i = 0; i < sizeof unreal / sizeof unreal[0]; i++)
        if (al_text_is(word, unreal[i]))
            return refuse(s, AL_JSON_NAN, start, "a finite number", word, "a number that JSON does not have");
    return refuse(s, AL_JSON_SYNTAX, start, "true, false, null, a number or a string", word, "an unknown word");
}

/* Formatting indents by what fits a screen; a run of blanks beyond this is there to
   inflate the text or to hide its end from whoever looks at it. */
enum { MOST_BLANKS = 4096 };

static bool scan_blanks(struct scan *s)
{
    size_t start = s->at;
    while (s->at < s->size && strchr(" \t\r\n", s->text[s->at]) != NULL && s->text[s->at] != '\0')
        s->at++;
    return s->at - start <= MOST_BLANKS ||
           refuse(s, AL_JSON_PADDING, start, "no more blanks than formatting needs",
                  al_found(s->findings, "%zu blanks", s->at - start), "a long run of blanks");
}

static bool scan_token(struct scan *s)
{
    char c = s->text[s->at];
    switch (c) {
    case ' ':
    case '\t':
    case '\r':
    case '\n':
        return scan_blanks(s);
    case '{':
    case '[':
        s->values++;
        if (++s->depth > AL_MAX_JSON_DEPTH)
            return refuse(s, AL_JSON_TOO_DEEP, s->at, "at most 64 levels", AL_NOTHING, "nested too deep");
        break;
    case '}':
    case ']':
        if (s->depth-- == 0)
            return refuse(s, AL_JSON_SYNTAX, s->at, NULL, AL_NOTHING, "a closing bracket that nothing opened");
        break;
    case ',':
    case ':':
        break;
    case '"':
        s->values++;
        return scan_string(s);
    case '/':
    case '#':
        return refuse(s, AL_JSON_COMMENT, s->at, "JSON without comments", AL_NOTHING, "a comment");
    default:
        s->values++;
        if (is_word(c))
            return scan_word(s);
        return refuse(s, AL_JSON_SYNTAX, s->at, NULL, (struct al_text){s->text + s->at, 1},
                      "a character that has no place outside strings");
    }
    s->at++;
    return true;
}

bool al_json_scan(const char *text, size_t size, const char *member, struct al_findings *f)
{
    struct scan s = {.text = text, .size = size, .member = member, .findings = f};
    if (size > AL_MAX_JSON_BYTES)
        return refuse_size(&s, "at most 64 MiB", "the text is too long");
    if (!check_encoding(&s))
        return false;
    while (s.at < size) {
        if (!scan_token(&s))
            return false;
        if (s.values > AL_MAX_JSON_NODES)
            return refuse_size(&s, "at most 4,000,000 values", "too many values");
    }
    return true;
}
