package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"countersign/app/demo"
)

// demoFlags are common to the commands about a demo city.
type demoFlags struct {
	dir      string
	agencies int
}

func (f *demoFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.dir, "dir", "", "the city's folder (default: in the user's data folder)")
}

// folder is the city's folder as an absolute path.
func (f *demoFlags) folder() (string, error) {
	if f.dir == "" {
		return demo.DefaultDir()
	}
	return filepath.Abs(f.dir)
}

func demoCommand() *cobra.Command {
	var agencies, requests int
	var headless, asJSON bool
	c := &cobra.Command{
		Use:   "demo",
		Short: "Valmarine, a demo city: play its story, or keep it running for the desks",
		Long: `Valmarine and its agencies, laws, people and records are invented. Each agency of
it is a process of its own on this computer, with its own record, keys and data.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if !headless {
				return errors.New("demo: use --headless, or one of up, status, again, stop and desk-folder")
			}
			return playHeadless(c.Context(), c.OutOrStdout(), agencies, requests, asJSON)
		},
	}
	c.Flags().BoolVar(&headless, "headless", false, "make a city in a temporary folder, play the police and the tax service, measure, remove it")
	c.Flags().IntVar(&agencies, "agencies", demo.MinAgencies, "number of agencies, 4 to 7")
	c.Flags().IntVar(&requests, "requests", 50, "how many requests to play and measure")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.AddCommand(demoUpCommand(), demoStatusCommand(), demoStopCommand(), demoAgainCommand(), demoDeskCommand())
	return c
}

func playHeadless(ctx context.Context, out io.Writer, agencies, requests int, asJSON bool) error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	o := demo.Options{Program: program, Agencies: agencies}
	if !asJSON {
		o.Say = func(line string) { fmt.Fprintln(out, line) }
	}
	m, err := demo.Headless(ctx, o, requests)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if asJSON {
		return printJSON(out, m)
	}
	fmt.Fprintf(out, "\n%d requests, %d agencies; milliseconds from the last signature, the key being open:\n\n", m.Requests, m.Agencies)
	fmt.Fprintf(out, "  %-44s %8s %8s\n", "", "p50", "p99")
	for _, row := range []struct {
		what string
		of   demo.Spread
	}{
		{"approve to final", m.Final},
		{"approve to received and verified", m.Received},
		{"approve to the receipt being final", m.Receipt},
	} {
		fmt.Fprintf(out, "  %-44s %8.1f %8.1f\n", row.what, row.of.P50, row.of.P99)
	}
	return nil
}

func demoUpCommand() *cobra.Command {
	var f demoFlags
	c := &cobra.Command{
		Use:   "up",
		Short: "Run the demo city until Ctrl-C, making it when it is not there yet",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dir, err := f.folder()
			if err != nil {
				return err
			}
			program, err := os.Executable()
			if err != nil {
				return fmt.Errorf("demo: %w", err)
			}
			out := c.OutOrStdout()
			o := demo.Options{Program: program, Dir: dir, Agencies: f.agencies, Say: func(line string) { fmt.Fprintln(out, line) }}
			err = demo.Up(c.Context(), o, func() { printCity(out, dir) })
			if errors.Is(err, demo.ErrRunning) {
				fmt.Fprintln(out, "The demo city is running already: nothing to do.")
				return nil
			}
			if err != nil && c.Context().Err() != nil { // Ctrl-C while it was made or started
				fmt.Fprintln(out, "Ended before the city stood; the next start makes it again.")
				return nil
			}
			return err
		},
	}
	f.add(c)
	c.Flags().IntVar(&f.agencies, "agencies", 0, "number of agencies, 4 to 7 (default: as the city has, 4 for a new one)")
	return c
}

// printCity says where the desks of a running city are.
func printCity(out io.Writer, dir string) {
	fmt.Fprintln(out, "The city is running. Ctrl-C ends it.")
	for _, agency := range []string{"tax", "police"} {
		if at, err := demo.DeskFolder(dir, agency); err == nil {
			fmt.Fprintf(out, "  %-7s desk: %s\n", agency, at)
		}
	}
	fmt.Fprintf(out, "  Everybody's passphrase: %s\n", demo.Passphrase)
}

func demoStatusCommand() *cobra.Command {
	var f demoFlags
	var wait time.Duration
	var asJSON bool
	c := &cobra.Command{
		Use:   "status",
		Short: "Say whether the demo city is running; exit status 0 when every agency answers",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dir, err := f.folder()
			if err != nil {
				return err
			}
			s, err := demo.Await(c.Context(), dir, wait)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), s)
			}
			fmt.Fprintf(c.OutOrStdout(), "The demo city is running: %d agencies.\n", len(s.Nodes))
			for _, n := range s.Nodes {
				fmt.Fprintf(c.OutOrStdout(), "  %-18s block %d, %d of %d keepers online\n", n.Title, n.Height, n.Network.Online, n.Network.Keepers)
			}
			return nil
		},
	}
	f.add(c)
	c.Flags().DurationVar(&wait, "wait", 0, "wait so long for it")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func demoStopCommand() *cobra.Command {
	var f demoFlags
	c := &cobra.Command{
		Use:   "stop",
		Short: "End the demo city in order",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dir, err := f.folder()
			if err != nil {
				return err
			}
			switch err := demo.Stop(c.Context(), dir); {
			case errors.Is(err, demo.ErrNotRunning):
				fmt.Fprintln(c.OutOrStdout(), "No city is running.")
			case err != nil:
				return err
			default:
				fmt.Fprintln(c.OutOrStdout(), "The city has ended.")
			}
			return nil
		},
	}
	f.add(c)
	return c
}

func demoAgainCommand() *cobra.Command {
	var f demoFlags
	c := &cobra.Command{
		Use:   "again",
		Short: "Begin the story again: the police ask, the first official signs",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dir, err := f.folder()
			if err != nil {
				return err
			}
			number, err := demo.Again(c.Context(), dir)
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "%s waits for the second signature at the tax desk.\n", number)
			return nil
		},
	}
	f.add(c)
	return c
}

func demoDeskCommand() *cobra.Command {
	var f demoFlags
	c := &cobra.Command{
		Use:   "desk-folder tax|police",
		Short: "Print the folder of a desk's profile",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			dir, err := f.folder()
			if err != nil {
				return err
			}
			at, err := demo.DeskFolder(dir, args[0])
			if err == nil {
				fmt.Fprintln(c.OutOrStdout(), at)
			}
			return err
		},
	}
	f.add(c)
	return c
}
