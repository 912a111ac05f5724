#!/bin/sh
# How a Go program shakes hands depends on how it was built, not only on the
# compiler. Built from single files without a go.mod (GO111MODULE=off, as old
# build recipes and test harnesses do), it gets the runtime defaults of long
# ago: no X25519MLKEM768 in its ClientHello, RSA key exchange still on,
# 3DES, negative serial numbers taken. The same source in a module that says
# "go 1.24" has none of that. A mail server tested with the one says nothing
# about the other; "//go:debug default=go1.24" in the source mends it.
#
# Seen with golang-1.24-go version 1.24.4 (Debian 13).
work=$(mktemp -d)
. "$(dirname "$0")/kit"
unpack trixie golang-1.24-go=1.24.4-1 golang-1.24-src=1.24.4-1

cat >"$work/main.go" <<'GO'
package main

import (
	"crypto/tls"
	"fmt"
	"net"
)

// The size of a ClientHello, and whether a hybrid group is in it.
func main() {
	here, there := net.Pipe()
	go tls.Client(here, &tls.Config{ServerName: "mx.example"}).Handshake()
	server := tls.Server(there, &tls.Config{
		GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			rsa, hybrid := false, false
			for _, suite := range hello.CipherSuites {
				rsa = rsa || suite == tls.TLS_RSA_WITH_AES_128_GCM_SHA256
			}
			for _, group := range hello.SupportedCurves {
				hybrid = hybrid || group == tls.X25519MLKEM768
			}
			fmt.Printf("RSA key exchange %v, X25519MLKEM768 %v\n", rsa, hybrid)
			return nil, fmt.Errorf("enough")
		}})
	server.Handshake()
}
GO
# The compiler is static; it looks for its tree where GOROOT says. Debian
# keeps the halves of the tree apart.
root=$work/trixie
export GOROOT="$work/go" GOCACHE="$work/cache" GOPATH="$work/path"
export GOFLAGS=-mod=mod GOTOOLCHAIN=local CGO_ENABLED=0 GOPROXY=off
mkdir "$GOROOT"
for half in lib share; do
	cp -rL "$root/usr/$half/go-1.24/." "$GOROOT" 2>/dev/null || true
done
cp -r "$root/usr/share/go-1.24/." "$GOROOT"
"$GOROOT/bin/go" version

mkdir "$work/path-mode" "$work/module" "$work/mended"
cp "$work/main.go" "$work/path-mode"
cp "$work/main.go" "$work/module"
{ echo '//go:debug default=go1.24'; echo; cat "$work/main.go"; } \
    >"$work/mended/main.go"
printf 'module example\n\ngo 1.24\n' >"$work/module/go.mod"
seen=$(cd "$work/path-mode" && GO111MODULE=off GOFLAGS='' \
    "$GOROOT/bin/go" build -o ../a main.go && ../a)
expect "without a module" "RSA key exchange true, X25519MLKEM768 false" "$seen"
seen=$(cd "$work/module" && "$GOROOT/bin/go" build -o ../b . && ../b)
expect "in a module" "RSA key exchange false, X25519MLKEM768 true" "$seen"
seen=$(cd "$work/mended" && GO111MODULE=off GOFLAGS='' \
    "$GOROOT/bin/go" build -o ../c main.go && ../c)
expect "without one, with //go:debug" \
    "RSA key exchange false, X25519MLKEM768 true" "$seen"
exit $wrong
