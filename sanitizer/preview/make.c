/*
 * Everything becomes a PDF (by LibreOffice), the PDF becomes pictures and
 * text (by Poppler), each in a cage; the pictures are then rebuilt by our
 * own pipeline, as any picture from outside is. What has members is shown as
 * the list that the receipt has of them.
 */
#include "preview/make.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/utf8.h"
#include "preview/cage.h"

#define BWRAP	   CAGE_BWRAP
#define PDFTOPPM   "/usr/bin/pdftoppm"
#define PDFTOTEXT  "/usr/bin/pdftotext"
#define PDFINFO	   "/usr/bin/pdfinfo"
#define SOFFICE	   "/usr/bin/soffice"
#define SHELL	   "/usr/bin/sh"
#define DPI	   "80"
#define SIDE	   "1400" /* pixels of the longer side at most */
#define PDF_BYTES  ((uint64_t)128 << 20)
#define TEXT_BYTES ((uint64_t)8 << 20)
#define OFFICE_S   90
#define PAGE_S	   30

static const char *const pdf_tools[] = { BWRAP, PDFTOPPM, PDFTOTEXT, PDFINFO,
	NULL };
static const char *const office_tools[] = { SOFFICE, SHELL, NULL };

enum way { WAY_NONE, WAY_PDF, WAY_OFFICE, WAY_PICTURE, WAY_TEXT, WAY_MEMBERS };

struct kind {
	const char *format; /* an id, or a family with its dot */
	enum way way;
	const char *ext; /* NULL: what follows the dot */
};

static const struct kind kinds[] = {
	{ "pdf", WAY_PDF, "pdf" },
	{ "ooxml.", WAY_OFFICE, NULL },
	{ "text", WAY_TEXT, "txt" },
	{ "csv", WAY_TEXT, "csv" },
	{ "html", WAY_OFFICE, "html" },
	{ "png", WAY_PICTURE, "png" },
	{ "jpeg", WAY_OFFICE, "jpg" },
	{ "gif", WAY_OFFICE, "gif" },
	{ "bmp", WAY_OFFICE, "bmp" },
	{ "tiff", WAY_OFFICE, "tif" },
	{ "webp", WAY_OFFICE, "webp" },
	{ "svg", WAY_OFFICE, "svg" },
	{ "emf", WAY_OFFICE, "emf" },
	{ "wmf", WAY_OFFICE, "wmf" },
	{ "vcard", WAY_TEXT, "txt" },
	{ "icalendar", WAY_TEXT, "txt" },
	{ "zip", WAY_MEMBERS, NULL },
	{ "zip.", WAY_MEMBERS, NULL },
	{ "mail", WAY_MEMBERS, NULL },
	{ "mail.", WAY_MEMBERS, NULL },
};

struct making {
	const struct preview_source *from;
	struct pipeline *pipeline;
	const struct options *options;
	struct preview_content *out;
	bool has_cage;
};

static void
say(struct preview_content *c, const char *why)
{
	if (c->why[0] == '\0')
		snprintf(c->why, sizeof(c->why), "%s", why);
}

static enum way
way_of(const char *format, char ext[16])
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct kind *k = &kinds[i];
		size_t n = strlen(k->format);
		const char *rest = format + n;

		if (strncmp(format, k->format, n) != 0 ||
		    (k->format[n - 1] != '.' && rest[0] != '\0'))
			continue;
		snprintf(ext, 16, "%s", k->ext != NULL ? k->ext : rest);
		if (ext[strspn(ext, "abcdefghijklmnopqrstuvwxyz")] != '\0')
			return WAY_NONE;
		return k->way;
	}
	return WAY_NONE;
}

/* Everything of a small file. */
static int
read_fd(int fd, struct buf *b)
{
	uint8_t block[4096];
	uint64_t at = 0;
	ssize_t n;
	int e;

	while ((n = pread(fd, block, sizeof(block), (off_t)at)) > 0) {
		if ((e = buf_put(b, block, (size_t)n)) != 0)
			return e;
		at += (uint64_t)n;
	}
	return n < 0 ? ERR_IO : 0;
}

