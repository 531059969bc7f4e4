/* The quarantine store and the crossing. */
#include "unit/scratch.h"

#include <sqlite3.h>

#include "quarantine/crossing.h"
#include "quarantine/vault.h"

static struct keys keys;
static struct audit *audit;
static struct quarantine *q;
static char why[256];

static void
open_all(void)
{
	cr_assert_eq(audit_open(scratch, &keys, 100, &audit), 0);
	cr_assert_eq(quarantine_open(scratch, &keys, audit, &q), 0);
}

static void
setup(void)
{
	scratch_make();
	cr_assert_eq(keys_open(scratch, true, &keys, why), 0);
	open_all();
	mkdir(in_scratch("dest"), 0700);
}

static void
teardown(void)
{
	quarantine_close(q);
	audit_close(audit);
	scratch_remove();
}

TestSuite(quarantine, .init = setup, .fini = teardown);
TestSuite(crossing, .init = setup, .fini = teardown);

static struct record
record_of(const char *text, enum verdict v)
{
	struct record r = {
		.verdict = v, .in_name = "d/a.txt", .source_kind = "clean"
	};

	record_id_new(r.id);
	record_time_now(r.time);
	r.in_bytes = strlen(text);
	hash_of(text, strlen(text), r.in_sha256);
	if (v == VERDICT_RELEASED) {
		snprintf(r.out_name, sizeof(r.out_name), "d/a.txt");
		snprintf(r.out_format, sizeof(r.out_format), "text");
		r.out_bytes = r.in_bytes;
		memcpy(r.out_sha256, r.in_sha256, HASH_BYTES);
	} else
		snprintf(r.reason, sizeof(r.reason), "because");
	return r;
}

static struct record
add(const char *text)
{
	struct record r = record_of(text, VERDICT_HELD);
	int fd = memory_file(text);

	cr_assert_eq(quarantine_add(q, &r, "zeimu", fd, "{\"x\":1}"), 0);
	close(fd);
	return r;
}

/* Whether the n bytes stand in any file below a folder. */
static const void *needle;
static size_t needle_len;
static int found;

static int
look(const char *path, const struct stat *st, int flag, struct FTW *f)
{
	struct buf b;
	struct reader r;
	size_t at;

	(void)f;
	if (flag != FTW_F || st->st_size == 0)
		return 0;
	buf_init(&b, 64 << 20);
	slurp(path, &b);
	buf_reader(&b, &r);
	found += reader_find(&r, 0, needle, needle_len, &at) == 0;
	buf_done(&b);
	return 0;
}

static int
occurs(const char *where, const void *data, size_t n)
{
	needle = data;
	needle_len = n;
	found = 0;
	nftw(in_scratch(where), look, 16, FTW_PHYS);
	return found;
}

static int
count_items(void *arg, const struct quarantine_item *i)
{
	(void)i;
	(*(int *)arg)++;
	return 0;
}

static int
listed(int with_disposed)
{
	struct quarantine_filter f = { .with_disposed = with_disposed };
	int n = 0;

	cr_assert_eq(quarantine_list(q, &f, count_items, &n), 0);
	return n;
}

