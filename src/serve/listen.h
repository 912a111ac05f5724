/* SPDX-License-Identifier: ISC */
/*
 * listen.h - sockets that clients connect to.
 */
#pragma once

struct evconnlistener;

#define LISTEN_WHY_MAX 256

/*
 * where: "127.0.0.1:9899", "[::1]:9899" or "unix:PATH". Returns a listening
 * socket, not blocking, closed on exec; or -1 with a sentence in why. A
 * socket file is replaced where nobody listens to it any more.
 */
int listen_open(const char *where, char why[static LISTEN_WHY_MAX]);
/* Takes a socket file away again; others are nothing to it. */
const char *listen_path(const char *where); /* of the file; NULL: none */
void listen_remove(const char *where);
/*
 * Where no connection can be accepted for want of descriptors, the listener
 * holds still for a second: the loop would be told of that connection again
 * and again. It may only be freed when its loop runs no more.
 */
void listen_bear_shortage(struct evconnlistener *listener);
