/* RFC 5322 messages: the block of headers, line by line. */
#include <string.h>

#include "formats/known/known.h"
#include "formats/known/textkind.h"
#include "formats/known/texthead.h"

#define HEADERS_NEEDED 2

/* Headers that hardly stand at the start of a line in other texts. */
static const char *const strong[] = { "Return-Path", "Received", "Delivered-To",
	"Message-ID", "MIME-Version", "Content-Type",
	"Content-Transfer-Encoding", "Content-Disposition", "X-Mailer",
	"DKIM-Signature", "Reply-To", "X-Originating-IP", "Envelope-to",
	"X-Original-To", "X-Apparently-To", "Authentication-Results",
	"In-Reply-To", "References", "List-Id", "X-Priority", "Path",
	"Newsgroups", "Return-path", "Errors-To", "X-UIDL", "Resent-From",
	"ARC-Seal", "X-Received", "Received-SPF", "X-Store-Info", "Precedence",
	"X-Account-Key", "X-Mozilla-Status", "Auto-Submitted", "Thread-Topic",
	NULL };
static const char *const weak[] = { "From", "To", "Cc", "Subject", "Date",
	"Sender", "Status", "Organization", "Bcc", NULL };

static bool
listed(const char *const *list, const char *s, size_t n)
{
	for (; *list != NULL; list++)
		if (strlen(*list) == n && texthead_starts(s, *list))
			return true;
	return false;
}

/* The length of a header's name, 0 when the line is no header. */
static size_t
header_name(const char *s)
{
	size_t n = 0;

	while (s[n] > ' ' && s[n] < 0x7f && s[n] != ':')
		n++;
	return n > 0 && s[n + strspn(s + n, " \t")] == ':' ? n : 0;
}

static bool
value_has(const char *s, const char *word)
{
	const char *hit = strcasestr(s, word), *end = texthead_line(s);

	while (*end == ' ' || *end == '\t')
		end = texthead_line(end);
	return hit != NULL && hit < end;
}

struct tally {
	unsigned strong, weak, all;
	bool mime, related, snapshot;
};

static void
count_header(const char *s, size_t n, struct tally *t)
{
	t->all++;
	if (listed(strong, s, n))
		t->strong++;
	else if (listed(weak, s, n))
		t->weak++;
	if (texthead_starts(s, "Content-Type") && value_has(s, "multipart/"))
		t->strong++; /* enough alone */
	if (texthead_starts(s, "MIME-Version"))
		t->mime = true;
	if (texthead_starts(s, "Content-Type") &&
	    value_has(s, "multipart/related"))
		t->related = true;
	if (texthead_starts(s, "Snapshot-Content-Location") ||
	    texthead_starts(s, "X-MimeOLE") ||
	    texthead_starts(s, "Content-Location"))
		t->snapshot = true;
}

static void
count_headers(const char *s, struct tally *t)
{
	size_t n;

	memset(t, 0, sizeof(*t));
	for (; *s != '\0' && *s != '\r' && *s != '\n'; s = texthead_line(s)) {
		if (*s == ' ' || *s == '\t')
			continue;
		if ((n = header_name(s)) == 0)
			return;
		count_header(s, n, t);
	}
}

enum text_kind
mail_kind(const char *s, const char **sub)
{
	struct tally t;
	bool mbox = strncmp(s, "From ", 5) == 0 || strncmp(s, ">From ", 6) == 0;

	count_headers(mbox ? texthead_line(s) : s, &t);
	if (!texthead_starts(s, "MIME-Version: 1.0") &&
	    (t.strong + t.weak < HEADERS_NEEDED ||
		(t.strong == 0 && t.weak < HEADERS_NEEDED + 1)))
		return TEXT_NONE;
	*sub = "mail.mbox";
	if (mbox)
		return TEXT_MAIL;
	*sub = "mhtml";
	if (t.mime && t.related && t.snapshot && t.strong < 4 &&
	    strcasestr(s, "\nReceived:") == NULL &&
	    strcasestr(s, "\nMessage-ID:") == NULL)
		return TEXT_MHTML;
	*sub = "mail.eml";
	return TEXT_MAIL;
}
