#include "quarantine/console/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sessions {
	time_t idle, whole; /* seconds */
	struct session all[SESSIONS_MAX];
};

int
sessions_new(uint32_t idle_s, uint32_t whole_s, struct sessions **out)
{
	struct sessions *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return ERR_NOMEM;
	s->idle = (time_t)idle_s;
	s->whole = (time_t)whole_s;
	*out = s;
	return 0;
}

void
sessions_free(struct sessions *s)
{
	if (s != NULL)
		sodium_memzero(s, sizeof(*s));
	free(s);
}

void
session_token(char out[CONSOLE_TOKEN_TEXT])
{
	uint8_t bits[CONSOLE_TOKEN_BYTES];

	randombytes_buf(bits, sizeof(bits));
	sodium_bin2hex(out, CONSOLE_TOKEN_TEXT, bits, sizeof(bits));
	sodium_memzero(bits, sizeof(bits));
}

bool
session_same(const char *a, const char *b)
{
	size_t n = strlen(a);

	return n > 0 && strlen(b) == n && sodium_memcmp(a, b, n) == 0;
}

void
sessions_drop(struct session *one)
{
	sodium_memzero(one, sizeof(*one));
}

void
sessions_drop_login(struct sessions *s, const char *login,
    const struct session *but)
{
	for (size_t i = 0; i < SESSIONS_MAX; i++)
		if (&s->all[i] != but && strcmp(s->all[i].login, login) == 0)
			sessions_drop(&s->all[i]);
}

static bool
is_over(const struct sessions *s, const struct session *one, time_t now)
{
	return now - one->used >= s->idle || now - one->made >= s->whole;
}

/* A free place; it is made when there is none. */
static struct session *
place_for(struct sessions *s, const char *login, time_t now)
{
	struct session *free_one = NULL, *stale = &s->all[0], *own = NULL;
	size_t n_own = 0;

	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		struct session *one = &s->all[i];

		if (one->login[0] != '\0' && is_over(s, one, now))
			sessions_drop(one);
		if (one->login[0] == '\0') {
			free_one = one;
			continue;
		}
		if (one->used < stale->used)
			stale = one;
		if (strcmp(one->login, login) == 0 && ++n_own > 0 &&
		    (own == NULL || one->made < own->made))
			own = one;
	}
	if (n_own >= SESSIONS_PER_LOGIN)
		free_one = own;
	if (free_one == NULL)
		free_one = stale;
	sessions_drop(free_one);
	return free_one;
}

struct session *
sessions_add(struct sessions *s, const struct account *a, time_t now,
    char cookie[CONSOLE_TOKEN_TEXT])
{
	struct session *one = place_for(s, a->login, now);

	session_token(cookie);
	session_token(one->token);
	hash_of(cookie, strlen(cookie), one->hash);
	snprintf(one->login, sizeof(one->login), "%s", a->login);
	snprintf(one->last_time, sizeof(one->last_time), "%s", a->last_time);
	snprintf(one->last_from, sizeof(one->last_from), "%s", a->last_from);
	one->failures = a->failures;
	one->made = one->used = now;
	return one;
}

struct session *
sessions_find(struct sessions *s, const char *cookie, time_t now, bool quiet)
{
	uint8_t hash[HASH_BYTES];

	if (strlen(cookie) != CONSOLE_TOKEN_TEXT - 1)
		return NULL;
	hash_of(cookie, strlen(cookie), hash);
	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		struct session *one = &s->all[i];

		if (one->login[0] == '\0' ||
		    sodium_memcmp(one->hash, hash, sizeof(hash)) != 0)
			continue;
		if (is_over(s, one, now)) {
			sessions_drop(one);
			return NULL;
		}
		if (!quiet)
			one->used = now;
		return one;
	}
	return NULL;
}
