#include "pipeline/stamp.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define ID_CHARS 26

/* The last n characters of a number, five bits each. */
static void
put_base32(uint64_t v, char *out, int n)
{
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

	while (n-- > 0) {
		out[n] = digits[v & 31];
		v >>= 5;
	}
}

void
stamp(char id[RECORD_ID_BYTES], char text[RECORD_TIME_BYTES])
{
	uint64_t high, low;
	uint8_t random[10];
	struct timespec ts;
	struct tm tm;
	char date[24];

	clock_gettime(CLOCK_REALTIME, &ts);
	gmtime_r(&ts.tv_sec, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, RECORD_TIME_BYTES, "%s.%03uZ", date,
	    (unsigned)(ts.tv_nsec / 1000000) % 1000);
	randombytes_buf(random, sizeof(random));
	high = low = 0;
	for (size_t i = 0; i < 5; i++) {
		high = high << 8 | random[i];
		low = low << 8 | random[5 + i];
	}
	put_base32((uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000,
	    id, 10);
	put_base32(high, id + 10, 8);
	put_base32(low, id + 18, 8);
	id[ID_CHARS] = '\0';
}
