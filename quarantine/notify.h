/* Events about requests, mailed to the people they concern. */
#ifndef QUARANTINE_NOTIFY_H
#define QUARANTINE_NOTIFY_H

#include "core/event.h"
#include "quarantine/approve.h"
#include "quarantine/import.h"

#define NOTIFY_PEOPLE 64 /* mailed about one request */

/*
 * Raise an event about a request. EVENT_APPROVAL_EXPIRED is mailed to the one
 * who asked, every other kind to those who may decide now (an address in the
 * account, not away without a deputy); to events.mail_to when nobody has an
 * address and the kind is severe enough. Never an error to the caller.
 */
void notify_request(const struct policy *, struct people *, enum event_kind,
    const struct request *);
/* The same, about the newest request of that kind of a transfer. */
void notify_transfer(const struct policy *, struct people *, enum event_kind,
    const char *transfer, enum request_kind);

/* An original crossed. */
void notify_import(const struct policy *, const char *transfer,
    const struct import_done *);

#endif
