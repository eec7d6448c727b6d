// Program prober sends one ICMP echo request (RFC 792) for each IPv4 address that it reads on a line of stdin, and writes one
// line for each answer: the address, the round-trip time in microseconds, and the number of the line that asked, from 1. A number after
// the address is the size of the whole packet in bytes; nobody on the way may divide it then, and its answer has the size as a fourth word.
//
// It keeps no list, no schedule and no timeout: the agent decides whom to probe, when, and what a missing answer means. So a peer
// that comes or goes disturbs no other. It ends with stdin.
package main

import (
	"bufio"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	echoReply   = 0
	echoRequest = 8
	header      = 8
	// A token of this process, so that only answers to its own requests count, the time of sending, and the number of the line.
	payload = 24
	// ICMP_FILTER of raw(7): which types of message are kept from the socket.
	icmpFilter = 1
	// IP_MTU_DISCOVER of ip(7): whether the kernel divides packets, and with what it believes of the path. PROBE sets the flag that
	// forbids it and believes nothing.
	discoverWant  = 1
	discoverProbe = 3
	ipHeader      = 20
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "prober:", err)
		os.Exit(1)
	}
}

func run() error {
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, syscall.IPPROTO_ICMP)
	if err != nil {
		return fmt.Errorf("opening a raw ICMP socket (CAP_NET_RAW): %w", err)
	}
	if err := syscall.SetsockoptInt(socket, syscall.SOL_RAW, icmpFilter, ^(1 << echoReply)); err != nil {
		return fmt.Errorf("setting ICMP_FILTER: %w", err)
	}
	// Answers of a thousand peers may come at once.
	_ = syscall.SetsockoptInt(socket, syscall.SOL_SOCKET, syscall.SO_RCVBUF, 1<<20)
	token := make([]byte, 8)
	if _, err := rand.Read(token); err != nil {
		return fmt.Errorf("making a token: %w", err)
	}
	start := time.Now()
	failed := make(chan error, 2)
	go func() { failed <- receive(socket, token, start) }()
	go func() { failed <- send(socket, token, start) }()
	return <-failed
}

func send(socket int, token []byte, start time.Time) error {
	lines := bufio.NewScanner(os.Stdin)
	asked := uint64(0)
	discover := discoverWant
	for lines.Scan() {
		word, size, sized := strings.Cut(lines.Text(), " ")
		address, err := netip.ParseAddr(word)
		if err != nil || !address.Is4() {
			return fmt.Errorf("%q is not an IPv4 address", word)
		}
		length, wanted := header+payload, discoverWant
		if sized {
			whole, err := strconv.Atoi(size)
			if err != nil || whole < ipHeader+header+payload || whole > 65535 {
				return fmt.Errorf("%q is not a size of packets", size)
			}
			length, wanted = whole-ipHeader, discoverProbe
		}
		if wanted != discover {
			if err := syscall.SetsockoptInt(socket, syscall.IPPROTO_IP, syscall.IP_MTU_DISCOVER, wanted); err != nil {
				return fmt.Errorf("setting IP_MTU_DISCOVER: %w", err)
			}
			discover = wanted
		}
		asked++
		message := make([]byte, length)
		message[0] = echoRequest
		copy(message[4:6], token)
		binary.BigEndian.PutUint16(message[6:8], uint16(asked))
		copy(message[header:], token)
		binary.BigEndian.PutUint64(message[header+8:], uint64(time.Since(start)))
		binary.BigEndian.PutUint64(message[header+16:], asked)
		binary.BigEndian.PutUint16(message[2:4], checksum(message))
		// A request that cannot be sent gets no answer, and so counts as lost.
		_ = syscall.Sendto(socket, message, 0, &syscall.SockaddrInet4{Addr: address.As4()})
	}
	return lines.Err()
}

func receive(socket int, token []byte, start time.Time) error {
	buffer := make([]byte, 65536)
	for {
		length, from, err := syscall.Recvfrom(socket, buffer, 0)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return fmt.Errorf("reading answers: %w", err)
		}
		now := time.Since(start)
		// The IP header comes first; its length is in its first byte, in words of 4 bytes.
		skip := int(buffer[0]&0x0f) * 4
		if length < skip+header+payload || buffer[skip] != echoReply {
			continue
		}
		body := buffer[skip+header : skip+header+payload]
		sender, isIPv4 := from.(*syscall.SockaddrInet4)
		if string(body[:8]) != string(token) || !isIPv4 {
			continue
		}
		sent := time.Duration(binary.BigEndian.Uint64(body[8:16]))
		if sent < 0 || sent > now {
			continue
		}
		sized := ""
		if whole := length - skip + ipHeader; whole > ipHeader+header+payload {
			sized = fmt.Sprintf(" %d", whole)
		}
		if _, err := fmt.Printf("%s %d %d%s\n", netip.AddrFrom4(sender.Addr), (now - sent).Microseconds(), binary.BigEndian.Uint64(body[16:]), sized); err != nil {
			return fmt.Errorf("writing an answer: %w", err)
		}
	}
}

// checksum is the one's complement sum of RFC 1071.
func checksum(message []byte) uint16 {
	sum := uint32(0)
	for index := 0; index+1 < len(message); index += 2 {
		sum += uint32(binary.BigEndian.Uint16(message[index:]))
	}
	if len(message)%2 == 1 {
		sum += uint32(message[len(message)-1]) << 8
	}
	// A packet has less than 2^15 words, so that two steps carry all.
	sum = sum>>16 + sum&0xffff
	sum += sum >> 16
	return ^uint16(sum)
}
