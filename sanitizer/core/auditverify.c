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
#include "core/auditfile.h"

/* What to read: as much as there was at one moment, so that a reader does not
 * hold up those who write. */
struct log {
	int dirfd, fd;
	uint64_t size;
	struct auditfiles closed;
};

/* Two points that must lie in the log: the head file, and a noted head. */
struct pins {
	bool has_head;
	struct audithead head;
	uint64_t noted_seq; /* 0: none */
	const char *noted_hex;
	uint64_t removed; /* last line that a record says was removed */
};

static const char *
text_in(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s == NULL ? "" : s;
}

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
	if (r->first > 1 && p->removed < r->first - 1)
		return fail(r, 1,
		    "older lines are missing, and no record says that they "
		    "were removed");
	if (p->noted_seq != 0 && p->noted_seq < r->first)
		return fail(r, p->noted_seq,
		    "the noted line stood in a file that was removed");
	return 0;
}

/*
 * The oldest file that is left may begin behind the first line: then with a
 * check-point, whose signature vouches for its number and its predecessor.
 */
static int
begin_chain(struct auditchain *c, const struct reader *line,
    struct audit_report *r)
{
	char time[RECORD_TIME_BYTES], hex[HASH_HEX] = "";
	uint64_t seq;
	json_t *root;

	r->first = 1;
	if (auditfile_when(line, &seq, time) != 0 || seq == 1)
		return 0;
	root = json_loadb((const char *)line->data, line->len, 0, NULL);
	if (strcmp(text_in(root, "event"), "checkpoint") == 0) {
		snprintf(hex, sizeof(hex), "%s", text_in(root, "prev"));
		if (sodium_hex2bin(c->hash, HASH_BYTES, hex, strlen(hex), NULL,
			NULL, NULL) == 0)
			c->seq = seq - 1;
		r->first = c->seq + 1;
	}
	json_decref(root);
	return 0;
}

/* "audit-removed" tells how far the log may be gone. */
static void
note_removed(const struct reader *line, struct pins *p)
{
	json_int_t last;
	json_t *root;
	size_t at;

	if (reader_find(line, 0, "\"audit-removed\"", 15, &at) != 0)
		return;
	root = json_loadb((const char *)line->data, line->len, 0, NULL);
	last =
	    json_integer_value(json_object_get(json_object_get(root, "fields"),
		"last"));
	if (strcmp(text_in(root, "event"), "audit-removed") == 0 && last > 0 &&
	    (uint64_t)last > p->removed)
		p->removed = (uint64_t)last;
	json_decref(root);
}

/* The lines of one file, up to size. */
static int
verify_file(int fd, uint64_t size, const uint8_t key[KEYS_SIGN_PUBLIC],
    struct pins *p, struct auditchain *c, struct audit_report *r)
{
	char why[AUDIT_WHY_BYTES];
	struct auditlines lines;
	struct reader line;
	int e = 0;

	auditlines_init(&lines, fd, 0);
	while (lines.at < size && (e = auditlines_next(&lines, &line)) == 0) {
		if (r->first == 0)
			e = begin_chain(c, &line, r);
		if (e == 0 && (e = auditchain_step(c, &line, key, why)) != 0)
			e = fail(r, c->seq + 1, why);
		if (e != 0)
			break;
		r->lines = c->seq;
		r->checkpoints += c->checkpoint == c->seq;
		r->after_checkpoint = c->seq - c->checkpoint;
		memcpy(r->head, c->hash, HASH_BYTES);
		note_removed(&line, p);
		if ((e = check_pins(p, c, r)) != 0)
			break;
	}
	auditlines_done(&lines);
	if (e == ERR_TRUNCATED || e == ERR_LIMIT)
		return fail(r, c->seq + 1,
		    e == ERR_LIMIT ? "longer than any record"
				   : "incomplete: cut in the middle");
	return e == ERR_NOENT ? 0 : e;
}

static int
verify_lines(const struct log *l, const uint8_t key[KEYS_SIGN_PUBLIC],
    struct pins *p, struct audit_report *r)
{
	struct auditchain c = { .seq = 0 };
	int e = 0, fd;

	for (size_t i = 0; e == 0 && i < l->closed.n; i++) {
		fd = openat(l->dirfd, l->closed.names[i],
		    O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0)
			return ERR_IO;
		e = verify_file(fd, UINT64_MAX, key, p, &c, r);
		close(fd);
		if (e == 0 && c.seq != auditfile_seq(l->closed.names[i]))
			e = fail(r, c.seq + 1,
			    "a closed file does not end where its name says");
		r->files++;
	}
	if (e == 0)
		e = verify_file(l->fd, l->size, key, p, &c, r);
	return e == 0 ? check_end(p, &c, r) : e;
}

static void
close_log(struct log *l)
{
	auditfiles_done(&l->closed);
	if (l->fd >= 0)
		close(l->fd);
	if (l->dirfd >= 0)
		close(l->dirfd);
}

/* The file that is written, locked. */
static int
open_active(struct log *l)
{
	struct stat ours, now;

	for (;;) {
		l->fd = openat(l->dirfd, AUDIT_ACTIVE, O_RDONLY | O_CLOEXEC);
		if (l->fd < 0)
			return errno == ENOENT ? ERR_NOENT : ERR_IO;
		if (flock(l->fd, LOCK_SH) < 0 || fstat(l->fd, &ours) < 0)
			return ERR_IO;
		if (fstatat(l->dirfd, AUDIT_ACTIVE, &now,
			AT_SYMLINK_NOFOLLOW) == 0 &&
		    now.st_ino == ours.st_ino && now.st_dev == ours.st_dev)
			break;
		close(l->fd); /* a rotation came between */
		l->fd = -1;
	}
	l->size = (uint64_t)ours.st_size;
	return 0;
}

