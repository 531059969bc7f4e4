/*
 * Inside the facsimile codec: the modes of two-dimensional coding, and lists
 * of changes. A list holds the columns where the colour changes, rising, the
 * first from white to black, then sentinels of the width.
 */
#ifndef FORMATS_CODEC_CCITT_INT_H
#define FORMATS_CODEC_CCITT_INT_H

#include <stdint.h>

#define CCITT_EOL      0x001u /* 12 bits */
#define CCITT_EOL_BITS 12u
#define CCITT_EOFB     0x001001u
#define CCITT_GUARDS   3u /* sentinels behind the changes of a row */

enum ccitt_mode {
	CCITT_VERTICAL, /* + 3 + distance: 0..6 */
	CCITT_PASS = 7,
	CCITT_HORIZONTAL,
	CCITT_MODES
};

struct ccitt_mode_code {
	uint8_t bits, word;
};

/* T.4 table 4: VL3 VL2 VL1 V0 VR1 VR2 VR3, pass, horizontal. */
#define CCITT_MODE_CODES \
	{ \
		{ 7, 0x02 }, { 6, 0x02 }, { 3, 0x02 }, { 1, 0x01 }, \
		    { 3, 0x03 }, { 6, 0x03 }, { 7, 0x03 }, { 4, 0x01 }, \
		{ \
			3, 0x01 \
		} \
	}

#endif
