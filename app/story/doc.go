// Package story plays acceptance stories: text files in which people and
// agencies act on a real network. Each node is a child process `countersignd
// run` with its own folder and its own host on the loopback interface, driven
// through its control socket; nothing is replaced but the clock's offset.
//
// A story is read whole before anything runs:
//
//	s, err := story.Parse(name, text)      // unknown steps are errors with a line number
//	p, err := story.NewPlayer(options)     // where folders go, which program to start
//	err = p.Play(ctx, s, report)           // report is called after each step
//	p.Close()                              // ends every node that is left
//
// The grammar is in the help of `countersignd story`.
package story
