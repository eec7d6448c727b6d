// Program relay joins the two sides of a slice's network namespace: the tunnels, which only a process inside can use, and
// the agent, which is outside. It carries the notices that clusters give one another while the hub is away.
//
//   - What another node's router opens to our router's port goes to the unix socket on which the agent serves, after a line
//     that names that router: the agent bounds what each cluster may ask.
//   - What the agent opens on the other unix socket begins with a line that names a router; the relay dials that router's
//     port. No other port can be dialed.
//
// The agent starts one for each slice of its node, inside of the namespace, and holds its standard input: when that ends,
// so does the relay. It keeps no state. Who may open the port is decided by the firewall of the namespace; bounds on
// connections, their rate, bytes and idle time are here, so that no peer can take more of the node than its share.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// maxConnections is how many are carried at once, each way.
	maxConnections = 64
	// maxPerPeer is how many of them one peer may hold open to us.
	maxPerPeer = 4
	// peerRate is how many connections a peer may open each second, after a burst of peerBurst; a reader that keeps up
	// with many changes opens 20. Each bytesPerCredit that were carried count as one more: some 3 MiB a second.
	peerRate       = 50
	peerBurst      = 100
	bytesPerCredit = 64 << 10
	// maxBytes is carried in each direction of one connection; an answer has 1 MiB and its envelope.
	maxBytes = 4 << 20
	// idleTime ends a connection on which nothing moves; a reader may wait 10 s for something new.
	idleTime = 15 * time.Second
	// lifeTime ends every connection: one carries one request.
	lifeTime = 60 * time.Second
	dialTime = 2 * time.Second
)

func main() {
	router := flag.String("router", "", "address of this node in the slice")
	port := flag.Int("port", 0, "port of the relays of all nodes")
	serve := flag.String("serve", "", "unix socket on which the agent serves what comes from peers")
	dial := flag.String("dial", "", "unix socket on which the agent asks for a way to a peer")
	flag.Parse()
	own, err := netip.ParseAddr(*router)
	if err != nil || *port < 1 || *port > 65535 || *serve == "" || *dial == "" {
		fmt.Fprintln(os.Stderr, "usage: relay -router ADDRESS -port PORT -serve SOCKET -dial SOCKET")
		os.Exit(2)
	}
	if err := run(own, uint16(*port), *serve, *dial); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run serves until standard input ends.
func run(own netip.Addr, port uint16, serve, dial string) error {
	peers, err := net.Listen("tcp", netip.AddrPortFrom(own, port).String())
	if err != nil {
		return err
	}
	// A socket that a killed relay left cannot be bound again.
	if err := os.Remove(dial); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	agent, err := net.Listen("unix", dial)
	if err != nil {
		return err
	}
	ended := make(chan error, 3)
	go func() {
		ended <- accept(peers, newLimits(maxPerPeer), func(peer net.Conn) int { return inward(peer, serve) })
	}()
	go func() {
		ended <- accept(agent, newLimits(maxConnections), func(asker net.Conn) int { return outward(asker, own, port) })
	}()
	go func() {
		_, err := io.Copy(io.Discard, os.Stdin)
		ended <- err
	}()
	err = <-ended
	// Otherwise the agent would wait for a relay that has ended.
	agent.Close()
	return err
}

// accept hands connections on, as many as the limits allow; those beyond are closed at once.
func accept(listener net.Listener, bounds *limits, handle func(net.Conn) int) error {
	for {
		connection, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			// Out of file descriptors, or a peer that was gone before it was accepted: neither ends the relay.
			time.Sleep(50 * time.Millisecond)
			continue
		}
		from := hostOf(connection.RemoteAddr())
		if !bounds.take(from, time.Now()) {
			connection.Close()
			continue
		}
		go func() {
			bytes := handle(connection)
			connection.Close()
			bounds.give(from, bytes)
		}()
	}
}

// inward carries a peer's connection to the agent, and returns how many bytes.
func inward(peer net.Conn, socket string) int {
	agent, err := net.DialTimeout("unix", socket, dialTime)
	if err != nil {
		return 0
	}
	defer agent.Close()
	if agent.SetWriteDeadline(time.Now().Add(dialTime)) != nil {
		return 0
	}
	if _, err := fmt.Fprintf(agent, "%s\n", hostOf(peer.RemoteAddr())); err != nil {
		return 0
	}
	return join(peer, peer, agent)
}

