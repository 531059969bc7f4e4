/*
 * The sealed file of a preview: "SKPREV1\n", then for each entry (the text
 * first, then the pages) four bytes of length, big endian, and its bytes.
 */
#include "quarantine/preview.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/utf8.h"
#include "core/parcel.h"
#include "quarantine/transfer_int.h"

const char preview_schema[] =
    "CREATE TABLE IF NOT EXISTS preview ("
    " transfer TEXT PRIMARY KEY, time TEXT NOT NULL, sha256 TEXT NOT NULL,"
    " pages INTEGER NOT NULL, text INTEGER NOT NULL, cut INTEGER NOT NULL,"
    " why TEXT NOT NULL, wrapped BLOB);";

#define MAGIC "SKPREV1\n"

static void
label_of(const char *id, char out[TRANSFER_FILE_BYTES])
{
	snprintf(out, TRANSFER_FILE_BYTES, "preview-%.*s", RECORD_ID_BYTES - 1,
	    id);
}

void
preview_content_init(struct preview_content *c)
{
	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < PREVIEW_PAGES; i++)
		buf_init(&c->pages[i], PREVIEW_PAGE_BYTES);
	buf_init(&c->text, PREVIEW_TEXT_BYTES);
}

void
preview_content_done(struct preview_content *c)
{
	for (size_t i = 0; i < PREVIEW_PAGES; i++)
		buf_done(&c->pages[i]);
	buf_done(&c->text);
}

static void
take(sqlite3_stmt *s, struct preview *v)
{
	memset(v, 0, sizeof(*v));
	people_take(s, 0, v->transfer, sizeof(v->transfer));
	people_take(s, 1, v->time, sizeof(v->time));
	v->pages = (unsigned)sqlite3_column_int(s, 2);
	v->has_text = sqlite3_column_int(s, 3) != 0;
	v->is_cut = sqlite3_column_int(s, 4) != 0;
	people_take(s, 5, v->why, sizeof(v->why));
}

int
preview_get(struct people *p, const char *id, struct preview *out)
{
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p,
		 "SELECT v.transfer, v.time, v.pages, v.text, v.cut, v.why "
		 "FROM preview v JOIN transfer t ON t.id = v.transfer WHERE "
		 "v.transfer = ? AND v.sha256 = t.result_sha256",
		 id, &s)) != 0)
		return e;
	if ((e = ledger_step(s)) == 0)
		take(s, out);
	sqlite3_finalize(s);
	return e;
}

int
preview_next(struct people *p, char id[RECORD_ID_BYTES])
{
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p,
		 "SELECT id FROM transfer t WHERE state = 3 AND NOT EXISTS "
		 "(SELECT 1 FROM preview v WHERE v.transfer = t.id AND "
		 "v.sha256 = t.result_sha256) ORDER BY id LIMIT 1",
		 NULL, &s)) != 0)
		return e;
	if ((e = ledger_step(s)) == 0)
		people_take(s, 0, id, RECORD_ID_BYTES);
	sqlite3_finalize(s);
	return e;
}

static int
write_entry(int fd, const struct buf *b)
{
	const uint8_t head[4] = { (uint8_t)(b->len >> 24),
		(uint8_t)(b->len >> 16), (uint8_t)(b->len >> 8),
		(uint8_t)b->len };
	int e;

	if ((e = fsx_write_all(fd, head, sizeof(head))) != 0 || b->len == 0)
		return e;
	return fsx_write_all(fd, b->data, b->len);
}

static int
write_all(int fd, const struct preview_content *c)
{
	int e;

	if ((e = fsx_write_all(fd, MAGIC, 8)) != 0)
		return e;
	e = write_entry(fd, &c->text);
	for (unsigned i = 0; e == 0 && i < c->n_pages; i++)
		e = write_entry(fd, &c->pages[i]);
	return e;
}

static int
insert(struct people *p, const char *id, const char *sha256,
    const struct preview_content *c, const uint8_t wrapped[VAULT_WRAPPED_BYTES])
{
	char now[RECORD_TIME_BYTES];
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p,
		 "INSERT OR REPLACE INTO preview (transfer, time, sha256, "
		 "pages, text, cut, why, wrapped) VALUES (?, ?, ?, ?, ?, ?, ?, "
		 "?)",
		 id, &s)) != 0)
		return e;
	record_time_now(now);
	people_bind(s, 2, now);
	people_bind(s, 3, sha256);
	sqlite3_bind_int64(s, 4, c->n_pages);
	sqlite3_bind_int(s, 5, c->text.len > 0);
	sqlite3_bind_int(s, 6, c->is_cut);
	people_bind(s, 7, c->why);
	sqlite3_bind_blob(s, 8, wrapped, VAULT_WRAPPED_BYTES, SQLITE_TRANSIENT);
	return people_run(s);
}

static int
is_current(struct people *p, const char *id, const char *sha256)
{
	struct transfer t;
	int e;

	if ((e = transfer_get(p, id, &t)) != 0)
		return e;
	transfer_done(&t);
	return strcmp(t.result_sha256, sha256) == 0 ? 0 : ERR_EXIST;
}

