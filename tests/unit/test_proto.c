/*
 * The reader of records: what a worker sends is taken, everything else is an
 * error and never a crash, whatever the bytes and however they are cut.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fsx.h"
#include "worker/proto.h"

struct seen {
	unsigned findings, begins, ends, last;
};

static int
saw_finding(void *arg, const struct finding *f)
{
	struct seen *s = arg;

	s->findings++;
	cr_assert_lt(f->id, FIND_COUNT);
	cr_assert_lt(f->action, ACT_COUNT);
	cr_assert_lt(strnlen(f->where, sizeof(f->where)), sizeof(f->where));
	cr_assert_lt(strnlen(f->detail, sizeof(f->detail)), sizeof(f->detail));
	return 0;
}

static int
saw_begin(void *arg, const char *name)
{
	struct seen *s = arg;

	s->begins++;
	cr_assert_lt(strnlen(name, DOC_NAME_BYTES), DOC_NAME_BYTES);
	return 0;
}

static int
saw_end(void *arg, const struct doc_result *r)
{
	struct seen *s = arg;

	s->ends++;
	cr_assert_leq(r->err, 0);
	cr_assert_lt(strnlen(r->message, sizeof(r->message)),
	    sizeof(r->message));
	return 0;
}

static int
saw_last(void *arg, const struct doc_result *r)
{
	struct seen *s = arg;

	(void)r;
	s->last++;
	return 0;
}

/* What fn writes to a pipe, as a worker would. */
static size_t
record_of(void (*fn)(int fd), uint8_t *out, size_t room)
{
	size_t at = 0;
	ssize_t n;
	int ends[2];

	cr_assert_eq(pipe(ends), 0);
	fn(ends[1]);
	close(ends[1]);
	while ((n = read(ends[0], out + at, room - at)) > 0)
		at += (size_t)n;
	close(ends[0]);
	cr_assert_lt(at, room);
	return at;
}

#define SET(field, text) snprintf(field, sizeof(field), "%s", text)

static struct doc_result
some_result(void)
{
	struct doc_result r = { .in_bytes = 7, .out_bytes = 5, .agree = 1 };

	SET(r.structure, "ooxml.docm");
	SET(r.magic, "application/zip");
	SET(r.out_format, "ooxml.docx");
	SET(r.out_ext, "docx");
	SET(r.in_name, "\xe6\x9c\x88\xe5\xa0\xb1.docm");
	return r;
}

static void
whole_story(int fd)
{
	struct finding f = { .id = 0, .action = ACT_REMOVED, .count = 3 };
	struct doc_result r = some_result();

	SET(f.where, "word/vbaProject.bin");
	SET(f.detail, "\xe8\xa9\xb3\xe7\xb4\xb0");
	cr_assert_eq(proto_put_finding(fd, &f), 0);
	cr_assert_eq(proto_put_member(fd, "inner.zip"), 0);
	cr_assert_eq(proto_put_member(fd, "deeper.docx"), 0);
	cr_assert_eq(proto_put_finding(fd, &f), 0);
	cr_assert_eq(proto_put_result(fd, PROTO_MEMBER_END, &r), 0);
	cr_assert_eq(proto_put_result(fd, PROTO_MEMBER_END, &r), 0);
	cr_assert_eq(proto_put_result(fd, PROTO_END, &r), 0);
}

static int
feed_in(const uint8_t *data, size_t n, size_t step, struct seen *seen)
{
	const struct proto_events ev = { seen, saw_finding, saw_begin, saw_end,
		saw_last };
	struct proto_stream s;
	struct limits l;
	int e = 0;

	memset(seen, 0, sizeof(*seen));
	limits_default(&l);
	proto_stream_init(&s, &l);
	for (size_t at = 0; at < n && e == 0; at += step)
		e = proto_stream_feed(&s, data + at,
		    n - at < step ? n - at : step, &ev);
	e = proto_stream_finish(&s);
	cr_assert_leq(e, 0);
	return e;
}