/* What came out of a converter, as text that may be shown. */
static int
clean_text(int fd, struct preview_content *c)
{
	struct reader r;
	struct buf b;
	uint32_t cp;
	int e;

	buf_init(&b, TEXT_BYTES);
	e = read_fd(fd, &b);
	if (e == ERR_LIMIT) {
		c->is_cut = true;
		e = 0;
	}
	buf_reader(&b, &r);
	while (e == 0 && reader_left(&r) > 0) {
		if (utf8_get(&r, &cp) != 0) {
			cp = 0xfffd;
			if (reader_skip(&r, 1) != 0)
				break;
		}
		if (cp == '\f')
			cp = '\n';
		if (cp != '\n' && cp != '\t' &&
		    (cp < 0x20 || utf8_classify(cp) == UTF8_CONTROL ||
			utf8_classify(cp) == UTF8_BIDI ||
			utf8_classify(cp) == UTF8_HIDDEN ||
			utf8_classify(cp) == UTF8_NONCHAR))
			continue;
		if ((e = utf8_put(&c->text, cp)) == ERR_LIMIT) {
			c->is_cut = true;
			e = 0;
			break;
		}
	}
	buf_done(&b);
	return e;
}

/* Through the pipeline, as anything from outside: rebuilt, proved, released.
 * ERR_DENIED: not. */
static int
rebuild(struct making *m, int fd, const char *name, const struct options *o,
    int *out_fd, char format[ID_BYTES])
{
	struct pipeline_job job = { .in_fd = fd,
		.name = name,
		.mode = PIPELINE_CLEAN,
		.options = o,
		.passwords_fd = -1,
		.original_fd = -1,
		.out_fd = -1 };
	struct pipeline_job *back = NULL;
	int e;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return ERR_IO;
	e = pipeline_submit(m->pipeline, &job);
	while (e == 0 && back == NULL)
		e = pipeline_wait(m->pipeline, 1000, &back);
	if (e != 0)
		return e;
	if (job.record.verdict == VERDICT_RELEASED && job.out_fd >= 0) {
		snprintf(format, ID_BYTES, "%s", job.record.out_format);
		*out_fd = job.out_fd;
		job.out_fd = -1;
	} else
		e = ERR_DENIED;
	pipeline_job_done(&job);
	return e;
}

static int
rebuild_page(struct making *m, int fd, struct buf *out)
{
	char format[ID_BYTES];
	int made, e;

	if ((e = rebuild(m, fd, "page.png", m->options, &made, format)) != 0)
		return e;
	e = strcmp(format, "png") == 0 ? read_fd(made, out) : ERR_DENIED;
	close(made);
	return e;
}

static int
add_page(struct making *m, int fd)
{
	struct preview_content *c = m->out;
	int e = rebuild_page(m, fd, &c->pages[c->n_pages]);

	if (e == 0) {
		c->n_pages++;
		return 0;
	}
	buf_clear(&c->pages[c->n_pages]);
	if (e != ERR_DENIED && e != ERR_LIMIT)
		return e;
	say(c, N_("a picture of a page was not accepted by the gateway "
		  "itself"));
	return ERR_DENIED;
}

/* What a cage's failure means for the person. */
static int
failed(struct making *m, int e, const char *why)
{
	if (e != ERR_LIMIT && e != ERR_MALFORMED)
		return e;
	say(m->out, e == ERR_LIMIT
			? N_("making the preview took too long or too much")
			: why);
	return ERR_DENIED;
}

static int
count_pages(struct making *m, int pdf, unsigned *pages)
{
	const char *const argv[] = { PDFINFO, "/in/file.pdf", NULL };
	struct cage_job j = { pdf, "pdf", argv, 1 << 20, PAGE_S };
	const char *at;
	struct buf b;
	int fd, e;

	if ((e = cage_run(&j, &fd)) != 0)
		return failed(m, e, N_("the converter did not understand it"));
	buf_init(&b, 1 << 20);
	*pages = 0;
	if ((e = read_fd(fd, &b)) == 0) {
		at = buf_cstr(&b);
		at = at == NULL ? NULL : strstr(at, "Pages:");
		if (at != NULL)
			*pages = (unsigned)strtoul(at + 6, NULL, 10);
	}
	buf_done(&b);
	close(fd);
	return e;
}