Test(quarantine, round_trip_is_encrypted_and_recorded)
{
	static const char text[] = "SEKISHO-CANARY-vault original";
	struct quarantine_item item;
	struct record r = add(text);
	char back[64] = "";
	struct stat st;
	int fd;

	cr_expect_eq(occurs("quarantine", text, strlen(text)), 0);
	cr_assert_eq(quarantine_show(q, r.id, "tanaka", &item), 0);
	cr_expect_str_eq(item.department, "zeimu");
	cr_expect_str_eq(item.receipt, "{\"x\":1}");
	cr_expect_str_eq(item.reason, "because");
	free(item.receipt);
	cr_assert_eq(quarantine_read(q, r.id, "tanaka", "again", &fd), 0);
	cr_assert_eq(read(fd, back, sizeof(back)), (ssize_t)strlen(text));
	cr_expect_str_eq(back, text);
	cr_expect_eq(write(fd, "x", 1), -1, "sealed");
	close(fd);
	cr_expect_neq(occurs("audit", "\"event\":\"show\"", 14), 0);
	cr_expect_neq(occurs("audit", "\"event\":\"read\"", 14), 0);
	cr_expect_neq(occurs("audit", "tanaka", 6), 0);
	cr_assert_eq(stat(in_scratch("quarantine"), &st), 0);
	cr_expect_eq(st.st_mode & 07777, 0700);
	cr_assert_eq(stat(in_scratch("quarantine/index.sqlite"), &st), 0);
	cr_expect_eq(st.st_mode & 07777, 0600);
	/* The same record again changes nothing. */
	fd = memory_file(text);
	cr_expect_eq(quarantine_add(q, &r, "zeimu", fd, NULL), 0);
	cr_expect_eq(listed(0), 1);
	/* Another text is not what the record says. */
	record_id_new(r.id);
	close(fd);
	fd = memory_file("other");
	cr_expect_eq(quarantine_add(q, &r, "zeimu", fd, NULL), ERR_DENIED);
	cr_expect_eq(count_in(in_scratch("quarantine/vault")), 1);
	r.verdict = VERDICT_RELEASED;
	cr_expect_eq(quarantine_add(q, &r, "zeimu", fd, NULL), ERR_INTERNAL);
	close(fd);
}

Test(quarantine, dispose_makes_it_unreadable)
{
	struct record r = add("secret");
	struct quarantine_item item;
	struct buf copy, wrapped;
	char file[128];
	sqlite3 *db;
	sqlite3_stmt *s;
	int fd;

	buf_init(&copy, 1 << 20);
	buf_init(&wrapped, 1 << 10);
	snprintf(file, sizeof(file), "quarantine/vault/%s.sealed", r.id);
	slurp(in_scratch(file), &copy);
	cr_assert_eq(sqlite3_open(in_scratch("quarantine/index.sqlite"), &db),
	    0);
	cr_assert_eq(sqlite3_prepare_v2(db, "SELECT wrapped FROM item", -1, &s,
			 NULL),
	    0);
	cr_assert_eq(sqlite3_step(s), SQLITE_ROW);
	cr_assert_eq(buf_put(&wrapped, sqlite3_column_blob(s, 0),
			 (size_t)sqlite3_column_bytes(s, 0)),
	    0);
	sqlite3_finalize(s);
	sqlite3_close(db);
	cr_expect_neq(occurs("quarantine", wrapped.data, wrapped.len), 0);

	cr_assert_eq(quarantine_dispose(q, r.id, "sato", "expired"), 0);
	cr_expect_eq(quarantine_read(q, r.id, "sato", "", &fd), ERR_NOENT);
	cr_expect_eq(count_in(in_scratch("quarantine/vault")), 0);
	cr_expect_eq(occurs("quarantine", wrapped.data, wrapped.len), 0,
	    "the wrapped key is in no file");
	/* A copy of the cipher file from a backup is worth nothing. */
	spit(in_scratch(file), copy.data, copy.len);
	cr_expect_eq(quarantine_read(q, r.id, "sato", "", &fd), ERR_NOENT);
	cr_assert_eq(quarantine_show(q, r.id, "sato", &item), 0);
	cr_expect_eq(item.state, QUARANTINE_DISPOSED);
	cr_expect_str_eq(item.disposed_by, "sato");
	cr_expect_str_eq(item.disposed_why, "expired");
	cr_expect_neq(item.disposed_time[0], '\0');
	free(item.receipt);
	cr_expect_eq(quarantine_dispose(q, r.id, "x", "y"), 0);
	cr_expect_eq(quarantine_dispose(q, "none", "x", "y"), ERR_NOENT);
	cr_expect_eq(quarantine_dispose(q, "../x", "x", "y"), ERR_NOENT);
	cr_expect_eq(listed(0), 0);
	cr_expect_eq(listed(1), 1);
	cr_expect_neq(occurs("audit", "\"event\":\"dispose\"", 17), 0);
	cr_expect_neq(occurs("audit", "\"event\":\"disposed\"", 18), 0);
	/* The sweep of the next start takes the copy away. */
	quarantine_close(q);
	cr_assert_eq(quarantine_open(scratch, &keys, audit, &q), 0);
	cr_expect_eq(count_in(in_scratch("quarantine/vault")), 0);
	buf_done(&copy);
	buf_done(&wrapped);
}

