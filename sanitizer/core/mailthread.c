#include "core/mailthread.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "core/mailaddr.h"

#define HEAD_BYTES  65536
#define ID_MAX	    998 /* a line of RFC 5322 */
#define SUBJECT_MIN 9	/* bytes: three letters of Japanese */
#define SITES	    4
#define WORD_BEGIN  "=?UTF-8?B?"
#define WORD_END    "?="
#define SIGNS_ASCII " \t!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

/* What a mail about another mail's password says more in its subject. */
static const char *const noise[] = { "返信", "転送", "パスワード", "ﾊﾟｽﾜｰﾄﾞ",
	"パス", "ＰＷ", "解凍", "復号", "開封", "お知らせ", "お送り", "ご連絡",
	"ご案内", "ご送付", "連絡", "通知", "送付", "送信", "別送", "添付",
	"ファイル", "について", "の件", "　", "【", "】", "「", "」", "『",
	"』", "（", "）", "〔", "〕", "［", "］", "＜", "＞", "：", "・", "、",
	"。", "／", "－", "―", "の", "を", "password", "passwd", "passcode",
	"notification", "notice", "attached", "attachment", "file", "fwd", "fw",
	"re", "pw", "for", "the", "of", "your" };

/* Names under which sites stand: what is above is no site. */
static const char *const shared[] = { "co", "com", "ne", "net", "or", "org",
	"go", "gov", "ac", "edu", "ed", "lg", "ad", "gr" };

static void
add(struct mailthread *t, char kind, const char *a, const char *b)
{
	uint8_t digest[HASH_BYTES];
	char hex[HASH_HEX];
	struct hash h;

	if (t->n == MAILTHREAD_KEYS)
		return;
	hash_init(&h);
	hash_add(&h, &kind, 1);
	hash_add(&h, a, strlen(a) + 1);
	hash_add(&h, b, strlen(b));
	hash_end(&h, digest);
	hash_hex(digest, hex);
	snprintf(t->keys[t->n], MAILTHREAD_KEY_BYTES, "%c%.32s", kind, hex);
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->keys[i], t->keys[t->n]) == 0)
			return;
	t->n++;
}

/* ---- the header */

/* The header, each field in one line that ends in LF, then NUL. */
static int
read_head(int fd, struct buf *out)
{
	static const uint8_t end = 0;
	uint8_t block[4096];
	bool is_over = false;
	unsigned ends = 0;
	off_t at = 0;
	ssize_t n;
	int e = 0;

	while (e == 0 && !is_over && at < HEAD_BYTES &&
	       (n = pread(fd, block, sizeof(block), at)) != 0) {
		if (n < 0)
			return ERR_IO;
		at += n;
		for (ssize_t i = 0; e == 0 && !is_over && i < n; i++) {
			uint8_t c = block[i];

			is_over = c == '\0' || (c == '\n' && ends == 1);
			if (c == '\r' || is_over)
				continue;
			/* A line end is kept until it is known for one. */
			if (ends == 1 && c != ' ')
				e = buf_u8(out, '\n');
			ends = c == '\n';
			if (e == 0 && c != '\n')
				e = buf_u8(out, c);
		}
	}
	return e == 0 ? buf_put(out, &end, 1) : e;
}

/* The value of the first field of that name up to its line end, or NULL. */
static char *
value_of(char *head, const char *name, size_t *n)
{
	size_t k = strlen(name);

	for (char *p = head; *p != '\0'; p += *p == '\n') {
		if (strncmp(p, name, k) == 0) {
			p += k;
			p += strspn(p, " ");
			*n = strcspn(p, "\n");
			return p;
		}
		p += strcspn(p, "\n");
	}
	return NULL;
}

/* ---- keys */

static void
add_ids(struct mailthread *t, const char *value)
{
	char id[ID_MAX + 1];
	size_t n;

	for (; *value != '\0'; value += n) {
		value += strspn(value, " ");
		n = strcspn(value, " ");
		if (n < 3 || n > ID_MAX || value[0] != '<' ||
		    value[n - 1] != '>')
			continue;
		memcpy(id, value, n);
		id[n] = '\0';
		add(t, 'i', id, "");
	}
}

/* Of From: the address in brackets, or the only word. "": none. */
static void
take_address(const char *value, char out[MAILADDR_BYTES])
{
	const char *open = strrchr(value, '<');
	size_t n;

	if (open != NULL)
		value = open + 1;
	n = strcspn(value, ">, ");
	out[0] = '\0';
	if (n == 0 || n >= MAILADDR_BYTES)
		return;
	memcpy(out, value, n);
	out[n] = '\0';
	if (!mailaddr_ok(out))
		out[0] = '\0';
}

static bool
is_shared(const char *domain)
{
	size_t n = strcspn(domain, ".");

	if (domain[n] == '\0')
		return true; /* a name alone, or nothing */
	if (strchr(domain + n + 1, '.') != NULL)
		return false;
	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++)
		if (strlen(shared[i]) == n &&
		    strncmp(domain, shared[i], n) == 0)
			return true;
	return false;
}

