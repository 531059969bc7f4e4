/*
 * What is wrong with a list of accounts, line by line: "line 3: KEY", and
 * behind a tab what stood there. So that people mend a list once, not once for
 * each of its faults.
 */
#include <stdio.h>
#include <string.h>

#include "quarantine/account_int.h"

#define VALUE_BYTES 48 /* 16 kanji are enough to find it */

/* The first bytes of s, whole characters only. */
static int
cut(const char *s, int max)
{
	int n = (int)strnlen(s, (size_t)max + 1);

	if (n <= max)
		return n;
	for (n = max; n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80;)
		n--;
	return n;
}

int
account_no_line(char why[ACCOUNT_WHY_BYTES], unsigned line, const char *key,
    const char *value)
{
	size_t used = strlen(why);
	bool has = value != NULL && value[0] != '\0';
	char one[POLICY_WHY_BYTES + VALUE_BYTES + 32];
	int n = snprintf(one, sizeof(one), "%sline %u: %s%s%.*s",
	    used > 0 ? "\n" : "", line, key, has ? "\t" : "",
	    has ? cut(value, VALUE_BYTES) : 0, has ? value : "");

	if (n > 0 && (size_t)n < sizeof(one) &&
	    used + (size_t)n < ACCOUNT_WHY_BYTES)
		memcpy(why + used, one, (size_t)n + 1);
	return ERR_MALFORMED;
}

bool
account_why_next(const char **why, unsigned *line, char key[POLICY_WHY_BYTES],
    char value[ACCOUNT_VALUE_BYTES])
{
	size_t n = strcspn(*why, "\n"), k;
	const char *s = *why;
	int from = 0;

	if (n == 0 || sscanf(s, "line %9u: %n", line, &from) != 1 || from == 0)
		return false;
	k = strcspn(s, "\t\n");
	snprintf(key, POLICY_WHY_BYTES, "%.*s", (int)k - from, s + from);
	value[0] = '\0';
	if (k < n)
		snprintf(value, ACCOUNT_VALUE_BYTES, "%.*s", (int)(n - k - 1),
		    s + k + 1);
	*why = s + n + (s[n] == '\n' ? 1 : 0);
	return true;
}
