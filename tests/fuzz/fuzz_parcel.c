/*
 * The reader of parcels. Without the key no fuzzer gets behind the signature,
 * so the manifest is given to its parser directly as well: what it accepts
 * must print to the same bytes and hold only safe names.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"
#include "core/parcel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
manifest(const uint8_t *data, size_t n)
{
	char why[PARCEL_WHY_BYTES], made[PARCEL_NAME_BYTES];
	struct parcel p;
	struct buf b;

	if (parcel_parse(data, n, &p, why) != 0)
		return;
	if (parcel_is_unsanitised(&p) && parcel_unsanitised_check(&p, why) != 0)
		abort();
	buf_init(&b, PARCEL_MANIFEST_BYTES);
	if (parcel_manifest(&p, &b, why) != 0 || b.len != n ||
	    memcmp(b.data, data, n) != 0)
		abort();
	for (size_t i = 0; i < p.n_payloads; i++) {
		parcel_name_make(p.payloads[i].name, made);
		if (strcmp(made, p.payloads[i].name) != 0)
			abort();
	}
	buf_done(&b);
	parcel_done(&p);
}

static void
name(const uint8_t *data, size_t n)
{
	char text[2048], made[PARCEL_NAME_BYTES], again[PARCEL_NAME_BYTES];

	n = n < sizeof(text) - 1 ? n : sizeof(text) - 1;
	memcpy(text, data, n);
	text[n] = '\0';
	parcel_name_make(text, made);
	parcel_name_make(made, again);
	if (!parcel_name_ok(made) || strcmp(made, again) != 0)
		abort();
	if (parcel_name_ok(text) && strcmp(text, made) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const uint8_t key[KEYS_SIGN_PUBLIC] = { 1, 2, 3 };
	char why[PARCEL_WHY_BYTES];
	uint8_t digest[HASH_BYTES];
	struct parcel p;
	int fd;

	if (hash_setup() != 0 || fsx_memfd("fuzz", &fd) != 0)
		abort();
	if (fsx_write_all(fd, data, n) != 0 || lseek(fd, 0, SEEK_SET) != 0)
		abort();
	if (parcel_read_head(fd, key, &p, digest, why) == 0)
		abort(); /* nobody signed it */
	close(fd);
	manifest(data, n);
	name(data, n);
	return 0;
}
