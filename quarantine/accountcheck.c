/*
 * What an account may hold. Logins are folder names of a share and words of
 * lists; names end up in tables that people open in a spreadsheet, so one that
 * would begin a formula there is no name.
 */
#include <stdio.h>
#include <string.h>
#include <sodium.h>
#include <time.h>

#include "base/utf8.h"
#include "core/parcel.h"
#include "quarantine/account_int.h"

static const struct {
	unsigned role;
	const char *name, *ja;
} roles[] = {
	{ ROLE_STAFF, "staff", "職員" },
	{ ROLE_APPROVER, "approver", "承認者" },
	{ ROLE_ADMINISTRATOR, "administrator", "管理者" },
	{ ROLE_AUDITOR, "auditor", "監査者" },
};

#define N_ROLES	  (sizeof(roles) / sizeof(roles[0]))
#define ALL_ROLES 15u

int
account_no(char why[POLICY_WHY_BYTES], const char *key)
{
	snprintf(why, POLICY_WHY_BYTES, "%s", key);
	return ERR_MALFORMED;
}

void
account_roles_text(unsigned set, char out[64])
{
	const char *sep = "";
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < N_ROLES; i++) {
		if ((set & roles[i].role) == 0)
			continue;
		snprintf(out + n, 64 - n, "%s%s", sep, roles[i].name);
		n = strlen(out);
		sep = " ";
	}
}

int
account_roles_read(const char *text, unsigned *out)
{
	unsigned set = 0, found;
	size_t n;

	for (const char *s = text + strspn(text, " "); *s != '\0';
	     s += n, s += strspn(s, " ")) {
		n = strcspn(s, " ");
		found = 0;
		for (size_t i = 0; i < N_ROLES; i++)
			if ((strlen(roles[i].name) == n &&
				strncmp(roles[i].name, s, n) == 0) ||
			    (strlen(roles[i].ja) == n &&
				strncmp(roles[i].ja, s, n) == 0))
				found = roles[i].role;
		if (found == 0)
			return ERR_MALFORMED;
		set |= found;
	}
	*out = set;
	return 0;
}

int
account_login(const char *in, char out[ACCOUNT_LOGIN_BYTES])
{
	char lower[ACCOUNT_LOGIN_BYTES];
	size_t n = strnlen(in, sizeof(lower));

	if (n == 0 || n == sizeof(lower))
		return ERR_MALFORMED;
	for (size_t i = 0; i <= n; i++)
		lower[i] =
		    in[i] >= 'A' && in[i] <= 'Z' ? (char)(in[i] | 0x20) : in[i];
	if (strspn(lower, "abcdefghijklmnopqrstuvwxyz0123456789._-") != n ||
	    lower[0] == '-' || !parcel_department_ok(lower))
		return ERR_MALFORMED;
	memcpy(out, lower, n + 1);
	return 0;
}

/* Ideographic variants and gaiji stand in people's names. */
static bool
is_name(const char *s, size_t max)
{
	struct reader r;
	uint32_t cp;

	if (s[0] == '\0' || strlen(s) > max || s[0] == ' ' ||
	    s[strlen(s) - 1] == ' ')
		return false;
	reader_init(&r, s, strlen(s));
	while (reader_left(&r) > 0) {
		bool is_start = reader_pos(&r) == 0;

		if (utf8_get(&r, &cp) != 0 || cp < 0x20)
			return false;
		if (is_start &&
		    ((cp < 0x80 && strchr("=+-@'", (int)cp)) || cp == 0xff1d ||
			cp == 0xff0b || cp == 0xff0d || cp == 0xff20))
			return false;
		switch (utf8_classify(cp)) {
		case UTF8_PLAIN:
		case UTF8_VARIANT:
		case UTF8_PRIVATE:
			break;
		default:
			return false;
		}
	}
	return true;
}

/* Departments stand in lists with blanks between, as @DEPARTMENT. */
static bool
is_department(const char *s)
{
	return rules_department_ok(s) && is_name(s, RULES_DEPARTMENT_BYTES - 1);
}

static bool
is_leap(int y)
{
	return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

static bool
is_day(int y, int m, int d)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };

	return y >= 1970 && y <= 9999 && m >= 1 && m <= 12 && d >= 1 &&
	       d <= days[m - 1] + (m == 2 && is_leap(y) ? 1 : 0);
}

/* Digits up to the end or a separator; -1: none, or too many. */
static int
number(const char **s, size_t most)
{
	size_t n = strspn(*s, "0123456789");
	int v = 0;

	if (n == 0 || n > most)
		return -1;
	for (; n > 0; n--)
		v = v * 10 + (*(*s)++ - '0');
	return v;
}

int
account_date(const char *in, char out[ACCOUNT_DATE_BYTES])
{
	const char *s = in;
	int y, m, d;
	char sep;

	if (in[0] == '\0') {
		out[0] = '\0';
		return 0;
	}
	y = number(&s, 4);
	sep = *s;
	if (sep != '-' && sep != '/')
		return ERR_MALFORMED;
	s++;
	m = number(&s, 2);
	if (*s != sep)
		return ERR_MALFORMED;
	s++;
	d = number(&s, 2);
	if (*s != '\0' || !is_day(y, m, d))
		return ERR_MALFORMED;
	snprintf(out, ACCOUNT_DATE_BYTES, "%04d-%02d-%02d", y % 10000, m % 100,
	    d % 100);
	return 0;
}

bool
account_is_date(const char *s)
{
	char same[ACCOUNT_DATE_BYTES];

	return s[0] != '\0' && account_date(s, same) == 0 &&
	       strcmp(s, same) == 0;
}

