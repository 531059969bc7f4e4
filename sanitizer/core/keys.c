/*
 * Key files are written with fsx_publish(excl): two first starts at once end
 * with one key that both read. Nothing here replaces a file.
 */
#include "core/keys.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/hash.h"

#define MASTER_HEAD "sekisho-master-1 "
#define SECRET_HEAD "sekisho-sign-secret-1 "
#define PUBLIC_HEAD "sekisho-sign-public-1 "
#define LINE_BYTES  128

_Static_assert(KEYS_SIGN_SECRET == crypto_sign_SECRETKEYBYTES, "Ed25519");
_Static_assert(KEYS_SIGN_PUBLIC == crypto_sign_PUBLICKEYBYTES, "Ed25519");
_Static_assert(KEYS_SIGNATURE == crypto_sign_BYTES, "Ed25519");
_Static_assert(crypto_sign_SEEDBYTES == KEYS_BYTES, "Ed25519 seed");

static int say(char *why, int err, const char *fmt, ...) PRINTF_LIKE(3, 4);

static int
say(char *why, int err, const char *fmt, ...)
{
	va_list ap;

	if (why != NULL) {
		va_start(ap, fmt);
		vsnprintf(why, 256, fmt, ap);
		va_end(ap);
	}
	return err;
}

static void
key_line(const char *head, const uint8_t key[KEYS_BYTES], char *out, size_t n)
{
	char hex[HASH_HEX];

	hash_hex(key, hex);
	snprintf(out, n, "%s%s\n", head, hex);
	sodium_memzero(hex, sizeof(hex));
}

/* One line: head, 64 hex digits in lower case, newline, end. */
static int
parse_line(const struct buf *b, const char *head, uint8_t key[KEYS_BYTES])
{
	char again[LINE_BYTES];
	uint8_t raw[KEYS_BYTES];
	size_t n = strlen(head);
	int e = ERR_MALFORMED;

	if (b->len == n + 2 * KEYS_BYTES + 1 &&
	    sodium_hex2bin(raw, sizeof(raw), (const char *)b->data + n,
		2 * KEYS_BYTES, NULL, NULL, NULL) == 0) {
		key_line(head, raw, again, sizeof(again));
		if (memcmp(again, b->data, b->len) == 0) {
			memcpy(key, raw, sizeof(raw));
			e = 0;
		}
		sodium_memzero(again, sizeof(again));
	}
	sodium_memzero(raw, sizeof(raw));
	return e;
}

/* A secret that others can read or write is no secret any more. */
static int
check_private(int dirfd, const char *name, char *why)
{
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return ERR_NOENT;
	if (!S_ISREG(st.st_mode))
		return say(why, ERR_DENIED, "keys/%s is not a file", name);
	if (st.st_uid != geteuid())
		return say(why, ERR_DENIED,
		    "keys/%s belongs to another user; run it as that one "
		    "(runuser -u sekisho -- sekisho ...)",
		    name);
	if ((st.st_mode & 077) != 0)
		return say(why, ERR_DENIED,
		    "keys/%s is open to others: its mode must be 0600", name);
	return 0;
}

static int
read_key(int dirfd, const char *name, const char *head, bool is_private,
    uint8_t key[KEYS_BYTES], char *why)
{
	struct buf b;
	int e;

	if (is_private && (e = check_private(dirfd, name, why)) != 0)
		return e;
	buf_init(&b, LINE_BYTES);
	if ((e = fsx_slurp(dirfd, name, &b)) == 0)
		e = parse_line(&b, head, key);
	if (e == ERR_LIMIT)
		e = ERR_MALFORMED;
	if (e == ERR_MALFORMED)
		say(why, e, "keys/%s is damaged; restore it from a backup",
		    name);
	if (b.data != NULL)
		sodium_memzero(b.data, b.len);
	buf_done(&b);
	return e;
}

/* The key of that name, made when it is absent and create says so. */
static int
need_key(int dirfd, const char *name, const char *head, bool create,
    uint8_t key[KEYS_BYTES], bool *made, char *why)
{
	char line[LINE_BYTES];
	uint8_t fresh[KEYS_BYTES];
	int e = read_key(dirfd, name, head, true, key, why);

	*made = false;
	if (e != ERR_NOENT)
		return e;
	if (!create)
		return say(why, e, "there is no keys/%s", name);
	randombytes_buf(fresh, sizeof(fresh));
	key_line(head, fresh, line, sizeof(line));
	e = fsx_publish(dirfd, name, line, strlen(line), 0600, true);
	sodium_memzero(line, sizeof(line));
	sodium_memzero(fresh, sizeof(fresh));
	if (e == 0)
		*made = true;
	if (e == 0 || e == ERR_EXIST)
		return read_key(dirfd, name, head, true, key, why);
	return say(why, e, "cannot write keys/%s", name);
}

