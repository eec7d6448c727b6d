// Program packet-delay makes a TUN interface in its network namespace and hands every packet that is routed into it back
// to the kernel after a fixed time. It does what netem does, on kernels that have no netem.
//
// Usage: packet-delay INTERFACE DURATION
package main

import (
	"fmt"
	"os"
	"syscall"
	"time"
	"unsafe"
)

// Packets beyond this many in flight are dropped, as by a queue that is full.
const limit = 65536

type packet struct {
	due  time.Time
	data []byte
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "packet-delay:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: packet-delay INTERFACE DURATION")
	}
	delay, err := time.ParseDuration(args[1])
	if err != nil || delay < 0 {
		return fmt.Errorf("%q is no duration such as 50ms", args[1])
	}
	device, err := open(args[0])
	if err != nil {
		return err
	}
	queue := make(chan packet, limit)
	failed := make(chan error, 1)
	go func() { failed <- receive(device, queue, delay) }()
	for {
		select {
		case next := <-queue:
			time.Sleep(time.Until(next.due))
			// A packet that the kernel does not take is lost, as packets are.
			_, _ = syscall.Write(device, next.data)
		case err := <-failed:
			return err
		}
	}
}

func receive(device int, queue chan<- packet, delay time.Duration) error {
	buffer := make([]byte, 65536)
	for {
		length, err := syscall.Read(device, buffer)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return fmt.Errorf("reading packets: %w", err)
		}
		next := packet{due: time.Now().Add(delay), data: append([]byte(nil), buffer[:length]...)}
		select {
		case queue <- next:
		default:
		}
	}
}

// open makes the interface; it exists as long as the process does.
func open(name string) (int, error) {
	device, err := syscall.Open("/dev/net/tun", syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	if err != nil {
		return 0, fmt.Errorf("opening /dev/net/tun (CONFIG_TUN): %w", err)
	}
	var request struct {
		name  [syscall.IFNAMSIZ]byte
		flags uint16
		_     [22]byte
	}
	copy(request.name[:syscall.IFNAMSIZ-1], name)
	request.flags = syscall.IFF_TUN | syscall.IFF_NO_PI
	if _, _, code := syscall.Syscall(syscall.SYS_IOCTL, uintptr(device), syscall.TUNSETIFF, uintptr(unsafe.Pointer(&request))); code != 0 {
		return 0, fmt.Errorf("making interface %s: %w", name, code)
	}
	return device, nil
}
