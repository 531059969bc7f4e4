/*
 * Styles of HTML: declarations of html_css.def in our spelling, where they
 * come from (an attribute or a sheet), and which of them win for an element.
 */
#ifndef FORMATS_HTML_HTML_CSS_H
#define FORMATS_HTML_HTML_CSS_H

#include "formats/html/html_int.h"

/* What a value is made of, beside its keywords. */
#define CSS_LENGTH   (1u << 0)
#define CSS_NUMBER   (1u << 1)
#define CSS_COLOUR   (1u << 2)
#define CSS_NEGATIVE (1u << 3) /* also below zero, within bounds */
#define CSS_FAMILY   (1u << 4)
#define CSS_FONTS    (1u << 5)
#define CSS_BACK     (1u << 6) /* of "background" only the colour */
#define CSS_RAW	     (1u << 7) /* kept as it is, to be looked at */
#define CSS_WATCH    (1u << 8) /* never written */
#define CSS_AWAY     (1u << 9) /* not below zero; far below hides, as NEGATIVE */

enum html_property {

#define PROPERTY(name, text, kind, max, words) CSS_##name##_,
#include "formats/html/html_css.def"
#undef PROPERTY
	CSS_PROPERTIES
};

extern const struct html_css_row {
	const char *name;
	unsigned kind, max;
	const char *words;
} html_css_rows[CSS_PROPERTIES];

/* The declarations that win, and how strong each is. */
struct html_look {
	const struct html_decl *of[CSS_PROPERTIES];
	uint64_t rank[CSS_PROPERTIES];
};

/*
 * "a:b;c:d" to a list, in order; what is not taken is said.
 */
int html_css_read(struct html *, const char *,
    struct html_decl **out) MUST_CHECK;
/* A <style> into h->sheet. html_sheet.c */
int html_sheet_read(struct html *, const char *) MUST_CHECK;
/* All <style> of the tree, and what matching needs of every element. */
int html_sheets(struct html *) MUST_CHECK;
/* Who wins for this element. ERR_LIMIT: the sheet asks too much work. */
int html_cascade(struct html *, struct html_node *,
    struct html_look *) MUST_CHECK;
/* Adds a list by the weight of its rule; order counts up. */
void html_look_add(struct html_look *, const struct html_decl *,
    uint32_t weight, uint32_t *order);
/* The winners in order, as a style attribute; without those only watched. */
int html_look_write(const struct html_look *, struct buf *out) MUST_CHECK;
/* In px; false when it is none (a keyword, a percentage). em: of the font. */
bool html_px(const char *, double em, double *out);

#endif