static int
draw_page(struct making *m, int pdf, unsigned number)
{
	char n[16];
	const char *const argv[] = { PDFTOPPM, "-png", "-r", DPI, "-f", n, "-l",
		n, "/in/file.pdf", NULL };
	const char *const fitted[] = { PDFTOPPM, "-png", "-scale-to", SIDE,
		"-f", n, "-l", n, "/in/file.pdf", NULL };
	struct cage_job j = { pdf, "pdf", argv, PREVIEW_PAGE_BYTES, PAGE_S };
	int fd, e;

	snprintf(n, sizeof(n), "%u", number);
	e = cage_run(&j, &fd);
	/* A poster: as large as a screen, whatever its size. */
	if (e == ERR_LIMIT || e == ERR_MALFORMED) {
		j.argv = fitted;
		e = cage_run(&j, &fd);
	}
	if (e != 0)
		return failed(m, e, N_("a page could not be drawn"));
	e = add_page(m, fd);
	close(fd);
	return e;
}

static int
draw_pages(struct making *m, int pdf)
{
	unsigned pages = 0;
	int e = count_pages(m, pdf, &pages);

	if (pages > PREVIEW_PAGES) {
		m->out->is_cut = true;
		pages = PREVIEW_PAGES;
	}
	for (unsigned i = 1; e == 0 && i <= pages; i++)
		e = draw_page(m, pdf, i);
	return e == ERR_DENIED ? 0 : e;
}

static int
text_of_pdf(struct making *m, int pdf)
{
	const char *const argv[] = { PDFTOTEXT, "-layout", "-enc", "UTF-8",
		"-l", "20", "/in/file.pdf", "-", NULL };
	struct cage_job j = { pdf, "pdf", argv, TEXT_BYTES, PAGE_S };
	int fd, e;

	if ((e = cage_run(&j, &fd)) != 0) {
		e = failed(m, e, N_("its text could not be read"));
		return e == ERR_DENIED ? 0 : e;
	}
	e = clean_text(fd, m->out);
	close(fd);
	return e;
}

static int
from_pdf(struct making *m, int pdf)
{
	int e = draw_pages(m, pdf);

	/* Of a text, the text itself was taken. */
	return e == 0 && m->out->text.len == 0 ? text_of_pdf(m, pdf) : e;
}

/* No remote content, no profile of anybody; one script of constant text. */
static int
from_office(struct making *m, int in, const char *ext)
{
	static const char script[] =
	    "/usr/bin/soffice --headless --nologo --norestore --nolockcheck "
	    "--nodefault -env:UserInstallation=file:///tmp/profile "
	    "--convert-to pdf --outdir /tmp/out \"/in/file.$1\" >/dev/null "
	    "2>&1 && exec cat /tmp/out/file.pdf";
	const char *const argv[] = { SHELL, "-c", script, "sh", ext, NULL };
	struct cage_job j = { in, ext, argv, PDF_BYTES, OFFICE_S };
	int fd, e;

	if (!m->has_cage)
		return 0;
	if (!cage_has(office_tools)) {
		say(m->out, N_("LibreOffice is not installed on the gateway"));
		return 0;
	}
	if ((e = cage_run(&j, &fd)) != 0) {
		e = failed(m, e, N_("LibreOffice did not understand it"));
		return e == ERR_DENIED ? 0 : e;
	}
	e = from_pdf(m, fd);
	close(fd);
	return e;
}

/* The text that was read, as a file that LibreOffice takes for UTF-8. */
static int
text_file(const struct buf *text, int *out)
{
	int fd, e;

	if ((e = fsx_memfd("sekisho-text", &fd)) != 0)
		return e;
	if ((e = fsx_write_all(fd, "\xef\xbb\xbf", 3)) == 0 && text->len > 0)
		e = fsx_write_all(fd, text->data, text->len);
	if (e != 0)
		close(fd);
	else
		*out = fd;
	return e;
}