Test(proto, a_story_is_taken_in_pieces_of_any_size)
{
	static uint8_t raw[1 << 16];
	size_t n = record_of(whole_story, raw, sizeof(raw));
	struct seen s;

	for (size_t step = 1; step < n; step += 1 + step / 7) {
		cr_assert_eq(feed_in(raw, n, step, &s), 0);
		cr_assert_eq(s.findings, 2);
		cr_assert_eq(s.begins, 2);
		cr_assert_eq(s.ends, 2);
		cr_assert_eq(s.last, 1);
	}
}

Test(proto, every_truncation_is_an_error)
{
	static uint8_t raw[1 << 16];
	size_t n = record_of(whole_story, raw, sizeof(raw));
	struct seen s;

	for (size_t len = 0; len < n; len++)
		cr_assert_neq(feed_in(raw, len, 4096, &s), 0);
}

Test(proto, every_flipped_bit_is_a_value_or_an_error)
{
	static uint8_t raw[1 << 16];
	size_t n = record_of(whole_story, raw, sizeof(raw));
	unsigned refused = 0;
	struct seen s;

	for (size_t bit = 0; bit < n * 8; bit++) {
		raw[bit / 8] ^= (uint8_t)(1u << bit % 8);
		refused += feed_in(raw, n, 8192, &s) != 0;
		raw[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	cr_assert_gt(refused, 1000);
	cr_assert_eq(feed_in(raw, n, n, &s), 0);
}

Test(proto, two_wrong_bytes_are_a_value_or_an_error)
{
	static uint8_t raw[1 << 16];
	size_t n = record_of(whole_story, raw, sizeof(raw));
	static const uint8_t values[] = { 0, 1, 0x7f, 0x80, 0xff };
	uint32_t x = 1;
	struct seen s;

	for (unsigned round = 0; round < 20000; round++) {
		size_t a = (x = x * 1664525u + 1013904223u) % n;
		size_t b = (x = x * 1664525u + 1013904223u) % n;
		uint8_t was_a = raw[a], was_b = raw[b];

		raw[a] = values[round % 5];
		raw[b] = values[round / 5 % 5];
		(void)feed_in(raw, n, 8192, &s);
		raw[b] = was_b;
		raw[a] = was_a;
	}
	cr_assert_eq(feed_in(raw, n, n, &s), 0);
}

/* ---- one rule after the other */

struct raw_record {
	struct proto_head head;

	union {
		struct finding f;
		struct doc_result r;
		char name[DOC_NAME_BYTES];
	} body;
};

static int
feed_one(struct raw_record *r, bool then_end)
{
	static uint8_t raw[1 << 16];
	struct raw_record end = { .head = {
				      PROTO_END, sizeof(struct doc_result) } };
	size_t n = sizeof(r->head) + r->head.bytes;
	struct seen s;

	memcpy(raw, r, n);
	end.body.r = some_result();
	if (then_end) {
		memcpy(raw + n, &end,
		    sizeof(end.head) + sizeof(struct doc_result));
		n += sizeof(end.head) + sizeof(struct doc_result);
	}
	return feed_in(raw, n, n, &s);
}

static struct raw_record
good_finding(void)
{
	return (struct raw_record){ .head = { PROTO_FINDING,
					sizeof(struct finding) },
		.body.f = { .count = 1, .where = "here", .detail = "this" } };
}

static struct raw_record
good_end(void)
{
	return (struct raw_record){ .head = { PROTO_END,
					sizeof(struct doc_result) },
		.body.r = some_result() };
}

Test(proto, findings_are_checked)
{
	struct raw_record r = good_finding();

	cr_assert_eq(feed_one(&r, true), 0);
	cr_assert_eq(feed_one(&r, false), ERR_TRUNCATED);
	r.body.f.id = FIND_COUNT;
	cr_assert_eq(feed_one(&r, true), ERR_MALFORMED);
	r = good_finding();
	r.body.f.action = ACT_COUNT;
	cr_assert_eq(feed_one(&r, true), ERR_MALFORMED);
	r = good_finding();
	r.body.f.count = 0;
	cr_assert_eq(feed_one(&r, true), ERR_MALFORMED);
	r = good_finding();
	memset(r.body.f.where, 'a', sizeof(r.body.f.where));
	cr_assert_eq(feed_one(&r, true), ERR_MALFORMED);
	r = good_finding();
	memset(r.body.f.detail, 'a', sizeof(r.body.f.detail));
	cr_assert_eq(feed_one(&r, true), ERR_MALFORMED);
}

Test(proto, texts_are_printable)
{
	static const char *const bad[] = { "a\nb", "\x1b[2J", "\xff", "\xc3",
		"\xed\xa0\x80", "\xe2\x80\xae", "\xe2\x80\x8b", "\x7f",
		"\xc2\x85", "\xef\xbf\xbf" };
	struct raw_record r;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		r = good_finding();
		SET(r.body.f.detail, bad[i]);
		cr_assert_eq(feed_one(&r, true), ERR_MALFORMED, "%zu", i);
		r = (struct raw_record){ .head = { PROTO_MEMBER_BEGIN,
					     DOC_NAME_BYTES } };
		SET(r.body.name, bad[i]);
		cr_assert_eq(feed_one(&r, true), ERR_MALFORMED, "%zu", i);
		r = good_end();
		SET(r.body.r.out_name, bad[i]);
		cr_assert_eq(feed_one(&r, false), ERR_MALFORMED, "%zu", i);
	}
}

Test(proto, results_are_checked)
{
	static const char *const bad_ext[] = { "do.cx", "../x", "DOCX", "a b",
		"\xe3\x81\x82", "a/" };
	struct raw_record r = good_end();

	cr_assert_eq(feed_one(&r, false), 0);
	r.body.r.err = 1;
	cr_assert_eq(feed_one(&r, false), ERR_MALFORMED);
	r.body.r.err = -1000;
	cr_assert_eq(feed_one(&r, false), ERR_MALFORMED);
	/* An error together with an output. */
	r.body.r.err = ERR_MALFORMED;
	cr_assert_eq(feed_one(&r, false), ERR_MALFORMED);
	r = good_end();
	r.body.r.agree = 2;
	cr_assert_eq(feed_one(&r, false), ERR_MALFORMED);
	for (size_t i = 0; i < sizeof(bad_ext) / sizeof(bad_ext[0]); i++) {
		r = good_end();
		SET(r.body.r.out_ext, bad_ext[i]);
		cr_assert_eq(feed_one(&r, false), ERR_MALFORMED, "%zu", i);
		r = good_end();
		SET(r.body.r.out_format, bad_ext[i]);
		if (strcmp(bad_ext[i], "do.cx") != 0)
			cr_assert_eq(feed_one(&r, false), ERR_MALFORMED);
	}
}

Test(proto, order_and_nesting_are_checked)
{
	struct raw_record end = good_end(), begin = { 0 };

	cr_assert_eq(feed_one(&end, true), ERR_MALFORMED); /* a second end */
	end.head.type = PROTO_MEMBER_END;
	cr_assert_eq(feed_one(&end, true), ERR_MALFORMED); /* none is open */
	begin.head = (struct proto_head){ PROTO_MEMBER_BEGIN, DOC_NAME_BYTES };
	cr_assert_eq(feed_one(&begin, true), ERR_MALFORMED); /* one still is */
	begin.head.type = 0;
	cr_assert_eq(feed_one(&begin, true), ERR_MALFORMED);
	begin.head.type = PROTO_END + 1;
	cr_assert_eq(feed_one(&begin, true), ERR_MALFORMED);
	begin = good_finding();
	begin.head.bytes--;
	cr_assert_eq(feed_one(&begin, true), ERR_MALFORMED);
}

Test(proto, counts_have_caps)
{
	struct proto_events ev = { NULL, NULL, NULL, NULL, NULL };
	struct raw_record r = good_finding();
	struct proto_stream s;
	struct seen seen = { 0 };
	struct limits l;
	unsigned n = 0;

	ev = (struct proto_events){ &seen, saw_finding, saw_begin, saw_end,
		saw_last };
	limits_default(&l);
	l.max[BUDGET_FINDINGS] = 10;
	proto_stream_init(&s, &l);
	while (proto_stream_feed(&s, &r, sizeof(r.head) + r.head.bytes, &ev) ==
	       0)
		cr_assert_lt(n++, 1000);
	cr_assert_eq(s.err, ERR_LIMIT);
	/* Broken for good. */
	cr_assert_eq(proto_stream_feed(&s, "", 0, &ev), ERR_LIMIT);
	cr_assert_eq(proto_stream_finish(&s), ERR_LIMIT);
	r = (struct raw_record){ .head = {
				     PROTO_MEMBER_BEGIN, DOC_NAME_BYTES } };
	proto_stream_init(&s, &l);
	for (n = 0; n <= l.max_depth; n++)
		cr_assert_eq(proto_stream_feed(&s, &r,
				 sizeof(r.head) + r.head.bytes, &ev),
		    0);
	cr_assert_eq(proto_stream_feed(&s, &r, sizeof(r.head) + r.head.bytes,
			 &ev),
	    ERR_LIMIT);
}

/* A worker cleans what it sends, so that an odd name holds no document. */
static void
odd_texts(int fd)
{
	struct finding f = { .count = 1 };
	struct doc_result r = some_result();

	memset(f.where, 0xff, sizeof(f.where));
	SET(f.detail, "a\x1b[31m\xe2\x80\xae");
	memset(r.name_says, 0xc3, sizeof(r.name_says));
	memset(r.message, 'x', sizeof(r.message));
	cr_assert_eq(proto_put_finding(fd, &f), 0);
	cr_assert_eq(proto_put_member(fd, "\x01\x02\xff"), 0);
	cr_assert_eq(proto_put_result(fd, PROTO_MEMBER_END, &r), 0);
	cr_assert_eq(proto_put_result(fd, PROTO_END, &r), 0);
}

Test(proto, what_a_worker_puts_is_always_taken)
{
	static uint8_t raw[1 << 16];
	size_t n = record_of(odd_texts, raw, sizeof(raw));
	struct seen s;

	cr_assert_eq(feed_in(raw, n, n, &s), 0);
	cr_assert_eq(s.findings, 1);
}

Test(proto, exit_codes_have_their_ranges)
{
	for (int e = 0; e >= -13; e--) {
		int code = proto_exit_code(e);

		if (e == 0)
			cr_assert_eq(code, 0);
		else if (e == ERR_IO || e == ERR_INTERNAL)
			cr_assert(code >= 70 && code < 80);
		else
			cr_assert(code >= 11 && code <= 40);
	}
	cr_assert_eq(proto_exit_code(5), 70);
	cr_assert_eq(proto_exit_code(-1000), 70);
}

/* ---- the control socket */

Test(proto, messages_have_one_size_and_few_descriptors)
{
	struct proto_reply r = { PROTO_MAGIC, PROTO_READY, 1, 2, 3 }, got;
	int pair[2], fds[PROTO_FDS], many[PROTO_FDS] = { 0, 0, 0, 0 };
	size_t n;

	cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	cr_assert_eq(proto_send(pair[0], &r, sizeof(r), many, 2, false), 0);
	cr_assert_eq(proto_recv(pair[1], &got, sizeof(got), fds, &n), 0);
	cr_assert_eq(n, 2);
	cr_assert_arr_eq(&r, &got, sizeof(r));
	close(fds[0]);
	close(fds[1]);
	cr_assert_eq(proto_send(pair[0], &r, sizeof(r) - 1, NULL, 0, false), 0);
	cr_assert_eq(proto_recv(pair[1], &got, sizeof(got), fds, &n),
	    ERR_MALFORMED);
	cr_assert_eq(proto_send(pair[0], &r, sizeof(r), many, 1, false), 0);
	cr_assert_eq(proto_recv(pair[1], &got, sizeof(got) - 1, fds, &n),
	    ERR_MALFORMED);
	cr_assert_eq(n, 0);
	cr_assert_eq(proto_send(pair[0], &r, sizeof(r), many, PROTO_FDS + 1,
			 false),
	    ERR_INTERNAL);
	close(pair[0]);
	cr_assert_eq(proto_recv(pair[1], &got, sizeof(got), fds, &n),
	    ERR_NOENT);
	cr_assert_eq(proto_send(pair[1], &r, sizeof(r), NULL, 0, false),
	    ERR_NOENT);
	close(pair[1]);
}
