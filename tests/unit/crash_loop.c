/*
 * The crossings: spool and one-way path, quarantine, folder. Nothing may be
 * lost, delivered twice or visible without its audit line. What a power
 * failure does to pages that were not synced is not played here.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"
#include "core/receive.h"
#include "quarantine/crossing.h"
#include "unit/crash.h"

static void
done(void *arg, struct crossing_item *i, int err)
{
	(void)arg, (void)i;
	crash_must(err == 0, "a document failed");
}

static void
put(struct crossing *c, struct record *r, const char *text, const char *once)
{
	struct crossing_item i = { .record = r,
		.out_fd =
		    r->verdict == VERDICT_RELEASED ? crash_memory(text) : -1,
		.original_fd = crash_memory(text),
		.receipt = strdup("{\"a\":1}"),
		.receipt_text = strdup("text"),
		.once = once };

	crash_must(crossing_put(c, &i) == 0, "crossing_put");
}

/* Two documents through spool and one-way folder to the inner side. */
static void
transport(void)
{
	static struct keys k, inner;
	struct policy policy;
	struct spool_sent sent;
	struct receive_report report;
	struct record r[2];
	struct audit *a, *ia;
	struct spool *s;
	struct crossing *c;
	char why[256];

	crash_open_outer(&k, &a);
	policy_default(&policy);
	crash_must(spool_open(crash_at("outer"), &k, &s) == 0, "spool");
	struct crossing_setup setup = { .audit = a,
		.spool = s,
		.dest_fd = -1,
		.policy = &policy,
		.kind = "folder",
		.done = done };
	crash_must(crossing_open(&setup, &c) == 0, "crossing");
	crash_fill(&r[0], "ONE", "first", VERDICT_RELEASED);
	crash_fill(&r[1], "TWO", "second", VERDICT_RELEASED);
	put(c, &r[0], "first", "job-1");
	put(c, &r[1], "second", "job-2");
	crash_must(crossing_close(c) == 0, "crossing_close");
	crash_must(spool_send(s, crash_at("way"), &sent, why) == 0, "send");
	spool_close(s);
	crash_must(audit_close(a) == 0, "audit_close");

	crash_must(keys_open(crash_at("inner"), true, &inner, why) == 0,
	    "inner keys");
	crash_must(audit_open(crash_at("inner"), &inner, 3, &ia) == 0,
	    "inner audit");
	struct receive_setup rs = { .from_dir = crash_at("way"),
		.dest_dir = crash_at("dest"),
		.state_dir = crash_at("inner"),
		.audit = ia,
		.prove = crash_prove };
	memcpy(rs.key, k.sign_public, sizeof(rs.key));
	crash_must(receive_run(&rs, &report) == 0, report.why);
	crash_must(audit_close(ia) == 0, "inner audit_close");
}

static void
transport_killed(void)
{
	int parcels = crash_count_in(crash_at("outer/spool/out")) +
		      crash_count_in(crash_at("outer/spool/sent"));

	CHECK(crash_count_text(crash_at("outer/audit/audit.jsonl"),
		  "\"event\":\"release\"") >= parcels);
	CHECK(crash_count_text(crash_at("inner/audit/audit.jsonl"),
		  "\"event\":\"deliver\"") *
		  3 >=
	      crash_count_in(crash_at("dest/common")));
}

static void
transport_after(void)
{
	CHECK(crash_count_in(crash_at("outer/spool/tmp")) == 0);
	CHECK(crash_count_in(crash_at("outer/spool/out")) == 0);
	CHECK(crash_count_in(crash_at("outer/spool/sent")) == 2);
	CHECK(crash_count_in(crash_at("way")) == 0);
	CHECK(crash_count_in(crash_at("inner/refused")) == 0);
	CHECK(crash_count_in(crash_at("dest/.sekisho-stage")) == 0);
	CHECK(crash_count_in(crash_at("dest/common")) == 6);
	CHECK(crash_holds(crash_at("dest/common/ONE.txt"), "first"));
	CHECK(crash_holds(crash_at("dest/common/TWO.txt"), "second"));
	CHECK(crash_holds(crash_at("dest/common/ONE.txt.receipt.json"),
	    "{\"a\":1}"));
	crash_sound_log("outer");
	crash_sound_log("inner");
}

static void
quarantine(void)
{
	static struct keys k;
	struct quarantine *q;
	struct record r[2];
	struct audit *a;
	int fd;

	crash_open_outer(&k, &a);
	crash_must(quarantine_open(crash_at("outer"), &k, a, &q) == 0,
	    "quarantine");
	crash_fill(&r[0], "ONE", "first", VERDICT_HELD);
	crash_fill(&r[1], "TWO", "second", VERDICT_BLOCKED);
	fd = crash_memory("first");
	crash_must(quarantine_add(q, &r[0], "d", fd, NULL) == 0, "add");
	close(fd);
	fd = crash_memory("second");
	crash_must(quarantine_add(q, &r[1], "d", fd, NULL) == 0, "add");
	close(fd);
	crash_must(quarantine_dispose(q, "ONE", "me", "test") == 0, "dispose");
	quarantine_close(q);
	crash_must(audit_close(a) == 0, "audit_close");
}

