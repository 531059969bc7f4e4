/*
 * What a format may be told. A plain struct of fixed size: it travels from
 * the process that decides to the one that parses. Formats know no policy.
 */
#ifndef FORMATS_OPTIONS_H
#define FORMATS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"

enum url_policy { URL_KEEP, URL_REMOVE, URL_SHOW }; /* SHOW: text beside */

enum charset_policy { CHARSET_KEEP, CHARSET_UTF8 };

enum csv_policy { CSV_QUOTE, CSV_REPORT }; /* prefix ', or only report */

enum metadata_policy { METADATA_DROP, METADATA_KEEP_BASIC };

enum forms_policy { FORMS_KEEP, FORMS_FLATTEN }; /* FLATTEN: no fields */

enum attachments_policy { ATTACHMENTS_ZIP, ATTACHMENTS_REMOVE };

enum heif_policy { HEIF_JPEG, HEIF_PNG, HEIF_HOLD }; /* delivered as */

/* Of JPEG: coefficients as they are, or pixels decoded and coded anew. */
enum pixels_policy { PIXELS_KEEP, PIXELS_REENCODE };

/* What a mail shows: the text, or a cleaned HTML part beside it. */
enum mail_body_policy { MAIL_TEXT, MAIL_TEXT_HTML };

/* Files of a mail: rebuilt, held for who asks for them, or left out. */
enum mail_files_policy { MAIL_SANITISE, MAIL_DETACH, MAIL_REMOVE };

/* A mail that two readers would read as two mails. */
enum mail_ambiguous_policy { MAIL_HOLD, MAIL_NOTE };

/* METHOD of calendars: PUBLISH in its place, or as it was. */
enum calendar_method_policy { CALENDAR_PUBLISH, CALENDAR_KEEP };

#define MAIL_AUTHSERV_BYTES 256
#define MAIL_DOMAINS_BYTES  1024

struct options {
	struct limits limits;
	enum url_policy url;
	enum charset_policy charset;
	enum csv_policy csv;
	enum metadata_policy metadata;
	bool keep_comments;	   /* notes and comments of documents */
	bool keep_tracked_changes; /* else: accepted */
	bool keep_hidden_sheets;
	bool keep_pivot_records;
	enum forms_policy forms;	     /* of PDF */
	enum attachments_policy attachments; /* of PDF */
	enum heif_policy heif;
	enum pixels_policy pixels;
	enum metadata_policy picture_metadata; /* date and author, or none */
	enum mail_body_policy mail_body;
	enum mail_files_policy mail_files;
	enum mail_ambiguous_policy mail_ambiguous;
	enum calendar_method_policy calendar_method;
	/* Set by the gateway, not by a policy, and never when it proves: the
	 * document is a mail from outside, whatever it looks like, and no part
	 * of it can be our report. */
	bool mail_fresh;
	/* The same: write what may be passwords in its text instead, one a
	 * line (nothing of it leaves the gateway); or write it as the second
	 * mail, with the files of one that was delivered without them. */
	bool mail_secrets, mail_followup;
	/* Whose Authentication-Results are believed; "": nobody's. */
	char mail_authserv_id[MAIL_AUTHSERV_BYTES];
	/* Domains of this site with their subdomains, blanks between. */
	char mail_internal_domains[MAIL_DOMAINS_BYTES];
};

/* The defaults of docs/policy.md. */
void options_default(struct options *);

#endif
