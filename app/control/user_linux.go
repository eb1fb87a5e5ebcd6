package control

import (
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// sameUser asks the kernel who is at the other end.
func sameUser(c net.Conn) bool { return fromUser(c, os.Getuid()) }

// fromUser tells whether a user, or root, is at the other end.
func fromUser(c net.Conn, uid int) bool {
	u, ok := c.(*net.UnixConn)
	if !ok {
		return false
	}
	raw, err := u.SyscallConn()
	if err != nil {
		return false
	}
	var cred *unix.Ucred
	var got error
	if err := raw.Control(func(fd uintptr) {
		cred, got = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	}); err != nil || got != nil {
		return false
	}
	return int(cred.Uid) == uid || cred.Uid == 0
}
