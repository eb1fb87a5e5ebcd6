// Command rig drives the real window as a person does, on a display in memory:
// keys and the pointer go in through the X server, pictures come out of its
// memory, and what a page says comes out through the window's own "copy page as
// text". What is on the record it reads over the control socket of the same desk.
//
//	rig test --city DIR --build DIR        the story of the demo city, and a desk killed while it signs
//	rig pictures --city DIR --build DIR TO pictures of every screen, in all languages and colours
//	rig bench --build DIR OUT.json         how fast the window is over a million entries;
//	                                       --profile FILE tells where its time goes while it scrolls
//
// With dbus-daemon it also plays the desktop around the window, on a bus of its own.
// It needs Xvfb, xdotool and xclip, and no cgo. Every wait is for a condition,
// with a limit; nothing sleeps for a fixed time and hopes.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

// rig is one run.
type rig struct {
	build string // folder of countersign and countersignd
	city  string // folder of the demo city
	work  string // scratch, removed at the end

	session *session // the desktop that windows speak to; nil: there is none
	empty   float64  // bench: MB of memory of its own of an empty window
	profile string   // bench: where a profile of the processor while the inbox is scrolled goes; empty: nowhere
	failure string   // where the picture of a page goes that does not say what it should
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "rig:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (err error) {
	if len(args) == 0 {
		return fmt.Errorf("say what to do: test, pictures or bench")
	}
	var r rig
	var only string
	entries := 0
	f := flag.NewFlagSet("rig "+args[0], flag.ContinueOnError)
	f.StringVar(&r.build, "build", "build", "folder of the programs")
	f.StringVar(&r.city, "city", "", "folder of the demo city, which is running")
	f.StringVar(&only, "only", "", "pictures: only those whose name has this in it")
	f.IntVar(&entries, "entries", 1_000_000, "bench: entries of the ledger")
	f.StringVar(&r.profile, "profile", "", "bench: file for a profile of the processor while the inbox is scrolled")
	if err := f.Parse(args[1:]); err != nil {
		return err
	}
	for _, at := range []*string{&r.build, &r.city} {
		if *at, err = filepath.Abs(*at); err != nil {
			return err
		}
	}
	r.failure = filepath.Join(r.build, "rig-failed.png")
	if r.work, err = os.MkdirTemp("", "countersign-rig-"); err != nil {
		return err
	}
	defer os.RemoveAll(r.work)
	switch {
	case args[0] == "test" && f.NArg() == 0:
		return r.test(ctx)
	case args[0] == "pictures" && f.NArg() == 1:
		return r.pictures(ctx, f.Arg(0), only)
	case args[0] == "bench" && f.NArg() == 1:
		return r.bench(ctx, f.Arg(0), entries)
	}
	return fmt.Errorf("%v is not understood: see the head of app/rig/main.go", args)
}

func say(format string, args ...any) { fmt.Printf("  "+format+"\n", args...) }
