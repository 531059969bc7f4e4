/*
 * The replacement. The message in hand was made by a worker and proved by a
 * second one; it is in our own canonical form (CRLF lines, header names of
 * letters, digits and hyphens), and anything else is refused.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "cmd/milter.h"

#define NAME_BYTES  128
#define VALUE_BYTES (256u << 10)

static int
remove_headers(SMFICTX *ctx, const struct milter_conn *c)
{
	/* From the last one, so that no number moves before its turn. */
	for (size_t i = c->n_headers; i-- > 0;)
		if (smfi_chgheader(ctx, c->headers[i].name, c->headers[i].nth,
			NULL) != MI_SUCCESS)
			return ERR_IO;
	return 0;
}

static int
read_name(struct reader *r, char name[NAME_BYTES])
{
	uint8_t ch;
	size_t n = 0;
	int e;

	while ((e = reader_u8(r, &ch)) == 0 && ch != ':') {
		if (n == NAME_BYTES - 1 || (!isalnum(ch) && ch != '-'))
			return ERR_MALFORMED;
		name[n++] = (char)ch;
	}
	name[n] = '\0';
	return e != 0 || n == 0 ? ERR_MALFORMED : 0;
}

/* Up to the end of the field; a fold is LF and the blank, as libmilter has
 * it. */
static int
read_value(struct reader *r, struct buf *value)
{
	size_t end;
	const uint8_t *p;
	uint8_t ch;
	int e;

	buf_clear(value);
	for (;;) {
		if (reader_find(r, reader_pos(r), "\r\n", 2, &end) != 0)
			return ERR_MALFORMED;
		if ((e = reader_bytes(r, end - reader_pos(r), &p)) != 0 ||
		    (e = buf_put(value, p, end - (size_t)(p - r->data))) != 0 ||
		    (e = reader_skip(r, 2)) != 0)
			return e;
		if (reader_peek(r, &ch) != 0 || (ch != ' ' && ch != '\t'))
			return 0;
		if ((e = buf_u8(value, '\n')) != 0)
			return e;
	}
}

static int
add_headers(SMFICTX *ctx, struct reader *r)
{
	char name[NAME_BYTES];
	struct buf value;
	char *text;
	int e = 0;

	buf_init(&value, VALUE_BYTES);
	while (e == 0 && !reader_has(r, reader_pos(r), "\r\n", 2)) {
		if ((e = read_name(r, name)) != 0 ||
		    (e = read_value(r, &value)) != 0 ||
		    (e = buf_u8(&value, '\0')) != 0)
			break;
		text = (char *)value.data;
		if (strlen(text) + 1 != value.len)
			e = ERR_MALFORMED;
		else if (smfi_addheader(ctx, name, text) != MI_SUCCESS)
			e = ERR_IO;
	}
	buf_done(&value);
	return e == 0 ? reader_skip(r, 2) : e;
}

/* Where the message was so far, for the count of a loop. */
static int
add_hops(SMFICTX *ctx, const struct milter_conn *c)
{
	char text[16];

	snprintf(text, sizeof(text), " %u", mailhops_count(&c->hops));
	return smfi_addheader(ctx, MAILQUEUE_HOPS_HEADER, text) == MI_SUCCESS
		   ? 0
		   : ERR_IO;
}

static int
replace_body(SMFICTX *ctx, struct reader *r)
{
	const uint8_t *p;
	size_t n;
	int e;

	if (reader_left(r) == 0)
		return smfi_replacebody(ctx, (unsigned char *)"\r\n", 2) ==
			       MI_SUCCESS
			   ? 0
			   : ERR_IO;
	while ((n = reader_left(r)) > 0) {
		if (n > MILTER_CHUNK_SIZE)
			n = MILTER_CHUNK_SIZE;
		if ((e = reader_bytes(r, n, &p)) != 0)
			return e;
		if (smfi_replacebody(ctx, (unsigned char *)(uintptr_t)p,
			(int)n) != MI_SUCCESS)
			return ERR_IO;
	}
	return 0;
}

int
milter_replace(SMFICTX *ctx, const struct milter_conn *c, int fd)
{
	struct reader r;
	struct stat st;
	void *p;
	int e;

	if (fstat(fd, &st) != 0 || st.st_size <= 0)
		return ERR_IO;
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return ERR_NOMEM;
	reader_init(&r, p, (size_t)st.st_size);
	if ((e = remove_headers(ctx, c)) == 0 &&
	    (e = add_headers(ctx, &r)) == 0 && (e = add_hops(ctx, c)) == 0)
		e = replace_body(ctx, &r);
	munmap(p, (size_t)st.st_size);
	return e;
}
