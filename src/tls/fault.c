/* SPDX-License-Identifier: ISC */
#include "tls/fault.h"

#include <errno.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

struct translation {
	int code;
	enum danelaw_tls_fault fault;
};

static enum danelaw_tls_fault
translate(const struct translation *rows, size_t n, int code,
    enum danelaw_tls_fault other)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].code == code)
			return rows[i].fault;
	}
	return other;
}
#define TRANSLATE(rows, code, other)                                           \
	translate(rows, sizeof(rows) / sizeof((rows)[0]), code, other)

enum danelaw_tls_fault
fault_of_alert(int alert)
{
	static const struct translation rows[] = {
		{ SSL_AD_HANDSHAKE_FAILURE, DANELAW_TLS_REFUSED },
		{ SSL_AD_PROTOCOL_VERSION, DANELAW_TLS_VERSION },
		{ SSL_AD_INSUFFICIENT_SECURITY, DANELAW_TLS_CIPHER },
		{ SSL_AD_UNRECOGNIZED_NAME, DANELAW_TLS_NAME },
		{ SSL_AD_CERTIFICATE_REQUIRED, DANELAW_TLS_CERT_REQUIRED },
	};

	return TRANSLATE(rows, alert, DANELAW_TLS_ALERT);
}

enum danelaw_tls_fault
fault_of_library(unsigned long code)
{
	static const struct translation rows[] = {
		{ SSL_R_WRONG_VERSION_NUMBER, DANELAW_TLS_NOT_TLS },
		{ SSL_R_UNEXPECTED_EOF_WHILE_READING, DANELAW_TLS_CLOSED },
		{ SSL_R_UNSUPPORTED_PROTOCOL, DANELAW_TLS_VERSION },
		{ SSL_R_BAD_PROTOCOL_VERSION_NUMBER, DANELAW_TLS_VERSION },
		{ SSL_R_WRONG_CIPHER_RETURNED, DANELAW_TLS_CIPHER },
		{ SSL_R_UNKNOWN_CIPHER_RETURNED, DANELAW_TLS_CIPHER },
		{ SSL_R_UNKNOWN_CIPHER_TYPE, DANELAW_TLS_CIPHER },
		{ SSL_R_LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED,
		    DANELAW_TLS_OLD_SIGALG },
		{ SSL_R_DH_KEY_TOO_SMALL, DANELAW_TLS_SHORT_DH },
		{ SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED,
		    DANELAW_TLS_RENEGOTIATION },
		{ SSL_R_NO_SUITABLE_KEY_SHARE, DANELAW_TLS_GROUP },
		{ SSL_R_BAD_KEY_SHARE, DANELAW_TLS_GROUP },
		{ SSL_R_WRONG_CURVE, DANELAW_TLS_CURVE },
		{ SSL_R_BAD_SIGNATURE, DANELAW_TLS_SIGNATURE },
		{ SSL_R_WRONG_SIGNATURE_TYPE, DANELAW_TLS_SIGNATURE },
		{ SSL_R_EXCESSIVE_MESSAGE_SIZE, DANELAW_TLS_TOO_LARGE },
		{ SSL_R_SSL_HANDSHAKE_FAILURE, DANELAW_TLS_REFUSED },
	};

	return ERR_GET_LIB(code) == ERR_LIB_SSL
	    ? TRANSLATE(rows, ERR_GET_REASON(code), DANELAW_TLS_NO_FAULT)
	    : DANELAW_TLS_NO_FAULT;
}

enum danelaw_tls_fault
fault_of_errno(int error)
{
	static const struct translation rows[] = {
		{ ENETUNREACH, DANELAW_TLS_UNROUTED },
		{ EADDRNOTAVAIL, DANELAW_TLS_UNROUTED },
		{ ECONNRESET, DANELAW_TLS_RESET },
		{ EPIPE, DANELAW_TLS_RESET },
	};

	return TRANSLATE(rows, error, DANELAW_TLS_NO_FAULT);
}
