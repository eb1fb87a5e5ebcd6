//go:build !linux && !darwin && !freebsd && !windows

package node

import "errors"

// freeBytes is not known here: a write that fails is what tells.
func freeBytes(string) (uint64, error) { return 0, errors.ErrUnsupported }
