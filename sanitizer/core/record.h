/*
 * Everything known of one document that went through the gateway: what the
 * receipt, the audit line, the quarantine entry and the parcel say about it.
 *
 * Filled by pipeline/; owned by the caller; record_done() frees what it
 * holds. Texts are printable UTF-8, NUL-terminated. Worker data in it was
 * checked by worker/proto.c and is still only a claim about the content.
 */
#ifndef CORE_RECORD_H
#define CORE_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "core/verdict.h"
#include "formats/findings.h"
#include "formats/result.h"

#define RECORD_ID_BYTES	    40 /* "01JD…": 26 characters, sortable by time */
#define RECORD_NAME_BYTES   1024
#define RECORD_REASON_BYTES 384
#define RECORD_TIME_BYTES   32 /* "2026-11-21T04:46:29.123Z" */

struct record_member {
	struct doc_result result;
	enum verdict verdict;
	int parent;	      /* index into members, -1: the document itself */
	size_t first_finding; /* into record.findings: those sent while */
	size_t n_findings;    /* this member was open (its own and nested) */
};

struct record {
	char id[RECORD_ID_BYTES];
	char time[RECORD_TIME_BYTES];
	char source_kind[16];		     /* "clean", "mail", "folder" */
	char source_from[RECORD_NAME_BYTES]; /* path or sender; "" */
	char in_name[RECORD_NAME_BYTES];     /* relative path, as given */
	uint64_t in_bytes;
	uint8_t in_sha256[HASH_BYTES];
	struct doc_result result; /* of the first pass */
	enum verdict verdict;
	enum method method;
	char reason[RECORD_REASON_BYTES]; /* English; "" when released */
	int reason_err;			  /* enum err; for the Japanese text */
	char
	    out_name[RECORD_NAME_BYTES]; /* relative path; "" unless released */
	char out_format[ID_BYTES];
	uint64_t out_bytes;
	uint8_t out_sha256[HASH_BYTES];
	struct finding *findings; /* in the order they were sent */
	size_t n_findings;
	struct record_member *members; /* in the order they ended */
	size_t n_members;
	char policy_name[64];
	uint8_t policy_sha256[HASH_BYTES];
	double elapsed_ms;
};

void record_done(struct record *);

/* A new id: 26 characters, sorting by time, unique. */
void record_id_new(char out[RECORD_ID_BYTES]);
/* The time now, UTC: "2026-11-21T04:46:29.123Z". */
void record_time_now(char out[RECORD_TIME_BYTES]);
/*
 * Set out_name of a released record: the input's relative path; when the
 * format was converted, its extension replaced (a.docm: a.docx); when the
 * name told another format than the content has, the right one added
 * (photo.txt: photo.txt.jpg).
 */
void record_name_output(struct record *);

#endif
