/*
 * Fuzz target: formats/html/. Seeds: samples/{benign,planted}/html. Beside the
 * file format, the input is the body of a mail, which becomes text. A clean
 * form must hold nothing that acts and be its own clean form.
 */
#include "fuzz_common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the writer never writes, whatever the input was. */
static void
check(const char *what, const char *s)
{
	static const char *const never[] = { "<script", "<style", "<iframe",
		"<svg", "<math", "<form", "<object", "<embed", "<link", "<base",
		"<!--", "<template", "<noscript", "<textarea", "<plaintext",
		"<xmp", "javascript:\"", NULL };

	for (size_t i = 0; never[i] != NULL; i++)
		if (strcasestr(s, never[i]) != NULL) {
			fprintf(stderr, "%s holds %s\n", what, never[i]);
			abort();
		}
}

/* The same as the body of a message: it becomes text. */
static void
try_mail(const uint8_t *data, size_t n)
{
	static const char head[] = "From: a@example.jp\r\nTo: b@example.jp\r\n"
				   "MIME-Version: 1.0\r\nContent-Type: "
				   "text/html; charset=utf-8\r\n\r\n";
	struct buf b;

	buf_init(&b, n + sizeof(head));
	if (buf_puts(&b, head) == 0 && buf_put(&b, data, n) == 0)
		(void)fuzz_rebuild("mail", b.data, b.len, NULL);
	buf_done(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf out;
	const char *s;

	buf_init(&out, 32u << 20);
	if (fuzz_rebuild("html", data, n, &out) == 0 &&
	    (s = buf_cstr(&out)) != NULL)
		check("clean HTML", s);
	buf_done(&out);
	if (n < 20000)
		try_mail(data, n);
	return 0;
}
