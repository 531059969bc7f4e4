/*
 * A state folder out of a copy. It is built beside its place, under the name
 * STATE.restoring, and takes its name by one rename when all of it is right.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsx.h"
#include "core/audit.h"
#include "core/backup_int.h"
#include "core/ledger.h"
#include "core/spool.h"

#define STAGE_TAIL ".restoring"

struct work {
	const struct backup_restore *o;
	struct backup_report *r;
	struct backup_list list;
	char stage[4200];
	char *why;
};

/* ---- the manifest */

static int
read_key(struct work *w, uint8_t key[KEYS_SIGN_PUBLIC])
{
	char path[4300], no[256] = "";
	int e;

	if (w->o->key != NULL) {
		memcpy(key, w->o->key, KEYS_SIGN_PUBLIC);
		return 0;
	}
	if (w->o->keys_dir != NULL)
		snprintf(path, sizeof(path), "%.4000s/sign.pub",
		    w->o->keys_dir);
	else
		snprintf(path, sizeof(path), "%.4000s/state/keys/sign.pub",
		    w->o->dir);
	if ((e = keys_read_public(path, key, no)) != 0)
		return backup_fail(w->why, e,
		    "no public key; name --keys FOLDER", path);
	return 0;
}

static int
check_signature(struct work *w, int dir, const struct buf *text)
{
	uint8_t sig[KEYS_SIGNATURE], key[KEYS_SIGN_PUBLIC];
	struct buf hex;
	size_t n = 0;
	int e;

	if ((e = read_key(w, key)) != 0)
		return e;
	buf_init(&hex, 4 * KEYS_SIGNATURE);
	e = fsx_slurp(dir, "manifest.sig", &hex);
	if (e == 0 && (sodium_hex2bin(sig, sizeof(sig), (const char *)hex.data,
			   hex.len, "\n", &n, NULL) != 0 ||
			  n != sizeof(sig)))
		e = ERR_MALFORMED;
	buf_done(&hex);
	if (e == 0)
		e = keys_verify(key, BACKUP_SIGN, text->data, text->len, sig);
	return e == 0 ? 0
		      : backup_fail(w->why, e, "the signature is wrong",
			    "manifest.sig");
}

static int
read_manifest(struct work *w)
{
	uint8_t digest[HASH_BYTES];
	struct buf text;
	int dir, e;

	dir = open(w->o->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return backup_fail(w->why, errno == ENOENT ? ERR_NOENT : ERR_IO,
		    "cannot be read", w->o->dir);
	buf_init(&text, BACKUP_MANIFEST_BYTES);
	if ((e = fsx_slurp(dir, "manifest.json", &text)) != 0)
		backup_fail(w->why, e, "not a whole copy", "manifest.json");
	else if ((e = check_signature(w, dir, &text)) == 0) {
		hash_of(text.data, text.len, digest);
		hash_hex(digest, w->r->manifest);
		if ((e = backup_parse(text.data, text.len, &w->list, w->r)) !=
		    0)
			backup_fail(w->why, e, "not a copy of this program",
			    "manifest.json");
	}
	buf_done(&text);
	close(dir);
	return e;
}

/* ---- files */

static int
restore_file(struct work *w, const struct backup_file *f)
{
	char from[8192], to[8192];
	uint8_t sha256[HASH_BYTES];
	struct stat st;
	uint64_t bytes;
	int fd, e;

	snprintf(from, sizeof(from), "%.4000s/state/%.1100s", w->o->dir,
	    f->path);
	snprintf(to, sizeof(to), "%.4150s/%.1100s", w->stage, f->path);
	fd = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return backup_fail(w->why, errno == ENOENT ? ERR_NOENT : ERR_IO,
		    "missing in the copy", f->path);
	/* A file that is not as long as the manifest says could fill the disk
	 * before its hash is known. */
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    (uint64_t)st.st_size != f->bytes) {
		close(fd);
		return backup_fail(w->why, ERR_DENIED,
		    "not what the manifest says", f->path);
	}
	e = backup_copy(fd, f->bytes, to, &bytes, sha256);
	close(fd);
	if (e != 0)
		return backup_fail(w->why, e, "cannot be written", to);
	if (bytes != f->bytes || memcmp(sha256, f->sha256, HASH_BYTES) != 0)
		return backup_fail(w->why, ERR_DENIED,
		    "not what the manifest says", f->path);
	if (strcmp(f->path, "keys/sign.pub") == 0)
		(void)!chmod(to, 0644);
	w->r->files++;
	w->r->bytes += bytes;
	return 0;
}

