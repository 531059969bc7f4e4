/* Outlook messages and TNEF as files of their own: each leaves as a message. */
#include "formats/format.h"
#include "formats/known/known.h"
#include "formats/mail/mail.h"
#include "formats/mail/outlook.h"
#include "formats/mail/tnef_int.h"

static int
rebuild_msg(struct doc *d)
{
	struct reader in = doc_in(d);
	struct mpart *m;
	int e = mail_msg(d, &in, "", &m);

	return e != 0 ? e : mail_rebuild(d, m);
}

static int
rebuild_tnef(struct doc *d)
{
	struct reader in = doc_in(d);
	struct mpart *m;
	int e = mail_tnef(d, &in, "", &m);

	return e != 0 ? e : mail_rebuild(d, m);
}

static enum probe
probe_tnef(const struct reader *in, const char **sub)
{
	struct reader r = *in;
	uint32_t signature;

	(void)sub;
	return reader_u32le(&r, &signature) == 0 && signature == TNEF_SIGNATURE
		   ? PROBE_YES
		   : PROBE_NO;
}

static const char *const msg_mime[] = { "application/vnd.ms-outlook",
	"application/x-ole-storage", "application/CDFV2",
	"application/vnd.ms-office", NULL };
static const char *const msg_ext[] = { "msg", NULL };

const struct format format_msg = {
	.id = "msg",
	.mime = msg_mime,
	.extensions = msg_ext,
	.flags = FMT_CONTAINER,
	.probe = cfb_probe_message,
	.rebuild = rebuild_msg,
};

static const char *const tnef_mime[] = { "application/vnd.ms-tnef",
	"application/ms-tnef", NULL };
static const char *const tnef_ext[] = { "tnef", "dat", NULL };

const struct format format_tnef = {
	.id = "tnef",
	.mime = tnef_mime,
	.extensions = tnef_ext,
	.flags = FMT_CONTAINER,
	.probe = probe_tnef,
	.rebuild = rebuild_tnef,
};
