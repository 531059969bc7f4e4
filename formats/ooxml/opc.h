/*
 * The package (ECMA-376 part 2, OPC): parts, relationships, content types.
 *
 * The walk starts at /_rels/.rels and follows relationships. A part is kept
 * only when the triple of relationship type, content type and root element is
 * one row of the table in opc_kinds.c; names mean nothing. Parts get fresh
 * names, relationships fresh ids, and [Content_Types].xml is written anew.
 * What nothing reaches is dropped.
 *
 * A part that cannot be rebuilt is marked bad and the walk begins again
 * without it, so that no reference to it is ever written. Findings of the
 * abandoned walk are taken back.
 */
#ifndef OOXML_OPC_H
#define OOXML_OPC_H

#include <stdbool.h>

#include "formats/doc.h"
#include "formats/xmlx.h"
#include "formats/zipx.h"

#define OPC_NAME_BYTES 96
#define OPC_ID_BYTES   16

enum opc_app { APP_NONE, APP_WORD, APP_SHEET, APP_SLIDE };

enum part_kind {

#define PART(name, rel, types, out, root, path, flags) PART_##name,
#include "formats/ooxml/parts.def"
#undef PART
	PART_COUNT
};

#define PK_WORD	    (1u << 0) /* may be reached in a document of this app */
#define PK_SHEET    (1u << 1)
#define PK_SLIDE    (1u << 2)
#define PK_ANY	    (PK_WORD | PK_SHEET | PK_SLIDE)
#define PK_IMPLICIT (1u << 3) /* kept without an r:id that names it */
#define PK_MAIN	    (1u << 4) /* only from the package root */
#define PK_ROOT	    (1u << 5) /* implicit from the package root */
#define PK_NORELS   (1u << 6) /* its own relationships are all dropped */
#define PK_SINGLE   (1u << 7) /* one at most: no number in the name */

struct opc_kind {
	const char *rel;   /* "O:styles": see opc_rel_short() */
	const char *types; /* content types that fit, parted by spaces; a lone
			      suffix when it starts with '*' */
	const char *out; /* content type written; NULL: by the app or content */
	uint16_t root;	 /* SN_* of the root element; 0: not XML */
	const char
	    *path; /* "@/theme/theme#.xml": @ the app's folder, # a number */
	unsigned flags;
};

extern const struct opc_kind opc_kinds[PART_COUNT];

struct opc;
struct part;

struct opc_rel {
	const char *id;
	const char *type;   /* short form, or the whole URI when unknown */
	const char *target; /* as written, decoded */
	bool external;
	size_t entry; /* zip index of an internal target, or OPC_NONE */
	int kind;     /* enum part_kind that the triple may become, or -1 */
};

#define OPC_NONE SIZE_MAX

struct out_rel {
	struct out_rel *next;
	const char *type;   /* full URI */
	const char *target; /* URL, when external */
	struct part *to;    /* else the part */
	unsigned id;	    /* rId# */
};

struct part {
	struct part *next;
	struct opc *opc;
	enum part_kind kind;
	size_t entry;
	const char *in_name; /* "word/document.xml" */
	char out_name[OPC_NAME_BYTES];
	const char *out_type; /* abbreviated; a MIME type for pictures */
	const char *out_ext;  /* pictures: "png" */
	struct opc_rel *rels; /* in the order of the file */
	const struct opc_rel **sorted; /* by id */
	size_t n_rels;
	struct out_rel *out, **out_tail;
	unsigned last_id;
	struct xml_parser *xml;	  /* while it is parsed */
	void *state;		  /* the app's, while it is parsed */
	struct part *from;	  /* who reached it first */
	struct part *linked_from; /* who linked to it last, and how */
	unsigned linked_id;
	unsigned n_unknown; /* reports of unknown markup so far */
};

#define PART_UNKNOWN_MAX 32

struct opc_name {
	const char *name;
	size_t entry;
};

struct opc {
	struct doc *doc;
	struct zipx *in;
	struct zipw *zip;
	enum opc_app app;
	const char *folder; /* "word", "xl", "ppt" */
	struct part *parts, **tail;
	unsigned numbers[PART_COUNT];
	struct opc_name *names; /* sorted */
	size_t n_names;
	const char **types;	/* content type of each zip entry, or NULL */
	struct part **by_entry; /* part made of a zip entry, or NULL */
	uint16_t *bad;		/* entries that could not be rebuilt: the
				   finding that says why, plus 1 */
	bool *reached;
	bool *below;	    /* hangs below a part that goes */
	bool *told;	    /* reported already */
	size_t *queue;	    /* room for every entry */
	size_t types_entry; /* [Content_Types].xml */
	bool strict;	    /* the main part is in the strict dialect */
	bool again;	    /* a part went bad in this walk */
	struct part *placeholder;
	const char *main_type; /* content type of the main part out */
	void *state;	       /* the app's, for the whole document */
};

