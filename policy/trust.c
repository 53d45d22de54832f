/* Names, patterns and dates of trusted keys; see trust.h. */
#include "policy/trust.h"

#include <string.h>

static const char *const kind_names[AL_KEY_KINDS] = {
    [AL_KEY_MINISIGN] = "minisign",
    [AL_KEY_PEM] = "model_signing",
    [AL_KEY_CERTIFICATE] = "certificates",
    [AL_KEY_REKOR] = "rekor",
    [AL_KEY_CT] = "certificate_logs",
};

const char *al_key_kind_name(enum al_key_kind kind)
{
    return kind_names[kind];
}

bool al_trust_names_any(const struct al_trust *trust)
{
    for (int i = 0; i < AL_KEY_KINDS; i++)
        if (trust->lists[i].count > 0)
            return true;
    return false;
}

bool al_trust_revokes(const struct al_trust *trust, const char *id)
{
    for (size_t i = 0; i < trust->revoked_count; i++)
        if (strcmp(trust->revoked[i], id) == 0)
            return true;
    return false;
}

/* Going back to the last star alone is enough, and keeps the work at length times length. */
bool al_pattern_fits(const char *pattern, struct al_text name)
{
    const char *star = NULL;
    size_t at = 0, resume = 0;
    while (at < name.length) {
        if (*pattern == '*') {
            star = pattern++;
            resume = at;
        } else if (*pattern != '\0' && (*pattern == '?' || *pattern == name.at[at])) {
            pattern++;
            at++;
        } else if (star != NULL) {
            pattern = star + 1;
            at = ++resume;
        } else
            return false;
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t days_before_year(int64_t year)
{
    int64_t y = year - 1;
    return 365 * y + y / 4 - y / 100 + y / 400;
}

/* Reads `digits` digits and the byte behind them. */
static bool number(const char **at, int digits, char behind, int64_t least, int64_t most, int64_t *out)
{
    int64_t value = 0;
    for (int i = 0; i < digits; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        value = value * 10 + (**at - '0');
    }
    if (**at != behind || value < least || value > most)
        return false;
    *at += behind != '\0';
    *out = value;
    return true;
}

bool al_date_read(const char *text, int64_t *seconds)
{
    static const int64_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t year, month, day, hour = 23, minute = 59, second = 59;
    bool has_time = strchr(text, 'T') != NULL;
    if (!number(&text, 4, '-', 1970, 9999, &year) || !number(&text, 2, '-', 1, 12, &month) ||
        !number(&text, 2, has_time ? 'T' : '\0', 1, days[month - 1] + (month == 2 && is_leap(year)), &day))
        return false;
    if (has_time && (!number(&text, 2, ':', 0, 23, &hour) || !number(&text, 2, ':', 0, 59, &minute) ||
                     !number(&text, 2, 'Z', 0, 59, &second) || *text != '\0'))
        return false;
    int64_t count = days_before_year(year) - days_before_year(1970) + day - 1;
    for (int64_t i = 0; i + 1 < month; i++)
        count += days[i] + (i == 1 && is_leap(year));
    *seconds = ((count * 24 + hour) * 60 + minute) * 60 + second;
    return true;
}
