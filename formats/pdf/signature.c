/*
 * Signatures (ISO 32000-1, 12.8): who signed, whether it verifies, and
 * whether it covers the file. A rebuilt document is another one, so that its
 * signatures end here; this is what the receipt can say about them.
 *
 * Verified are the digest and the signature by the certificate inside. Who
 * issued it, whether it was valid and whether it was revoked is not asked:
 * that needs lists of trust from outside.
 */
#include "formats/pdf/pdf_int.h"

#include <openssl/cms.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#define FIELDS_MAX	 64 /* signatures looked at */
#define NODES_MAX	 20000
#define DEPTH_MAX	 32
#define CMS_BYTES_MAX	 ((size_t)4 << 20)
#define SIGNED_BYTES_MAX ((size_t)128 << 20) /* copied for the library */
#define NAME_BYTES	 128

struct search {
	struct pdf *p;
	size_t nodes, found;
};

enum validity { SIGNATURE_UNCHECKED, SIGNATURE_GOOD, SIGNATURE_BAD };

struct signature {
	struct reader parts[2]; /* of the file: what is signed */
	bool ranges;		/* parts are set */
	bool whole;		/* up to the end of the file */
	struct reader der;
	enum validity validity;
	char name[NAME_BYTES];
	char field[NAME_BYTES];
	char date[NAME_BYTES]; /* "2023-04-01", as the signer says; or "" */
};

/* ---- what the dictionary says */

/*
 * Between both parts lies the signature itself and nothing else: all that
 * stands there could be changed at will.
 */
static bool
is_hole(const struct reader *in, int64_t from, int64_t to)
{
	struct reader hole;
	uint8_t c;

	if (from <= 0 || to - from < 2 ||
	    reader_view(in, (size_t)from, (size_t)(to - from), &hole) != 0 ||
	    !reader_has(&hole, 0, "<", 1) ||
	    !reader_has(&hole, hole.len - 1, ">", 1))
		return false;
	hole.pos = 1;
	while (reader_u8(&hole, &c) == 0 && c != '>')
		if (pobj_chars[c] == PCHAR_DELIMITER)
			return false;
	return reader_left(&hole) == 0;
}

static int
get_ranges(struct search *s, const struct pobj *v, struct signature *sig)
{
	struct reader in = doc_in(s->p->d);
	const struct pobj *list, *item;
	int64_t n[4];
	int e = pin_get(s->p->in, v, "ByteRange", &list);

	if (e != 0 || pobj_count(list) != 4 || !pobj_is(list, POBJ_ARRAY))
		return e;
	for (size_t i = 0; i < 4; i++) {
		e = pin_resolve(s->p->in, pobj_item(list, i), &item);
		if (e != 0)
			return e;
		if (!pobj_int(item, 0, INT64_MAX, &n[i]))
			return 0;
	}
	if (n[0] != 0 ||
	    reader_view(&in, 0, (size_t)n[1], &sig->parts[0]) != 0 ||
	    reader_view(&in, (size_t)n[2], (size_t)n[3], &sig->parts[1]) != 0 ||
	    !is_hole(&in, n[1], n[2]))
		return 0;
	sig->ranges = true;
	sig->whole = (uint64_t)n[2] + (uint64_t)n[3] == in.len;
	return 0;
}

static int
get_text(struct search *s, const struct pobj *v, const char *key,
    char out[NAME_BYTES])
{
	const struct pobj *text;
	int e = pin_get(s->p->in, v, key, &text);

	if (e == 0 && pobj_is(text, POBJ_STRING) && text->u.bytes.len > 0)
		utf8_printable(text->u.bytes.data, text->u.bytes.len, out,
		    NAME_BYTES);
	return e;
}

/* D:YYYYMMDD... (7.9.4) */
static int
get_date(struct search *s, const struct pobj *v, struct signature *sig)
{
	const struct pobj *m;
	const char *t;
	int e = pin_get(s->p->in, v, "M", &m);

	if (e != 0 || !pobj_is(m, POBJ_STRING) || m->u.bytes.len < 10 ||
	    memcmp(m->u.bytes.data, "D:", 2) != 0)
		return e;
	t = (const char *)m->u.bytes.data + 2;
	for (int i = 0; i < 8; i++)
		if (t[i] < '0' || t[i] > '9')
			return 0;
	snprintf(sig->date, sizeof(sig->date), "%.4s-%.2s-%.2s", t, t + 4,
	    t + 6);
	return 0;
}

