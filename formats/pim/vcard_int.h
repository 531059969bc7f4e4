/* Shared by vcard*.c: one contact being written. */
#ifndef FORMATS_PIM_VCARD_INT_H
#define FORMATS_PIM_VCARD_INT_H

#include "formats/pim/pim.h"

struct vcard {
	struct pim_out out;
	struct doc *d;
	const struct pim_comp *card;
	size_t number[2]; /* PHOTO and LOGO written */
};

/* Writes the property if the table has it. */
int vcard_prop(struct vcard *, const struct pim_prop *) MUST_CHECK;
/* The parts of a structured value as one text, with blanks between. */
int vcard_add_joined(struct vcard *, const char *value) MUST_CHECK;
/* SOUND;X-IRMC-N: the reading of a name. */
bool vcard_is_furigana(const struct pim_prop *);
/* PHOTO or LOGO, through the picture modules. */
int vcard_picture(struct vcard *, const struct pim_prop *) MUST_CHECK;
/* ";TYPE=HOME,FAX": the listed words in the order of the list. */
int vcard_add_types(struct vcard *, const struct pim_prop *) MUST_CHECK;

#endif
