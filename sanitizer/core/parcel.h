/*
 * A parcel: the one file form that crosses. Readable forward only.
 *
 *   bytes   what
 *   8       "SEKISHO1"
 *   4       length of the manifest, big endian, 2..PARCEL_MANIFEST_BYTES
 *   n       manifest: JSON, UTF-8, keys sorted, no spaces (one form only)
 *   64      Ed25519 signature, context "sekisho-parcel-1", over all before
 *   ...     the payloads in the order of the manifest, nothing between or
 *           behind them
 *
 * manifest: {"schema":"sekisho.parcel/1","id":ID,"seq":N,"time":TIME,
 *   "department":D,"recipients":[...],"kind":"folder"|"mail",
 *   "payloads":[{"name":P,"size":N,"sha256":HEX,"format":F,
 *                "receipt":{...},"receipt_text":"..."}]}
 * a payload may say "mtime":N as well, seconds since 1970, 1..PARCEL_MAX_MTIME
 * and for the kind "mail", where the one payload is the message, also
 *   "mail":{"hops":N,"sender":ADDRESS or ""}
 * and for the kind "unsanitised" (design.md 9: an original that two people of
 * different departments agreed to, that nothing has rebuilt or proved)
 *   "unsanitised":{"agreed":[{"department":D,"login":L} twice],
 *                  "asked_by":L,"why":TEXT}
 * Its one payload has the format "unsanitised", and a name whose last part
 * begins with PARCEL_MARK. A receiver refuses it unless told otherwise.
 *
 * The reader refuses what is not exactly this: an unknown or missing member,
 * a second spelling, an unsafe or repeated name, a size past the limits.
 * Nothing of the manifest is looked at before the signature is verified.
 */
#ifndef CORE_PARCEL_H
#define CORE_PARCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/hash.h"
#include "core/keys.h"
#include "formats/result.h"

#define PARCEL_MAGIC	      "SEKISHO1"
#define PARCEL_MANIFEST_BYTES (32u << 20)
#define PARCEL_MAX_PAYLOADS   10000
#define PARCEL_MAX_RECIPIENTS 1000
#define PARCEL_NAME_BYTES     1024 /* of a payload's name, with its NUL */
#define PARCEL_ID_BYTES	      72
#define PARCEL_WHY_BYTES      256
#define PARCEL_ADDRESS_BYTES  321
#define PARCEL_MAX_HOPS	      1000
#define PARCEL_UNSANITISED    "unsanitised" /* kind, and format */
#define PARCEL_MARK	      "【未無害化】"
#define PARCEL_LOGIN_BYTES    64
#define PARCEL_REASON_BYTES   384
#define PARCEL_MAX_MTIME      INT64_C(253402300799) /* the end of 9999 */

struct parcel_payload {
	char name[PARCEL_NAME_BYTES]; /* parcel_name_ok() */
	uint64_t bytes;
	uint8_t sha256[HASH_BYTES];
	char format[ID_BYTES];
	int64_t mtime;	    /* of the file that came; 0: not said */
	char *receipt;	    /* JSON object, compact; "" or NULL: none */
	char *receipt_text; /* for people; "" or NULL: none */
	int fd;		    /* writer: read from offset 0; borrowed */
};

struct parcel_agreed {
	char login[PARCEL_LOGIN_BYTES], department[64];
};

/* Who answers for an original: three persons, two departments, a reason. */
struct parcel_unsanitised {
	char asked_by[PARCEL_LOGIN_BYTES];
	char why[PARCEL_REASON_BYTES];
	struct parcel_agreed agreed[2];
};

struct parcel {
	char id[PARCEL_ID_BYTES]; /* parcel_id_ok() */
	uint64_t seq;		  /* from 1 */
	char time[32];
	char department[64]; /* parcel_department_ok() */
	char kind[16];	     /* "folder", "mail", PARCEL_UNSANITISED */
	char **recipients;
	size_t n_recipients;
	char sender[PARCEL_ADDRESS_BYTES]; /* "mail" only; "": null sender */
	uint32_t hops;			   /* "mail" only */
	struct parcel_unsanitised unsanitised; /* of that kind only */
	struct parcel_payload *payloads;
	size_t n_payloads;
};

/* Frees recipients, payloads and their receipts; not the fds. */
void parcel_done(struct parcel *);

/*
 * A relative path that is safe on the inner side, on Linux and when the tree
 * is shared with Windows: valid UTF-8, 1..224 bytes a component, at most
 * PARCEL_NAME_BYTES - 1 in all and 32 components; no component that begins
 * with a dot or ends in a dot or space, no control, bidi or hidden
 * characters, none of \\ : * ? " < > |, no device name (CON, NUL, COM1, ...).
 */
bool parcel_name_ok(const char *);
/* Make any relative path such a name: bad characters become '_', components
 * "", "." and ".." go; "file" when nothing is left. The same input gives the
 * same name. out has PARCEL_NAME_BYTES. */
void parcel_name_make(const char *in, char *out);
/* "FOLDER/in" such a name, and always in that folder (a parcel_department_ok()
 * name): of a path too long for that, the file's own name alone, with room for
 * a number behind it. out has PARCEL_NAME_BYTES. */
void parcel_name_below(const char *folder, const char *in, char *out);
/* One safe component of at most 63 bytes. */
bool parcel_department_ok(const char *);
/* Whether a parcel of that kind says all that it must, and its name has the
 * mark; why says what is missing. */
int parcel_unsanitised_check(const struct parcel *,
    char why[PARCEL_WHY_BYTES]) MUST_CHECK;
bool parcel_is_unsanitised(const struct parcel *);
/* "a/b.doc" as "a/【未無害化】b.doc". out has PARCEL_NAME_BYTES. */
void parcel_name_mark(const char *in, char *out);
/* 1..71 of A-Z a-z 0-9 '-'. */
bool parcel_id_ok(const char *);

/*
 * Write a whole parcel to fd. Every payload is hashed again while it is
 * copied: ERR_DENIED when it is not what the manifest says (the file is then
 * not a parcel). ERR_MALFORMED: a field breaks the rules above; why says.
 */
int parcel_write(int fd, const struct parcel *, const struct keys *,
    char why[PARCEL_WHY_BYTES]) MUST_CHECK;

/*
 * Read forward only: head, then each payload in order, then the end.
 * parcel_read_head() verifies the signature with the pinned key first.
 * ERR_DENIED signature; ERR_TRUNCATED; ERR_MALFORMED; ERR_LIMIT.
 * On 0 the parcel is the caller's (parcel_done) and digest is the SHA-256 of
 * head, manifest and signature: it names this very parcel.
 */
int parcel_read_head(int fd, const uint8_t key[KEYS_SIGN_PUBLIC],
    struct parcel *, uint8_t digest[HASH_BYTES],
    char why[PARCEL_WHY_BYTES]) MUST_CHECK;
/* The next payload: copied to out_fd, size and hash checked. */
int parcel_read_payload(int fd, const struct parcel_payload *, int out_fd,
    char why[PARCEL_WHY_BYTES]) MUST_CHECK;
/* Nothing may follow the last payload. */
int parcel_read_end(int fd, char why[PARCEL_WHY_BYTES]) MUST_CHECK;

/* Manifest text only, verified or not: for tests, fuzzers and `show`. */
int parcel_manifest(const struct parcel *, struct buf *,
    char why[PARCEL_WHY_BYTES]) MUST_CHECK;
int parcel_parse(const void *manifest, size_t n, struct parcel *,
    char why[PARCEL_WHY_BYTES]) MUST_CHECK;

#endif
