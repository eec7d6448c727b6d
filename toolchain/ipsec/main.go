// Program ipsec-tunnel is the IPsec tunnel of one slice on a node, with packets encrypted in user space:
//
//	ipsec-tunnel --foreground NAME -port PORT -netns PATH -peers FILE -charon PROGRAM -root FOLDER
//
// It runs strongSwan's charon inside the slice's network namespace, because charon's userspace backend wants its interface,
// its routes and the node's address in the slice in one namespace. What charon sends and receives over UDP belongs on the
// node's own network, though, and the slice has no way there. So this program holds the UDP socket of the tunnel on the node,
// and another on the loopback interface of the slice, and carries datagrams between the two as they are. To charon, every
// other node is an address of 127.0.0.0/8.
//
// Charon sees FOLDER as its root, with the machine's /dev and the folder of FILE in it, and no other file of the machine: the
// machine may have another C library, or none.
//
// It holds no key and reads no packet. Once its sockets are open it gives up every capability but CAP_NET_ADMIN, and charon,
// which it starts, never has another. Either ends with the other. Charon is started once FILE is there: the agent writes it
// when this process is in its own control group, so that charon is, too.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
	"unsafe"
)

const (
	// insidePort is where charon finds the other nodes on the loopback interface of the slice, and charonPort where it listens.
	insidePort = 4501
	charonPort = 4500
	// largest is the longest datagram of UDP over IPv4.
	largest = 65_507
	// socketBuffer holds what arrives while this program waits for a processor.
	socketBuffer = 1 << 20
	// endTime is how long charon may take to say good-bye to the other nodes.
	endTime = 1500 * time.Millisecond
	// fileTime is how long the file of the peers may take to appear.
	fileTime = 10 * time.Second
	// maxLog bounds what charon may write into the log, which is in memory.
	maxLog = 1 << 20

	capNetAdmin = 12
	lastCap     = 63
	// Numbers that package syscall lacks: PR_CAPBSET_DROP and PR_SET_NO_NEW_PRIVS of prctl(2), _LINUX_CAPABILITY_VERSION_3.
	capBsetDrop   = 24
	noNewPrivs    = 38
	capVersion3   = 0x20080522
	cloneNewNet   = 0x40000000
	cloneNewNs    = 0x00020000
	pktinfoLength = 12
)

func main() {
	if len(os.Args) < 3 || os.Args[1] != "--foreground" {
		usage()
	}
	flags := flag.NewFlagSet("ipsec-tunnel", flag.ExitOnError)
	port := flags.Int("port", 0, "UDP port of the tunnel on the node")
	netns := flags.String("netns", "", "network namespace of the slice")
	peers := flags.String("peers", "", "file with an address of 127.0.0.0/8 and an endpoint on each line")
	charon := flags.String("charon", "", "path of charon-systemd in the root; it reads STRONGSWAN_CONF")
	root := flags.String("root", "", "folder with charon and its libraries")
	flags.Parse(os.Args[3:])
	if *port < 1 || *port > 65535 || *netns == "" || *peers == "" || *charon == "" || *root == "" {
		usage()
	}
	// Charon is started from this thread, so that it is in the slice's namespace and in its root, and ends when the thread does.
	runtime.LockOSThread()
	if err := run(*port, *netns, *peers, *charon, *root); err != nil {
		fmt.Fprintln(os.Stderr, "ipsec-tunnel:", err)
		os.Exit(1)
	}
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: ipsec-tunnel --foreground NAME -port PORT -netns PATH -peers FILE -charon PROGRAM -root FOLDER")
	os.Exit(2)
}