/* sign.pub is a copy for people: written when absent, never another key. */
static int
need_public(int dirfd, const uint8_t key[KEYS_SIGN_PUBLIC], char *why)
{
	char line[LINE_BYTES];
	uint8_t there[KEYS_BYTES];
	int e = read_key(dirfd, "sign.pub", PUBLIC_HEAD, false, there, why);

	if (e == ERR_NOENT) {
		keys_public_text(key, line);
		e = fsx_publish(dirfd, "sign.pub", line, strlen(line), 0644,
		    true);
		return e == ERR_EXIST ? 0 : e;
	}
	if (e == 0 && memcmp(there, key, sizeof(there)) != 0)
		return say(why, ERR_MALFORMED,
		    "keys/sign.pub does not belong to keys/sign.key");
	return e;
}

static int
open_folder(const char *state_dir, int *out, char *why)
{
	char path[4096];
	int n = snprintf(path, sizeof(path), "%s/keys", state_dir), e, fd;

	if (n < 0 || (size_t)n >= sizeof(path))
		return say(why, ERR_LIMIT, "the state folder's name is long");
	if ((e = fsx_mkdirs(path, 0700)) != 0)
		return say(why, e, "cannot make %s", path);
	if ((fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return say(why, ERR_IO, "cannot open %s", path);
	*out = fd;
	return 0;
}

static int
read_all(int dirfd, bool create, struct keys *k, char *why)
{
	uint8_t seed[KEYS_BYTES];
	int e;

	if ((e = need_key(dirfd, "master.key", MASTER_HEAD, create, k->master,
		 &k->made_master, why)) != 0)
		return e;
	if ((e = need_key(dirfd, "sign.key", SECRET_HEAD, create, seed,
		 &k->made_sign, why)) != 0)
		return e;
	if (crypto_sign_seed_keypair(k->sign_public, k->sign_secret, seed) != 0)
		e = ERR_INTERNAL;
	sodium_memzero(seed, sizeof(seed));
	return e == 0 ? need_public(dirfd, k->sign_public, why) : e;
}

int
keys_open(const char *state_dir, bool create, struct keys *out, char why[256])
{
	struct keys k = { .made_master = false };
	int dirfd, e;

	say(why, 0, "%s", "");
	if ((e = hash_setup()) != 0)
		return e;
	if ((e = open_folder(state_dir, &dirfd, why)) != 0)
		return e;
	e = read_all(dirfd, create, &k, why);
	close(dirfd);
	if (e == 0) {
		*out = k;
		if (k.made_master || k.made_sign)
			say(why, 0,
			    "new keys in %.150s/keys: back them up, without "
			    "master.key nothing in quarantine can be read",
			    state_dir);
	}
	sodium_memzero(&k, sizeof(k));
	return e;
}

void
keys_done(struct keys *k)
{
	sodium_memzero(k, sizeof(*k));
}

int
keys_read_public(const char *path, uint8_t key[KEYS_SIGN_PUBLIC], char why[256])
{
	struct buf b;
	int e;

	buf_init(&b, LINE_BYTES);
	if ((e = fsx_slurp(AT_FDCWD, path, &b)) == 0)
		e = parse_line(&b, PUBLIC_HEAD, key);
	if (e == ERR_LIMIT)
		e = ERR_MALFORMED;
	buf_done(&b);
	return e == 0 ? 0
		      : say(why, e, "%.200s: %s", path,
			    e == ERR_MALFORMED ? "not a public key of ours"
					       : err_text(e));
}

void
keys_public_text(const uint8_t key[KEYS_SIGN_PUBLIC], char out[128])
{
	key_line(PUBLIC_HEAD, key, out, 128);
}

/* The message that is signed: context, NUL, data, hashed once (SHA-256), so
 * that long data need not be copied behind the context. */
static void
digest_of(const char *context, const void *data, size_t n,
    uint8_t out[HASH_BYTES])
{
	struct hash h;

	hash_init(&h);
	hash_add(&h, context, strlen(context) + 1);
	hash_add(&h, data, n);
	hash_end(&h, out);
}

int
keys_sign(const struct keys *k, const char *context, const void *data, size_t n,
    uint8_t sig[KEYS_SIGNATURE])
{
	uint8_t digest[HASH_BYTES];

	digest_of(context, data, n, digest);
	return crypto_sign_detached(sig, NULL, digest, sizeof(digest),
		   k->sign_secret) == 0
		   ? 0
		   : ERR_INTERNAL;
}

int
keys_verify(const uint8_t key[KEYS_SIGN_PUBLIC], const char *context,
    const void *data, size_t n, const uint8_t sig[KEYS_SIGNATURE])
{
	uint8_t digest[HASH_BYTES];

	digest_of(context, data, n, digest);
	return crypto_sign_verify_detached(sig, digest, sizeof(digest), key) ==
		       0
		   ? 0
		   : ERR_DENIED;
}

int
keys_derive(const struct keys *k, const char context[8],
    uint8_t out[KEYS_BYTES])
{
	return crypto_kdf_derive_from_key(out, KEYS_BYTES, 1, context,
		   k->master) == 0
		   ? 0
		   : ERR_INTERNAL;
}
