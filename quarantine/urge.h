/*
 * A person says that their request cannot wait: the reason stands beside the
 * request for those who may decide, or release in an emergency
 * (approve_emergency()). It decides nothing by itself.
 */
#ifndef QUARANTINE_URGE_H
#define QUARANTINE_URGE_H

#include "quarantine/approve.h"

struct urge {
	char request[RECORD_ID_BYTES];
	char login[ACCOUNT_LOGIN_BYTES];
	char time[RECORD_TIME_BYTES];
	char why[RECORD_REASON_BYTES];
};

/* One for each request. ERR_EXIST: it was said before; ERR_DENIED: not the
 * person who asks; ERR_MALFORMED: no reason. Audit line "urged". */
int urge_put(struct people *, const struct request *, const char *login,
    const char *why) MUST_CHECK;
/* ERR_NOENT: nobody urged. */
int urge_get(struct people *, const char *request, struct urge *) MUST_CHECK;

#endif
