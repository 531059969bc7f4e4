#include "core/verdict.h"

const char *
verdict_name(enum verdict v)
{
	switch (v) {
	case VERDICT_RELEASED:
		return "released";
	case VERDICT_BLOCKED:
		return "blocked";
	case VERDICT_HELD:
		break;
	}
	return "held";
}

const char *
method_name(enum method m)
{
	switch (m) {
	case METHOD_SANITISED:
		return "sanitised";
	case METHOD_TEXT:
		return "text";
	case METHOD_FLATTENED:
		return "flattened";
	case METHOD_CONFIRMED:
		return "confirmed";
	case METHOD_NONE:
		break;
	}
	return "none";
}
