package widgets

import (
	"sync/atomic"

	"fyne.io/fyne/v2"
)

// ended says that the toolkit's loop is ending. There is one loop in a process.
var ended atomic.Bool

// End is called on the interface's goroutine when the program begins to end: what is
// handed to Later from then on is not done any more.
func End() { ended.Store(true) }

// Later does something on the interface's goroutine, from any other one, unless the
// program is ending. The toolkit's own function for that must not be called then: it
// closes the queue behind its loop without waiting for those who are just putting
// something into it, whom that ends with a panic, and afterwards it does what it is
// given on the caller's goroutine, beside windows that are gone.
func Later(act func()) {
	var handed atomic.Bool
	defer func() {
		if !handed.Load() {
			_ = recover() // of the closed queue: act has not begun
		}
	}()
	if ended.Load() {
		return
	}
	fyne.Do(func() {
		handed.Store(true)
		if !ended.Load() {
			act()
		}
	})
	handed.Store(true)
}
