/*
 * What GMime makes of a mail, for comparison with other readers:
 *   gmime_read FILE...
 * One line each: "text SHA256", then "file SHA256 NAME" ("message" in the
 * place of the digest of a message), then "end".
 */
#include <gmime/gmime.h>
#include <stdio.h>
#include <string.h>

static void
put_digest(const guint8 *data, gsize n)
{
	gchar *hex = g_compute_checksum_for_data(G_CHECKSUM_SHA256, data, n);

	fputs(hex, stdout);
	g_free(hex);
}

static GByteArray *
bytes_of(GMimePart *part)
{
	GByteArray *a = g_byte_array_new();
	GMimeStream *s = g_mime_stream_mem_new_with_byte_array(a);

	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(s), FALSE);
	g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(part), s);
	g_object_unref(s);
	return a;
}

static gboolean
is_attachment(GMimeObject *o)
{
	const char *d = g_mime_object_get_disposition(o);

	return d != NULL && g_ascii_strcasecmp(d, "attachment") == 0;
}

static void
put_text(GMimeObject *o)
{
	gchar *s = g_mime_text_part_get_text(GMIME_TEXT_PART(o)), *to = s;

	for (gchar *c = s; *c != '\0'; c++)
		if (*c != '\r')
			*to++ = *c;
	printf("text ");
	put_digest((const guint8 *)s, (gsize)(to - s));
	putchar('\n');
	g_free(s);
}

static void
put_file(GMimeObject *o)
{
	GMimeContentDisposition *d = g_mime_object_get_content_disposition(o);
	const char *name;
	GByteArray *a;

	if (!GMIME_IS_PART(o)) {
		name = g_mime_object_get_content_disposition_parameter(o,
		    "filename");
		printf("file message %s\n", name == NULL ? "" : name);
		return;
	}
	(void)d;
	name = g_mime_part_get_filename(GMIME_PART(o));
	a = bytes_of(GMIME_PART(o));
	printf("file ");
	put_digest(a->data, a->len);
	printf(" %s\n", name == NULL ? "" : name);
	g_byte_array_free(a, TRUE);
}

static void
walk(GMimeObject *o, int *texts)
{
	int n;

	if (is_attachment(o))
		put_file(o);
	else if (GMIME_IS_MULTIPART(o)) {
		n = g_mime_multipart_get_count(GMIME_MULTIPART(o));
		for (int i = 0; i < n; i++)
			walk(g_mime_multipart_get_part(GMIME_MULTIPART(o), i),
			    texts);
	} else if (GMIME_IS_TEXT_PART(o) && (*texts)++ == 0)
		put_text(o);
}

static void
read_one(const char *path)
{
	GMimeStream *s = g_mime_stream_file_open(path, "r", NULL);
	GMimeParser *p;
	GMimeMessage *m;
	int texts = 0;

	if (s == NULL)
		return;
	p = g_mime_parser_new_with_stream(s);
	m = g_mime_parser_construct_message(p, NULL);
	if (m != NULL) {
		if (g_mime_message_get_mime_part(m) != NULL)
			walk(g_mime_message_get_mime_part(m), &texts);
		g_object_unref(m);
	}
	puts("end");
	g_object_unref(p);
	g_object_unref(s);
}

int
main(int argc, char **argv)
{
	g_mime_init();
	for (int i = 1; i < argc; i++)
		read_one(argv[i]);
	g_mime_shutdown();
	return 0;
}
