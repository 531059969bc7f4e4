/*
 * Operators of content streams: what each needs besides its operands, and the
 * statement written or dropped.
 */
#include <string.h>

#include "formats/pdf/content_int.h"

enum op_id {

#define OP(id, a, b, c, operands, action, arg) OP_##id,
#include "formats/pdf/content_ops.def"
#undef OP
	OP_COUNT
};

struct op {
	char letters[4];
	const char *operands;
	int (*action)(struct content *, const struct op *);
	int arg;
};

static const struct op ops[OP_COUNT];

/* ---- actions; the operands are of the right kinds */

/* One level deeper; *skip when that is too deep. */
static bool
nest_open(struct content_nest *n)
{
	if (n->skipped > 0 || n->depth == CONTENT_NESTING) {
		n->skipped++;
		return false;
	}
	n->depth++;
	return true;
}

static bool
nest_close(struct content_nest *n)
{
	if (n->skipped > 0) {
		n->skipped--;
		return false;
	}
	if (n->depth == 0)
		return false;
	n->depth--;
	return true;
}

static int
nest(struct content *c, bool fits)
{
	if (!fits) {
		c->drop = true;
		content_saw(c, SEEN_STATE, NULL);
	}
	return 0;
}

static int
act_save(struct content *c, const struct op *op)
{
	(void)op;
	return nest(c, nest_open(&c->saves));
}

static int
act_restore(struct content *c, const struct op *op)
{
	(void)op;
	return nest(c, nest_close(&c->saves));
}

static int
act_mark(struct content *c, const struct op *op)
{
	(void)op;
	return nest(c, nest_open(&c->marks));
}

static int
act_mark_end(struct content *c, const struct op *op)
{
	(void)op;
	return nest(c, nest_close(&c->marks));
}

static int
act_compat(struct content *c, const struct op *op)
{
	(void)op;
	return nest(c, nest_open(&c->compats));
}

static int
act_compat_end(struct content *c, const struct op *op)
{
	(void)op;
	return nest(c, nest_close(&c->compats));
}

/* Text before the statement, whose operands are written already. */
static int
insert(struct content *c, const char *text)
{
	size_t n = c->out->len - c->mark;
	int e;

	if (n == 0)
		return buf_puts(c->out, text);
	buf_clear(&c->scratch);
	if ((e = buf_put(&c->scratch, c->out->data + c->mark, n)) != 0)
		return e;
	buf_truncate(c->out, c->mark);
	if ((e = buf_puts(c->out, text)) != 0)
		return e;
	return buf_put(c->out, c->scratch.data, c->scratch.len);
}

static int
act_text(struct content *c, const struct op *op)
{
	(void)op;
	if (c->in_text) {
		content_saw(c, SEEN_STATE, NULL);
		return insert(c, "ET\n");
	}
	c->in_text = true;
	return 0;
}

static int
act_text_end(struct content *c, const struct op *op)
{
	(void)op;
	if (!c->in_text)
		return nest(c, false);
	c->in_text = false;
	c->was_text = true;
	c->text_end = c->mark;
	return 0;
}

/*
 * Viewers forget the place of text at BT, not at ET: text outside goes on
 * where the last one ended. So the ET that came too early goes, and what was
 * between stands in the text. Each byte is moved once at most.
 */
static int
reopen(struct content *c)
{
	static const char end[] = "ET\n";
	size_t n = sizeof(end) - 1, from = c->text_end + n;
	int e;

	buf_clear(&c->scratch);
	if ((e = buf_put(&c->scratch, c->out->data + from,
		 c->out->len - from)) != 0)
		return e;
	buf_truncate(c->out, c->text_end);
	c->mark -= n;
	for (size_t i = 0; i < c->n; i++)
		c->op[i].at -= n;
	return buf_put(c->out, c->scratch.data, c->scratch.len);
}

static int
act_in_text(struct content *c, const struct op *op)
{
	(void)op;
	if (c->in_text)
		return 0;
	content_saw(c, SEEN_STATE, NULL);
	c->in_text = true;
	return c->was_text ? reopen(c) : insert(c, "BT\n");
}

static int
drop_operands(struct content *c)
{
	c->drop = true;
	content_saw(c, SEEN_OPERANDS, NULL);
	return 0;
}

