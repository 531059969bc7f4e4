/*
 * Outlook's objects as lists of properties ([MS-OXPROPS]), whichever way they
 * came (a compound file, TNEF), and as parts of a mail.
 *
 * Values are borrowed bytes, little-endian as they stood. Everything lives in
 * document memory.
 */
#ifndef FORMATS_MAIL_MAPI_H
#define FORMATS_MAIL_MAPI_H

#include "formats/mail/mail.h"

#define MAPI_PROPS_MAX 8192 /* of one object */

enum mapi_type {
	MAPI_INT16 = 0x0002,
	MAPI_INT32 = 0x0003,
	MAPI_BOOL = 0x000b,
	MAPI_OBJECT = 0x000d,
	MAPI_STRING8 = 0x001e,
	MAPI_UNICODE = 0x001f,
	MAPI_TIME = 0x0040,
	MAPI_BINARY = 0x0102,
	MAPI_MULTIPLE = 0x1000
};

enum mapi_id {
	MAPI_IMPORTANCE = 0x0017,
	MAPI_MESSAGE_CLASS = 0x001a,
	MAPI_SUBJECT = 0x0037,
	MAPI_CLIENT_SUBMIT_TIME = 0x0039,
	MAPI_SUBJECT_PREFIX = 0x003d,
	MAPI_SENT_REPRESENTING_NAME = 0x0042,
	MAPI_SENT_REPRESENTING_EMAIL = 0x0065,
	MAPI_CONVERSATION_TOPIC = 0x0070,
	MAPI_RECIPIENT_TYPE = 0x0c15,
	MAPI_SENDER_NAME = 0x0c1a,
	MAPI_SENDER_EMAIL = 0x0c1f,
	MAPI_DISPLAY_CC = 0x0e03,
	MAPI_DISPLAY_TO = 0x0e04,
	MAPI_DELIVERY_TIME = 0x0e06,
	MAPI_NORMALIZED_SUBJECT = 0x0e1d,
	MAPI_BODY = 0x1000,
	MAPI_RTF_COMPRESSED = 0x1009,
	MAPI_HTML = 0x1013,
	MAPI_INTERNET_MESSAGE_ID = 0x1035,
	MAPI_INTERNET_REFERENCES = 0x1039,
	MAPI_IN_REPLY_TO = 0x1042,
	MAPI_DISPLAY_NAME = 0x3001,
	MAPI_EMAIL_ADDRESS = 0x3003,
	MAPI_CREATION_TIME = 0x3007,
	MAPI_ATTACH_DATA = 0x3701,
	MAPI_ATTACH_FILENAME = 0x3704,
	MAPI_ATTACH_METHOD = 0x3705,
	MAPI_ATTACH_LONG_FILENAME = 0x3707,
	MAPI_ATTACH_PATHNAME = 0x3708,
	MAPI_ATTACH_LONG_PATHNAME = 0x370d,
	MAPI_ATTACH_MIME_TAG = 0x370e,
	MAPI_ATTACH_CONTENT_ID = 0x3712,
	MAPI_SMTP_ADDRESS = 0x39fe,
	MAPI_INTERNET_CODEPAGE = 0x3fde,
	MAPI_MESSAGE_CODEPAGE = 0x3ffd,
	MAPI_SENDER_SMTP = 0x5d01,
	MAPI_SENT_REPRESENTING_SMTP = 0x5d02,
	MAPI_ATTACHMENT_HIDDEN = 0x7ffe
};

/* Named properties that are looked at, by their number in PSETID_Common. */
enum mapi_lid {
	MAPI_LID_REMINDER_OVERRIDE = 0x851c,
	MAPI_LID_REMINDER_FILE = 0x851f,
	MAPI_LID_VERBS = 0x8520,
	MAPI_LID_FORM = 0x8535 /* custom forms: PidLidFormPropStream and kin */
};

struct mapi_prop {
	uint16_t id, type;
	uint32_t lid; /* of a named property, or 0 */
	struct reader value;
	struct mapi_prop *next;
};

struct mapi_object {
	struct mapi_prop *props, **tail;
	size_t n;
	uint32_t codepage; /* of its 8-bit strings; 0: unknown */
	struct mapi_object *recipients, *attachments; /* of a message */
	struct mapi_object *embedded; /* of an attachment: a message ... */
	struct reader tnef;	      /* ... or one that is TNEF already */
	bool is_ole;		      /* an attachment that is an OLE object */
	struct reader data;	      /* TNEF: attAttachData */
	const char *title; /* TNEF: attAttachTitle, in UTF-8, or NULL */
	struct mapi_object *next;
};

struct mapi_object *mapi_new(struct doc *, uint32_t codepage);
/* ERR_LIMIT past MAPI_PROPS_MAX. The same id again: the first one counts. */
int mapi_add(struct doc *, struct mapi_object *, const struct mapi_prop *,
    const char *where) MUST_CHECK;
const struct mapi_prop *mapi_find(const struct mapi_object *, uint16_t id);
const struct mapi_prop *mapi_find_lid(const struct mapi_object *, uint32_t lid);
bool mapi_number(const struct mapi_object *, uint16_t id, uint32_t *out);
/* A string as UTF-8, as it stands ("" when there is none). */
int mapi_raw(struct doc *, const struct mapi_object *, uint16_t id,
    const char **out) MUST_CHECK;
/* A string as one line of UTF-8 without controls ("" when there is none). */
int mapi_string(struct doc *, const struct mapi_object *, uint16_t id,
    const char **out) MUST_CHECK;
/* Bytes in a code page, to one such line. */
int mapi_line(struct doc *, const struct reader *, uint32_t codepage,
    const char **out) MUST_CHECK;
/* FILETIME to a canonical Date; "" when there is none. */
int mapi_date(struct doc *, const struct mapi_object *, uint16_t id,
    const char **out) MUST_CHECK;
/* "shift_jis" for 932; "" when unknown. Constant. */
const char *mapi_charset(uint32_t codepage);

/* The head of a message out of its properties, mapihead.c. */
int mapi_head(struct doc *, const struct mapi_object *,
    struct mail_head **out) MUST_CHECK;
/* The message as outlook.h describes it, mapimail.c. */
int mapi_mail(struct doc *, const struct mapi_object *, const char *where,
    struct mpart **out) MUST_CHECK;
/* The object as TNEF, for a module of its own, tnefpack.c. */
int mapi_pack(struct doc *, const struct mapi_object *,
    struct reader *out) MUST_CHECK;

/* ---- rtf.c */

enum rtf_kind { RTF_PLAIN, RTF_OF_TEXT, RTF_OF_HTML };

/* PidTagRtfCompressed ([MS-OXRTFCP]) to RTF. ERR_MALFORMED, ERR_LIMIT. */
int rtf_unpack(struct doc *, const struct reader *,
    struct reader *out) MUST_CHECK;
/*
 * The text of RTF, or the HTML that was put into it ([MS-OXRTFEX]), as UTF-8.
 * *kind says which. ERR_MALFORMED: no RTF.
 */
int rtf_text(struct doc *, const struct reader *, struct buf *out,
    enum rtf_kind *kind) MUST_CHECK;

#endif