/* The key is destroyed before a line says so. */
static void
quarantine_killed(void)
{
	CHECK(crash_count_in(crash_at("outer/quarantine/vault")) <= 2);
	CHECK(crash_count_text(crash_at("outer/audit/audit.jsonl"),
		  "\"event\":\"disposed\"") == 0 ||
	      crash_count_text(crash_at("outer/audit/audit.jsonl"),
		  "\"event\":\"dispose\"") > 0);
}

static void
quarantine_after(void)
{
	struct quarantine *q;
	struct keys k;
	struct audit *a;
	char why[256], text[16] = "";
	int fd;

	CHECK(keys_open(crash_at("outer"), false, &k, why) == 0);
	CHECK(audit_open(crash_at("outer"), &k, 3, &a) == 0);
	CHECK(quarantine_open(crash_at("outer"), &k, a, &q) == 0);
	CHECK(crash_count_in(crash_at("outer/quarantine/vault")) == 1);
	CHECK(quarantine_read(q, "ONE", "me", "", &fd) == ERR_NOENT);
	CHECK(quarantine_read(q, "TWO", "me", "", &fd) == 0);
	CHECK(read(fd, text, sizeof(text)) == 6);
	CHECK(strcmp(text, "second") == 0);
	close(fd);
	quarantine_close(q);
	CHECK(audit_close(a) == 0);
	CHECK(crash_count_text(crash_at("outer/audit/audit.jsonl"),
		  "\"event\":\"disposed\"") >= 1);
	crash_sound_log("outer");
}

static void
folder(void)
{
	static struct keys k;
	struct policy policy;
	struct record r[3];
	struct quarantine *q;
	struct crossing *c;
	struct audit *a;
	int dest = open(crash_at("dest"), O_RDONLY | O_DIRECTORY);

	crash_open_outer(&k, &a);
	policy_default(&policy);
	crash_must(quarantine_open(crash_at("outer"), &k, a, &q) == 0,
	    "quarantine");
	struct crossing_setup setup = { .audit = a,
		.quarantine = q,
		.dest_fd = dest,
		.policy = &policy,
		.kind = "folder",
		.done = done };
	crash_must(crossing_open(&setup, &c) == 0, "crossing");
	crash_fill(&r[0], "ONE", "first", VERDICT_RELEASED);
	crash_fill(&r[1], "BAD", "bad", VERDICT_HELD);
	crash_fill(&r[2], "TWO", "second", VERDICT_RELEASED);
	put(c, &r[0], "first", NULL);
	put(c, &r[1], "bad", NULL);
	put(c, &r[2], "second", NULL);
	crash_must(crossing_close(c) == 0, "crossing_close");
	quarantine_close(q);
	crash_must(audit_close(a) == 0, "audit_close");
	close(dest);
}

/* Whole, and said before: whatever has its name. */
static void
folder_killed(void)
{
	const char *log = crash_at("outer/audit/audit.jsonl");

	CHECK(access(crash_at("dest/ONE.txt"), F_OK) != 0 ||
	      (crash_holds(crash_at("dest/ONE.txt"), "first") &&
		  crash_count_text(log, "\"id\":\"ONE\"") > 0));
	CHECK(access(crash_at("dest/TWO.txt"), F_OK) != 0 ||
	      (crash_holds(crash_at("dest/TWO.txt"), "second") &&
		  crash_count_text(log, "\"id\":\"TWO\"") > 0));
}

static int
parts(void)
{
	DIR *d = opendir(crash_at("dest"));
	struct dirent *e;
	int n = 0;

	while (d != NULL && (e = readdir(d)) != NULL)
		n += strstr(e->d_name, ".part") != NULL;
	closedir(d);
	return n;
}

static void
folder_after(void)
{
	CHECK(crash_holds(crash_at("dest/ONE.txt"), "first"));
	CHECK(crash_holds(crash_at("dest/TWO.txt"), "second"));
	CHECK(parts() == 0);
	CHECK(crash_count_in(crash_at("outer/quarantine/vault")) == 1);
	crash_sound_log("outer");
}

int
main(void)
{
	crash_begin();
	crash_loop("transport", transport, transport_killed, transport_after);
	crash_loop("quarantine", quarantine, quarantine_killed,
	    quarantine_after);
	crash_loop("folder", folder, folder_killed, folder_after);
	return crash_end();
}
