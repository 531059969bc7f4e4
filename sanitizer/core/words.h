/*
 * Words for people: what a verdict, an action, a format or a reason is called
 * in Japanese and in English. Constant tables; never NULL. The texts are for
 * clerks: no jargon, and a reason always comes with what to do next.
 */
#ifndef CORE_WORDS_H
#define CORE_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "core/verdict.h"

enum words_lang { WORDS_JA, WORDS_EN, WORDS_LANGS };

/* "隔離", "held". */
const char *words_verdict(enum verdict, enum words_lang);
/* One sentence of what the verdict means. */
const char *words_verdict_means(enum verdict, enum words_lang);
const char *words_method(enum method, enum words_lang);
/* "攻撃のおそれ", "may attack"; kind is an enum finding_kind. */
const char *words_kind(int kind, enum words_lang);
/* "除去", "removed". */
const char *words_action(uint32_t action, enum words_lang);
/*
 * "Word文書（マクロ有効）" for "ooxml.docm". An id (or family) without a name
 * of its own comes back as it is; "" is "不明な形式".
 */
const char *words_format(const char *id, enum words_lang);
/* Why it was not released, by enum err (0: decided by policy). */
const char *words_reason(int err, enum verdict, enum words_lang);
/* What the clerk does next. */
const char *words_next(int err, enum verdict, enum words_lang);
/*
 * A place, a detail of a finding or a technical reason, for people: formats
 * say them in English ("limit: nested deeper than 5 levels"). What is not in
 * the table is copied. out is cut at size, never inside of a character.
 */
void words_detail(const char *detail, enum words_lang, char *out, size_t size);
/*
 * "2026-11-21T04:46:29.123Z" as local time, "2026-11-21 13:46 JST"; a text
 * of another form is copied. size: at least 32.
 */
void words_time(const char *iso, char *out, size_t size);
/* "1.2 MB"; size: at least 16. */
void words_size(uint64_t bytes, char *out, size_t size);

#endif
