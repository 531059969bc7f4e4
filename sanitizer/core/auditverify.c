/*
 * Reading the audit log back: judging it, and printing it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsx.h"
#include "core/audit.h"
#include "core/auditline.h"

/* What to read: as much as there was at one moment, so that a reader does not
 * hold up those who write. */
struct log {
	int dirfd, fd;
	uint64_t size;
};

/* Two points that must lie in the log: the head file, and a noted head. */
struct pins {
	bool has_head;
	struct audithead head;
	uint64_t noted_seq; /* 0: none */
	const char *noted_hex;
};

static int
fail(struct audit_report *r, uint64_t line, const char *why)
{
	r->bad_line = line;
	snprintf(r->why, sizeof(r->why), "%s", why);
	return ERR_DENIED;
}

static int
check_pins(const struct pins *p, const struct auditchain *c,
    struct audit_report *r)
{
	char hex[HASH_HEX];

	if (p->has_head && p->head.chain.seq == c->seq &&
	    memcmp(p->head.chain.hash, c->hash, HASH_BYTES) != 0)
		return fail(r, c->seq,
		    "not the line that the head file names: changed");
	hash_hex(c->hash, hex);
	if (p->noted_seq == c->seq && c->seq != 0 &&
	    strcmp(p->noted_hex, hex) != 0)
		return fail(r, c->seq, "not the line whose hash was noted");
	return 0;
}

/* Behind the last line. */
static int
check_end(const struct pins *p, const struct auditchain *c,
    struct audit_report *r)
{
	if (!p->has_head && c->seq > 0)
		return fail(r, c->seq, "the head file is missing or damaged");
	if ((p->has_head && p->head.chain.seq > c->seq) ||
	    p->noted_seq > c->seq)
		return fail(r, c->seq + 1,
		    "the log ends here, but more lines were written: cut off");
	return 0;
}

static int
verify_lines(const struct log *l, const uint8_t key[KEYS_SIGN_PUBLIC],
    const struct pins *p, struct audit_report *r)
{
	struct auditchain c = { .seq = 0 };
	char why[AUDIT_WHY_BYTES];
	struct auditlines lines;
	struct reader line;
	int e = 0;

	auditlines_init(&lines, l->fd, 0);
	while (lines.at < l->size &&
	       (e = auditlines_next(&lines, &line)) == 0) {
		if ((e = auditchain_step(&c, &line, key, why)) != 0) {
			e = fail(r, c.seq + 1, why);
			break;
		}
		r->lines = c.seq;
		r->checkpoints += c.checkpoint == c.seq;
		r->after_checkpoint = c.seq - c.checkpoint;
		memcpy(r->head, c.hash, HASH_BYTES);
		if ((e = check_pins(p, &c, r)) != 0)
			break;
	}
	auditlines_done(&lines);
	if (e == ERR_TRUNCATED || e == ERR_LIMIT)
		return fail(r, c.seq + 1,
		    e == ERR_LIMIT ? "longer than any record"
				   : "incomplete: cut in the middle");
	return e == 0 || e == ERR_NOENT ? check_end(p, &c, r) : e;
}

static void
close_log(struct log *l)
{
	if (l->fd >= 0)
		close(l->fd);
	if (l->dirfd >= 0)
		close(l->dirfd);
}

/* head: NULL, or read at the same moment as the size. */
static int
open_log(const char *state_dir, struct log *l, const uint8_t *key,
    struct pins *p)
{
	struct stat st;
	int e;

	*l = (struct log){ .dirfd = -1, .fd = -1 };
	if ((e = auditline_folder(state_dir, false, &l->dirfd)) != 0)
		return e;
	l->fd = openat(l->dirfd, "audit.jsonl", O_RDONLY | O_CLOEXEC);
	if (l->fd < 0 || flock(l->fd, LOCK_SH) < 0 || fstat(l->fd, &st) < 0) {
		e = errno == ENOENT ? ERR_NOENT : ERR_IO;
		close_log(l);
		return e;
	}
	l->size = (uint64_t)st.st_size;
	if (p != NULL)
		p->has_head = audithead_read(l->dirfd, key, &p->head) == 0;
	flock(l->fd, LOCK_UN);
	return 0;
}