// outward reads which router the agent asks for, carries the connection there, and returns how many bytes.
func outward(asker net.Conn, own netip.Addr, port uint16) int {
	if asker.SetReadDeadline(time.Now().Add(dialTime)) != nil {
		return 0
	}
	reader := bufio.NewReaderSize(asker, 4096)
	line, err := reader.ReadString('\n')
	if err != nil {
		return 0
	}
	router, err := netip.ParseAddr(strings.TrimSuffix(line, "\n"))
	if err != nil || router.Zone() != "" {
		return 0
	}
	dialer := net.Dialer{Timeout: dialTime, LocalAddr: &net.TCPAddr{IP: own.AsSlice()}}
	peer, err := dialer.Dial("tcp", net.JoinHostPort(router.String(), strconv.Itoa(int(port))))
	if err != nil {
		return 0
	}
	defer peer.Close()
	return join(reader, asker, peer)
}

// join copies both ways until both are done, one is idle for too long, or too much was carried, and returns how many bytes.
// What a sends is read by way of `from`.
func join(from io.Reader, a, b net.Conn) int {
	end := time.AfterFunc(lifeTime, func() {
		a.Close()
		b.Close()
	})
	defer end.Stop()
	there, back := make(chan int), make(chan int)
	go func() { there <- carry(from, a, b) }()
	go func() { back <- carry(b, b, a) }()
	return <-there + <-back
}

// carry copies what source sends to target, and passes its end on; after a failure both are closed. It returns how many
// bytes there were.
func carry(reader io.Reader, source, target net.Conn) (carried int) {
	buffer := make([]byte, 32<<10)
	for {
		until := time.Now().Add(idleTime)
		// The other direction may be the one that is busy, so each renews both.
		source.SetDeadline(until)
		target.SetDeadline(until)
		count, err := reader.Read(buffer)
		if count > 0 {
			carried += count
			if _, failed := target.Write(buffer[:count]); failed != nil || carried > maxBytes {
				break
			}
		}
		if errors.Is(err, io.EOF) {
			if half, ok := target.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
				return carried
			}
			break
		}
		if err != nil {
			break
		}
	}
	source.Close()
	target.Close()
	return carried
}

// limits bounds what all askers and what each of them may hold.
type limits struct {
	perAsker int
	lock     sync.Mutex
	open     int
	askers   map[string]*asker
}

// asker is what one address holds: open connections, and how many it may open now.
type asker struct {
	open    int
	credit  float64
	counted time.Time
}

func newLimits(perAsker int) *limits {
	return &limits{perAsker: perAsker, askers: map[string]*asker{}}
}

// take says whether one more connection may be carried, and counts it.
func (l *limits) take(from string, now time.Time) bool {
	l.lock.Lock()
	defer l.lock.Unlock()
	who := l.askers[from]
	if who == nil {
		l.forget(now)
		who = &asker{credit: peerBurst, counted: now}
		l.askers[from] = who
	}
	who.credit = min(peerBurst, who.credit+now.Sub(who.counted).Seconds()*peerRate)
	who.counted = now
	// The agent itself is bounded by what it may hold open.
	if l.open >= maxConnections || who.open >= l.perAsker || (from != "" && who.credit < 1) {
		return false
	}
	who.credit--
	who.open++
	l.open++
	return true
}

// give releases a connection that carried so many bytes.
func (l *limits) give(from string, bytes int) {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.open--
	who := l.askers[from]
	who.open--
	who.credit -= float64(bytes) / bytesPerCredit
}

// forget drops those that hold nothing and have their whole credit again, once there are many.
func (l *limits) forget(now time.Time) {
	if len(l.askers) < 1024 {
		return
	}
	for from, who := range l.askers {
		if who.open == 0 && who.credit+now.Sub(who.counted).Seconds()*peerRate >= peerBurst {
			delete(l.askers, from)
		}
	}
}

// hostOf is the address without the port; empty for a unix socket.
func hostOf(address net.Addr) string {
	if tcp, ok := address.(*net.TCPAddr); ok {
		return tcp.IP.String()
	}
	return ""
}