Test(quarantine, orphans_go_strangers_stay)
{
	add("x");
	spit(in_scratch("quarantine/vault/ORPHAN.sealed"), "x", 1);
	spit(in_scratch("quarantine/vault/note.txt"), "x", 1);
	quarantine_close(q);
	cr_assert_eq(quarantine_open(scratch, &keys, audit, &q), 0);
	cr_expect_eq(count_in(in_scratch("quarantine/vault")), 2);
	cr_expect_eq(listed(0), 1);
}

Test(quarantine, another_master_key)
{
	struct keys other = keys;
	struct quarantine *p;

	other.master[0] ^= 1;
	cr_expect_eq(quarantine_open(scratch, &other, audit, &p), ERR_DENIED);
}

Test(quarantine, any_change_of_a_sealed_file_is_found)
{
	static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 131072 };
	uint8_t wrapped[VAULT_WRAPPED_BYTES], digest[HASH_BYTES];
	char *text = calloc(1, 131073);
	int dir = open(scratch, O_RDONLY | O_DIRECTORY), fd, out;
	uint64_t bytes;
	struct buf b;

	buf_init(&b, 1 << 20);
	memset(text, 'x', 131072);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		fd = memory_file(text + 131072 - sizes[i]);
		unlink(in_scratch("v"));
		cr_assert_eq(vault_seal(dir, "v", "IT", &keys, fd, 1 << 20,
				 wrapped, &bytes, digest),
		    0);
		cr_expect_eq(bytes, sizes[i]);
		close(fd);
		cr_assert_eq(vault_open(dir, "v", "IT", &keys, wrapped, &out),
		    0);
		cr_expect_eq(lseek(out, 0, SEEK_END), (off_t)sizes[i]);
		close(out);
		cr_expect_eq(vault_open(dir, "v", "IU", &keys, wrapped, &out),
		    ERR_DENIED, "another item's");
		slurp(in_scratch("v"), &b);
		for (size_t at = 0; at < b.len;
		     at += at < 200 ? 1 : 9973) { /* flip, cut, add */
			b.data[at] ^= 1;
			spit(in_scratch("v"), b.data, b.len);
			cr_expect_eq(vault_open(dir, "v", "IT", &keys, wrapped,
					 &out),
			    ERR_DENIED, "byte %zu", at);
			b.data[at] ^= 1;
			spit(in_scratch("v"), b.data, at);
			cr_expect_eq(vault_open(dir, "v", "IT", &keys, wrapped,
					 &out),
			    ERR_DENIED, "%zu bytes", at);
		}
		cr_assert_eq(buf_u8(&b, 0), 0);
		spit(in_scratch("v"), b.data, b.len);
		cr_expect_eq(vault_open(dir, "v", "IT", &keys, wrapped, &out),
		    ERR_DENIED);
	}
	fd = memory_file("abc");
	cr_expect_eq(vault_seal(dir, "w", "IT", &keys, fd, 2, wrapped, &bytes,
			 digest),
	    ERR_LIMIT);
	cr_expect_neq(access(in_scratch("w"), F_OK), 0);
	close(fd);
	free(text);
	buf_done(&b);
}

static int calls, errors;
static char last_name[RECORD_NAME_BYTES];

static void
done(void *arg, struct crossing_item *i, int err)
{
	(void)arg;
	calls++;
	errors += err != 0;
	snprintf(last_name, sizeof(last_name), "%s", i->record->out_name);
	if (i->out_fd >= 0)
		close(i->out_fd);
	if (i->original_fd >= 0)
		close(i->original_fd);
	free(i->record);
}

static struct crossing *
cross(struct spool *spool, const struct policy *p)
{
	struct crossing_setup s = { .audit = audit,
		.quarantine = q,
		.spool = spool,
		.dest_fd = -1,
		.policy = p,
		.kind = "folder",
		.who = "test",
		.done = done };
	struct crossing *c;

	if (spool == NULL)
		s.dest_fd = open(in_scratch("dest"), O_RDONLY | O_DIRECTORY);
	cr_assert_eq(crossing_open(&s, &c), 0);
	return c;
}

