//go:build linux && netns

package p2p_test

import (
	"encoding/binary"
	"fmt"
	"net"
	"slices"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// A cable is a pair of veth interfaces, made by rtnetlink(7): no program such as ip
// has to be there.

// vethPeer is VETH_INFO_PEER of linux/veth.h.
const vethPeer = 1

// lay makes a cable from here to the network namespace of another process.
func lay(t *testing.T, here, there string, pid int) {
	t.Helper()
	peer := slices.Concat(linkHead(0, 0), text(unix.IFLA_IFNAME, there), attr(unix.IFLA_NET_NS_PID, word(uint32(pid))))
	info := slices.Concat(text(unix.IFLA_INFO_KIND, "veth"), attr(unix.IFLA_INFO_DATA, attr(vethPeer, peer)))
	netlink(t, unix.RTM_NEWLINK, unix.NLM_F_CREATE|unix.NLM_F_EXCL,
		slices.Concat(linkHead(0, 0), text(unix.IFLA_IFNAME, here), attr(unix.IFLA_LINKINFO, info)))
}

// plugIn gives an end of the cable its address and turns it and the loopback on.
func plugIn(t *testing.T, name, ip string) {
	t.Helper()
	addr := net.ParseIP(ip).To4()
	head := []byte{unix.AF_INET, 24, 0, unix.RT_SCOPE_UNIVERSE}
	netlink(t, unix.RTM_NEWADDR, unix.NLM_F_CREATE|unix.NLM_F_EXCL,
		slices.Concat(head, word(uint32(index(t, name))), attr(unix.IFA_LOCAL, addr), attr(unix.IFA_ADDRESS, addr)))
	for _, on := range []string{"lo", name} {
		netlink(t, unix.RTM_NEWLINK, 0, linkHead(index(t, on), unix.IFF_UP))
	}
}

func index(t *testing.T, name string) int {
	t.Helper()
	i, err := net.InterfaceByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return i.Index
}

func word(v uint32) []byte { return binary.NativeEndian.AppendUint32(nil, v) }

// linkHead is a struct ifinfomsg that turns flags on.
func linkHead(index int, flags uint32) []byte {
	return slices.Concat([]byte{unix.AF_UNSPEC, 0, 0, 0}, word(uint32(index)), word(flags), word(flags))
}

// attr is a struct rtattr with its value, filled up to four bytes.
func attr(kind uint16, value []byte) []byte {
	out := binary.NativeEndian.AppendUint16(nil, uint16(4+len(value)))
	out = append(binary.NativeEndian.AppendUint16(out, kind), value...)
	return append(out, make([]byte, -len(value)&3)...)
}

func text(kind uint16, s string) []byte { return attr(kind, append([]byte(s), 0)) }

// netlink sends one request and waits for the kernel's answer to it.
func netlink(t *testing.T, kind, flags uint16, body []byte) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	message := word(uint32(unix.NLMSG_HDRLEN + len(body)))
	message = binary.NativeEndian.AppendUint16(message, kind)
	message = binary.NativeEndian.AppendUint16(message, flags|unix.NLM_F_REQUEST|unix.NLM_F_ACK)
	message = slices.Concat(message, word(1), word(0), body)
	if err := unix.Sendto(fd, message, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 64<<10)
	n, _, err := unix.Recvfrom(fd, answer, 0)
	if err == nil {
		err = refusal(answer[:n])
	}
	if err != nil {
		t.Fatalf("rtnetlink request %d: %v", kind, err)
	}
}

// refusal reads the acknowledgement; nil: done.
func refusal(b []byte) error {
	list, err := syscall.ParseNetlinkMessage(b)
	if err != nil {
		return err
	}
	if len(list) != 1 || list[0].Header.Type != unix.NLMSG_ERROR || len(list[0].Data) < 4 {
		return fmt.Errorf("an answer of %d messages that is none", len(list))
	}
	if code := int32(binary.NativeEndian.Uint32(list[0].Data)); code != 0 {
		return unix.Errno(-code)
	}
	return nil
}
