/* Verdicts. Zero holds: whatever forgets to decide has held the document. */
#ifndef CORE_VERDICT_H
#define CORE_VERDICT_H

enum verdict { VERDICT_HELD = 0, VERDICT_RELEASED, VERDICT_BLOCKED };

enum method {
	METHOD_NONE,
	METHOD_SANITISED,
	METHOD_TEXT,
	METHOD_FLATTENED,
	METHOD_CONFIRMED
};

/* "held", "released", "blocked"; "held" for any other number. */
const char *verdict_name(enum verdict);
/* "none", "sanitised", "text", "flattened", "confirmed". */
const char *method_name(enum method);

#endif