static void
add_sites(struct mailthread *t, const char *address, const char *subject)
{
	const char *at = strrchr(address, '@');

	for (int i = 0; at != NULL && i < SITES && !is_shared(at + 1); i++) {
		add(t, 's', at + 1, subject);
		at = strchr(at + 1, '.');
	}
}

/* ---- the subject */

/* Encoded words become what they say; other text stays. */
static int
decode(const char *p, struct buf *out)
{
	uint8_t text[128];
	const char *end;
	size_t n;
	int e = 0;

	while (e == 0 && *p != '\0') {
		if (strncmp(p, WORD_BEGIN, strlen(WORD_BEGIN)) != 0) {
			e = buf_u8(out, (uint8_t)*p++);
			continue;
		}
		p += strlen(WORD_BEGIN);
		if (sodium_base642bin(text, sizeof(text), p, strcspn(p, "?"),
			NULL, &n, &end, sodium_base64_VARIANT_ORIGINAL) != 0 ||
		    strncmp(end, WORD_END, 2) != 0)
			return ERR_MALFORMED;
		p = end + 2;
		if (*p == ' ' && strncmp(p + 1, WORD_BEGIN, 10) == 0)
			p++;
		e = buf_put(out, text, n);
	}
	return e == 0 ? buf_u8(out, '\0') : e;
}

static size_t
noise_at(const char *p)
{
	size_t n;

	for (size_t i = 0; i < sizeof(noise) / sizeof(noise[0]); i++) {
		n = strlen(noise[i]);
		if (strncasecmp(p, noise[i], n) == 0)
			return n;
	}
	return strspn(p, SIGNS_ASCII);
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A subject as it is compared: small letters, without noise. */
static int
reduce(const char *p, struct buf *out)
{
	bool in_word = false;
	size_t n;
	char c;
	int e = 0;

	while (e == 0 && *p != '\0') {
		n = in_word && is_letter(*p) ? 0 : noise_at(p);
		/* "re" is noise, "report" is not. */
		if (n > 0 && is_letter(p[n - 1]) && is_letter(p[n]))
			n = 0;
		in_word = n == 0 && is_letter(*p);
		if (n == 0) {
			c = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
			e = buf_u8(out, (uint8_t)c);
			n = 1;
		}
		p += n;
	}
	return e == 0 ? buf_u8(out, '\0') : e;
}

static int
add_subject(struct mailthread *t, const char *value, const char *sender,
    const char *from)
{
	struct buf text, core;
	int e;

	buf_init(&text, HEAD_BYTES);
	buf_init(&core, HEAD_BYTES);
	if ((e = decode(value, &text)) == 0 &&
	    (e = reduce((const char *)text.data, &core)) == 0 &&
	    strlen((const char *)core.data) >= SUBJECT_MIN) {
		add_sites(t, sender, (const char *)core.data);
		add_sites(t, from, (const char *)core.data);
	}
	buf_done(&text);
	buf_done(&core);
	return e == ERR_MALFORMED || e == ERR_LIMIT ? 0 : e;
}

static int
add_head(struct mailthread *t, char *head, const char *sender)
{
	/* Message-ID first: there may be more references than keys. */
	static const char *const names[] = { "From:", "Message-ID:",
		"In-Reply-To:", "Subject:", "References:" };
	char from[MAILADDR_BYTES] = "", lower[MAILADDR_BYTES];
	char *value, end;
	size_t n;
	int e = 0;

	for (size_t i = 0; e == 0 && i < 5; i++) {
		if ((value = value_of(head, names[i], &n)) == NULL)
			continue;
		end = value[n];
		value[n] = '\0';
		if (i == 0) {
			take_address(value, lower);
			mailaddr_lower(lower, from);
			if (from[0] != '\0')
				add(t, 'f', from, "");
		} else if (i == 3)
			e = add_subject(t, value, sender, from);
		else
			add_ids(t, value);
		value[n] = end;
	}
	return e;
}

int
mailthread_read(int fd, const char *sender, struct mailthread *t)
{
	char lower[MAILADDR_BYTES];
	struct buf head;
	int e = 0;

	t->n = 0;
	mailaddr_lower(sender, lower);
	if (lower[0] != '\0')
		add(t, 'f', lower, "");
	if (fd < 0)
		return 0;
	buf_init(&head, HEAD_BYTES + 16);
	if ((e = read_head(fd, &head)) == 0)
		e = add_head(t, (char *)head.data, lower);
	buf_done(&head);
	return e;
}

bool
mailthread_meet(const struct mailthread *a, const struct mailthread *b)
{
	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < b->n; k++)
			if (strcmp(a->keys[i], b->keys[k]) == 0)
				return true;
	return false;
}