/* p: NULL, or its head is read at the same moment as the size. */
static int
open_log(const char *state_dir, struct log *l, const uint8_t *key,
    struct pins *p)
{
	int e;

	*l = (struct log){ .dirfd = -1, .fd = -1 };
	if ((e = auditline_folder(state_dir, false, &l->dirfd)) != 0)
		return e;
	if ((e = open_active(l)) == 0 &&
	    (e = auditfiles_list(l->dirfd, &l->closed)) == 0 && p != NULL)
		p->has_head = audithead_read(l->dirfd, key, &p->head) == 0;
	if (e != 0) {
		close_log(l);
		return e;
	}
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

#define HEAD_BYTES 128
#define TAIL_TEXT  ",\"time\":\"2026-11-21T04:46:29.123Z\"}"

/*
 * A line is {"clock":...,"event":"E",...,"time":"T"}: whoever looks through a
 * month of them does not wait for each to be parsed. false: not to be seen so.
 */
static bool
told_by_text(const struct reader *line, const struct audit_filter *f,
    bool *passes)
{
	char head[HEAD_BYTES], tail[sizeof(TAIL_TEXT)], *event, *time;
	size_t n = sizeof(TAIL_TEXT) - 1, len;

	if (f->id != NULL || line->len < HEAD_BYTES)
		return false;
	memcpy(tail, line->data + line->len - n, n);
	tail[n] = '\0';
	memcpy(head, line->data, HEAD_BYTES - 1);
	head[HEAD_BYTES - 1] = '\0';
	if (strncmp(head, "{\"clock\":", 9) != 0 ||
	    (event = strstr(head, ",\"event\":\"")) == NULL ||
	    strncmp(tail, ",\"time\":\"", 9) != 0 ||
	    strcmp(tail + n - 2, "\"}") != 0)
		return false;
	time = tail + 9;
	tail[n - 2] = '\0';
	event += strlen(",\"event\":\"");
	len = strcspn(event, "\"\\");
	if (event[len] != '"')
		return false;
	event[len] = '\0';
	*passes = (f->since == NULL || strcmp(time, f->since) >= 0) &&
		  (f->until == NULL || strcmp(time, f->until) < 0) &&
		  (f->event == NULL || strcmp(event, f->event) == 0);
	return true;
}

static int
print_line(const struct reader *line, const struct audit_filter *f,
    enum audit_form form, FILE *out)
{
	json_t *root;
	bool yes;

	if (told_by_text(line, f, &yes) && (!yes || form == AUDIT_JSONL)) {
		if (yes)
			fprintf(out, "%.*s\n", (int)line->len,
			    (const char *)line->data);
		return ferror(out) ? ERR_IO : 0;
	}
	root = json_loadb((const char *)line->data, line->len, 0, NULL);
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

static int
export_file(int fd, uint64_t size, const struct audit_filter *f,
    enum audit_form form, FILE *out)
{
	struct auditlines lines;
	struct reader line;
	int e = 0;

	auditlines_init(&lines, fd, 0);
	while (lines.at < size && (e = auditlines_next(&lines, &line)) == 0 &&
	       (e = print_line(&line, f, form, out)) == 0)
		;
	auditlines_done(&lines);
	if (e == ERR_TRUNCATED || e == ERR_LIMIT)
		return ERR_MALFORMED;
	return e == ERR_NOENT ? 0 : e;
}

/* A closed file, unless all of it is before the time that is asked for. */
static int
export_closed(int dirfd, const char *name, const struct audit_filter *f,
    enum audit_form form, FILE *out)
{
	uint8_t tail[AUDIT_LINE_BYTES];
	char time[RECORD_TIME_BYTES];
	struct reader line;
	struct stat st;
	uint64_t seq;
	int e = 0, fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return errno == ENOENT ? 0 : ERR_IO; /* removed meanwhile */
	if (f->since == NULL || fstat(fd, &st) < 0 ||
	    auditfile_tail(fd, (uint64_t)st.st_size, tail, &line) != 0 ||
	    auditfile_when(&line, &seq, time) != 0 ||
	    strcmp(time, f->since) >= 0)
		e = export_file(fd, UINT64_MAX, f, form, out);
	close(fd);
	return e;
}

int
audit_export(const char *state_dir, const struct audit_filter *f,
    enum audit_form form, FILE *out)
{
	struct log l;
	int e;

	if ((e = open_log(state_dir, &l, NULL, NULL)) != 0)
		return e;
	if (form == AUDIT_CSV)
		/* A BOM: without it spreadsheets take UTF-8 for CP932. */
		fprintf(out, "\xef\xbb\xbf"
			     "time,event,id,name,verdict,who,reason\r\n");
	for (size_t i = 0; e == 0 && i < l.closed.n; i++)
		e = export_closed(l.dirfd, l.closed.names[i], f, form, out);
	if (e == 0)
		e = export_file(l.fd, l.size, f, form, out);
	close_log(&l);
	return e;
}
