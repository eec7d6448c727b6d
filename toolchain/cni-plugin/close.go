package main

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"syscall"
	"time"
)

// sliceSubnets is the file in which the agent leaves the subnets of the node's slices by namespace; it outlives the agent
// and the machine's power. What stands in it is decided in src/plan/node/slice-subnets.ts.
const sliceSubnets = "/var/lib/kubeslice/slice-subnets.json"

// lastResort is the metric of the routes that stand behind all others, the same as the agent's (src/kernel/slice/expected.ts),
// so that the agent finds the route as its own when it attaches the pod.
const lastResort = 4_278_198_272

// bootProtocol is what `ip route` notes as the origin of a route (RTPROT_BOOT).
const bootProtocol = 3

// setnsCall is the number of setns(2), which package syscall does not have.
var setnsCall = map[string]uintptr{"amd64": 308, "arm64": 268}

// subnetsOf gives the subnets that pods of a namespace may reach through their slice only; none when the agent has never
// been on this node or the namespace is in no slice.
func subnetsOf(path, namespace string) ([]netip.Prefix, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var file struct {
		Namespaces map[string][]netip.Prefix `json:"namespaces"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return file.Namespaces[namespace], nil
}

// closeSubnets makes subnets unreachable inside a network namespace, unless a better route leads there. It changes
// nothing else, and nothing when called again.
func closeSubnets(netns string, subnets []netip.Prefix) error {
	if len(subnets) == 0 {
		return nil
	}
	done := make(chan error, 1)
	go func() {
		// The thread stays in the other namespace, so it is not unlocked and ends with this goroutine.
		runtime.LockOSThread()
		done <- closeHere(netns, subnets)
	}()
	return <-done
}

func closeHere(netns string, subnets []netip.Prefix) error {
	namespace, err := os.Open(netns)
	if err != nil {
		return err
	}
	defer namespace.Close()
	call, known := setnsCall[runtime.GOARCH]
	if !known {
		return fmt.Errorf("setns(2) is not known on %s", runtime.GOARCH)
	}
	if _, _, failed := syscall.RawSyscall(call, namespace.Fd(), syscall.CLONE_NEWNET, 0); failed != 0 {
		return fmt.Errorf("setns(2) to %s: %w", netns, failed)
	}
	socket, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, syscall.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer syscall.Close(socket)
	// The kernel answers at once; a pod's start must not hang on it nevertheless.
	patience := syscall.NsecToTimeval(int64(time.Second))
	if err := syscall.SetsockoptTimeval(socket, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &patience); err != nil {
		return err
	}
	for _, subnet := range subnets {
		if !subnet.IsValid() || !subnet.Addr().Is4() {
			continue
		}
		if err := addUnreachable(socket, subnet.Masked()); err != nil {
			return fmt.Errorf("unreachable %s: %w", subnet, err)
		}
	}
	return nil
}

// addUnreachable adds one route (rtnetlink(7)); one that is there already is no error.
func addUnreachable(socket int, subnet netip.Prefix) error {
	native := binary.NativeEndian
	address := subnet.Addr().As4()
	message := make([]byte, 0, 64)
	message = native.AppendUint32(message, 0)
	message = native.AppendUint16(message, syscall.RTM_NEWROUTE)
	message = native.AppendUint16(message, syscall.NLM_F_REQUEST|syscall.NLM_F_ACK|syscall.NLM_F_CREATE|syscall.NLM_F_EXCL)
	message = native.AppendUint32(message, 1)
	message = native.AppendUint32(message, 0)
	message = append(message, syscall.AF_INET, byte(subnet.Bits()), 0, 0,
		syscall.RT_TABLE_MAIN, bootProtocol, syscall.RT_SCOPE_UNIVERSE, syscall.RTN_UNREACHABLE)
	message = native.AppendUint32(message, 0)
	message = appendAttribute(message, syscall.RTA_DST, address[:])
	message = appendAttribute(message, syscall.RTA_PRIORITY, native.AppendUint32(nil, lastResort))
	native.PutUint32(message, uint32(len(message)))
	if err := syscall.Sendto(socket, message, 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}); err != nil {
		return err
	}
	answer := make([]byte, 4096)
	size, _, err := syscall.Recvfrom(socket, answer, 0)
	if err != nil {
		return err
	}
	if size < 20 || native.Uint16(answer[4:]) != syscall.NLMSG_ERROR {
		return errors.New("the kernel gave no answer that is understood")
	}
	if code := syscall.Errno(-int32(native.Uint32(answer[16:]))); code != 0 && code != syscall.EEXIST {
		return code
	}
	return nil
}

// appendAttribute appends one attribute, whose value is a multiple of four bytes long.
func appendAttribute(message []byte, kind uint16, value []byte) []byte {
	message = binary.NativeEndian.AppendUint16(message, uint16(4+len(value)))
	message = binary.NativeEndian.AppendUint16(message, kind)
	return append(message, value...)
}
