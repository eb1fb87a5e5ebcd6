// Package crash owns what is kept when the program ends by a fault of its own: a
// small text with the version and where the program stood, and nothing else. The
// words of a panic, the arguments of functions and the folders of this computer
// may hold what is nobody's business, so they are left out before anything is
// written.
//
// The runtime writes its last words to a pipe (runtime/debug.SetCrashOutput) at
// whose other end a second process of the same program waits: it outlives the
// fault, whichever goroutine had it, leaves out what does not belong there and
// writes the report. So no file ever holds more than a report may.
//
//	if folder, ok := crash.Recording(os.Args[1:]); ok { // in that second process
//		return crash.Record(os.Stdin, folder, version, time.Now)
//	}
//	w, err := crash.Watch(folder, self)
//	defer w.Close()
package crash
