package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"countersign/app/control"
	"countersign/app/desk"
	"countersign/app/node"
	"countersign/ledger"
	"countersign/ledger/keyring"
)

func runCommand() *cobra.Command {
	var o node.Options
	var verbose, rebuild, withParent bool
	var clock time.Duration
	c := &cobra.Command{
		Use:   "run FOLDER",
		Short: "Run the node of a profile folder until Ctrl-C",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			level := slog.LevelInfo
			if verbose {
				level = slog.LevelDebug
			}
			o.Version = version
			o.Log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
			if clock != 0 {
				if !o.Rehearsal {
					return node.ErrNotRehearsal
				}
				o.Clock = new(node.Clock)
				o.Clock.Set(clock)
			}
			var err error
			if node.KeySealed(args[0]) {
				if o.Keys, err = unsealed(args[0]); err != nil {
					return err
				}
				defer o.Keys.Close()
			}
			if rebuild {
				if err := node.Rebuild(args[0], o.Keys); err != nil {
					return err
				}
			}
			ctx, stop := context.WithCancel(c.Context())
			defer stop()
			if withParent {
				go func() {
					_, _ = io.Copy(io.Discard, os.Stdin) // the parent says nothing: it is there, or it is gone
					stop()
				}()
			}
			return runNode(ctx, args[0], o)
		},
	}
	c.Flags().BoolVar(&o.Rehearsal, "rehearsal", false, "let the clock and the links be moved; only on a network founded as a rehearsal")
	c.Flags().DurationVar(&clock, "clock", 0, "with --rehearsal: start with the clock moved by so much")
	c.Flags().BoolVar(&rebuild, "rebuild", false, "set a damaged replica aside and fetch the record again; keys, outbox and letters stay")
	c.Flags().BoolVar(&withParent, "with-parent", false, "end when standard input ends: for a program that runs nodes and may be killed")
	c.Flags().BoolVarP(&verbose, "verbose", "v", false, "log every step")
	return c
}

// unsealed opens the own key of a desktop's node with an official's passphrase.
func unsealed(folder string) (*keyring.Node, error) {
	passphrase, err := askSecret("Passphrase of an official who works at this computer")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", desk.ErrSealed, err)
	}
	return node.OpenSealed(folder, passphrase)
}

// runNode runs a node and its control socket until ctx ends or it is told to stop.
func runNode(ctx context.Context, folder string, o node.Options) error {
	n, err := node.Open(folder, o)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	server, err := control.Serve(folder, n, control.Hooks{Stop: stop})
	if err != nil {
		return errors.Join(err, n.Close())
	}
	if err := n.Start(); err != nil {
		server.Close()
		return errors.Join(err, n.Close())
	}
	<-ctx.Done()
	server.Close()
	return n.Close()
}

func statusCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "status FOLDER",
		Short: "Say how the running node of a folder is",
		Args:  cobra.ExactArgs(1),
		RunE: withClient(func(ctx context.Context, client *control.Client, out io.Writer, _ []string) error {
			s, err := client.Status(ctx)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(out, s)
			}
			printStatus(out, s)
			return nil
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func printStatus(out io.Writer, s node.Status) {
	fmt.Fprintf(out, "%s, node %s, network %s\n", s.Profile.Agency, s.Profile.Node, s.Profile.Network.Short())
	fmt.Fprintf(out, "block %d, %d entries, %d of %d keepers online, %d needed\n", s.Height, s.Log.Size,
		s.Network.Online, s.Network.Keepers, s.Network.Needed)
	if s.Profile.Rehearsal {
		fmt.Fprintf(out, "rehearsal; clock moved by %s\n", s.Clock)
	}
	for _, m := range s.Network.Members {
		state := "away"
		if m.Online {
			state = "online"
		}
		fmt.Fprintf(out, "  %-10s %-28s %-7s block %d\n", m.Agency, m.Title, state, m.Height)
	}
	officeStatus(out, s)
	for _, p := range s.Problems {
		fmt.Fprintln(out, "problem:", p)
	}
}

func verifyCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "verify FOLDER",
		Short: "Verify the whole ledger of the running node: hashes, signatures, rules, log",
		Args:  cobra.ExactArgs(1),
		RunE: withClient(func(ctx context.Context, client *control.Client, out io.Writer, _ []string) error {
			start, last := time.Now(), time.Time{}
			report, err := client.Verify(ctx, func(done, total uint64) {
				if time.Since(last) > 200*time.Millisecond && !asJSON {
					last = time.Now()
					fmt.Fprintf(os.Stderr, "\r%d of %d entries", done, total)
				}
			})
			if !asJSON {
				fmt.Fprint(os.Stderr, "\r")
			}
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(out, report)
			}
			fmt.Fprintf(out, "Everything checks: %d blocks, %d entries, in %s.\n", report.Blocks, report.Entries,
				time.Since(start).Round(time.Millisecond))
			return nil
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func connectCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "connect FOLDER DATASET FILE KEY-COLUMN",
		Short: "Connect a dataset with a CSV file at this agency's office node",
		Args:  cobra.ExactArgs(4),
		RunE: withClient(func(ctx context.Context, client *control.Client, out io.Writer, args []string) error {
			file, err := filepath.Abs(args[1]) // the node may run in another folder
			if err != nil {
				return err
			}
			s := node.Source{Dataset: ledger.Code(args[0]), File: file, Key: ledger.FieldName(args[2])}
			if err := client.Connect(ctx, s); err != nil {
				return err
			}
			fmt.Fprintf(out, "%s reads %s by %s.\n", s.Dataset, s.File, s.Key)
			return nil
		}),
	}
}

func disconnectCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "disconnect FOLDER DATASET",
		Short: "Forget from which file a dataset is read; the file stays as it is",
		Args:  cobra.ExactArgs(2),
		RunE: withClient(func(ctx context.Context, client *control.Client, out io.Writer, args []string) error {
			if err := client.Disconnect(ctx, ledger.Code(args[0])); err != nil {
				return err
			}
			fmt.Fprintf(out, "%s reads no file any more: what is approved waits until one is connected.\n", args[0])
			return nil
		}),
	}
}

func stopCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "stop FOLDER",
		Short: "Stop the running node of a folder in order",
		Args:  cobra.ExactArgs(1),
		RunE: withClient(func(ctx context.Context, client *control.Client, _ io.Writer, _ []string) error {
			return client.Stop(ctx)
		}),
	}
}

// withClient runs a command with a client of the node that runs on the folder
// in the first argument.
func withClient(fn func(context.Context, *control.Client, io.Writer, []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		client, err := dial(c.Context(), args[0])
		if err != nil {
			return err
		}
		defer client.Close()
		return fn(c.Context(), client, c.OutOrStdout(), args[1:])
	}
}

// dial asks for the node that runs on a folder; a folder without a profile is
// told from one whose node does not run.
func dial(ctx context.Context, folder string) (*control.Client, error) {
	client, err := control.Dial(ctx, folder)
	if errors.Is(err, control.ErrNotRunning) {
		if _, none := node.ReadProfile(folder); errors.Is(none, node.ErrNoProfile) {
			return nil, none
		}
	}
	return client, err
}

func printJSON(out io.Writer, v any) error {
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