/* Inside the transaction: a file whose row is not there yet is one's own. */
static int
put_locked(struct people *p, const char *id, const char *sha256,
    const struct preview_content *c, int fd)
{
	char name[TRANSFER_FILE_BYTES], label[TRANSFER_FILE_BYTES];
	uint8_t wrapped[VAULT_WRAPPED_BYTES], digest[HASH_BYTES];
	uint64_t bytes;
	int e;

	if ((e = is_current(p, id, sha256)) != 0)
		return e;
	transfer_result_name(id, name);
	label_of(id, label);
	if ((e = transfer_remove(p->previews, name)) != 0 ||
	    (e = vault_seal(p->previews, name, label, p->keys, fd,
		 PREVIEW_ALL_BYTES, wrapped, &bytes, digest)) != 0)
		return e;
	e = insert(p, id, sha256, c, wrapped);
	sodium_memzero(wrapped, sizeof(wrapped));
	return e;
}

int
preview_put(struct people *p, const char *id, const char *sha256,
    const struct preview_content *c)
{
	int e, fd = -1;

	if (!parcel_id_ok(id) || c->n_pages > PREVIEW_PAGES)
		return ERR_NOENT;
	if ((e = fsx_memfd("sekisho-preview", &fd)) != 0)
		return e;
	if ((e = write_all(fd, c)) == 0 && (e = ledger_begin(p->db)) == 0)
		e = ledger_end(p->db, put_locked(p, id, sha256, c, fd));
	close(fd);
	return e;
}

static int
find_key(struct people *p, const char *id, uint8_t wrapped[VAULT_WRAPPED_BYTES])
{
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p,
		 "SELECT v.wrapped FROM preview v JOIN transfer t ON t.id = "
		 "v.transfer WHERE v.transfer = ? AND v.sha256 = "
		 "t.result_sha256 AND v.wrapped IS NOT NULL",
		 id, &s)) != 0)
		return e;
	if ((e = ledger_step(s)) == 0) {
		if (sqlite3_column_bytes(s, 0) == VAULT_WRAPPED_BYTES)
			memcpy(wrapped, sqlite3_column_blob(s, 0),
			    VAULT_WRAPPED_BYTES);
		else
			e = ERR_DENIED;
	}
	sqlite3_finalize(s);
	return e;
}

/* The entry of that number, out of the file opened by its own key. */
static int
read_entry(int fd, unsigned number, struct buf *out)
{
	uint8_t head[8], *room;
	uint64_t at = 8;
	struct reader r;
	uint32_t n;
	int e;

	if ((e = fsx_pread_all(fd, head, 8, 0)) != 0)
		return e;
	if (memcmp(head, MAGIC, 8) != 0)
		return ERR_DENIED;
	for (unsigned i = 0;; i++) {
		if ((e = fsx_pread_all(fd, head, 4, at)) != 0)
			return e == ERR_TRUNCATED ? ERR_NOENT : e;
		reader_init(&r, head, 4);
		if ((e = reader_u32be(&r, &n)) != 0)
			return e;
		at += 4;
		if (i == number)
			break;
		at += n;
	}
	if ((e = buf_reserve(out, n, &room)) != 0 ||
	    (e = fsx_pread_all(fd, room, n, at)) != 0)
		return e;
	buf_commit(out, n);
	return 0;
}

static int
say_view(struct people *p, const char *id, unsigned number, const char *who)
{
	char person[128];

	utf8_printable(who, strlen(who), person, sizeof(person));
	return audit_append(p->audit, "view",
	    json_pack("{s:s,s:s,s:s,s:i}", "id", id, "who", person, "what",
		number == 0 ? "text" : "page", "page", (int)number),
	    AUDIT_LATER);
}

static int
read_number(struct people *p, const char *id, unsigned number, const char *who,
    struct buf *out)
{
	char name[TRANSFER_FILE_BYTES], label[TRANSFER_FILE_BYTES];
	uint8_t wrapped[VAULT_WRAPPED_BYTES];
	int e, fd = -1;

	if (!parcel_id_ok(id))
		return ERR_NOENT;
	if ((e = find_key(p, id, wrapped)) != 0)
		return e;
	transfer_result_name(id, name);
	label_of(id, label);
	e = vault_open(p->previews, name, label, p->keys, wrapped, &fd);
	sodium_memzero(wrapped, sizeof(wrapped));
	if (e != 0)
		return e;
	/* The line first: what was not recorded is not shown. */
	if ((e = say_view(p, id, number, who)) == 0)
		e = read_entry(fd, number, out);
	close(fd);
	return e;
}

int
preview_page(struct people *p, const char *id, unsigned page, const char *who,
    struct buf *out)
{
	if (page == 0 || page > PREVIEW_PAGES)
		return ERR_NOENT;
	return read_number(p, id, page, who, out);
}

int
preview_text(struct people *p, const char *id, const char *who, struct buf *out)
{
	struct preview v;
	int e;

	if ((e = preview_get(p, id, &v)) != 0)
		return e;
	return v.has_text ? read_number(p, id, 0, who, out) : ERR_NOENT;
}

int
preview_forget(struct people *p, const char *id)
{
	char name[TRANSFER_FILE_BYTES];
	sqlite3_stmt *s;
	int e;

	if (!parcel_id_ok(id))
		return ERR_NOENT;
	if ((e = people_prepare(p, "DELETE FROM preview WHERE transfer = ?", id,
		 &s)) != 0 ||
	    (e = people_run(s)) != 0)
		return e;
	transfer_result_name(id, name);
	if ((e = transfer_remove(p->previews, name)) != 0)
		return e;
	return fsx_fsync_dir(p->previews);
}