void
account_today(char out[ACCOUNT_DATE_BYTES])
{
	time_t now = time(NULL);
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(out, ACCOUNT_DATE_BYTES, "%Y-%m-%d", &tm);
}

static bool
is_within(const char *from, const char *until)
{
	char today[ACCOUNT_DATE_BYTES];

	account_today(today);
	return (from[0] == '\0' || strcmp(from, today) <= 0) &&
	       (until[0] == '\0' || strcmp(today, until) <= 0);
}

bool
account_is_valid(const struct account *a)
{
	return !a->is_disabled && is_within(a->from, a->until);
}

bool
account_is_away(const struct account *a)
{
	return (a->away_from[0] != '\0' || a->away_until[0] != '\0') &&
	       is_within(a->away_from, a->away_until);
}

static bool
dates_ok(const char *from, const char *until)
{
	if ((from[0] != '\0' && !account_is_date(from)) ||
	    (until[0] != '\0' && !account_is_date(until)))
		return false;
	return from[0] == '\0' || until[0] == '\0' || strcmp(from, until) <= 0;
}

int
account_check(const struct account *a, char why[POLICY_WHY_BYTES])
{
	char login[ACCOUNT_LOGIN_BYTES];

	if (account_login(a->login, login) != 0 || strcmp(login, a->login) != 0)
		return account_no(why,
		    N_("a login is 1 to 63 of a-z 0-9 . _ -"));
	if (!is_name(a->name, ACCOUNT_NAME_BYTES - 1))
		return account_no(why,
		    N_("a name is 1 to 127 bytes of text and does not begin "
		       "like a formula"));
	if (!is_department(a->department))
		return account_no(why,
		    N_("a department is a folder's name without blanks"));
	if (a->mail[0] != '\0' && !mailaddr_ok(a->mail))
		return account_no(why, N_("this is not a mail address"));
	if (strcmp(a->language, "ja") != 0 && strcmp(a->language, "en") != 0)
		return account_no(why, N_("the language is ja or en"));
	if (a->roles == 0 || (a->roles & ~ALL_ROLES) != 0)
		return account_no(why,
		    N_("roles are staff, approver, administrator, auditor"));
	if (!dates_ok(a->from, a->until) ||
	    !dates_ok(a->away_from, a->away_until))
		return account_no(why,
		    N_("dates are written like 2027-04-01, the first before "
		       "the last"));
	return 0;
}

/* What the first hundred guesses are made of. */
static const char *const common[] = { "password", "passw0rd", "p@ssw0rd",
	"p@ssword", "pasuwado", "qwertyuiop", "qwerty", "asdfghjkl", "asdfgh",
	"zxcvbnm", "zxcvbn", "1qaz2wsx", "2wsx3edc", "3edc", "1q2w3e4r",
	"administrator", "admin", "kanrisha", "kanri", "letmein", "welcome",
	"iloveyou", "sekisho", "himitsu", "changeme", "default", "secret",
	"shoki", "initial", "yakusho", "yakuba", "kencho", "sunshine", "dragon",
	"monkey", "test", "user", "abcdefghijkl", "abcdef", "abcd", "abc",
	NULL };

static void
cut_out(char *text, const char *word)
{
	size_t n = strlen(word);

	if (n == 0)
		return;
	for (char *at; (at = strstr(text, word)) != NULL;)
		memmove(at, at + n, strlen(at + n) + 1);
}

/* Whether hardly anything stays without the login, common words, digits and
 * signs. text is changed. */
static bool
is_common(char *text, const char *login)
{
	size_t before = strlen(text), left = 0;

	cut_out(text, login);
	for (size_t i = 0; common[i] != NULL; i++)
		cut_out(text, common[i]);
	for (const char *s = text; *s != '\0'; s++)
		left += (*s >= 'a' && *s <= 'z') || (*s & 0x80) != 0;
	return strlen(text) < before && left < 4;
}

/* "aaaaaaaaaaaa", "121212121212", "123456789012". */
static bool
is_simple(const char *text)
{
	bool seen[256] = { false };
	size_t kinds = 0, steps = 0, n = strlen(text);

	for (size_t i = 0; i < n; i++) {
		uint8_t c = (uint8_t)text[i];

		kinds += !seen[c];
		seen[c] = true;
		if (i > 0) {
			int step = c - (uint8_t)text[i - 1];

			steps += step >= -1 && step <= 1;
		}
	}
	return kinds < 5 || steps * 3 > n * 2 ||
	       strspn(text, "0123456789") == n;
}

const char *
account_password_bad(const char *login, const char *password, size_t n)
{
	char text[ACCOUNT_PASSWORD_BYTES + 1];
	size_t chars = 0;
	const char *bad = NULL;

	if (n > ACCOUNT_PASSWORD_BYTES)
		return N_("a password has at most 1024 bytes");
	for (size_t i = 0; i < n; i++) {
		char c = password[i];

		if ((uint8_t)c < 0x20 || c == 0x7f)
			return N_("a password is text without line ends");
		chars += ((uint8_t)c & 0xc0) != 0x80;
		text[i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
	}
	text[n] = '\0';
	if (!utf8_valid(password, n))
		bad = N_("a password is text without line ends");
	else if (chars < ACCOUNT_PASSWORD_MIN)
		bad = N_("a password has at least 12 characters");
	else if (is_simple(text) || is_common(text, login))
		bad = N_("this password is one of those that are tried first");
	sodium_memzero(text, sizeof(text));
	return bad;
}