static int
act_range(struct content *c, const struct op *op)
{
	int64_t v;

	return plex_int(&c->op[0].token, 0, op->arg, &v) ? 0 : drop_operands(c);
}

static bool
is_one_of(const struct ptoken *t, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (t->raw.len == strlen(names[i]) &&
		    memcmp(t->raw.data, names[i], t->raw.len) == 0)
			return true;
	return false;
}

static int
act_intent(struct content *c, const struct op *op)
{
	static const char *const intents[] = { "AbsoluteColorimetric",
		"RelativeColorimetric", "Saturation", "Perceptual" };

	(void)op;
	return is_one_of(&c->op[0].token, intents, 4) ? 0 : drop_operands(c);
}

static int
use(struct content *c, enum presource kind, const struct reader *name)
{
	bool stays;
	int e;

	if ((e = content_name(c, kind, name, &stays)) != 0)
		return e;
	if (!stays) {
		c->drop = true;
		content_saw(c, SEEN_NAME, name);
	}
	return 0;
}

static int
act_resource(struct content *c, const struct op *op)
{
	return use(c, (enum presource)op->arg, &c->op[0].token.raw);
}

/* Forms in forms in forms, each many times: small files that never end. */
static int
act_draw(struct content *c, const struct op *op)
{
	static const uint64_t max[] = { [PCONTENT_PAGE] = 100000000,
		[PCONTENT_FORM] = 100000000,
		[PCONTENT_TYPE3] = 100000,
		[PCONTENT_PATTERN] = 1000000 };
	size_t n_used = c->used->n;
	uint64_t n;
	int e;

	if ((e = act_resource(c, op)) != 0 || c->drop)
		return e;
	if ((e = content_drawn(c, &c->op[0].token.raw, &n)) != 0)
		return e;
	if (c->drawn + n <= max[c->in->kind]) {
		c->drawn += n;
		return 0;
	}
	c->drop = true;
	content_forget(c, PRES_XOBJECT, &c->op[0].token.raw, n_used);
	content_saw(c, SEEN_BOMB, &c->op[0].token.raw);
	return 0;
}

static int
act_space(struct content *c, const struct op *op)
{
	static const char *const fixed[] = { "DeviceGray", "DeviceRGB",
		"DeviceCMYK", "Pattern" };

	(void)op;
	if (is_one_of(&c->op[0].token, fixed, 4))
		return 0;
	return use(c, PRES_COLORSPACE, &c->op[0].token.raw);
}

/* arg: a pattern's name may be the last operand. */
static int
act_colour(struct content *c, const struct op *op)
{
	size_t n = c->n;
	bool named = op->arg != 0 && n > 0 && c->op[n - 1].kind == OPERAND_NAME;

	if (n == 0 || n > 33)
		return drop_operands(c);
	for (size_t i = 0; i < n - named; i++)
		if (c->op[i].kind != OPERAND_NUMBER)
			return drop_operands(c);
	return named ? use(c, PRES_PATTERN, &c->op[n - 1].token.raw) : 0;
}

static int
act_glyph(struct content *c, const struct op *op)
{
	struct reader name;

	if (c->in->kind == PCONTENT_TYPE3)
		return 0;
	reader_init(&name, op->letters, 2);
	content_saw(c, SEEN_UNKNOWN, &name);
	c->drop = true;
	return 0;
}

static int
act_stray(struct content *c, const struct op *op)
{
	(void)op;
	return nest(c, false);
}

static int
act_inline(struct content *c, const struct op *op)
{
	(void)op;
	buf_truncate(c->out, c->mark);
	c->done = true; /* content_inline() writes what stands for it */
	return content_inline(c);
}

static int
emit(struct content *c, const struct op *op)
{
	int e = 0;

	if (c->n > 0 && (c->op[c->n - 1].kind == OPERAND_NUMBER ||
			    c->op[c->n - 1].kind == OPERAND_NAME))
		e = buf_add(c->out, " ", 1);
	if (e == 0)
		e = buf_add(c->out, op->letters, strnlen(op->letters, 3));
	return e == 0 ? buf_add(c->out, "\n", 1) : e;
}

/* The same drawing under its newer letter. */
static int
act_old_fill(struct content *c, const struct op *op)
{
	(void)op;
	c->done = true;
	return emit(c, &ops[OP_FILL]);
}