static int
bring_keys(struct work *w)
{
	static const char *const names[] = { "master.key", "sign.key",
		"sign.pub" };
	char from[8192], to[8192];
	uint8_t sha256[HASH_BYTES];
	uint64_t bytes;
	int fd, e = 0;

	for (size_t i = 0; e == 0 && w->o->keys_dir != NULL && i < 3; i++) {
		snprintf(from, sizeof(from), "%.4000s/%s", w->o->keys_dir,
		    names[i]);
		snprintf(to, sizeof(to), "%.4150s/keys/%s", w->stage, names[i]);
		fd = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0)
			return backup_fail(w->why,
			    errno == ENOENT ? ERR_NOENT : ERR_IO,
			    "cannot be read", from);
		(void)unlink(to);
		e = backup_copy(fd, 4096, to, &bytes, sha256);
		close(fd);
	}
	return e;
}

/* ---- the numbers */

static int
insert_gap(sqlite3 *db, struct work *w)
{
	char id[RECORD_ID_BYTES], name[2 * RECORD_ID_BYTES],
	    now[RECORD_TIME_BYTES];
	uint64_t last = w->r->last_seq, next;
	sqlite3_stmt *q;
	int e;

	if ((e = ledger_prepare(db, "SELECT coalesce(max(seq), 0) FROM parcel",
		 &q)) != 0)
		return e;
	if ((e = ledger_step(q)) == 0 &&
	    (uint64_t)sqlite3_column_int64(q, 0) > last)
		last = (uint64_t)sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	if (e != 0)
		return e;
	next = w->o->next_seq != 0 ? w->o->next_seq : last + BACKUP_GAP;
	if (next <= last + 1)
		return backup_fail(w->why, ERR_LIMIT,
		    "the next number must be above those of the copy",
		    "--next");
	record_id_new(id);
	record_time_now(now);
	snprintf(name, sizeof(name), "RESTORED-%s", id);
	if ((e = ledger_prepare(db,
		 "INSERT INTO parcel (seq, id, time) VALUES (?, ?, ?)", &q)) !=
	    0)
		return e;
	sqlite3_bind_int64(q, 1, (sqlite3_int64)(next - 1));
	sqlite3_bind_text(q, 2, name, -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 3, now, -1, SQLITE_STATIC);
	e = ledger_done(q);
	sqlite3_finalize(q);
	w->r->last_seq = last;
	w->r->next_seq = next;
	return e;
}

/* A row with the last number that may have been given out since. The inner
 * side has no spool, and no numbers to give. */
static int
make_gap(struct work *w, const struct keys *k)
{
	char path[4300];
	struct spool *spool;
	sqlite3 *db;
	int e;

	snprintf(path, sizeof(path), "%s/receive/ledger.sqlite", w->stage);
	if (access(path, F_OK) == 0 && w->r->last_seq == 0)
		return 0;
	if ((e = spool_open(w->stage, k, &spool)) != 0)
		return backup_fail(w->why, e, "cannot be opened", "spool");
	spool_close(spool);
	snprintf(path, sizeof(path), "%s/spool/ledger.sqlite", w->stage);
	if ((e = ledger_open(path, "", &db)) != 0)
		return backup_fail(w->why, e, "cannot be opened", path);
	e = insert_gap(db, w);
	if (sqlite3_close(db) != SQLITE_OK && e == 0)
		e = ERR_IO;
	return e;
}

