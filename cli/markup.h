/* Text between tags, for the reports that are XML or HTML. */
#ifndef AIRLOCK_CLI_MARKUP_H
#define AIRLOCK_CLI_MARKUP_H

#include <stdio.h>

/* Writes the text with & < > " and ' as entities, so that it can stand in content and in
   quoted attributes and never be a tag. Control characters are not there: every text of
   the library is printable. */
void markup_text(FILE *out, const char *text);

#endif
