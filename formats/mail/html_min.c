/* HTML to text: the text without its tags. */
#include "formats/mail/mail.h"

int
html_text(struct doc *d, const struct html_job *j, struct buf *out)
{
	struct reader r = j->in;
	bool tag = false;
	uint8_t c;
	int e = 0;

	(void)d;
	while (e == 0 && reader_u8(&r, &c) == 0) {
		if (c == '<')
			tag = true;
		else if (c == '>')
			tag = false;
		else if (!tag && c != '\r')
			e = buf_u8(out, c);
	}
	return e;
}

int
html_clean(struct doc *d, const struct html_job *j, struct buf *out)
{
	return html_text(d, j, out);
}