static int
get_contents(struct search *s, const struct pobj *v, struct signature *sig)
{
	const struct pobj *text;
	int e = pin_get(s->p->in, v, "Contents", &text);

	if (e == 0 && pobj_is(text, POBJ_STRING))
		sig->der = text->u.bytes;
	return e;
}

/* ---- what the certificate says */

static void
take_subject(X509 *cert, struct signature *sig)
{
	static const int wanted[] = { NID_commonName, NID_organizationName };
	X509_NAME *subject = X509_get_subject_name(cert);
	unsigned char *text = NULL;
	int at, n;

	for (size_t i = 0; i < 2; i++) {
		at = X509_NAME_get_index_by_NID(subject, wanted[i], -1);
		if (at < 0)
			continue;
		n = ASN1_STRING_to_UTF8(&text,
		    X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
		if (n <= 0)
			continue;
		utf8_printable(text, (size_t)n, sig->name, NAME_BYTES);
		OPENSSL_free(text);
		return;
	}
}

static void
find_signer(CMS_ContentInfo *cms, struct signature *sig)
{
	STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);
	STACK_OF(X509) *certs = CMS_get1_certs(cms);

	for (int i = 0;
	     signers != NULL && i < sk_CMS_SignerInfo_num(signers) && i < 1;
	     i++)
		for (int k = 0; certs != NULL && k < sk_X509_num(certs); k++) {
			X509 *cert = sk_X509_value(certs, k);

			if (CMS_SignerInfo_cert_cmp(
				sk_CMS_SignerInfo_value(signers, i), cert) == 0)
				take_subject(cert, sig);
		}
	sk_X509_pop_free(certs, X509_free);
}

/* Both parts of the file behind each other. */
static BIO *
signed_bytes(const struct signature *sig)
{
	BIO *b = BIO_new(BIO_s_mem());
	size_t done;
	bool good = b != NULL;

	good &= sig->parts[0].len <= SIGNED_BYTES_MAX / 2 &&
		sig->parts[1].len <= SIGNED_BYTES_MAX / 2;
	for (size_t i = 0; good && i < 2; i++)
		good = sig->parts[i].len == 0 ||
		       BIO_write_ex(b, sig->parts[i].data, sig->parts[i].len,
			   &done) == 1;
	if (!good) {
		BIO_free(b);
		return NULL;
	}
	return b;
}

static void
verify(struct signature *sig)
{
	const unsigned char *at = sig->der.data;
	CMS_ContentInfo *cms;
	BIO *content;

	if (sig->der.len == 0 || sig->der.len > CMS_BYTES_MAX)
		return;
	cms = d2i_CMS_ContentInfo(NULL, &at, (long)sig->der.len);
	if (cms == NULL) {
		ERR_clear_error();
		return;
	}
	if (OBJ_obj2nid(CMS_get0_type(cms)) == NID_pkcs7_signed) {
		find_signer(cms, sig);
		content = sig->ranges ? signed_bytes(sig) : NULL;
		if (content != NULL)
			sig->validity =
			    CMS_verify(cms, NULL, NULL, content, NULL,
				CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY |
				    CMS_NOCRL) == 1
				? SIGNATURE_GOOD
				: SIGNATURE_BAD;
		BIO_free(content);
	}
	ERR_clear_error();
	CMS_ContentInfo_free(cms);
}

