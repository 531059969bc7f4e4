/* Shared by tnef*.c: TNEF ([MS-OXTNEF]). */
#ifndef FORMATS_MAIL_TNEF_INT_H
#define FORMATS_MAIL_TNEF_INT_H

#include "formats/mail/mapi.h"

#define TNEF_SIGNATURE 0x223e9f78u

/*
 * A list of properties as attMAPIProps and attAttachment hold it. An object
 * value is handed to *object when it is PidTagAttachDataObject.
 */
int tnef_props(struct doc *, struct reader *, struct mapi_object *,
    const char *where, struct reader *object) MUST_CHECK;

#endif
