/*
 * Libraries that children do without; see shed.h. Each is here because of
 * another library, for something that the formats never ask of it.
 */
#include "worker/shed.h"

#include <link.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Its reports look into every library. */
#ifdef __SANITIZE_ADDRESS__
#define UNDER_ASAN 1
#else
#define UNDER_ASAN 0
#endif

/* Names up to ".so". */
static const char *const unused[] = {
	/* libheif: encoders, and a decoder in whose place ours stands */
	"libx265", "libaom", "libnuma",
	/* GMime: OpenPGP, and streams of GIO with what that brings */
	"libgpgme", "libassuan", "libgpg-error", "libgio-2.0", "libgmodule-2.0",
	"libmount", "libblkid", "libselinux",
	/* GLib: regular expressions; GObject: closures of any signature */
	"libpcre2-8", "libffi",
	/* libxml2: converters for encodings that are refused (xmlx.c), and
	 * files that are packed */
	"libicuuc", "libicudata", "liblzma",
	/* libmagic: files that are packed (MAGIC_NO_CHECK_COMPRESS) */
	"libbz2",
	/* GnuTLS, of which QPDF wants ciphers and digests: keys, certificates
	 */
	"libp11-kit", "libtasn1", "libhogweed", "libgmp",
	/* iconv: read into tables of our own before any input */
	"EUC-JP-MS", "libJIS", "UTF-16",
	/* has made its filter */
	"libseccomp"
};

/* The others of a light zygote have nobody who calls them. */
static const char *const for_mail[] = { "ld-linux-x86-64", "ld-linux-aarch64",
	"linux-vdso", "libc", "libsodium", "libgmime-3.0", "libglib-2.0",
	"libgobject-2.0", "libgumbo", "libidn2", "libunistring" };

#define LEN(list) (sizeof(list) / sizeof((list)[0]))

static bool
is_one_of(const char *path, const char *const *list, size_t len)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;
	size_t n;

	for (size_t i = 0; i < len; i++) {
		n = strlen(list[i]);
		if (strncmp(name, list[i], n) == 0 &&
		    strncmp(name + n, ".so", 3) == 0)
			return true;
	}
	return false;
}

#define LOADS_MAX 16 /* segments of a library */

static bool
is_within(const ElfW(Phdr) * part, const ElfW(Phdr) * load)
{
	return part->p_vaddr >= load->p_vaddr &&
	       part->p_vaddr - load->p_vaddr < load->p_memsz;
}

/* From here on, up to the page where the segment ends. */
static void
drop(const struct dl_phdr_info *lib, const ElfW(Phdr) * load, uintptr_t from)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	const uintptr_t to = lib->dlpi_addr + load->p_vaddr + load->p_memsz;

	/* A segment's first page is its own; that of its data may be shared
	 * with the read-only part before it. */
	from = from == lib->dlpi_addr + load->p_vaddr
		   ? from & ~(page - 1)
		   : (from + page - 1) & ~(page - 1);
	/* What cannot be left out costs time and nothing else. */
	if (from < to)
		(void)munmap((void *)from, to - from);
}

/*
 * The code and the data go. The first segment, with its tables of symbols,
 * and the pages made read-only after relocation, with the dynamic section,
 * stay: a library may look a symbol up (dav1d does), which reads them all.
 * Unmapped rather than kept from children by MADV_DONTFORK, which the kernel
 * pays for again in each fork().
 */
static int
shed(struct dl_phdr_info *lib, size_t size, void *arg)
{
	const ElfW(Phdr) *relro = NULL, *dynamic = NULL, *ph;
	bool is_first = true;
	uintptr_t from;

	(void)size;
	(void)arg;
	if (!is_one_of(lib->dlpi_name, unused, LEN(unused)))
		return 0;
	for (ph = lib->dlpi_phdr; ph < lib->dlpi_phdr + lib->dlpi_phnum; ph++) {
		if (ph->p_type == PT_GNU_RELRO)
			relro = ph;
		if (ph->p_type == PT_DYNAMIC)
			dynamic = ph;
	}
	for (ph = lib->dlpi_phdr; ph < lib->dlpi_phdr + lib->dlpi_phnum; ph++) {
		if (ph->p_type != PT_LOAD)
			continue;
		from = lib->dlpi_addr + ph->p_vaddr;
		if (dynamic != NULL && is_within(dynamic, ph))
			from = relro != NULL && is_within(relro, ph)
				   ? lib->dlpi_addr + relro->p_vaddr +
					 relro->p_memsz
				   : UINTPTR_MAX;
		if (!is_first && from != UINTPTR_MAX)
			drop(lib, ph, from);
		is_first = false;
	}
	return 0;
}

static bool
is_bound(void)
{
	return !UNDER_ASAN && getenv("LD_BIND_NOW") != NULL;
}

void
shed_libraries(void)
{
	if (is_bound())
		(void)dl_iterate_phdr(shed, NULL);
}

/* The program itself has no name. The table of segments lies in the first of
 * them. */
static int
shed_whole(struct dl_phdr_info *lib, size_t size, void *arg)
{
	ElfW(Phdr) loads[LOADS_MAX];
	size_t n = 0;

	(void)size;
	(void)arg;
	if (lib->dlpi_name[0] == '\0' ||
	    is_one_of(lib->dlpi_name, for_mail, LEN(for_mail)))
		return 0;
	for (size_t i = 0; i < lib->dlpi_phnum && n < LOADS_MAX; i++)
		if (lib->dlpi_phdr[i].p_type == PT_LOAD)
			loads[n++] = lib->dlpi_phdr[i];
	for (size_t i = 0; i < n; i++)
		drop(lib, &loads[i], lib->dlpi_addr + loads[i].p_vaddr);
	return 0;
}

void
shed_all_but_mail(void)
{
	if (is_bound())
		(void)dl_iterate_phdr(shed_whole, NULL);
}