static int
report(struct search *s, const struct signature *sig)
{
	enum finding_id id =
	    sig->validity == SIGNATURE_GOOD  ? FIND_PDF_SIGNATURE_GOOD
	    : sig->validity == SIGNATURE_BAD ? FIND_PDF_SIGNATURE_BAD
					     : FIND_PDF_SIGNATURE;
	const char *comma =
	    sig->name[0] != '\0' && sig->date[0] != '\0' ? ", " : "";
	int e = doc_found(s->p->d, id, ACT_REMOVED, sig->field, "%s%s%s",
	    sig->name, comma, sig->date);

	if (e == 0 && sig->validity != SIGNATURE_UNCHECKED && !sig->whole)
		e = doc_found(s->p->d, FIND_PDF_SIGNATURE_PARTIAL, ACT_NOTED,
		    sig->field, "%s%s%s", sig->name, comma, sig->date);
	return e;
}

/*
 * adbe.pkcs7.sha1 signs a digest and adbe.x509.rsa_sha1 is no CMS: old forms
 * that are said but not checked. A time stamp of the document signs as well,
 * but wraps another message.
 */
static int
look_at(struct search *s, const struct pobj *field, const struct pobj *v)
{
	struct signature sig = { .validity = SIGNATURE_UNCHECKED };
	const struct pobj *sub;
	int e;

	if (s->found++ >= FIELDS_MAX)
		return 0;
	if ((e = get_text(s, field, "T", sig.field)) != 0 ||
	    (e = get_text(s, v, "Name", sig.name)) != 0 ||
	    (e = get_date(s, v, &sig)) != 0 ||
	    (e = get_contents(s, v, &sig)) != 0 ||
	    (e = pin_get(s->p->in, v, "SubFilter", &sub)) != 0)
		return e;
	if (pobj_is_name(sub, "adbe.pkcs7.detached") ||
	    pobj_is_name(sub, "ETSI.CAdES.detached")) {
		if ((e = get_ranges(s, v, &sig)) != 0)
			return e;
	}
	verify(&sig);
	return report(s, &sig);
}

/* ---- finding them */

static int
search_fields(struct search *s, const struct pobj *list, const struct pobj *ft,
    int depth)
{
	const struct pobj *field, *own, *v, *kids;
	int e = 0;

	if (depth > DEPTH_MAX || !pobj_is(list, POBJ_ARRAY))
		return 0;
	for (size_t i = 0; e == 0 && i < list->u.array.n; i++) {
		if (s->nodes++ >= NODES_MAX)
			return 0;
		if ((e = pin_resolve(s->p->in, list->u.array.item[i],
			 &field)) != 0 ||
		    (e = pin_get(s->p->in, field, "FT", &own)) != 0 ||
		    (e = pin_get(s->p->in, field, "V", &v)) != 0 ||
		    (e = pin_get(s->p->in, field, "Kids", &kids)) != 0)
			return e;
		if (own == NULL)
			own = ft;
		if (pobj_is_name(own, "Sig") && pobj_is(v, POBJ_DICT))
			e = look_at(s, field, v);
		if (e == 0)
			e = search_fields(s, kids, own, depth + 1);
	}
	return e;
}

int
pdf_signatures(struct pdf *p)
{
	struct search s = { .p = p };
	const struct pobj *root, *form, *fields;
	int e;

	/* What we write has none. */
	if (pin_facts(p->in)->strict)
		return 0;
	if ((e = pin_resolve(p->in, pin_root(p->in), &root)) != 0 ||
	    (e = pin_get(p->in, root, "AcroForm", &form)) != 0 ||
	    (e = pin_get(p->in, form, "Fields", &fields)) != 0)
		return e;
	return search_fields(&s, fields, NULL, 0);
}

/* Algorithms and tables of libcrypto that are loaded at first use. */
int
pdf_signature_preload(void)
{
	static const char *const digests[] = { "SHA1", "SHA2-256", "SHA2-384",
		"SHA2-512" };
	static const char *const keys[] = { "RSA", "EC" };

	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG |
				    OPENSSL_INIT_LOAD_CRYPTO_STRINGS,
		NULL) != 1)
		return ERR_INTERNAL;
	for (size_t i = 0; i < sizeof(digests) / sizeof(digests[0]); i++)
		EVP_MD_free(EVP_MD_fetch(NULL, digests[i], NULL));
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		EVP_KEYMGMT_free(EVP_KEYMGMT_fetch(NULL, keys[i], NULL));
	ERR_clear_error();
	return 0;
}