// run serves until charon ends or the program is told to.
func run(port int, netns, peers, charon, root string) error {
	node, err := net.ListenUDP("udp", &net.UDPAddr{Port: port})
	if err != nil {
		return fmt.Errorf("the port of the tunnel cannot be opened: %w", err)
	}
	if err := enter(netns); err != nil {
		return fmt.Errorf("the namespace %s cannot be entered: %w", netns, err)
	}
	// Anywhere in 127.0.0.0/8: the firewall of the slice lets nothing else reach it.
	slice, err := net.ListenUDP("udp4", &net.UDPAddr{Port: insidePort})
	if err != nil {
		return fmt.Errorf("the port towards charon cannot be opened: %w", err)
	}
	if err := wantDestinations(slice); err != nil {
		return fmt.Errorf("the port towards charon cannot tell destinations: %w", err)
	}
	if err := changeRoot(root, filepath.Dir(peers)); err != nil {
		return fmt.Errorf("the folder %s cannot be the root of charon: %w", root, err)
	}
	if err := keepOnly(capNetAdmin); err != nil {
		return fmt.Errorf("privileges cannot be given up: %w", err)
	}
	for _, socket := range []*net.UDPConn{node, slice} {
		socket.SetReadBuffer(socketBuffer)
		socket.SetWriteBuffer(socketBuffer)
	}
	book := newBook(peers)
	failed := make(chan error, 2)
	go func() { failed <- outward(slice, node, book) }()
	go func() { failed <- inward(node, slice, book) }()

	if err := appear(peers); err != nil {
		return err
	}
	child := exec.Command(charon)
	child.Stderr = &bounded{to: os.Stderr, left: maxLog}
	child.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := child.Start(); err != nil {
		return fmt.Errorf("charon cannot be started: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- child.Wait() }()
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM, os.Interrupt)
	select {
	case err := <-ended:
		return fmt.Errorf("charon ended: %v", err)
	case err = <-failed:
		child.Process.Kill()
		<-ended
		return err
	case <-told:
	}
	child.Process.Signal(syscall.SIGTERM)
	select {
	case <-ended:
	case <-time.After(endTime):
		child.Process.Kill()
		<-ended
	}
	return nil
}

// appear waits for a file.
func appear(path string) error {
	for waited := time.Duration(0); waited < fileTime; waited += 5 * time.Millisecond {
		if _, err := os.Stat(path); err == nil {
			return nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	return fmt.Errorf("nobody wrote %s within %v", path, fileTime)
}

// bounded passes on so many bytes, and drops what is more.
type bounded struct {
	to   io.Writer
	left int
}

func (b *bounded) Write(text []byte) (int, error) {
	some := text[:min(b.left, len(text))]
	b.left -= len(some)
	if len(some) > 0 {
		b.to.Write(some)
	}
	return len(text), nil
}

// outward carries what charon sends to the nodes.
func outward(slice, node *net.UDPConn, book *book) error {
	buffer, control := make([]byte, largest), make([]byte, 128)
	for {
		count, controls, _, from, err := slice.ReadMsgUDPAddrPort(buffer, control)
		if errors.Is(err, net.ErrClosed) {
			return err
		}
		if err != nil || from.Port() != charonPort || !from.Addr().Unmap().IsLoopback() {
			continue
		}
		to, ok := destination(control[:controls])
		if !ok {
			continue
		}
		if endpoint, known := book.endpointOf(to, time.Now()); known {
			// A node that cannot be reached is charon's business, which asks again.
			node.WriteToUDPAddrPort(buffer[:count], endpoint)
		}
	}
}

// inward carries what nodes send to charon.
func inward(node, slice *net.UDPConn, book *book) error {
	charon := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), charonPort)
	buffer := make([]byte, largest)
	for {
		count, from, err := node.ReadFromUDPAddrPort(buffer)
		if errors.Is(err, net.ErrClosed) {
			return err
		}
		if err != nil {
			continue
		}
		source := book.addressOf(netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), time.Now())
		slice.WriteMsgUDPAddrPort(buffer[:count], sourceControl(source), charon)
	}
}

// enter moves this thread into a network namespace.
func enter(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, _, failure := syscall.RawSyscall(sysSetns, file.Fd(), cloneNewNet, 0); failure != 0 {
		return failure
	}
	return nil
}

// changeRoot gives this thread, and what it starts, another root, in which the devices of the machine and one folder are at
// their own paths. The mounts are in a namespace of this thread alone, and end with it.
func changeRoot(root, folder string) error {
	if err := syscall.Unshare(cloneNewNs); err != nil {
		return err
	}
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return err
	}
	for _, shared := range []string{"/dev", folder} {
		inside := filepath.Join(root, shared)
		if err := os.MkdirAll(inside, 0o755); err != nil {
			return err
		}
		if err := syscall.Mount(shared, inside, "", syscall.MS_BIND|syscall.MS_REC, ""); err != nil {
			return err
		}
	}
	if err := syscall.Chroot(root); err != nil {
		return err
	}
	return os.Chdir("/")
}

// wantDestinations has the kernel tell the destination of each datagram, see IP_PKTINFO of ip(7).
func wantDestinations(socket *net.UDPConn) error {
	raw, err := socket.SyscallConn()
	if err != nil {
		return err
	}
	var failure error
	err = raw.Control(func(fd uintptr) {
		failure = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_PKTINFO, 1)
	})
	return errors.Join(err, failure)
}

// destination is the address to which a datagram was sent.
func destination(control []byte) (netip.Addr, bool) {
	messages, err := syscall.ParseSocketControlMessage(control)
	if err != nil {
		return netip.Addr{}, false
	}
	for _, message := range messages {
		if message.Header.Level == syscall.IPPROTO_IP && message.Header.Type == syscall.IP_PKTINFO && len(message.Data) >= pktinfoLength {
			return netip.AddrFrom4([4]byte(message.Data[8:12])), true
		}
	}
	return netip.Addr{}, false
}

// sourceControl has the kernel send a datagram from this address.
func sourceControl(source netip.Addr) []byte {
	control := make([]byte, syscall.CmsgSpace(pktinfoLength))
	header := (*syscall.Cmsghdr)(unsafe.Pointer(&control[0]))
	header.Level, header.Type = syscall.IPPROTO_IP, syscall.IP_PKTINFO
	header.SetLen(syscall.CmsgLen(pktinfoLength))
	from := source.As4()
	copy(control[syscall.CmsgLen(0)+4:], from[:])
	return control
}

// keepOnly gives up every other capability on all threads, for good; a program that is executed gets no more either.
func keepOnly(capability uint) error {
	for other := uint(0); other <= lastCap; other++ {
		if other == capability {
			continue
		}
		// The kernel knows fewer of them.
		if _, _, failure := syscall.AllThreadsSyscall(syscall.SYS_PRCTL, capBsetDrop, uintptr(other), 0); failure != 0 && failure != syscall.EINVAL {
			return failure
		}
	}
	if _, _, failure := syscall.AllThreadsSyscall6(syscall.SYS_PRCTL, noNewPrivs, 1, 0, 0, 0, 0); failure != 0 {
		return failure
	}
	header := struct {
		version uint32
		pid     int32
	}{version: capVersion3}
	data := [2]struct{ effective, permitted, inheritable uint32 }{{effective: 1 << capability, permitted: 1 << capability}}
	if _, _, failure := syscall.AllThreadsSyscall(syscall.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&data[0])), 0); failure != 0 {
		return failure
	}
	return nil
}
