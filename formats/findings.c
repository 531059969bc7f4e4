#include "formats/findings.h"

#include <stddef.h>

static const struct {
	const char *id;
	enum finding_kind kind;
	const char *ja, *en;
} table[FIND_COUNT + 1] = {

#define FINDING(name, id, kind, ja, en) { id, KIND_##kind, ja, en },
#include "formats/findings.def"
#undef FINDING
	{ NULL, KIND_NOTE, NULL, NULL },
};

const char *
finding_name(uint32_t id)
{
	return id < FIND_COUNT ? table[id].id : NULL;
}

const char *
finding_ja(uint32_t id)
{
	return id < FIND_COUNT ? table[id].ja : NULL;
}

const char *
finding_en(uint32_t id)
{
	return id < FIND_COUNT ? table[id].en : NULL;
}

int
finding_kind(uint32_t id)
{
	return id < FIND_COUNT ? (int)table[id].kind : -1;
}

const char *
finding_kind_name(int kind)
{
	static const char *const names[] = { "attack", "hiding", "disclosure",
		"note" };

	return kind >= 0 && kind <= KIND_NOTE ? names[kind] : NULL;
}

const char *
finding_action_name(uint32_t action)
{
	static const char *const names[ACT_COUNT] = { "removed", "replaced",
		"flattened", "kept", "noted" };

	return action < ACT_COUNT ? names[action] : NULL;
}
