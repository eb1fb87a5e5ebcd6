// Command countersignd is the headless node and the command line of
// Countersign. A running node owns its stores; every other command asks it
// through its control socket. It needs no cgo.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// version is set by the linker in packages.
var version = "0.1.0"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := root().ExecuteContext(ctx); err != nil {
		if !errors.Is(err, errSaid) {
			fmt.Fprintln(os.Stderr, "countersignd:", plain(err))
		}
		os.Exit(1)
	}
}

// errSaid is returned when the command has already said what is wrong.
var errSaid = errors.New("already said")

func root() *cobra.Command {
	c := &cobra.Command{
		Use:   "countersignd",
		Short: "Agency data-sharing approvals on a shared, tamper-evident record",
		Long: `Each agency runs nodes; each node keeps a replica of the record. One folder is
one node. Found a network with init, or join one with an invitation; then run.`,
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	c.AddCommand(initCommand(), inviteCommand(), joinCommand(), runCommand(), statusCommand(), verifyCommand(),
		connectCommand(), disconnectCommand(), entriesCommand(), spareCommand(), stopCommand(), resumeVotingCommand(), storyCommand(), benchCommand(), soakCommand(), benchNodeCommand())
	c.AddCommand(adminCommand(), eraseCommand(), demoCommand())
	return c
}
