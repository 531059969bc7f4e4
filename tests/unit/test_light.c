/*
 * Light worker processes, which load no more than messages of texts need: what
 * they release is what a full one releases, and what they do not release is
 * for a full one, from the beginning.
 */
#include "toy_jobs.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define HEAD \
	"From: a@out.test\r\nTo: b@inner.test\r\nSubject: x\r\n" \
	"Date: Sat, 21 Nov 2026 10:00:00 +0900\r\nMessage-ID: <1@x>\r\n" \
	"MIME-Version: 1.0\r\n"
#define MULTI "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
#define END   "\r\n--b--\r\n"

static void
mail_init(struct toy *t, const char *text)
{
	toy_init(t, "message.eml", text);
	t->options.limits.max_wall_ms = 20000;
	t->options.limits.max_address_space_bytes = UINT64_C(2) << 30;
	t->options.mail_fresh = true;
}

/* ---- whose children did it */

/* A worker whose light children are real, and whose full ones hand back what
 * they were given. */
static void
write_worker(char path[PATH_MAX])
{
	char dir[] = "/tmp/sekisho-light-XXXXXX", text[2 * PATH_MAX + 100];
	int fd;

	cr_assert_not_null(mkdtemp(dir));
	snprintf(path, PATH_MAX, "%s/worker", dir);
	snprintf(text, sizeof(text),
	    "#!/bin/sh\n[ \"$1\" = light ] && exec %s light\nexec %s\n",
	    SEKISHO_WORKER, HOSTILE_WORKER);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
	cr_assert_geq(fd, 0);
	cr_assert_eq(fsx_write_all(fd, text, strlen(text)), 0);
	close(fd);
}

static void
remove_worker(char path[PATH_MAX])
{
	unlink(path);
	*strrchr(path, '/') = '\0';
	rmdir(path);
}

Test(light, does_texts_and_leaves_the_rest)
{
	static const struct {
		const char *text;
		bool is_light;
	} list[] = {
		{ HEAD "\r\nplain\r\n", true },
		{ HEAD "Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n"
		       "\033$B<!2s\033(B\r\n",
		    true },
		{ HEAD "Content-Type: text/html; charset=utf-8\r\n\r\n"
		       "<p>a <a href=\"https://xn--r8jz45g.jp/\">"
		       "\xe4\xbe\x8b.jp</a></p>\r\n",
		    true },
		{ HEAD "\r\n", true },
		{ "", true },
		{ HEAD MULTI "\r\ntext" END, true },
		{ HEAD MULTI "\r\ntext\r\n--b\r\nContent-Type: text/plain; "
			     "name=a.txt\r\n\r\nfile" END,
		    false },
		{ HEAD MULTI "\r\ntext\r\n--b\r\nContent-Type: "
			     "message/rfc822\r\n\r\n" HEAD "\r\nin" END,
		    false },
		{ HEAD MULTI "\r\ntext\r\n--b\r\nContent-Type: "
			     "application/pkcs7-signature; name=smime.p7s"
			     "\r\n\r\nMAA=" END,
		    false },
		{ HEAD "\r\ntext\r\nbegin 644 a.txt\r\n#86)C\r\n`\r\nend\r\n",
		    false },
	};

	char path[PATH_MAX], start[16];
	struct pipeline *p = NULL;
	struct toy t;

	write_worker(path);
	cr_assert_eq(pipeline_open(path, 1, &p), 0);
	cr_assert_eq(pipeline_mail(p), 0);
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		mail_init(&t, list[i].text);
		toy_run(p, &t);
		cr_assert_eq(t.job.record.verdict, VERDICT_RELEASED, "%zu: %s",
		    i, t.job.record.reason);
		cr_assert_geq(pread(t.job.out_fd, start, sizeof(start), 0), 0);
		cr_expect_eq(strncmp(start, "MIME-Version", 12) == 0,
		    list[i].is_light, "%zu", i);
		toy_done(&t);
	}
	pipeline_close(p);
	remove_worker(path);
}

/* ---- the same, with and without */

static int
slurp(const char *path, char **text)
{
	struct buf b;
	int e;

	buf_init(&b, 64 << 20);
	e = fsx_slurp(AT_FDCWD, path, &b);
	cr_assert_eq(buf_u8(&b, 0), 0);
	*text = (char *)b.data;
	return e;
}

static void
same_record(const struct record *a, const struct record *b, const char *name)
{
	cr_expect_eq(a->verdict, b->verdict, "%s: %s, %s", name, a->reason,
	    b->reason);
	cr_expect_str_eq(a->reason, b->reason, "%s", name);
	cr_expect_eq(a->reason_err, b->reason_err, "%s", name);
	cr_expect_str_eq(a->out_format, b->out_format, "%s", name);
	cr_expect_eq(a->out_bytes, b->out_bytes, "%s", name);
	cr_expect_arr_eq(a->out_sha256, b->out_sha256, HASH_BYTES, "%s", name);
	cr_expect_arr_eq(a->in_sha256, b->in_sha256, HASH_BYTES, "%s", name);
	cr_expect_eq(memcmp(&a->result, &b->result, sizeof(a->result)), 0, "%s",
	    name);
	cr_expect_eq(a->n_members, b->n_members, "%s", name);
	cr_assert_eq(a->n_findings, b->n_findings, "%s", name);
	for (size_t i = 0; i < a->n_findings; i++)
		cr_expect_eq(memcmp(&a->findings[i], &b->findings[i],
				 sizeof(a->findings[i])),
		    0, "%s: %zu", name, i);
}

