// Program wireguard-go is one WireGuard tunnel in user space: `wireguard-go --foreground INTERFACE` makes the interface
// and serves it, and the control socket that wg(8) uses, until it is told to end or the interface is deleted.
//
// The protocol is the WireGuard project's (golang.zx2c4.com/wireguard). This is a main of our own around it, because the
// process reads packets from the network as root of the node: once interface and socket are there it gives up every
// capability but CAP_NET_ADMIN, and its memory is bounded.
package main

import (
	"fmt"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
	"golang.zx2c4.com/wireguard/conn"
	"golang.zx2c4.com/wireguard/device"
	"golang.zx2c4.com/wireguard/ipc"
	"golang.zx2c4.com/wireguard/tun"
)

// memoryLimit is where garbage is collected however little there is of it. Without it one tunnel was seen to grow to
// 500 MB under 64 TCP streams, and to keep that; with it to 105 MB, at the same rate. GOMEMLIMIT sets another one.
const memoryLimit = 128 << 20

func main() {
	if len(os.Args) != 3 || os.Args[1] != "--foreground" {
		fmt.Fprintln(os.Stderr, "usage: wireguard-go --foreground INTERFACE")
		os.Exit(2)
	}
	if err := run(os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run serves the interface until it ends.
func run(name string) error {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	link, err := tun.CreateTUN(name, device.DefaultMTU)
	if err != nil {
		return fmt.Errorf("interface %s cannot be made: %w", name, err)
	}
	file, err := ipc.UAPIOpen(name)
	if err != nil {
		return fmt.Errorf("the control socket of %s cannot be made: %w", name, err)
	}
	control, err := ipc.UAPIListen(name, file)
	if err != nil {
		return fmt.Errorf("the control socket of %s cannot be served: %w", name, err)
	}
	defer control.Close()
	// What binds UDP sockets and sets their marks needs no more than this; nothing that comes in over them may do more.
	if err := keepOnly(unix.CAP_NET_ADMIN); err != nil {
		return fmt.Errorf("privileges cannot be given up: %w", err)
	}
	tunnel := device.NewDevice(link, conn.NewDefaultBind(), device.NewLogger(device.LogLevelError, fmt.Sprintf("(%s) ", name)))
	defer tunnel.Close()

	failed := make(chan error, 1)
	go func() { failed <- serve(control, tunnel) }()
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM, os.Interrupt)
	select {
	case <-told:
	case <-tunnel.Wait():
	case err = <-failed:
	}
	return err
}

// serve answers wg(8) until the socket is closed.
func serve(control net.Listener, tunnel *device.Device) error {
	for {
		question, err := control.Accept()
		if err != nil {
			return err
		}
		go tunnel.IpcHandle(question)
	}
}

// keepOnly gives up every other capability on all threads, for good: there is none left to take them back with, and no
// program that is executed gets any.
func keepOnly(capability uint) error {
	for other := uint(0); other <= unix.CAP_LAST_CAP; other++ {
		if other == capability {
			continue
		}
		// The kernel may know fewer than this program was built for.
		if _, _, failure := syscall.AllThreadsSyscall(unix.SYS_PRCTL, unix.PR_CAPBSET_DROP, uintptr(other), 0); failure != 0 && failure != unix.EINVAL {
			return failure
		}
	}
	if _, _, failure := syscall.AllThreadsSyscall6(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0); failure != 0 {
		return failure
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	data := [2]unix.CapUserData{{Effective: 1 << capability, Permitted: 1 << capability}}
	_, _, failure := syscall.AllThreadsSyscall(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&data[0])), 0)
	if failure != 0 {
		return failure
	}
	return nil
}
