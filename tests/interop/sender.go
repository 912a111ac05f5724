// SPDX-License-Identifier: ISC

// A sender in Go: TLS by crypto/tls, names and chains by crypto/x509, and of
// DANE just what RFC 7672 says on top of them.
//
//	sender ADDRESS POLICY NAME[,NAME]... [RECORD]...
//
// A record is "3 1 1 HEX". The last line is "deliver" or "refuse: WHY".
package main

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"net"
	"net/smtp"
	"os"
	"strings"
	"time"
)

type record struct {
	usage, selector, mtype int
	data                   []byte
}

func (r record) fits(cert *x509.Certificate) bool {
	whole := cert.Raw
	if r.selector == 1 {
		whole = cert.RawSubjectPublicKeyInfo
	}
	switch r.mtype {
	case 1:
		sum := sha256.Sum256(whole)
		whole = sum[:]
	case 2:
		sum := sha512.Sum512(whole)
		whole = sum[:]
	}
	return bytes.Equal(whole, r.data)
}

// RFC 7671 section 9: beside a stronger digest the weaker one is left out.
func strongest(records []record) (kept []record) {
	for _, r := range records {
		weaker := false
		for _, other := range records {
			weaker = weaker || r.mtype == 1 && other.mtype == 2 &&
				r.usage == other.usage &&
				r.selector == other.selector
		}
		if !weaker {
			kept = append(kept, r)
		}
	}
	return kept
}

func verify(chain []*x509.Certificate, records []record, names []string) error {
	roots, others := x509.NewCertPool(), x509.NewCertPool()
	anchors := false
	for _, r := range strongest(records) {
		if r.usage == 3 && r.fits(chain[0]) {
			return nil
		}
		if r.usage != 2 {
			continue
		}
		anchors = true
		for _, cert := range chain[1:] {
			others.AddCert(cert)
			if r.fits(cert) {
				roots.AddCert(cert)
			}
		}
		if r.selector == 0 && r.mtype == 0 {
			if cert, err := x509.ParseCertificate(r.data); err == nil {
				roots.AddCert(cert)
			}
		}
	}
	if !anchors {
		return x509.UnknownAuthorityError{Cert: chain[0]}
	}
	var first error
	for _, name := range names {
		_, err := chain[0].Verify(x509.VerifyOptions{
			DNSName: name, Roots: roots, Intermediates: others})
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}

func send(address, policy string, names []string, records []record) error {
	conn, err := net.DialTimeout("tcp", address, 10*time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	client, err := smtp.NewClient(conn, names[0])
	if err != nil {
		return err
	}
	if err = client.Hello("client.sender.example"); err != nil {
		return err
	}
	err = client.StartTLS(&tls.Config{
		ServerName: names[0], InsecureSkipVerify: true,
		VerifyConnection: func(state tls.ConnectionState) error {
			if policy != "dane" {
				return nil
			}
			return verify(state.PeerCertificates, records, names)
		}})
	if err != nil {
		return err
	}
	if err = client.Mail("a@sender.example"); err != nil {
		return err
	}
	client.Quit() // whatever comes of it, the mail would be there
	return nil
}

func main() {
	var records []record
	for _, text := range os.Args[4:] {
		var r record
		var data string
		fmt.Sscanf(text, "%d %d %d %s", &r.usage, &r.selector, &r.mtype,
			&data)
		r.data, _ = hex.DecodeString(data)
		records = append(records, r)
	}
	err := send(os.Args[1], os.Args[2], strings.Split(os.Args[3], ","),
		records)
	if err != nil {
		fmt.Println("refuse:", err)
	} else {
		fmt.Println("deliver")
	}
}
