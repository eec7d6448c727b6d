package main

import (
	"bufio"
	"crypto/sha256"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"
)

const (
	// maxStrangers is how many endpoints beside those in the file are remembered: nodes that are behind a NAT, and whoever else
	// sends something here.
	maxStrangers = 1024
	// readAgain is how often the file is looked at for an endpoint or address that is not in it.
	readAgain = 50 * time.Millisecond
	// strangerNet is the first number after 127 of addresses for endpoints that are not in the file, which has none from here on.
	strangerNet = 128
)

// book knows by which address of 127.0.0.0/8 charon knows each endpoint on the node's network. The agent writes the addresses
// of the peers into a file, which is read again when something is not in it: so the book needs no signal, and nothing of the
// agent. Other endpoints get addresses of their own, the oldest of which is given up when there are too many.
type book struct {
	file string

	lock      sync.Mutex
	readAt    time.Time
	content   string
	endpoints map[netip.Addr]netip.AddrPort
	addresses map[netip.AddrPort]netip.Addr
	strangers []netip.AddrPort
}

func newBook(file string) *book {
	return &book{file: file, endpoints: map[netip.Addr]netip.AddrPort{}, addresses: map[netip.AddrPort]netip.Addr{}}
}

// endpointOf is the endpoint with this address, if there is one.
func (b *book) endpointOf(address netip.Addr, now time.Time) (netip.AddrPort, bool) {
	b.lock.Lock()
	defer b.lock.Unlock()
	if _, known := b.endpoints[address]; !known {
		b.read(now)
	}
	endpoint, known := b.endpoints[address]
	return endpoint, known
}

// addressOf is the address of an endpoint; one that has none gets one.
func (b *book) addressOf(endpoint netip.AddrPort, now time.Time) netip.Addr {
	b.lock.Lock()
	defer b.lock.Unlock()
	if address, known := b.addresses[endpoint]; known {
		return address
	}
	b.read(now)
	if address, known := b.addresses[endpoint]; known {
		return address
	}
	if len(b.strangers) >= maxStrangers {
		b.forget(b.strangers[0])
		b.strangers = b.strangers[1:]
	}
	address := b.free(endpoint)
	b.endpoints[address], b.addresses[endpoint] = endpoint, address
	b.strangers = append(b.strangers, endpoint)
	return address
}

// free is an address that no endpoint has, the same one after a restart unless another endpoint took it.
func (b *book) free(endpoint netip.AddrPort) netip.Addr {
	sum := sha256.Sum256([]byte(endpoint.String()))
	address := netip.AddrFrom4([4]byte{127, strangerNet | sum[0]>>1, sum[1], sum[2]&^1 | 1})
	for {
		if _, taken := b.endpoints[address]; !taken {
			return address
		}
		if address = address.Next(); !address.IsLoopback() || address.As4()[1] < strangerNet {
			address = netip.AddrFrom4([4]byte{127, strangerNet, 0, 1})
		}
	}
}

func (b *book) forget(endpoint netip.AddrPort) {
	address := b.addresses[endpoint]
	delete(b.addresses, endpoint)
	if b.endpoints[address] == endpoint {
		delete(b.endpoints, address)
	}
}

// read takes the peers from the file. An address that is in it no longer is given up. Lines that say nothing are passed over.
func (b *book) read(now time.Time) {
	if now.Sub(b.readAt) < readAgain {
		return
	}
	b.readAt = now
	content, err := os.ReadFile(b.file)
	if err != nil || string(content) == b.content {
		return
	}
	b.content = string(content)
	for address, endpoint := range b.endpoints {
		if address.As4()[1] < strangerNet {
			delete(b.endpoints, address)
			delete(b.addresses, endpoint)
		}
	}
	lines := bufio.NewScanner(strings.NewReader(b.content))
	for lines.Scan() {
		first, second, _ := strings.Cut(lines.Text(), " ")
		address, err := netip.ParseAddr(first)
		endpoint, wrong := netip.ParseAddrPort(second)
		if err != nil || wrong != nil || !address.Is4() || !address.IsLoopback() || address.As4()[1] >= strangerNet {
			continue
		}
		b.endpoints[address], b.addresses[endpoint] = endpoint, address
	}
}
