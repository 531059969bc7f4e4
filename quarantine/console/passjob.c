#include "quarantine/console/passjob.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "quarantine/console/server.h"

#define TELL_S 600

struct job {
	enum passjob state;
	time_t at;
	char state_dir[POLICY_PATH_BYTES];
	char id[RECORD_ID_BYTES];
	char who[ACCOUNT_LOGIN_BYTES];
	char password[CONSOLE_FIELD_BYTES];
	char say[WATCHSOCK_SAY_BYTES];
};

static struct job jobs[PASSJOBS_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *
work(void *arg)
{
	char say[WATCHSOCK_SAY_BYTES] = "";
	struct job *j = arg;
	bool ok = false;
	int e;

	e = watchsock_password(j->state_dir, j->id, j->who, j->password,
	    strlen(j->password), &ok, say);
	sodium_memzero(j->password, sizeof(j->password));
	pthread_mutex_lock(&lock);
	if (e != 0)
		snprintf(j->say, sizeof(j->say), "%s",
		    N_("The gateway cannot open it now. Try again later."));
	else
		memcpy(j->say, say, sizeof(say));
	j->at = server_now();
	j->state = e == 0 && ok ? PASSJOB_FITS : PASSJOB_FAILED;
	pthread_mutex_unlock(&lock);
	return NULL;
}

static struct job *
find(const char *id, const char *who)
{
	for (size_t i = 0; i < PASSJOBS_MAX; i++)
		if (jobs[i].state != PASSJOB_NONE &&
		    strcmp(jobs[i].id, id) == 0 &&
		    strcmp(jobs[i].who, who) == 0)
			return &jobs[i];
	return NULL;
}

/* A place that is free, or whose answer is the oldest that was there. */
static struct job *
place(void)
{
	struct job *best = NULL;

	for (size_t i = 0; i < PASSJOBS_MAX; i++) {
		if (jobs[i].state == PASSJOB_NONE)
			return &jobs[i];
		if (jobs[i].state != PASSJOB_RUNS &&
		    (best == NULL || jobs[i].at < best->at))
			best = &jobs[i];
	}
	return best;
}

static int
begin(struct job *j)
{
	pthread_attr_t attr;
	pthread_t thread;
	int failed;

	if (pthread_attr_init(&attr) != 0)
		return ERR_NOMEM;
	failed = pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED) ||
		 pthread_create(&thread, &attr, work, j);
	pthread_attr_destroy(&attr);
	if (!failed)
		return 0;
	sodium_memzero(j, sizeof(*j));
	return ERR_LIMIT;
}

int
passjob_start(const char *state_dir, const char *id, const char *who,
    const char *password)
{
	struct job *j;
	int e;

	pthread_mutex_lock(&lock);
	j = find(id, who);
	if (j != NULL && j->state == PASSJOB_RUNS) {
		e = ERR_EXIST;
	} else if (j == NULL && (j = place()) == NULL) {
		e = ERR_LIMIT;
	} else {
		memset(j, 0, sizeof(*j));
		snprintf(j->state_dir, sizeof(j->state_dir), "%s", state_dir);
		snprintf(j->id, sizeof(j->id), "%s", id);
		snprintf(j->who, sizeof(j->who), "%s", who);
		snprintf(j->password, sizeof(j->password), "%s", password);
		j->at = server_now();
		j->state = PASSJOB_RUNS;
		e = begin(j);
	}
	pthread_mutex_unlock(&lock);
	return e;
}

enum passjob
passjob_ask(const char *id, const char *who, char say[WATCHSOCK_SAY_BYTES])
{
	enum passjob state = PASSJOB_NONE;
	struct job *j;

	say[0] = '\0';
	pthread_mutex_lock(&lock);
	j = find(id, who);
	if (j != NULL &&
	    (j->state == PASSJOB_RUNS || server_now() - j->at < TELL_S)) {
		state = j->state;
		memcpy(say, j->say, WATCHSOCK_SAY_BYTES);
	}
	pthread_mutex_unlock(&lock);
	return state;
}
