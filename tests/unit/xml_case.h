/* One XML part through the grammar and back, for tests. */
#ifndef TESTS_XML_CASE_H
#define TESTS_XML_CASE_H

#include "formats/xmlx.h"

struct xml_case {
	/* what to do */
	uint16_t root;	 /* SN_* */
	size_t step;	 /* bytes fed at a time; 0: 65536 */
	bool as_read;	 /* do not act as if code had done its part */
	bool write_tree; /* by xml_write() instead of while reading */
	struct options options;
	/* what came of it */
	struct buf out;
	char message[DOC_MESSAGE_BYTES];
	unsigned n_dropped, n_units;
	char dropped[2048]; /* "known w:p @w:rsidR;" ... */
};

void xml_case_init(struct xml_case *, uint16_t root);
void xml_case_done(struct xml_case *);
/* Returns what the reader (or writer) returned. */
int xml_case_run(struct xml_case *, const void *, size_t n);
/* Once more over its own output: 0 when nothing is dropped or changed. */
int xml_case_again(struct xml_case *);

#endif