/* Whatever its encoding is: the gateway's own reader makes UTF-8 of it. */
static int
from_text(struct making *m, const char *ext)
{
	struct options o = *m->options;
	char name[32], format[ID_BYTES];
	int fd, e;

	o.charset = CHARSET_UTF8;
	snprintf(name, sizeof(name), "text.%s", ext);
	e = rebuild(m, m->from->fd, name, &o, &fd, format);
	if (e != 0 && e != ERR_DENIED)
		return e;
	if (e == 0) {
		e = clean_text(fd, m->out);
		close(fd);
	} else
		e = clean_text(m->from->fd, m->out);
	if (e != 0 || m->out->text.len == 0)
		return e;
	if ((e = text_file(&m->out->text, &fd)) == 0) {
		e = from_office(m, fd, "txt");
		close(fd);
	}
	return e;
}

/* A picture is its own page, unless it is too large to be shown as it is. */
static int
from_picture(struct making *m, const char *ext)
{
	int e = rebuild_page(m, m->from->fd, &m->out->pages[0]);

	if (e == 0) {
		m->out->n_pages = 1;
		return 0;
	}
	buf_clear(&m->out->pages[0]);
	return e == ERR_DENIED || e == ERR_LIMIT
		   ? from_office(m, m->from->fd, ext)
		   : e;
}

static int
list_members(json_t *of, unsigned depth, struct buf *out)
{
	json_t *members = json_object_get(of, "members"), *m;
	const char *name, *format, *verdict;
	char shown[512];
	size_t i;
	int e = 0;

	json_array_foreach(members, i, m)
	{
		name = json_string_value(json_object_get(json_object_get(m,
							     "input"),
		    "name"));
		format = json_string_value(json_object_get(json_object_get(m,
							       "output"),
		    "format"));
		verdict = json_string_value(json_object_get(m, "verdict"));
		name = name == NULL ? "" : name;
		utf8_printable(name, strlen(name), shown, sizeof(shown));
		if (e == 0)
			e = buf_fmt(out, "%*s%s\t%s\t%s\n", (int)depth * 2, "",
			    shown, format == NULL ? "" : format,
			    verdict == NULL ? "" : verdict);
		if (e == 0 && depth < 16)
			e = list_members(m, depth + 1, out);
	}
	return e;
}

/* Names, formats and what became of each, one a line. */
static int
from_members(struct making *m)
{
	const char *text = m->from->receipt;
	json_t *j = text == NULL ? NULL : json_loads(text, 0, NULL);
	int e = j == NULL ? 0 : list_members(j, 0, &m->out->text);

	json_decref(j);
	if (e == ERR_LIMIT) {
		m->out->is_cut = true;
		e = 0;
	}
	if (e == 0)
		say(m->out, N_("only what is in it is listed"));
	return e;
}

/* Whether there is a cage, and the tools in it. Says so when not. */
static bool
find_cage(int fd, struct preview_content *c)
{
	const char *const argv[] = { "/usr/bin/true", NULL };
	struct cage_job j = { fd, "txt", argv, 1, PAGE_S };
	int out;

	if (!cage_has(pdf_tools)) {
		say(c, N_("bubblewrap or poppler-utils is not installed on "
			  "the gateway"));
		return false;
	}
	if (cage_run(&j, &out) != 0) {
		say(c, N_("the cage of the converters cannot be set up on the "
			  "gateway"));
		return false;
	}
	close(out);
	return true;
}

int
preview_make(const struct preview_source *s, struct pipeline *p,
    const struct options *o, struct preview_content *c)
{
	struct making m = { s, p, o, c, false };
	char ext[16] = "";
	enum way way = way_of(s->format, ext);
	int e;

	if (way == WAY_MEMBERS)
		return from_members(&m);
	if (way == WAY_NONE) {
		say(c, N_("no preview of this format"));
		return 0;
	}
	if ((m.has_cage = find_cage(s->fd, c)) == false && way != WAY_PICTURE &&
	    way != WAY_TEXT)
		return 0;
	switch (way) {
	case WAY_PDF:
		e = from_pdf(&m, s->fd);
		break;
	case WAY_TEXT:
		e = from_text(&m, ext);
		break;
	case WAY_PICTURE:
		e = from_picture(&m, ext);
		break;
	default:
		e = from_office(&m, s->fd, ext);
	}
	if (e == 0 && c->n_pages == 0 && c->text.len == 0)
		say(c, N_("no page could be shown"));
	return e;
}
