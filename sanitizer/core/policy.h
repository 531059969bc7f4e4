/*
 * Policy: what the site decided, read from one file (libconfuse syntax).
 *
 * Every setting is one row of one table (policy_settings()): key, type,
 * smallest and largest value, default, one line of help. The commented
 * example (`sekisho policy show`, samples/policy.conf, docs/policy.md) is
 * printed from it. An unknown key, a value out of range, a key given twice is
 * an error that names file and line. There is no "unlimited": 0 is outside
 * every range of a limit.
 *
 * Only processes that decide read a policy. A struct policy is plain data of
 * fixed size: copy it, nothing to free.
 */
#ifndef CORE_POLICY_H
#define CORE_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/hash.h"
#include "core/flood.h"
#include "core/record.h"
#include "formats/options.h"

#define POLICY_NAME_BYTES     64
#define POLICY_PATH_BYTES     1024
#define POLICY_PROFILES_BYTES 2048
#define POLICY_WHY_BYTES      512
#define POLICY_SOCKET_BYTES   100	 /* as sockaddr_un takes */
#define POLICY_MAX_BYTES      (1u << 20) /* of a policy file */

struct policy {
	/* Profiles that the file has, "\n" behind each; as many as fit. */
	char profiles[POLICY_PROFILES_BYTES];
	char name[POLICY_NAME_BYTES];	    /* of the profile, or "standard" */
	uint8_t sha256[HASH_BYTES];	    /* of the text of the file */
	char state_dir[POLICY_PATH_BYTES];  /* absolute */
	char department[POLICY_NAME_BYTES]; /* of parcels, unless said */
	struct options options;		    /* given to the worker */

	/* rules: what turns a release into a hold */
	bool hold_name_mismatch;  /* the extension tells another format */
	bool hold_magic_mismatch; /* libmagic tells another format */
	bool hold_attacks;	  /* any finding of the kind "attack" */
	bool hold_member_held;	  /* a member was held: hold the whole */
	bool hold_finding[FIND_COUNT];

	uint32_t audit_checkpoint_lines; /* a signed check-point every N */
	uint32_t parcel_max_payloads;
	uint64_t parcel_max_bytes; /* of all payloads of one parcel; a
				    * payload that is larger goes alone */

	/* What may wait in STATE/mail, and the disk it leaves free. */
	uint32_t mail_queue_messages;
	uint64_t mail_queue_bytes, mail_queue_free_bytes, mail_out_bytes;

	uint64_t milter_max_bytes;
	uint32_t milter_max_parts;
	bool milter_refuse_programs;
	bool milter_in_place;
	struct flood_limits flood;
	char scan_clamd[POLICY_SOCKET_BYTES]; /* path; "": none */
	uint32_t scan_timeout_s;
	char mail_passwords[256]; /* path; "": none */
	uint32_t mail_password_s;

	char people_rules_file[256]; /* path; "": none (rules.h) */
	/* The drop folder: people_root/in/DEPARTMENT/USER, and beside in/ the
	 * folders where people find what became of it. */
	char people_root[256];
	char people_done[POLICY_NAME_BYTES], people_held[POLICY_NAME_BYTES];
	char people_password[POLICY_NAME_BYTES],
	    people_status[POLICY_NAME_BYTES];
	/* Folders in a person's folder that say the class of information. */
	char people_class_1[POLICY_NAME_BYTES],
	    people_class_2[POLICY_NAME_BYTES],
	    people_class_3[POLICY_NAME_BYTES];
	bool people_keep_originals;
	uint64_t people_fast_bytes;
	uint32_t people_settle_ms, people_quiet_s, people_rescan_s,
	    people_status_s;
	/* Rotation of the audit log (audit.h). */
	uint64_t audit_rotate_bytes;
	uint32_t audit_rotate_days, audit_keep_days;
	uint32_t sent_keep_days; /* parcels that were sent */
	uint32_t transfer_days;	 /* settled ones are listed */
	bool allow_unsanitised;	 /* inner side: take such parcels */

	/* Where events go (event.h). */
	char events_syslog[256]; /* path, udp:HOST:PORT, tcp:HOST:PORT; "" */
	uint32_t events_facility;
	char events_mail_to[1024]; /* addresses, blanks between; "": none */
	char events_mail_from[256];
	char events_mail_relay[256]; /* HOST:PORT, or a program's path */
	uint32_t events_mail_minutes, events_mail_severity;

	struct policy_console { /* of sekisho-console */
		char listen[64];
		uint32_t port;
		char hosts[512]; /* names it answers to, blanks between */
		char proxy[256]; /* addresses whose headers are believed */
		char metrics_from[256];
		char proxy_header[64]; /* "": people sign in here */
		uint32_t idle_s, session_s;
		uint64_t upload_bytes;
		uint32_t upload_files;
		uint32_t connections, connections_per_address;
		uint32_t requests_per_minute; /* of one address */
		char ldap_uri[256];	      /* "": no directory */
		char ldap_dn[256];	      /* with one %s for the login */
	} console;
};

enum policy_type {
	POLICY_UINT,	/* digits, or digits and K, M, G (1024) */
	POLICY_BOOL,	/* true, false */
	POLICY_CHOICE,	/* one of choices */
	POLICY_TEXT,	/* a name or a path */
	POLICY_FINDINGS /* a list of finding ids */
};

struct policy_setting {
	const char *section; /* "" for the top level, "limits", ... */
	const char *key;
	enum policy_type type;
	uint64_t min, max;	    /* POLICY_UINT; bytes of a POLICY_TEXT */
	const char *const *choices; /* POLICY_CHOICE, NULL-terminated */
	const char *ja, *en;	    /* one line */
	size_t offset, size;	    /* into struct policy: policy.c's own */
};

/* The table; *n rows, grouped by section. */
const struct policy_setting *policy_settings(size_t *n);

/* What an empty file means; sha256 is that of the empty text. */
void policy_default(struct policy *);
/*
 * Read a file. profile: NULL for default_profile of the file (or none), else
 * the name of one of its `profile` sections, whose settings lie over those of
 * the rest; "standard" is always there and changes nothing.
 * On an error *policy is left alone and why holds "FILE:LINE: what".
 * ERR_NOENT no such file or profile, ERR_MALFORMED, ERR_LIMIT (file too
 * large), ERR_IO.
 */
int policy_load(const char *path, const char *profile, struct policy *,
    char why[POLICY_WHY_BYTES]) MUST_CHECK;
/* The same for a text; path is only for messages. */
int policy_parse(const char *text, size_t n, const char *path,
    const char *profile, struct policy *,
    char why[POLICY_WHY_BYTES]) MUST_CHECK;
/* The value of a row as the file would write it: "512M", "keep", "{}". */
int policy_value(const struct policy *, const struct policy_setting *,
    struct buf *) MUST_CHECK;
/*
 * The whole policy as a file that policy_load() reads back to the same
 * values, each key with its help, range and default. ja: help in Japanese.
 */
int policy_print(const struct policy *, bool ja, struct buf *) MUST_CHECK;
/* docs/policy.md: the table in Markdown, both languages. */
int policy_manual(struct buf *) MUST_CHECK;

/* Write the name and hash of the policy into a record. */
void policy_stamp(const struct policy *, struct record *);
/*
 * The rules. Only ever a released record becomes a held one (reason,
 * reason_err ERR_DENIED; method none; output fields cleared): a policy never
 * releases. The caller must then throw the output away. Of mail (source_kind)
 * the size for the inner side is a rule as well.
 */
void policy_judge(const struct policy *, struct record *);

#endif