static int
say(struct work *w, const struct keys *k)
{
	struct audit_report report;
	struct audit *a;
	int e;

	if ((e = audit_open(w->stage, k, 1000, &a)) != 0)
		return backup_fail(w->why, e, "cannot be opened", "audit");
	e = audit_append(a, "restored",
	    json_pack("{s:s, s:s, s:I, s:I}", "backup", w->r->manifest, "time",
		w->r->time, "last", (json_int_t)w->r->last_seq, "next",
		(json_int_t)w->r->next_seq),
	    AUDIT_SYNC);
	if (e != 0) {
		(void)!audit_close(a);
		return e;
	}
	if ((e = audit_close(a)) == 0)
		e = audit_verify(w->stage, k->sign_public, 0, NULL, &report);
	return e == 0 ? 0 : backup_fail(w->why, e, "does not verify", "audit");
}

/* ---- the whole */

static int
build(struct work *w)
{
	struct keys keys;
	char no[256] = "";
	int dir, e = 0;

	for (size_t i = 0; e == 0 && i < w->list.n; i++)
		e = restore_file(w, &w->list.files[i]);
	if (e != 0 || (e = bring_keys(w)) != 0)
		return e;
	if ((e = keys_open(w->stage, false, &keys, no)) != 0)
		return backup_fail(w->why, e,
		    no[0] != '\0' ? no : "not in the copy: name --keys DIR",
		    "keys");
	if ((e = make_gap(w, &keys)) == 0)
		e = say(w, &keys);
	keys_done(&keys);
	dir = open(w->stage, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || (e == 0 && syncfs(dir) < 0))
		e = e != 0 ? e : ERR_IO;
	if (dir >= 0)
		close(dir);
	return e;
}

static int
take_name(struct work *w)
{
	char parent[4200];
	char *slash;
	int dir, e;

	if (rmdir(w->o->state_dir) < 0 && errno != ENOENT)
		return backup_fail(w->why,
		    errno == ENOTEMPTY ? ERR_EXIST : ERR_IO, "must be empty",
		    w->o->state_dir);
	if (renameat2(AT_FDCWD, w->stage, AT_FDCWD, w->o->state_dir, 1) < 0)
		return backup_fail(w->why, errno == EEXIST ? ERR_EXIST : ERR_IO,
		    "cannot be made", w->o->state_dir);
	snprintf(parent, sizeof(parent), "%.4000s", w->o->state_dir);
	if ((slash = strrchr(parent, '/')) == NULL)
		snprintf(parent, sizeof(parent), ".");
	else
		slash[slash == parent] = '\0';
	dir = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return ERR_IO;
	e = fsx_fsync_dir(dir);
	close(dir);
	return e;
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *f)
{
	(void)st, (void)flag, (void)f;
	return remove(path);
}

static int
run(struct work *w)
{
	size_t n;
	int e;

	if (strlen(w->o->dir) > 3900 || strlen(w->o->state_dir) > 3900)
		return backup_fail(w->why, ERR_LIMIT, "too long", w->o->dir);
	snprintf(w->stage, sizeof(w->stage), "%.3900s", w->o->state_dir);
	for (n = strlen(w->stage); n > 1 && w->stage[n - 1] == '/'; n--)
		w->stage[n - 1] = '\0';
	snprintf(w->stage + n, sizeof(w->stage) - n, STAGE_TAIL);
	if (backup_is_taken(w->o->state_dir))
		return backup_fail(w->why, ERR_EXIST, "must be empty",
		    w->o->state_dir);
	if (backup_is_taken(w->stage))
		return backup_fail(w->why, ERR_EXIST,
		    "left by a restore that was cut short; remove it",
		    w->stage);
	if ((e = read_manifest(w)) != 0)
		return e;
	if ((e = fsx_mkdirs(w->stage, 0700)) != 0)
		return backup_fail(w->why, e, "cannot be made", w->stage);
	if ((e = build(w)) == 0)
		e = take_name(w);
	if (e != 0)
		nftw(w->stage, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return e;
}

int
backup_restore(const struct backup_restore *o, struct backup_report *r,
    char why[BACKUP_WHY_BYTES])
{
	struct work w = { .o = o, .r = r, .why = why };
	mode_t mask;
	int e;

	*r = (struct backup_report){ .files = 0 };
	why[0] = '\0';
	if ((e = hash_setup()) != 0)
		return e;
	mask = umask(077);
	e = run(&w);
	umask(mask);
	backup_list_done(&w.list);
	if (e != 0 && why[0] == '\0')
		backup_fail(why, e, "restoring", o->state_dir);
	return e;
}