int
audit_verify(const char *state_dir, const uint8_t key[KEYS_SIGN_PUBLIC],
    uint64_t seq, const char *head_hex, struct audit_report *r)
{
	struct pins p = { .noted_seq = head_hex == NULL ? 0 : seq,
		.noted_hex = head_hex };
	struct log l;
	int e;

	memset(r, 0, sizeof(*r));
	if ((e = hash_setup()) != 0)
		return e;
	if ((e = open_log(state_dir, &l, key, &p)) != 0)
		return e;
	e = verify_lines(&l, key, &p, r);
	close_log(&l);
	return e;
}

static const char *
text_in(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s == NULL ? "" : s;
}

static bool
passes(const json_t *root, const struct audit_filter *f)
{
	const char *time = text_in(root, "time");
	const json_t *fields = json_object_get(root, "fields");

	return (f->since == NULL || strcmp(time, f->since) >= 0) &&
	       (f->until == NULL || strcmp(time, f->until) < 0) &&
	       (f->event == NULL ||
		   strcmp(text_in(root, "event"), f->event) == 0) &&
	       (f->id == NULL || strcmp(text_in(fields, "id"), f->id) == 0);
}

/* RFC 4180; a leading sign would be a formula for a spreadsheet. */
static void
csv_cell(FILE *out, const char *s, const char *end)
{
	fputc('"', out);
	if (s[0] != '\0' && strchr("=+-@\t\r", s[0]) != NULL)
		fputc('\'', out);
	for (; *s != '\0'; s++) {
		if (*s == '"')
			fputc('"', out);
		fputc(*s, out);
	}
	fprintf(out, "\"%s", end);
}

static void
print_columns(const json_t *root, enum audit_form form, FILE *out)
{
	static const char *const keys[] = { "id", "name", "verdict", "who",
		"reason" };
	const json_t *fields = json_object_get(root, "fields");
	const size_t n = sizeof(keys) / sizeof(keys[0]);

	if (form == AUDIT_TEXT)
		fprintf(out, "%s  %s", text_in(root, "time"),
		    text_in(root, "event"));
	else {
		csv_cell(out, text_in(root, "time"), ",");
		csv_cell(out, text_in(root, "event"), ",");
	}
	for (size_t i = 0; i < n; i++) {
		const char *s = text_in(fields, keys[i]);

		if (form == AUDIT_CSV)
			csv_cell(out, s, i + 1 < n ? "," : "\r\n");
		else if (s[0] != '\0')
			fprintf(out, "  %s", s);
	}
	if (form == AUDIT_TEXT)
		fputc('\n', out);
}

static int
print_line(const struct reader *line, const struct audit_filter *f,
    enum audit_form form, FILE *out)
{
	json_t *root = json_loadb((const char *)line->data, line->len, 0, NULL);

	if (root == NULL)
		return ERR_MALFORMED;
	if (passes(root, f)) {
		if (form == AUDIT_JSONL)
			fprintf(out, "%.*s\n", (int)line->len,
			    (const char *)line->data);
		else
			print_columns(root, form, out);
	}
	json_decref(root);
	return ferror(out) ? ERR_IO : 0;
}

int
audit_export(const char *state_dir, const struct audit_filter *f,
    enum audit_form form, FILE *out)
{
	struct auditlines lines;
	struct reader line;
	struct log l;
	int e;

	if ((e = open_log(state_dir, &l, NULL, NULL)) != 0)
		return e;
	if (form == AUDIT_CSV)
		fprintf(out, "time,event,id,name,verdict,who,reason\r\n");
	auditlines_init(&lines, l.fd, 0);
	while (lines.at < l.size && (e = auditlines_next(&lines, &line)) == 0 &&
	       (e = print_line(&line, f, form, out)) == 0)
		;
	auditlines_done(&lines);
	close_log(&l);
	if (e == ERR_TRUNCATED || e == ERR_LIMIT)
		return ERR_MALFORMED;
	return e == ERR_NOENT ? 0 : e;
}