static void
both_ways(struct pipeline *full, struct pipeline *light, const char *path)
{
	struct toy a, b;
	char *text;

	cr_assert_eq(slurp(path, &text), 0, "%s", path);
	mail_init(&a, text);
	mail_init(&b, text);
	toy_run(full, &a);
	toy_run(light, &b);
	same_record(&a.job.record, &b.job.record, path);
	toy_done(&a);
	toy_done(&b);
	free(text);
}

Test(light, what_comes_out_is_the_same)
{
	static const char *const dirs[] = { "samples/benign/mail",
		"samples/planted/mail" };
	struct pipeline *full = NULL, *light = NULL;
	char path[PATH_MAX];
	struct dirent *de;
	size_t n = 0;
	DIR *dir;

	cr_assert_eq(pipeline_open(SEKISHO_WORKER, 1, &full), 0);
	cr_assert_eq(pipeline_open(SEKISHO_WORKER, 1, &light), 0);
	cr_assert_eq(pipeline_mail(light), 0);
	for (size_t i = 0; i < 2; i++) {
		if ((dir = opendir(dirs[i])) == NULL)
			continue;
		while ((de = readdir(dir)) != NULL) {
			if (de->d_name[0] == '.')
				continue;
			snprintf(path, sizeof(path), "%s/%s", dirs[i],
			    de->d_name);
			both_ways(full, light, path);
			n++;
		}
		closedir(dir);
	}
	cr_assert_gt(n, 5);
	pipeline_close(full);
	pipeline_close(light);
}

/* ---- light processes in the hands of an attacker */

static struct pipeline *
open_hostile(unsigned slots)
{
	struct pipeline *p = NULL;

	cr_assert_eq(pipeline_open(HOSTILE_WORKER, slots, &p), 0);
	cr_assert_eq(pipeline_mail(p), 0);
	return p;
}

static const char *const tricks[] = { "light crash", "light spin",
	"light sleep", "light silent", "light exit-code",
	"light claims-well-but-dies", "light flood-records",
	"light flood-members", "light garbage", "light open-member",
	"light after-end", "light lie-size", "light lie-hash",
	"light lie-input", "light no-format", "light other-bytes",
	"light shorter", "light other-format", "light finding-in-proof",
	"light blocked-in-proof", "light zygote-dies", "light zygote-silent",
	"light zygote-garbage", "light zygote-unknown", "light zygote-no-pidfd",
	"light zygote-refuses" };

/* Nothing of what they did is left. */
Test(light, what_they_spoil_is_done_again)
{
	struct pipeline *p = open_hostile(1);
	struct toy t;

	for (size_t i = 0; i < sizeof(tricks) / sizeof(tricks[0]); i++) {
		mail_init(&t, tricks[i]);
		t.options.limits.max_wall_ms = 400;
		toy_run(p, &t);
		toy_is_released(&t, tricks[i]);
		cr_assert_eq(t.job.record.n_findings, 0, "%s", tricks[i]);
		cr_assert_eq(t.job.record.n_members, 0, "%s", tricks[i]);
		toy_done(&t);
		mail_init(&t, "plain");
		toy_run(p, &t);
		toy_is_released(&t, "plain");
		toy_done(&t);
	}
	pipeline_close(p);
}

/* What both spoil is held, with the words about the full one. */
Test(light, what_both_spoil_is_held)
{
	struct pipeline *p = open_hostile(1);
	struct toy t;

	mail_init(&t, "crash");
	toy_run(p, &t);
	toy_is_held(&t);
	cr_assert_neq(strstr(t.job.record.reason, "SIGABRT"), NULL);
	toy_done(&t);
	mail_init(&t, "zygote-dies");
	toy_run(p, &t);
	toy_is_held(&t);
	toy_done(&t);
	pipeline_close(p);
}

/* Without them everything goes on. */
Test(light, a_light_zygote_that_dies_again_is_given_up)
{
	struct pipeline *p = open_hostile(3);
	struct pipeline_job *back;
	struct toy t[3];

	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < 3; i++) {
			mail_init(&t[i],
			    i == 1 ? "light zygote-dies" : "light sleep");
			t[i].options.limits.max_wall_ms = 2000;
			cr_assert_eq(pipeline_submit(p, &t[i].job), 0);
		}
		for (size_t n = 0; n < 3; n += back != NULL)
			cr_assert_eq(pipeline_wait(p, -1, &back), 0);
		for (size_t i = 0; i < 3; i++) {
			toy_is_released(&t[i],
			    i == 1 ? "light zygote-dies" : "light sleep");
			toy_done(&t[i]);
		}
	}
	pipeline_close(p);
}
