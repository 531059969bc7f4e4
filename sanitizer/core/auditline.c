/*
 * One written form only: what jansson prints with sorted keys and no spaces.
 * A line that parses but prints otherwise is refused, so that the hash of the
 * text is the hash of the meaning.
 */
#include "core/auditline.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <unistd.h>

#include "base/fsx.h"

#define CANONICAL  (JSON_COMPACT | JSON_SORT_KEYS)
#define SIGN_POINT "sekisho-audit-1"
#define SIGN_HEAD  "sekisho-audit-head-1"

int
auditline_folder(const char *state_dir, bool make, int *out)
{
	char path[4096];
	int n = snprintf(path, sizeof(path), "%s/audit", state_dir), e, fd;

	if (n < 0 || (size_t)n >= sizeof(path))
		return ERR_LIMIT;
	if (make && (e = fsx_mkdirs(path, 0700)) != 0)
		return e;
	if ((fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return errno == ENOENT ? ERR_NOENT : ERR_IO;
	*out = fd;
	return 0;
}

void
auditlines_init(struct auditlines *l, int fd, uint64_t offset)
{
	*l = (struct auditlines){
		.fd = fd, .start = offset, .at = offset, .read_at = offset
	};
	buf_init(&l->buf, 2 * AUDIT_LINE_BYTES);
	buf_reader(&l->buf, &l->r);
}

void
auditlines_done(struct auditlines *l)
{
	buf_done(&l->buf);
}

/* Read on, behind what is left of the last block. ERR_NOENT at the end. */
static int
refill(struct auditlines *l)
{
	const uint8_t *rest;
	size_t left = reader_left(&l->r);
	uint8_t *to;
	ssize_t n;
	int e;

	if ((e = reader_bytes(&l->r, left, &rest)) != 0)
		return e;
	if (left > 0)
		memmove(l->buf.data, rest, left);
	buf_truncate(&l->buf, left);
	buf_reader(&l->buf, &l->r);
	if (left >= AUDIT_LINE_BYTES)
		return ERR_LIMIT;
	if ((e = buf_reserve(&l->buf, AUDIT_LINE_BYTES, &to)) != 0)
		return e;
	do
		n = pread(l->fd, to, AUDIT_LINE_BYTES, (off_t)l->read_at);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return ERR_IO;
	buf_commit(&l->buf, (size_t)n);
	buf_reader(&l->buf, &l->r);
	l->read_at += (uint64_t)n;
	return n == 0 ? ERR_NOENT : 0;
}

int
auditlines_next(struct auditlines *l, struct reader *line)
{
	size_t end;
	int e;

	while (reader_find(&l->r, reader_pos(&l->r), "\n", 1, &end) != 0) {
		e = refill(l);
		if (e == ERR_NOENT && reader_left(&l->r) > 0)
			return ERR_TRUNCATED;
		if (e != 0)
			return e;
	}
	if ((e = reader_sub(&l->r, end - reader_pos(&l->r), line)) != 0 ||
	    (e = reader_skip(&l->r, 1)) != 0)
		return e;
	l->start = l->at;
	l->at += line->len + 1;
	return 0;
}

static int bad(char why[AUDIT_WHY_BYTES], int err, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

static int
bad(char why[AUDIT_WHY_BYTES], int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, AUDIT_WHY_BYTES, fmt, ap);
	va_end(ap);
	return err;
}

static int
hex_of(const json_t *v, uint8_t *out, size_t n)
{
	const char *s = json_string_value(v);
	size_t got;

	if (s == NULL || json_string_length(v) != 2 * n ||
	    sodium_hex2bin(out, n, s, 2 * n, NULL, &got, NULL) != 0)
		return ERR_MALFORMED;
	return got == n ? 0 : ERR_MALFORMED;
}

static json_t *
hex_json(const uint8_t *in, size_t n)
{
	char hex[2 * KEYS_SIGNATURE + 1];

	sodium_bin2hex(hex, sizeof(hex), in, n);
	return json_string(hex);
}

/* Parse a line that must be in the one canonical form. */
static int
parse(const struct reader *line, json_t **out)
{
	json_t *root = json_loadb((const char *)line->data, line->len,
	    JSON_REJECT_DUPLICATES, NULL);
	char *again = root == NULL ? NULL : json_dumps(root, CANONICAL);
	int e = 0;

	if (again == NULL || strlen(again) != line->len ||
	    memcmp(again, line->data, line->len) != 0 || !json_is_object(root))
		e = ERR_MALFORMED;
	free(again);
	if (e != 0)
		json_decref(root);
	else
		*out = root;
	return e;
}

/* Signature of an object over its own text without fields.sig. */
static int
own_text(json_t *root, struct buf *text)
{
	char *s = json_dumps(root, CANONICAL);
	int e;

	if (s == NULL)
		return ERR_NOMEM;
	e = buf_puts(text, s);
	free(s);
	return e;
}

static int
check_point(json_t *root, const uint8_t key[KEYS_SIGN_PUBLIC],
    char why[AUDIT_WHY_BYTES])
{
	json_t *fields = json_object_get(root, "fields");
	uint8_t sig[KEYS_SIGNATURE], by[KEYS_SIGN_PUBLIC];
	struct buf text;
	int e;

	if (hex_of(json_object_get(fields, "sig"), sig, sizeof(sig)) != 0 ||
	    hex_of(json_object_get(fields, "key"), by, sizeof(by)) != 0)
		return bad(why, ERR_MALFORMED,
		    "a check-point without signature");
	if (memcmp(by, key, sizeof(by)) != 0)
		return bad(why, ERR_DENIED,
		    "the check-point is signed by another key");
	json_object_del(fields, "sig");
	buf_init(&text, 2 * AUDIT_LINE_BYTES);
	if ((e = own_text(root, &text)) == 0)
		e = keys_verify(key, SIGN_POINT, text.data, text.len, sig);
	buf_done(&text);
	return e == 0 ? 0 : bad(why, e, "the check-point's signature is wrong");
}

static int
check_number(const struct auditchain *c, json_int_t seq,
    char why[AUDIT_WHY_BYTES])
{
	uint64_t want = c->seq + 1;

	if (seq > 0 && (uint64_t)seq == want)
		return 0;
	if (seq > 0 && (uint64_t)seq > want)
		return bad(why, ERR_DENIED,
		    "number %llu where %llu should stand: lines are missing "
		    "or in another order",
		    (unsigned long long)seq, (unsigned long long)want);
	return bad(why, ERR_DENIED,
	    "number %lld where %llu should stand: repeated or in another "
	    "order",
	    (long long)seq, (unsigned long long)want);
}

static int
check_shape(json_t *root)
{
	return json_object_size(root) == 6 &&
		       json_is_boolean(json_object_get(root, "clock")) &&
		       json_is_string(json_object_get(root, "event")) &&
		       json_is_object(json_object_get(root, "fields")) &&
		       json_is_string(json_object_get(root, "prev")) &&
		       json_is_integer(json_object_get(root, "seq")) &&
		       json_is_string(json_object_get(root, "time"))
		   ? 0
		   : ERR_MALFORMED;
}

static int
check_root(const struct auditchain *c, json_t *root,
    const uint8_t key[KEYS_SIGN_PUBLIC], bool *point, char why[AUDIT_WHY_BYTES])
{
	uint8_t prev[HASH_BYTES];
	int e;

	if (check_shape(root) != 0 ||
	    hex_of(json_object_get(root, "prev"), prev, sizeof(prev)) != 0)
		return bad(why, ERR_MALFORMED, "not a record of this log");
	if ((e = check_number(c,
		 json_integer_value(json_object_get(root, "seq")), why)) != 0)
		return e;
	if (memcmp(prev, c->hash, sizeof(prev)) != 0)
		return bad(why, ERR_DENIED,
		    "does not follow line %llu: one of the two was changed",
		    (unsigned long long)c->seq);
	*point = strcmp(json_string_value(json_object_get(root, "event")),
		     "checkpoint") == 0;
	return *point ? check_point(root, key, why) : 0;
}

int
auditchain_step(struct auditchain *c, const struct reader *line,
    const uint8_t key[KEYS_SIGN_PUBLIC], char why[AUDIT_WHY_BYTES])
{
	bool point = false;
	json_t *root;
	int e;

	if ((e = parse(line, &root)) != 0)
		return bad(why, e, "not a line of JSON in canonical form");
	e = check_root(c, root, key, &point, why);
	json_decref(root);
	if (e != 0)
		return e;
	c->seq++;
	hash_of(line->data, line->len, c->hash);
	if (point)
		c->checkpoint = c->seq;
	return 0;
}

/* Whether the kernel believes that the clock is disciplined. */
static bool
clock_synchronised(void)
{
	struct timex t = { .modes = 0 };

	return adjtimex(&t) != TIME_ERROR && (t.status & STA_UNSYNC) == 0;
}

static int
sign_own(json_t *root, json_t *fields, const struct keys *k)
{
	uint8_t sig[KEYS_SIGNATURE];
	struct buf text;
	int e;

	if (json_object_set_new(fields, "key",
		hex_json(k->sign_public, sizeof(k->sign_public))) != 0)
		return ERR_NOMEM;
	buf_init(&text, 2 * AUDIT_LINE_BYTES);
	if ((e = own_text(root, &text)) == 0)
		e = keys_sign(k, SIGN_POINT, text.data, text.len, sig);
	buf_done(&text);
	if (e == 0 &&
	    json_object_set_new(fields, "sig", hex_json(sig, sizeof(sig))) != 0)
		e = ERR_NOMEM;
	return e;
}

int
auditchain_make(const struct auditchain *c, const char *event, json_t *fields,
    const struct keys *keys, struct buf *line)
{
	char time[RECORD_TIME_BYTES], prev[HASH_HEX];
	json_t *root;
	int e = 0;

	record_time_now(time);
	hash_hex(c->hash, prev);
	root = json_pack("{s:b, s:s, s:O, s:s, s:I, s:s}", "clock",
	    clock_synchronised(), "event", event, "fields", fields, "prev",
	    prev, "seq", (json_int_t)(c->seq + 1), "time", time);
	if (root == NULL)
		return ERR_NOMEM;
	if (keys != NULL)
		e = sign_own(root, fields, keys);
	if (e == 0)
		e = own_text(root, line);
	if (e == 0)
		e = buf_u8(line, '\n');
	json_decref(root);
	return e;
}

/* {"checkpoint":N,"hash":HEX,"offset":N,"seq":N} */
static json_t *
head_json(const struct audithead *h)
{
	char hex[HASH_HEX];

	hash_hex(h->chain.hash, hex);
	return json_pack("{s:I, s:s, s:I, s:I}", "checkpoint",
	    (json_int_t)h->chain.checkpoint, "hash", hex, "offset",
	    (json_int_t)h->offset, "seq", (json_int_t)h->chain.seq);
}

static int
sign_head(json_t *root, const struct keys *k)
{
	uint8_t sig[KEYS_SIGNATURE];
	struct buf text;
	int e;

	buf_init(&text, AUDIT_HEAD_SLOT);
	if ((e = own_text(root, &text)) == 0)
		e = keys_sign(k, SIGN_HEAD, text.data, text.len, sig);
	buf_done(&text);
	if (e == 0 &&
	    json_object_set_new(root, "sig", hex_json(sig, sizeof(sig))) != 0)
		e = ERR_NOMEM;
	return e;
}

int
audithead_make(const struct audithead *h, const struct keys *k,
    char out[AUDIT_HEAD_BYTES])
{
	json_t *root = head_json(h);
	char *text = NULL;
	int e = root == NULL ? ERR_NOMEM : sign_head(root, k);

	if (e == 0 && (text = json_dumps(root, CANONICAL)) == NULL)
		e = ERR_NOMEM;
	if (e == 0) {
		snprintf(out, AUDIT_HEAD_SLOT, "%-*s", AUDIT_HEAD_SLOT - 1,
		    text);
		out[AUDIT_HEAD_SLOT - 1] = '\n';
		memcpy(out + AUDIT_HEAD_SLOT, out, AUDIT_HEAD_SLOT);
	}
	free(text);
	json_decref(root);
	return e;
}

static int
head_slot(const struct reader *slot, const uint8_t key[KEYS_SIGN_PUBLIC],
    struct audithead *h)
{
	uint8_t sig[KEYS_SIGNATURE];
	struct buf text;
	json_t *root;
	int e;

	root = json_loadb((const char *)slot->data, slot->len,
	    JSON_REJECT_DUPLICATES, NULL);
	if (root == NULL)
		return ERR_DENIED;
	buf_init(&text, 2 * AUDIT_HEAD_SLOT);
	e = hex_of(json_object_get(root, "sig"), sig, sizeof(sig));
	json_object_del(root, "sig");
	if (e == 0)
		e = own_text(root, &text);
	if (e == 0)
		e = keys_verify(key, SIGN_HEAD, text.data, text.len, sig);
	if (e == 0)
		e = hex_of(json_object_get(root, "hash"), h->chain.hash,
		    HASH_BYTES);
	h->chain.seq =
	    (uint64_t)json_integer_value(json_object_get(root, "seq"));
	h->chain.checkpoint =
	    (uint64_t)json_integer_value(json_object_get(root, "checkpoint"));
	h->offset =
	    (uint64_t)json_integer_value(json_object_get(root, "offset"));
	buf_done(&text);
	json_decref(root);
	return e == 0 ? 0 : ERR_DENIED;
}

int
audithead_read(int dirfd, const uint8_t key[KEYS_SIGN_PUBLIC],
    struct audithead *out)
{
	struct audithead h;
	struct reader all, slot;
	struct buf b;
	bool found = false;
	int e;

	buf_init(&b, AUDIT_HEAD_BYTES);
	e = fsx_slurp(dirfd, "head", &b);
	buf_reader(&b, &all);
	while (e == 0 && reader_left(&all) > 0) {
		if (reader_sub(&all, AUDIT_HEAD_SLOT, &slot) != 0)
			break;
		if (head_slot(&slot, key, &h) != 0)
			continue;
		if (!found || h.chain.seq > out->chain.seq)
			*out = h;
		found = true;
	}
	buf_done(&b);
	if (e == ERR_LIMIT)
		e = ERR_DENIED;
	return e != 0 ? e : found ? 0 : ERR_DENIED;
}
