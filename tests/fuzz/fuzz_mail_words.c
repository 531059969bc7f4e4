/*
 * Fuzz target: formats/mail/words*.c. The first byte chooses the call and its
 * argument, the rest is what stands in a mail.
 *
 * What comes out is UTF-8 without control characters; written as we write it
 * and read again it is the same, and nothing is found in it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "fuzz_common.h"
#include "word_case.h"

static struct word_case first, second;
static char made[1 << 18];

static void
broken(const char *what)
{
	fprintf(stderr, "%s: [%s] [%s]\n", what, first.out, second.out);
	abort();
}

static void
check_text(const struct word_case *c, bool lines)
{
	if (!utf8_valid(c->out, c->len))
		broken("no UTF-8");
	for (size_t i = 0; i < c->len; i++)
		if ((uint8_t)c->out[i] < 0x20 &&
		    !(lines && (c->out[i] == '\n' || c->out[i] == '\t')))
			broken("a control character");
}

/* head, the bytes in hexadecimal behind a mark each, tail. */
static size_t
as_hex(const char *head, char mark, const char *tail)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t k = strlen(head);

	memcpy(made, head, k);
	for (size_t i = 0; i < first.len; i++) {
		made[k++] = mark;
		made[k++] = digits[(uint8_t)first.out[i] >> 4];
		made[k++] = digits[(uint8_t)first.out[i] & 15];
	}
	memcpy(made + k, tail, strlen(tail));
	return k + strlen(tail);
}

static void
again(enum word_call call, const char *arg, const char *in, size_t n)
{
	if (word_case(&second, call, arg, in, n) != 0)
		broken("fails when read again");
	if (second.len != first.len ||
	    memcmp(first.out, second.out, first.len) != 0)
		broken("changes when read again");
	if (second.changed > 0)
		broken("finds something when read again");
}

static void
check_call(enum word_call call, const char *arg)
{
	switch (call) {
	case WORD_LINE:
		check_text(&first, false);
		again(call, arg, made, as_hex("=?UTF-8?Q?", '=', "?="));
		break;
	case WORD_PARAMETER:
		check_text(&first, false);
		if (memchr(first.out, '|', first.len) == NULL && first.len > 0)
			again(call, arg, made,
			    as_hex("x; p*=UTF-8''", '%', ""));
		break;
	case WORD_DATE:
		check_text(&first, false);
		again(call, arg, first.out, first.len);
		break;
	case WORD_TEXT:
		check_text(&first, true);
		again(call, "utf-8", first.out, first.len);
		break;
	case WORD_ADDRESSES:
		check_text(&first, false);
		break;
	case WORD_DECODE:
		if (!utf8_valid(first.out, first.len))
			broken("no UTF-8");
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct {
		enum word_call call;
		const char *arg;
	} choices[] = { { WORD_LINE, "" }, { WORD_ADDRESSES, "" },
		{ WORD_DATE, "" }, { WORD_PARAMETER, "p" }, { WORD_TEXT, "" },
		{ WORD_TEXT, "iso-2022-jp" }, { WORD_TEXT, "shift_jis" },
		{ WORD_TEXT, "euc-jp" }, { WORD_TEXT, "utf-8" },
		{ WORD_TEXT, "utf-7" }, { WORD_TEXT, "utf-16" },
		{ WORD_TEXT, "gb18030" }, { WORD_TEXT, "big5" },
		{ WORD_TEXT, "euc-kr" }, { WORD_TEXT, "iso-2022-kr" },
		{ WORD_TEXT, "hz-gb-2312" }, { WORD_TEXT, "windows-1252" },
		{ WORD_TEXT, "koi8-r" }, { WORD_TEXT, "shift_jis-2004" },
		{ WORD_TEXT, "euc-jis-2004" }, { WORD_TEXT, "us-ascii" },
		{ WORD_DECODE, "iso-2022-jp" }, { WORD_DECODE, "utf-7" },
		{ WORD_DECODE, "" } };

	size_t i;
	int e;

	if (n == 0 || n > 8192)
		return 0;
	i = data[0] % (sizeof(choices) / sizeof(choices[0]));
	e = word_case(&first, choices[i].call, choices[i].arg, data + 1, n - 1);
	if (e == ERR_INTERNAL)
		broken("internal error");
	if (e == 0)
		check_call(choices[i].call, choices[i].arg);
	return 0;
}
