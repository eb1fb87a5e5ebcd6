package consensus

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"countersign/ledger/store"
)

// Which store is the replica (DESIGN). Two places can be damaged:
//
//   - the replica's file alone: close it, store.SetAside, open a new one and
//     make the engine again: its blocks are replayed into the new file;
//   - the engine's folder: SetAside moves folder and replica away, and the node
//     begins again, empty, from its peers. The guard's record stays where it is:
//     the key never signs again what it may have signed.

// SetAside renames the engine's folder, and the replica's file with it, so that
// both can be fetched again from peers. Engine and store must be stopped and
// closed. It returns the new names.
func SetAside(dir, replica string) (moved []string, err error) {
	if _, err := os.Stat(replica); err == nil {
		to, err := store.SetAside(replica)
		if err != nil {
			return nil, err
		}
		moved = append(moved, to)
	} else if !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("set the engine's folder aside: %w", err)
	}
	to, err := renameAside(dir)
	if err != nil {
		return moved, fmt.Errorf("set the engine's folder aside: %w", err)
	}
	return append(moved, to), syncDir(filepath.Dir(filepath.Clean(dir)))
}

func renameAside(dir string) (string, error) {
	dir = filepath.Clean(dir)
	for n := 1; n < 1000; n++ {
		to := fmt.Sprintf("%s.damaged-%d", dir, n)
		if _, err := os.Lstat(to); errors.Is(err, os.ErrNotExist) {
			return to, os.Rename(dir, to)
		}
	}
	return "", errors.New("a thousand damaged folders lie beside it")
}
