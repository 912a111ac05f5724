/* SPDX-License-Identifier: ISC */
#include "tls/bare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <openssl/rand.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const uint16_t groups[] = { 0x11ec, 0x001d, 0x0017, 0x001e, 0x0018,
	0x0019, 0x11eb, 0x11ed, 0x0200, 0x0201, 0x0202, 0x0100, 0x0101 };
static const uint16_t sigalgs[] = { 0x0905, 0x0906, 0x0904, 0x0403, 0x0503,
	0x0603, 0x0807, 0x0808, 0x0809, 0x080a, 0x080b, 0x0804, 0x0805, 0x0806,
	0x081a, 0x081b, 0x081c, 0x0401, 0x0501, 0x0601 };
#define N_MLDSA 3 /* of these stand first */

struct bare *
bare_new(const struct tls_offer *offer, const char *sni)
{
	struct bare *bare = calloc(1, sizeof(*bare));
	uint8_t random[HELLO_RANDOM];
	struct hello_wish wish = {
		.groups = groups,
		.n_groups = COUNT(groups),
		.sigalgs = sigalgs,
		.n_sigalgs =
		    offer->bare == TLS_BARE_MLDSA ? N_MLDSA : COUNT(sigalgs),
		.cert_sigalgs = sigalgs,
		.n_cert_sigalgs = COUNT(sigalgs),
		.sni = sni,
		.random = random,
	};

	if (bare != NULL && RAND_bytes(random, sizeof(random)) == 1)
		bare->len =
		    hello_write(&wish, bare->hello, sizeof(bare->hello));
	if (bare != NULL && sni != NULL)
		bare->sni = strdup(sni);
	if (bare != NULL &&
	    (bare->len == 0 || (sni != NULL && bare->sni == NULL))) {
		bare_free(bare);
		bare = NULL;
	}
	return bare;
}

void
bare_free(struct bare *bare)
{
	if (bare == NULL)
		return;
	free(bare->sni);
	free(bare);
}

static enum tls_step
fail(struct bare *bare, enum tls_step wait)
{
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
		return wait;
	bare->error = errno;
	return TLS_STEP_FAILED;
}

static enum tls_step
say(struct bare *bare, int fd)
{
	while (bare->sent < bare->len) {
		ssize_t put = send(fd, bare->hello + bare->sent,
		    bare->len - bare->sent, MSG_NOSIGNAL);

		if (put < 0)
			return fail(bare, TLS_STEP_WRITE);
		bare->sent += (size_t)put;
	}
	return TLS_STEP_DONE;
}

enum tls_step
bare_step(struct bare *bare, int fd)
{
	enum tls_step step = say(bare, fd);

	while (step == TLS_STEP_DONE && bare->answer.kind == HELLO_MORE) {
		ssize_t got = recv(fd, bare->bytes + bare->got,
		    sizeof(bare->bytes) - bare->got, 0);

		if (got < 0)
			return fail(bare, TLS_STEP_READ);
		if (got == 0)
			return TLS_STEP_CLOSED;
		bare->got += (size_t)got;
		bare->answer = hello_read(bare->bytes, bare->got);
	}
	return step;
}
