/*
 * Results that wait for a decision: encrypted by the vault, with a key of
 * their own that stands wrapped in the row.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"
#include "core/parcel.h"
#include "quarantine/transfer_int.h"

static void
vault_label(const char *id, char out[TRANSFER_FILE_BYTES])
{
	/* Not the bare id: an original of the quarantine never passes for a
	 * result. */
	snprintf(out, TRANSFER_FILE_BYTES, "result-%.*s", RECORD_ID_BYTES - 1,
	    id);
}

int
transfer_seal(struct people *p, const char *id, const struct record *r,
    int out_fd, uint8_t wrapped[VAULT_WRAPPED_BYTES])
{
	char name[TRANSFER_FILE_BYTES], label[TRANSFER_FILE_BYTES];
	uint8_t digest[HASH_BYTES];
	uint64_t bytes;
	int e, state;

	if ((e = transfer_state_of(p, id, &state)) != 0)
		return e;
	if (state != TRANSFER_WORKING)
		return ERR_EXIST;
	transfer_result_name(id, name);
	vault_label(id, label);
	if ((e = transfer_remove(p->results, name)) != 0 ||
	    (e = vault_seal(p->results, name, label, p->keys, out_fd,
		 r->out_bytes, wrapped, &bytes, digest)) != 0)
		return e == ERR_LIMIT ? ERR_DENIED : e;
	if (bytes == r->out_bytes &&
	    memcmp(digest, r->out_sha256, sizeof(digest)) == 0)
		return 0;
	e = transfer_remove(p->results, name);
	return e != 0 ? e : ERR_DENIED;
}

/* After the key is gone from the row: the file, and old pages of the log. */
int
transfer_drop_result(struct people *p, const char *id)
{
	char name[TRANSFER_FILE_BYTES];
	int e;

	transfer_result_name(id, name);
	if ((e = transfer_remove(p->results, name)) != 0 ||
	    (e = fsx_fsync_dir(p->results)) != 0 ||
	    (e = preview_settled(p, id)) != 0)
		return e;
	/* Somebody may be reading: the next checkpoint does it then. */
	e = ledger_exec(p->db, "PRAGMA wal_checkpoint(TRUNCATE)");
	return e == ERR_LIMIT ? 0 : e;
}

static int
find_result(struct people *p, const char *id,
    uint8_t wrapped[VAULT_WRAPPED_BYTES], char hex[HASH_HEX], uint64_t *bytes)
{
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p,
		 "SELECT wrapped, result_sha256, result_bytes FROM transfer "
		 "WHERE id = ? AND wrapped IS NOT NULL",
		 id, &s)) != 0)
		return e;
	if ((e = ledger_step(s)) == 0) {
		if (sqlite3_column_bytes(s, 0) == VAULT_WRAPPED_BYTES)
			memcpy(wrapped, sqlite3_column_blob(s, 0),
			    VAULT_WRAPPED_BYTES);
		else
			e = ERR_DENIED;
		people_take(s, 1, hex, HASH_HEX);
		*bytes = (uint64_t)sqlite3_column_int64(s, 2);
	}
	sqlite3_finalize(s);
	return e;
}

int
transfer_result(struct people *p, const char *id, int *fd)
{
	char name[TRANSFER_FILE_BYTES], label[TRANSFER_FILE_BYTES];
	uint8_t wrapped[VAULT_WRAPPED_BYTES], digest[HASH_BYTES];
	char want[HASH_HEX], have[HASH_HEX];
	uint64_t bytes, found;
	int f = -1, e;

	if (!parcel_id_ok(id))
		return ERR_NOENT;
	if ((e = find_result(p, id, wrapped, want, &bytes)) != 0)
		return e;
	transfer_result_name(id, name);
	vault_label(id, label);
	e = vault_open(p->results, name, label, p->keys, wrapped, &f);
	sodium_memzero(wrapped, sizeof(wrapped));
	if (e != 0)
		return e;
	if ((e = transfer_hash(f, digest, &found)) == 0) {
		hash_hex(digest, have);
		if (found != bytes || strcmp(want, have) != 0)
			e = ERR_DENIED;
	}
	if (e != 0)
		close(f);
	else
		*fd = f;
	return e;
}

int
transfer_forget_result(struct people *p, const char *id)
{
	sqlite3_stmt *s;
	int e, state;

	if (!parcel_id_ok(id))
		return ERR_NOENT;
	if ((e = transfer_state_of(p, id, &state)) != 0)
		return e;
	if (!transfer_is_settled((enum transfer_state)state))
		return ERR_EXIST;
	if ((e = people_prepare(p,
		 "UPDATE transfer SET wrapped = NULL WHERE id = ? AND state >= "
		 "4",
		 id, &s)) != 0 ||
	    (e = people_run(s)) != 0)
		return e;
	return transfer_drop_result(p, id);
}
