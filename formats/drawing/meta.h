/*
 * What EMF and WMF share: a record is read as typed fields and written again
 * from them. m->r stands on the fields of the record being read, m->rec takes
 * those of the record being written; a handler that returns ERR_MALFORMED or
 * ERR_TRUNCATED loses that record only.
 */
#ifndef DRAWING_META_H
#define DRAWING_META_H

#include <stdbool.h>

#include "formats/doc.h"

#define META_MAX_BYTES (256u << 20) /* of one drawing, in and out */
#define META_TALLIES   192u
#define META_SAVED_MAX 4096u
/* Handles of both formats fit 16 bits. */
#define META_HANDLES 65536u

/* What a handle stands for. */
enum meta_object {
	OBJ_NONE,
	OBJ_PEN,
	OBJ_BRUSH,
	OBJ_FONT,
	OBJ_PALETTE,
	OBJ_REGION,
};

struct meta_tally {
	enum finding_id id;
	enum action action;
	const char *what;
	uint32_t n;
};

struct meta {
	struct doc *d;
	struct reader in;    /* the whole drawing, unpacked */
	struct reader r;     /* fields of the record being read */
	struct buf out;	     /* all records behind the header */
	struct buf rec;	     /* fields of the record being written */
	const char *name;    /* of the record being read; constant */
	struct buf unpacked; /* owns m->in when it came packed */
	struct meta_tally tallies[META_TALLIES];
	unsigned n_tallies;
	uint8_t objects[META_HANDLES]; /* enum meta_object */
	uint32_t saved;		       /* depth of saved states */
	uint32_t drawn;		       /* records that draw */
};

/* Everything of the drawing; in doc memory. ERR_NOMEM. */
int meta_new(struct doc *, struct meta **) MUST_CHECK;
/* m->in: the drawing, unpacked if it came as gzip; reports the packing. */
int meta_open(struct meta *) MUST_CHECK;
void meta_done(struct meta *);

/* Is this error one of the record alone? */
bool meta_is_local(int e);
/* Count a finding; what is a constant string. Sent by meta_settle(). */
void meta_found(struct meta *, enum finding_id, enum action, const char *what);
int meta_settle(struct meta *) MUST_CHECK;

/*
 * Copy fields, one letter each: b u8, s u16, l u32 or i32, f finite float,
 * c colour (a known kind in its highest byte, else plain).
 */
int meta_copy(struct meta *, const char *spec) MUST_CHECK;
/* A u16 or u32 that must lie in lo..hi. */
int meta_copy_u16(struct meta *, uint32_t lo, uint32_t hi,
    uint16_t *out) MUST_CHECK;
int meta_copy_u32(struct meta *, uint32_t lo, uint32_t hi,
    uint32_t *out) MUST_CHECK;
/* n things of so many bytes each, as they stand: coordinates. */
int meta_copy_many(struct meta *, uint32_t n, uint32_t bytes) MUST_CHECK;
/* The same from a window of its own. */
int meta_copy_from(struct meta *, struct reader *, uint32_t n,
    uint32_t bytes) MUST_CHECK;
/* What of a record was read, for what hides in the rest of it. */
#define META_SPANS 6u

struct meta_spans {
	struct {
		size_t from, len;
	} at[META_SPANS];

	unsigned n;
};

/* Remember len bytes from there; more than META_SPANS are forgotten. */
void meta_span(struct meta_spans *, size_t from, size_t len);
/* Bytes of whole that no span covers: reported unless they are zero. Up to
 * three behind a span only fill it up. */
void meta_check_gaps(struct meta *, const struct reader *whole,
    const struct meta_spans *);
/* Report these bytes, unless they are zero. */
void meta_check_zero(struct meta *, const struct reader *);
/* What a record has left behind its fields hides there, unless it is zero. */
void meta_check_slack(struct meta *, size_t allowed_bytes);

#endif