/*
 * Rebuild the package into the doc's output. ERR_* with a message. Sets
 * doc_is() and doc_makes().
 */
int opc_rebuild(struct doc *) MUST_CHECK;

/* ---- for the transforms of the apps */

/* The incoming relationship with this id, or NULL. */
const struct opc_rel *opc_rel(const struct part *, const char *id);
/*
 * Keep an internal relationship: the target will be rebuilt (pictures are at
 * once, others later) and *id is the fresh "rId#". ERR_NOENT when it cannot
 * be kept (wrong kind, missing, bad): the referrer must go. A picture that
 * cannot be rebuilt becomes the placeholder and is reported here.
 */
int opc_keep(struct part *, const struct opc_rel *,
    char id[OPC_ID_BYTES]) MUST_CHECK;
/* The id under which p linked that target already, or ERR_NOENT. */
int opc_linked(const struct part *, const struct opc_rel *,
    char id[OPC_ID_BYTES]) MUST_CHECK;
/* A relationship to a part that is kept already; no r:id names it. */
int opc_link(struct part *, struct part *to) MUST_CHECK;
/* May a part of this kind (or -1) stay, in this app and under the policy? */
bool opc_may_reach(const struct opc *, int kind);
bool opc_is_comment(int kind);
/* A hyperlink to a URL that passed url_check(). */
int opc_keep_url(struct part *, const char *url,
    char id[OPC_ID_BYTES]) MUST_CHECK;
/*
 * The vector twin of a picture that also stands there as pixels. ERR_NOENT
 * when it is no drawing, or cannot be rebuilt: nothing stands in for it.
 */
int opc_keep_vector(struct part *, const struct opc_rel *,
    char id[OPC_ID_BYTES]) MUST_CHECK;
/* The placeholder picture, for something removed that had a place. */
int opc_keep_placeholder(struct part *, char id[OPC_ID_BYTES]) MUST_CHECK;
/*
 * This part may not stay, for a reason that a finding names. Returns the
 * error to return; the walk begins again without the part.
 */
int opc_refuse(struct part *, enum finding_id) MUST_CHECK;
/* A finding about this part. */
#define part_found(p, id, act, ...) \
	doc_found((p)->opc->doc, id, act, (p)->in_name, __VA_ARGS__)

/* "O:styles" for ".../officeDocument/2006/relationships/styles" in its
 * transitional and strict form, "M:..." and "P:..." likewise; else type. */
const char *opc_rel_short(struct doc *, const char *type);
/* Finding for a relationship type that is never kept; -1: none known. */
int opc_rel_finding(const char *short_type, const char *content_type);

/* A drawing of a sheet without an input: empty but for the previews that the
 * sheet hands it; named and queued. */
int opc_new_drawing(struct part *sheet, struct part **) MUST_CHECK;
/* A picture part without an input (the placeholder); named and queued. */
int opc_new_picture(struct opc *, struct part **) MUST_CHECK;

/* ---- by the apps (ooxml.c picks) */

/* The main part is known: set app, folder, main_type; doc_is, doc_makes. */
int ooxml_app_begin(struct opc *, const struct opc_rel *main_rel) MUST_CHECK;
/* Does this part want that implicit relationship? */
bool ooxml_wants(const struct part *, const struct opc_rel *);
/* The reader dropped something the schema does not know. */
int ooxml_dropped(struct part *, const struct xnode *parent, const char *uri,
    const char *name, bool is_attr, bool known) MUST_CHECK;

/* A unit of a part: transform it so that xml_write() will take it. */
int ooxml_unit(struct part *, struct xnode *, bool *drop) MUST_CHECK;
/* Before and after a part is parsed. */
int ooxml_part_begin(struct part *) MUST_CHECK;
int ooxml_part_end(struct part *) MUST_CHECK;
/* All its relationships are settled; opc_refuse() may still be returned. */
int ooxml_part_linked(struct part *) MUST_CHECK;

#endif
