/*
 * Fuzz target: formats/mail/. Seeds: samples/{benign,planted}/mail. Also as
 * the body of a message, and as one that comes from outside.
 */
#include "fuzz_common.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char head[] = "MIME-Version: 1.0\r\nFrom: a@example.jp\r\n"
				   "Content-Type: multipart/mixed; "
				   "boundary=b\r\n\r\n--b\r\n";
	struct buf b;

	(void)fuzz_rebuild("mail", data, n, NULL);
	buf_init(&b, n + sizeof(head));
	if (buf_puts(&b, head) == 0 && buf_put(&b, data, n) == 0)
		(void)fuzz_rebuild("mail", b.data, b.len, NULL);
	buf_done(&b);
	return 0;
}
