/*
 * Budgets of one top-level document, shared by everything inside it.
 *
 * Work is counted before time: the same input meets the same limit on every
 * machine. There is no "unlimited": 0 is refused by the policy reader.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum budget {
	BUDGET_EXPANDED_BYTES, /* produced by inflating, all levels together */
	BUDGET_OUT_BYTES,      /* written to the result */
	BUDGET_MEMORY_BYTES,   /* handed out by doc_alloc() */
	BUDGET_MEMBERS,	       /* archive members and embedded files */
	BUDGET_XML_NODES,      /* elements read */
	BUDGET_PIXELS,	       /* of all pictures together */
	BUDGET_FINDINGS,       /* records sent; more are only counted */
	BUDGET_COUNT
};

/* "expanded bytes": what a message calls it. */
const char *budget_name(enum budget);

struct limits {
	uint64_t max[BUDGET_COUNT];
	uint32_t max_depth;	    /* containers in containers */
	uint32_t max_ratio;	    /* produced / packed bytes ... */
	uint64_t ratio_after_bytes; /* ... once so much was produced */
	uint64_t max_in_bytes;	    /* of one input file */
	uint32_t max_image_side_px;
	uint64_t max_image_px; /* of one picture */
	uint32_t max_frames;
	uint32_t max_xml_depth;
	uint32_t max_xml_attr_bytes;
	uint32_t max_jpeg_scans;
	uint32_t max_cpu_s;
	uint32_t max_wall_ms;
	uint64_t max_address_space_bytes; /* RLIMIT_AS of a worker child */
};

/* From now on no picture of this process's memory is written to a disk: it
 * has people's documents and passwords in it. */
void limits_no_core(void);

/* The defaults of docs/policy.md. */
void limits_default(struct limits *);

#endif
