package demo

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"countersign/app/control"
	"countersign/app/node"
)

// TestMain lets this binary be the nodes of the cities that the tests make: it
// understands `run --rehearsal [--with-parent] [--clock=D] FOLDER` as countersignd does.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "run" {
		if err := runNode(os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func runNode(args []string) (err error) {
	o := node.Options{Version: "test", Clock: new(node.Clock), Log: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	flags.BoolVar(&o.Rehearsal, "rehearsal", false, "")
	clock := flags.Duration("clock", 0, "")
	withParent := flags.Bool("with-parent", false, "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	folder := flags.Arg(0)
	o.Clock.Set(*clock)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if *withParent {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			stop()
		}()
	}
	n, err := node.Open(folder, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	server, err := control.Serve(folder, n, control.Hooks{Stop: stop})
	if err != nil {
		return err
	}
	defer server.Close()
	if err := n.Start(); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}
