/*
 * What became of a document or of a member: plain data of fixed size, for the
 * record pipe. All texts are NUL-terminated printable UTF-8. Whoever receives
 * one from a worker checks it (sanitizer/worker/proto.h); it decides nothing.
 */
#ifndef FORMATS_RESULT_H
#define FORMATS_RESULT_H

#include <stdint.h>

#include "base/hash.h"

#define ID_BYTES    48
#define MAGIC_BYTES 96

#define DOC_MESSAGE_BYTES 256
#define DOC_NAME_BYTES	  256

/* What became of a document or member; fixed size, for the record pipe. */
struct doc_result {
	int32_t err;		  /* 0: rebuilt */
	uint32_t agree;		  /* 1: the three opinions agree */
	char structure[ID_BYTES]; /* identified: "ooxml.docm" */
	char magic[MAGIC_BYTES];
	char name_says[ID_BYTES];
	char out_format[ID_BYTES];     /* "ooxml.docx"; "" when err */
	char out_ext[16];	       /* "docx", never with a dot */
	char in_name[DOC_NAME_BYTES];  /* printable; "" at top level */
	char out_name[DOC_NAME_BYTES]; /* name given in the container */
	uint64_t in_bytes, out_bytes;
	uint8_t in_sha256[HASH_BYTES], out_sha256[HASH_BYTES];
	char message[DOC_MESSAGE_BYTES]; /* English, when err */
};

#endif
