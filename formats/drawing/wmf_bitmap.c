/*
 * WMF: records with bitmaps. [MS-WMF] 2.3.1
 *
 * Those that can do without a bitmap have a word more then, and are known by
 * their exact length. Bitmaps of the device form (Bitmap16) are dropped.
 */
#include "formats/drawing/wmf.h"

#include "formats/drawing/meta_dib.h"

static bool
may_lack_bitmap(uint16_t function)
{
	return function == WMF_BITBLT || function == WMF_STRETCHBLT ||
	       function == WMF_DIBBITBLT || function == WMF_DIBSTRETCHBLT;
}

static int
copy_bitmap(struct wmf *w, uint32_t usage)
{
	struct meta_dib dib;
	struct reader in;
	int e;

	if ((e = reader_sub(&w->m->r, reader_left(&w->m->r), &in)) != 0)
		return e;
	if ((e = meta_dib_take_joined(w->m, &in, usage, &dib)) == 0 &&
	    (e = buf_put(&w->m->rec, dib.header.data, dib.header.len)) == 0)
		e = buf_put(&w->m->rec, dib.bits.data, dib.bits.len);
	meta_dib_done(&dib);
	return e;
}

static int
copy_field(struct wmf *w, char letter, bool lacks, uint16_t *usage)
{
	char one[2] = { letter, '\0' };
	int e;

	switch (letter) {
	case 'N': /* the word that stands for no bitmap */
		if (!lacks)
			return 0;
		e = reader_skip(&w->m->r, 2);
		return e != 0 ? e : buf_u16le(&w->m->rec, 0);
	case 'U':
		return meta_copy_u16(w->m, 0, 2, usage);
	case 'D':
		return lacks ? 0 : copy_bitmap(w, *usage);
	default:
		return meta_copy(w->m, one);
	}
}

int
wmf_take_bitmap(struct wmf *w)
{
	bool lacks = may_lack_bitmap(w->function) &&
		     w->words == (uint32_t)(w->function >> 8) + 3;
	uint16_t usage = 0;
	int e = 0;

	if (!lacks &&
	    (w->function == WMF_BITBLT || w->function == WMF_STRETCHBLT)) {
		meta_found(w->m, FIND_METAFILE_BITMAP, ACT_REMOVED, w->m->name);
		return ERR_UNSUPPORTED;
	}
	for (const char *p = w->row->spec; e == 0 && *p != '\0'; p++)
		e = copy_field(w, *p, lacks, &usage);
	return e;
}
