/*
 * CMS (RFC 5652) as far as mail needs it: who signed, and what. Nothing is
 * verified: a signature ends here, its name is told.
 */
#include <openssl/cms.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <string.h>

#include "formats/mail/mail_int.h"

#define CMS_MAX	   ((size_t)64 << 20)
#define NAME_BYTES 200

/* The text of one attribute of a name; "" when it has none. */
static void
take_text(X509_NAME *name, int nid, char out[NAME_BYTES])
{
	int at = X509_NAME_get_index_by_NID(name, nid, -1), n;
	unsigned char *text = NULL;

	if (at < 0 || out[0] != '\0')
		return;
	n = ASN1_STRING_to_UTF8(&text,
	    X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
	if (n > 0)
		utf8_printable(text, (size_t)n, out, NAME_BYTES);
	OPENSSL_free(text);
}

static int
take_signer(struct doc *d, CMS_ContentInfo *cms, const char **out)
{
	STACK_OF(X509) *certs = CMS_get1_certs(cms);
	char name[NAME_BYTES] = "";
	X509_NAME *subject;

	for (int i = 0; certs != NULL && i < sk_X509_num(certs); i++) {
		STACK_OF(CMS_SignerInfo) *list = CMS_get0_SignerInfos(cms);
		X509 *cert = sk_X509_value(certs, i);

		if (list == NULL || sk_CMS_SignerInfo_num(list) < 1 ||
		    CMS_SignerInfo_cert_cmp(sk_CMS_SignerInfo_value(list, 0),
			cert) != 0)
			continue;
		subject = X509_get_subject_name(cert);
		take_text(subject, NID_commonName, name);
		take_text(subject, NID_pkcs9_emailAddress, name);
		take_text(subject, NID_organizationName, name);
	}
	sk_X509_pop_free(certs, X509_free);
	*out = doc_strndup(d, name, strlen(name));
	return *out == NULL ? ERR_NOMEM : 0;
}

static CMS_ContentInfo *
parse(const struct reader *der)
{
	const unsigned char *at = der->data;
	CMS_ContentInfo *cms = NULL;

	if (der->len > 0 && der->len <= CMS_MAX)
		cms = d2i_CMS_ContentInfo(NULL, &at, (long)der->len);
	ERR_clear_error();
	return cms;
}

int
mail_signer(struct doc *d, const struct reader *der, const char **out)
{
	CMS_ContentInfo *cms;
	int e = 0;

	*out = "";
	if ((e = doc_too_much(d)) != 0)
		return e;
	cms = parse(der);
	if (cms != NULL && OBJ_obj2nid(CMS_get0_type(cms)) == NID_pkcs7_signed)
		e = take_signer(d, cms, out);
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	return e;
}

static int
take_content(struct doc *d, CMS_ContentInfo *cms, struct reader *out)
{
	ASN1_OCTET_STRING **content = CMS_get0_content(cms);
	struct buf b;
	int e;

	if (content == NULL || *content == NULL ||
	    ASN1_STRING_length(*content) <= 0)
		return ERR_MALFORMED;
	buf_init(&b, CMS_MAX);
	e = buf_put(&b, ASN1_STRING_get0_data(*content),
	    (size_t)ASN1_STRING_length(*content));
	if (e == 0)
		return mail_settle(d, &b, out);
	buf_done(&b);
	return e;
}

int
mail_unwrap(struct doc *d, const struct reader *der, struct reader *out,
    const char **signer)
{
	CMS_ContentInfo *cms;
	int e, type;

	*signer = "";
	if ((e = doc_too_much(d)) != 0)
		return e;
	e = ERR_MALFORMED;
	if ((cms = parse(der)) == NULL)
		return e;
	type = OBJ_obj2nid(CMS_get0_type(cms));
	if (type == NID_pkcs7_signed) {
		if ((e = take_signer(d, cms, signer)) == 0)
			e = take_content(d, cms, out);
	} else if (type == NID_pkcs7_enveloped || type == NID_pkcs7_encrypted ||
		   type == NID_id_smime_ct_authEnvelopedData)
		e = ERR_ENCRYPTED;
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	return e;
}

/* Names of objects and texts of errors are loaded at first use. */
int
mail_cms_preload(void)
{
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG |
				    OPENSSL_INIT_LOAD_CRYPTO_STRINGS,
		NULL) != 1)
		return ERR_INTERNAL;
	return 0;
}
