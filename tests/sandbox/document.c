/* See document.h. */
#include "tests/sandbox/document.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { MOST = 1 << 20 };

static char text[MOST];

void put_kernel(struct al_buffer *table)
{
    struct utsname u;
    assert_int_equal(uname(&u), 0);
    /* "6.18.44-fc" is 6.18 */
    size_t length = strcspn(u.release, ".");
    length += u.release[length] == '.' ? 1 + strspn(u.release + length + 1, "0123456789") : 0;
    al_buffer_format(table, "Linux %.*s, %s:\n\n", (int)length, u.release, u.machine);
}

static FILE *document;

void open_document(void)
{
    const char *path = getenv("AIRLOCK_CELL_DOCUMENT");
    if (document != NULL || path == NULL)
        return;
    document = fopen(path, getenv("AIRLOCK_UPDATE_DOCUMENT") != NULL ? "r+e" : "re");
    if (document == NULL)
        fail_msg("%s cannot be opened", path);
    size_t size = fread(text, 1, sizeof text - 1, document);
    text[size] = '\0';
}

static void write_document(const char *from, const char *to, const struct al_buffer *table)
{
    rewind(document);
    (void)fprintf(document, "%.*s%.*s%s", (int)(from - text), text, (int)table->size, (const char *)table->data, to);
    assert_int_equal(fflush(document), 0);
    assert_int_equal(ftruncate(fileno(document), ftell(document)), 0);
}

static void tell_difference(const char *from, const struct al_buffer *table)
{
    size_t at = 0;
    while (at < table->size && from[at] == (char)table->data[at])
        at++;
    while (at > 0 && from[at - 1] != '\n')
        at--;
    (void)fprintf(stderr, "# the document says: %.*s\n# and it is:         %.*s\n",
                  (int)strcspn(from + at, "\n"), from + at, (int)strcspn((const char *)table->data + at, "\n"),
                  (const char *)table->data + at);
}

void compare_with_document(const char *section, const struct al_buffer *table)
{
    const bool update = getenv("AIRLOCK_UPDATE_DOCUMENT") != NULL;
    char mark[64];
    open_document();
    if (document == NULL)
        return;
    (void)snprintf(mark, sizeof mark, "<!-- %s -->\n", section);
    char *from = strstr(text, mark), *to = from != NULL ? strstr(from, "<!-- end -->") : NULL;
    if (to == NULL)
        fail_msg("the document has no section %s", section);
    from += strlen(mark);
    bool same = (size_t)(to - from) == table->size && memcmp(from, table->data, table->size) == 0;
    size_t line = strcspn(from, "\n");
    if (update)
        write_document(from, to, table);
    if (same || update)
        return;
    tell_difference(from, table);
    if (line < table->size && memcmp(from, table->data, line + 1) == 0)
        fail_msg("section %s is not what this test finds: run meson compile -C build docs-cell", section);
    (void)fprintf(stderr, "# not compared: the document's table is of another kernel\n");
}

void cannot(const char *why)
{
    const char *must = getenv("AIRLOCK_MUST_SANDBOX");
    if (must != NULL && strcmp(must, "1") == 0)
        fail_msg("AIRLOCK_MUST_SANDBOX=1, and this host does not give it: %s", why);
    (void)fprintf(stderr, "# skipped: %s\n", why);
    skip();
}
