package main

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func endpoint(text string) netip.AddrPort { return netip.MustParseAddrPort(text) }

func TestBookFollowsItsFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "peers")
	book, now := newBook(file), time.Unix(1, 0)
	write := func(content string) {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Second)
	}
	write("127.1.0.2 192.0.2.2:51820\nrubbish\n10.0.0.1 192.0.2.9:1\n127.200.0.1 192.0.2.8:1\n")
	if got := book.addressOf(endpoint("192.0.2.2:51820"), now); got != netip.MustParseAddr("127.1.0.2") {
		t.Fatalf("a peer of the file has the address %v", got)
	}
	for _, address := range []string{"10.0.0.1", "127.200.0.1"} {
		if _, known := book.endpointOf(netip.MustParseAddr(address), now); known {
			t.Fatalf("the line of %s counts", address)
		}
	}
	write("127.1.0.3 192.0.2.3:51820\n")
	if got, known := book.endpointOf(netip.MustParseAddr("127.1.0.3"), now); !known || got != endpoint("192.0.2.3:51820") {
		t.Fatalf("a new peer of the file is at %v", got)
	}
	if _, known := book.endpointOf(netip.MustParseAddr("127.1.0.2"), now.Add(time.Second)); known {
		t.Fatal("a peer that is in the file no longer is still reached")
	}
}

func TestBookBoundsStrangers(t *testing.T) {
	book, now := newBook(filepath.Join(t.TempDir(), "none")), time.Unix(1, 0)
	first := book.addressOf(endpoint("198.51.100.1:1"), now)
	if got, known := book.endpointOf(first, now); !known || got != endpoint("198.51.100.1:1") || first.As4()[1] < strangerNet {
		t.Fatalf("a stranger at %v is answered at %v", first, got)
	}
	seen := map[netip.Addr]bool{first: true}
	for port := uint16(2); port <= maxStrangers+1; port++ {
		address := book.addressOf(netip.AddrPortFrom(netip.MustParseAddr("198.51.100.1"), port), now)
		if seen[address] && address != first {
			t.Fatalf("two endpoints have the address %v", address)
		}
		seen[address] = true
	}
	if len(book.strangers) != maxStrangers || len(book.addresses) != maxStrangers || len(book.endpoints) != maxStrangers {
		t.Fatalf("%d strangers, %d addresses, %d endpoints", len(book.strangers), len(book.addresses), len(book.endpoints))
	}
}
