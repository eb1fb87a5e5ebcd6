//go:build unix

package story

import (
	"os/exec"
	"syscall"
)

// ownGroup keeps a terminal's Ctrl-C from the nodes: the player ends them in order.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
