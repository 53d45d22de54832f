/* Tables in docs/CELL.md that tests make from what they found. A section stands between
   <!-- NAME --> and <!-- end -->. */
#ifndef AL_TESTS_SANDBOX_DOCUMENT_H
#define AL_TESTS_SANDBOX_DOCUMENT_H

#include "base/buffer.h"

/* Opens $AIRLOCK_CELL_DOCUMENT, where it is set: for a test that gives up its rights before
   it compares. Else compare_with_document does it. */
void open_document(void);

/* Where there is a document: writes the section anew with
   $AIRLOCK_UPDATE_DOCUMENT=1, and else fails where it differs, if the document's table
   was made on a kernel of this release and architecture; the answers of other kernels
   may differ in what a layer does, and are told as a diagnostic. */
void compare_with_document(const char *section, const struct al_buffer *table);

/* The table's first line: which kernel, which architecture. */
void put_kernel(struct al_buffer *table);

/* Skips this test for what the host does not give; where AIRLOCK_MUST_SANDBOX=1 is set
   that is a failure. */
void cannot(const char *why);

#endif
