/* Parts of `sekisho user`. Exit statuses; the user was told. */
#ifndef CMD_USER_H
#define CMD_USER_H

#include "cmd/cli.h"
#include "quarantine/account.h"

struct user_ask {
	struct cli_policy which;
	struct account given; /* values of the options */
	unsigned gives;	      /* USER_*: which of them */
	const char *effective, *cancel;
	bool json, csv, apply, generate, all_new, keep;
};

/* Before a CSV: without it spreadsheets take UTF-8 for Shift_JIS. */
#define USER_BOM "\xef\xbb\xbf"

struct secret_line { /* wiped by the caller */
	char text[ACCOUNT_PASSWORD_BYTES + 2];
	size_t n;
};

/* One line, from the terminal without an echo or from standard input. */
int user_ask_secret(const char *prompt, struct secret_line *) MUST_CHECK;

enum {
	USER_NAME = 1,
	USER_DEPARTMENT = 2,
	USER_MAIL = 4,
	USER_LANGUAGE = 8,
	USER_ROLES = 16,
	USER_FROM = 32,
	USER_UNTIL = 64,
	USER_DEPUTY = 128,
	USER_AWAY_FROM = 256,
	USER_AWAY_UNTIL = 512,
	USER_ENABLE = 1024
};

/* An account that is not there, or cannot be reached. */
int user_failed(const char *login, int err);

int user_list(struct people *, const struct user_ask *);
/* A new password from the terminal (twice) or standard input. */
int user_password(struct people *, const struct user_ask *, const char *login);
/* One for everybody who has none, printed as CSV. */
int user_passwords(struct people *, const struct user_ask *);
/* One field as an import reads it; end: what stands behind it. */
void user_print_field(const char *s, const char *end);
int user_import(struct people *, const struct user_ask *, const char *path);
/* What waits, or with ask->cancel, forget it. */
int user_pending(struct people *, const struct user_ask *);

#endif
