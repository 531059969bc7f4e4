/*
 * Pages and text of a document that was sanitised.
 */
#ifndef PREVIEW_MAKE_H
#define PREVIEW_MAKE_H

#include "pipeline/pipeline.h"
#include "quarantine/preview.h"

struct preview_source {
	int fd;		     /* the sanitised result */
	const char *format;  /* its format id: "ooxml.docx" */
	const char *receipt; /* JSON, or NULL: for what has members */
};

/*
 * Never fails for the document's sake: content->why says what is missing.
 * Each picture has gone through the pipeline and was released as PNG.
 * ERR_NOMEM, ERR_IO, ERR_INTERNAL: try again.
 */
int preview_make(const struct preview_source *, struct pipeline *,
    const struct options *, struct preview_content *) MUST_CHECK;

#endif