/* arg: the operator without a property, when the named one is not there. */
static int
act_property(struct content *c, const struct op *op)
{
	const struct op *to = &ops[op->arg];
	int e;

	if (op->arg == OP_MARK && (e = act_mark(c, op)) != 0)
		return e;
	if (c->drop || c->op[1].kind != OPERAND_NAME)
		return 0;
	if ((e = use(c, PRES_PROPERTIES, &c->op[1].token.raw)) != 0 || !c->drop)
		return e;
	buf_truncate(c->out, c->op[1].at);
	c->n = 1;
	c->drop = false;
	c->done = true;
	return emit(c, to);
}

static const struct op ops[OP_COUNT] = {
#define OP(id, a, b, c, operands, action, arg) \
	[OP_##id] = { { a, b, c, 0 }, operands, action, arg },
#include "formats/pdf/content_ops.def"
#undef OP
};

#define KEY(a, b, c) ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16)

static const struct op *
find(const struct ptoken *t)
{
	uint32_t key = 0;

	if (t->raw.len > 3)
		return NULL;
	for (size_t i = 0; i < t->raw.len; i++)
		key |= (uint32_t)t->raw.data[i] << (8 * i);
	switch (key) {
#define OP(id, a, b, c, operands, action, arg) \
	case KEY(a, b, c): \
		return &ops[OP_##id];
#include "formats/pdf/content_ops.def"
#undef OP
	default:
		return NULL;
	}
}

/* ---- statements */

/* Only the last n operands count: so do viewers. */
static int
keep_last(struct content *c, size_t n)
{
	size_t from = c->op[c->n - n].at, gone;
	const uint8_t *p = c->out->data;
	int e;

	if (n == 0) {
		buf_truncate(c->out, c->mark);
		c->n = 0;
		return 0;
	}
	if (p[from] == ' ')
		from++;
	gone = from - c->mark;
	buf_clear(&c->scratch);
	if ((e = buf_put(&c->scratch, p + from, c->out->len - from)) != 0)
		return e;
	buf_truncate(c->out, c->mark);
	memmove(c->op, c->op + (c->n - n), n * sizeof(*c->op));
	c->n = n;
	c->op[0].at = c->mark;
	for (size_t i = 1; i < n; i++)
		c->op[i].at -= gone;
	return buf_put(c->out, c->scratch.data, c->scratch.len);
}

static bool
fits(enum operand_kind k, char want)
{
	switch (want) {
	case 'n':
		return k == OPERAND_NUMBER;
	case 's':
		return k == OPERAND_STRING;
	case 'N':
		return k == OPERAND_NAME;
	case 'd':
		return k == OPERAND_ARRAY;
	case 'a':
		return k == OPERAND_ARRAY || k == OPERAND_TEXT;
	case 'P':
		return k == OPERAND_NAME || k == OPERAND_DICT;
	default:
		return false;
	}
}

static int
check_operands(struct content *c, const struct op *op)
{
	size_t n = strlen(op->operands);
	int e;

	if (op->operands[0] == '*')
		return 0;
	if (c->n < n)
		return drop_operands(c);
	if (c->n > n) {
		content_saw(c, SEEN_OPERANDS, NULL);
		if ((e = keep_last(c, n)) != 0)
			return e;
	}
	for (size_t i = 0; i < n; i++)
		if (!fits(c->op[i].kind, op->operands[i]))
			return drop_operands(c);
	return 0;
}

/* The statement is done with; what is written of it stays. */
static void
next_statement(struct content *c)
{
	c->n = 0;
	c->mark = c->out->len;
}

int
content_run(struct content *c, const struct ptoken *t)
{
	const struct op *op = find(t);
	int e;

	c->drop = op == NULL;
	c->done = false;
	c->drawn++;
	if (op == NULL)
		content_saw(c, SEEN_UNKNOWN, &t->raw);
	else if ((e = check_operands(c, op)) != 0)
		return e;
	if (!c->drop && op->action != NULL && (e = op->action(c, op)) != 0)
		return e;
	if (c->drop)
		buf_truncate(c->out, c->mark);
	else if (!c->done && (e = emit(c, op)) != 0)
		return e;
	next_statement(c);
	return 0;
}
