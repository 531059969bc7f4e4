/*
 * Figures for a monitor: the Prometheus text format 0.0.4 (also what `sekisho
 * metrics` prints and the console serves at /metrics).
 *
 * Everything is read, nothing is locked or changed: the ledgers are opened
 * read only, folders are listed. So it works beside every daemon, and without
 * the keys. A part that is not there (no mail, no people) has no lines. Labels
 * are departments, states and names of this program, never of documents.
 *
 *   sekisho_up 1
 *   sekisho_transfers{state="approval"} 3
 *   sekisho_transfers_oldest_seconds         of those not settled
 *   sekisho_requests_open
 *   sekisho_mail_waiting, _waiting_bytes, _oldest_seconds, _stuck, _stopped
 *   sekisho_mailout_waiting, _failed         inner side
 *   sekisho_spool_waiting, _waiting_bytes, _oldest_seconds, _last_number
 *   sekisho_quarantine_items{department="..."}, _bytes{...}
 *   sekisho_audit_lines, _bytes, _checkpoint_age_lines
 *   sekisho_flood_messages{where="milter"}   in the window
 *   sekisho_events_waiting
 *   sekisho_selfcheck_ok, _time_seconds
 *   sekisho_disk_free_bytes, _disk_bytes
 */
#ifndef CORE_METRICS_H
#define CORE_METRICS_H

#include "base/buf.h"

#define METRICS_TYPE	  "text/plain; version=0.0.4; charset=utf-8"
#define METRICS_MAX_BYTES (1u << 20)

/* ERR_NOENT: no state folder; ERR_LIMIT, ERR_NOMEM. A part that cannot be
 * read is left out and counted in sekisho_unreadable. */
int metrics_text(const char *state_dir, struct buf *) MUST_CHECK;

#endif
