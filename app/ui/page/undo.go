package page

import "runtime"

// undoDepth is how many acts can be taken back, the last first.
const undoDepth = 20

// Undo remembers how to take back what was done without a signature.
type Undo struct{ back []func() }

func (u *Undo) add(back func()) {
	if len(u.back) == undoDepth {
		u.back = append(u.back[:0], u.back[1:]...)
	}
	u.back = append(u.back, back)
}

// Last takes back the last act that was not taken back yet; false: there is none.
func (u *Undo) Last() bool {
	n := len(u.back)
	if n == 0 {
		return false
	}
	back := u.back[n-1]
	u.back = u.back[:n-1]
	back()
	return true
}

// Forget forgets all acts: whoever comes next takes back nothing of theirs.
func (u *Undo) Forget() { u.back = nil }

// Undoable says that something was done that is not signed, and offers to take
// it back: beside the words, and with Ctrl+Z for as long as the desk is open.
func (e *Env) Undoable(done string, back func()) {
	e.Undo.add(back)
	key := "Ctrl Z"
	if runtime.GOOS == "darwin" {
		key = "Cmd Z"
	}
	e.Offer(done, e.T("common.undo"), key, func() { e.Undo.Last() })
}
