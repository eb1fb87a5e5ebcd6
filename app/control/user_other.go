//go:build !linux

package control

import "net"

// sameUser relies on the folder, which only its user can enter.
func sameUser(net.Conn) bool { return true }