static void
put(struct crossing *c, const char *text, enum verdict v, const char *name,
    const char *once)
{
	struct record *r = malloc(sizeof(*r));
	struct crossing_item i = { .record = r,
		.out_fd = v == VERDICT_RELEASED ? memory_file(text) : -1,
		.original_fd = memory_file(text),
		.once = once };

	*r = record_of(text, v);
	if (v == VERDICT_RELEASED)
		snprintf(r->out_name, sizeof(r->out_name), "%s", name);
	cr_assert_eq(crossing_put(c, &i), 0);
}

Test(crossing, to_a_folder)
{
	struct policy p;
	struct crossing *c;

	policy_default(&p);
	spit(in_scratch("dest/.sekisho-OLD.part"), "x", 1);
	c = cross(NULL, &p);
	for (int i = 0; i < 200; i++) {
		char name[32];

		snprintf(name, sizeof(name), "d%d/a%d.txt", i % 3, i / 2);
		put(c, "text", VERDICT_RELEASED, name, NULL);
	}
	put(c, "bad", VERDICT_HELD, "", NULL);
	put(c, "worse", VERDICT_BLOCKED, "", NULL);
	put(c, "text", VERDICT_RELEASED, "../../escape.txt", NULL);
	put(c, "text", VERDICT_RELEASED, "d0/a0.txt", NULL);
	cr_assert_eq(crossing_close(c), 0);
	cr_expect_eq(calls, 204);
	cr_expect_eq(errors, 0);
	cr_expect_str_eq(last_name, "d0/a0 (2).txt");
	cr_expect_eq(count_in(in_scratch("dest/d0")) +
			 count_in(in_scratch("dest/d1")) +
			 count_in(in_scratch("dest/d2")),
	    201);
	cr_expect_eq(access(in_scratch("dest/escape.txt"), F_OK), 0);
	cr_expect_neq(access(in_scratch("dest/.sekisho-OLD.part"), F_OK), 0);
	cr_expect_eq(listed(0), 2);
	cr_expect_neq(occurs("audit", "\"event\":\"hold\"", 14), 0);
	cr_expect_neq(occurs("audit", "\"event\":\"block\"", 15), 0);
}

Test(crossing, to_the_spool)
{
	struct policy p;
	struct crossing *c;
	struct spool *s;
	uint64_t n, bytes;

	policy_default(&p);
	p.parcel_max_payloads = 10;
	cr_assert_eq(spool_open(scratch, &keys, &s), 0);
	c = cross(s, &p);
	for (int i = 0; i < 25; i++)
		put(c, "text", VERDICT_RELEASED, "same:name.txt", NULL);
	put(c, "x", VERDICT_RELEASED, "mail.eml", "queue-id-1");
	put(c, "x", VERDICT_RELEASED, "mail.eml", "queue-id-1");
	put(c, "bad", VERDICT_HELD, "", NULL);
	cr_assert_eq(crossing_close(c), 0);
	cr_expect_eq(calls, 28);
	cr_expect_eq(errors, 0);
	cr_assert_eq(spool_waiting(s, &n, &bytes), 0);
	cr_expect_eq(n, 4, "10 + 10 + 5, and the mail once");
	spool_close(s);
}

/* The log cannot be written: nothing appears, everything is an error. */
Test(crossing, no_log_no_release)
{
	struct policy p;
	struct crossing *c;
	struct record *r = malloc(sizeof(*r));
	struct crossing_item i = {
		.record = r, .out_fd = memory_file("text"), .original_fd = -1
	};

	policy_default(&p);
	c = cross(NULL, &p);
	cr_assert_eq(audit_append(audit, "x", json_object(), AUDIT_SYNC), 0);
	cr_assert_eq(truncate(in_scratch("audit/audit.jsonl"), 3), 0);
	*r = record_of("text", VERDICT_RELEASED);
	cr_expect_eq(crossing_put(c, &i), 0);
	cr_expect_neq(crossing_close(c), 0);
	cr_expect_eq(errors, 1);
	cr_expect_eq(count_in(in_scratch("dest")), 0);
	cr_expect_neq(access(in_scratch("dest/d"), F_OK), 0);
}
