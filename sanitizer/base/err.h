/*
 * Results of functions: 0, or one of these. A verdict is never an err.
 *
 * Functions return int and leave their results untouched unless they return 0.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

/* Marks a text that po/update.sh gathers and the main program translates. */
#define N_(s)		  s
#define MUST_CHECK	  __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

enum err {
	ERR_TRUNCATED = -1,   /* the input ends before it should */
	ERR_MALFORMED = -2,   /* the input breaks its format's rules */
	ERR_UNSUPPORTED = -3, /* known, but no module handles it */
	ERR_ENCRYPTED = -4,   /* needs a password that we do not have */
	ERR_AMBIGUOUS = -5,   /* two readers would see two documents */
	ERR_LIMIT = -6,	      /* a budget is used up */
	ERR_NOMEM = -7,	      /* memory is used up (a budget, or the machine) */
	ERR_IO = -8,	      /* the system refused a read or a write */
	ERR_INTERNAL = -9,    /* our own bug, whatever the input is */
	ERR_BLOCKED = -10,    /* a type that never crosses (programs, links) */
	ERR_EXIST = -11,      /* the name is taken */
	ERR_NOENT = -12,      /* there is no such thing */
	ERR_DENIED = -13,     /* a signature, key or permission is wrong */
	ERR_INFECTED = -14,   /* the virus scanner found something */
	ERR_SCANNER = -15,    /* the virus scanner gave no usable answer */
};

/* "malformed": stable, for records. Never NULL; "unknown" for others. */
const char *err_name(int err);
/* A short English sentence part, "breaks the rules of its format". */
const char *err_text(int err);

#endif
