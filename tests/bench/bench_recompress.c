/*
 * The yardstick for rebuilding packages: inflate every entry of a ZIP and
 * deflate it again with zlib at level 6, nothing else.
 *
 *   bench_recompress FILE...
 *
 * One line a file: name, bytes in, bytes unpacked, milliseconds.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <zlib.h>

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static uint32_t
u32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

static unsigned
u16(const uint8_t *p)
{
	return p[0] | (unsigned)p[1] << 8;
}

/* One entry through both streams, 64 KiB at a time. */
static uint64_t
entry(const uint8_t *data, uint32_t n, bool deflated, z_stream *pack)
{
	static uint8_t plain[65536], packed[65536];
	z_stream in = { .next_in = (Bytef *)(uintptr_t)data, .avail_in = n };
	uint64_t total = 0;
	int e = Z_OK;

	if (deflated && inflateInit2(&in, -15) != Z_OK)
		exit(70);
	deflateReset(pack);
	while (e == Z_OK) {
		size_t got;

		if (deflated) {
			in.next_out = plain;
			in.avail_out = sizeof(plain);
			e = inflate(&in, Z_NO_FLUSH);
			got = sizeof(plain) - in.avail_out;
		} else {
			got = in.avail_in < sizeof(plain) ? in.avail_in
							  : sizeof(plain);
			memcpy(plain, in.next_in, got);
			in.next_in += got;
			in.avail_in -= (uInt)got;
			e = in.avail_in == 0 ? Z_STREAM_END : Z_OK;
		}
		total += got;
		pack->next_in = plain;
		pack->avail_in = (uInt)got;
		do {
			pack->next_out = packed;
			pack->avail_out = sizeof(packed);
			(void)deflate(pack, e == Z_OK ? Z_NO_FLUSH : Z_FINISH);
		} while (pack->avail_out == 0);
	}
	if (deflated)
		inflateEnd(&in);
	return total;
}

static uint64_t
package(const uint8_t *zip, size_t n, z_stream *pack)
{
	size_t at = n < 22 ? 0 : n - 22, local;
	uint64_t total = 0;
	unsigned count;

	while (at > 0 && u32(zip + at) != 0x06054b50)
		at--;
	count = u16(zip + at + 10);
	at = u32(zip + at + 16);
	for (; count > 0 && at + 46 <= n; count--) {
		local = u32(zip + at + 42);
		total += entry(zip + local + 30 + u16(zip + local + 26) +
				   u16(zip + local + 28),
		    u32(zip + at + 20), u16(zip + at + 10) == 8, pack);
		at += 46 + u16(zip + at + 28) + u16(zip + at + 30) +
		      u16(zip + at + 32);
	}
	return total;
}

static void
run(const char *name, z_stream *pack)
{
	FILE *f = fopen(name, "rb");
	uint8_t *data;
	uint64_t total;
	double begin;
	long n;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (n = ftell(f)) < 0)
		exit(65);
	rewind(f);
	data = malloc((size_t)n + 1);
	if (data == NULL || fread(data, 1, (size_t)n, f) != (size_t)n)
		exit(65);
	fclose(f);
	begin = now_ms();
	total = package(data, (size_t)n, pack);
	printf("%s %ld %llu %.1f\n", name, n, (unsigned long long)total,
	    now_ms() - begin);
	free(data);
}

int
main(int argc, char **argv)
{
	z_stream pack = { 0 };

	if (argc < 2)
		return 64;
	if (deflateInit2(&pack, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) !=
	    Z_OK)
		return 70;
	for (int i = 1; i < argc; i++)
		run(argv[i], &pack);
	deflateEnd(&pack);
	return 0;
}
