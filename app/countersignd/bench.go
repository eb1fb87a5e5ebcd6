package main

import (
	"fmt"
	"math/rand/v2"
	"os"

	"github.com/spf13/cobra"

	"countersign/app/bench"
)

func benchCommand() *cobra.Command {
	var o bench.Options
	var out string
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure four keepers and the ledger on this computer",
		Long: `Measures latency, throughput, processor time, catching up, verification, opening and
idle cost with four keepers, each a process of its own, and prints a table. With
--peerbench the same is measured of other engines in the same run, and ratios are given.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var err error
			if o.Program, err = os.Executable(); err != nil {
				return err
			}
			o.Log = os.Stderr
			r, err := bench.Bench(c.Context(), o)
			if err != nil {
				return err
			}
			return showReport(c, r, out)
		},
	}
	f := c.Flags()
	f.StringVar(&o.Peerbench, "peerbench", "", "folder of the program that measures the other engines; built when only its source is there")
	f.StringVar(&o.Dir, "dir", "", "parent of the temporary folder; decides which disk is measured")
	f.IntVar(&o.Rounds, "rounds", 3, "rounds of latency and throughput")
	f.IntVar(&o.Samples, "samples", 100, "latency samples a round")
	f.IntVar(&o.Entries, "entries", 10_000, "entries of a throughput round")
	f.IntVar(&o.SmallBlocks, "small-blocks", 600, "small blocks that a fresh replica catches up with")
	f.DurationVar(&o.Idle, "idle", 0, "how long the idle network is watched (default 1m0s)")
	f.IntVar(&o.Verify, "verify", 100_000, "entries of the ledger that is verified")
	f.IntVar(&o.Small, "small", 10_000, "entries of the small ledger that is opened")
	f.IntVar(&o.Big, "big", 1_000_000, "entries of the big one")
	f.StringVar(&out, "out", "build/bench.json", "where the values go as JSON")
	return c
}

func soakCommand() *cobra.Command {
	var o bench.SoakOptions
	var out string
	c := &cobra.Command{
		Use:   "soak",
		Short: "Kill, stop and cut apart four keepers under load, then compare everything",
		Long: `Four keepers, each a process of its own, order entries while they are killed, stopped
and cut apart at random; the seed repeats the faults. At the end all replicas must have
the same, with every acknowledged entry in its place. Fails when one has not.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var err error
			if o.Program, err = os.Executable(); err != nil {
				return err
			}
			if !c.Flags().Changed("seed") {
				o.Seed = rand.Uint64() >> 32
			}
			o.Log = os.Stderr
			r, err := bench.Soak(c.Context(), o)
			if err != nil {
				return err
			}
			return showReport(c, r, out)
		},
	}
	f := c.Flags()
	f.Uint64Var(&o.Seed, "seed", 0, "seed of the faults (default: drawn, and printed)")
	f.IntVar(&o.Faults, "faults", 0, "how many faults (default 200, or as many as fit with --for)")
	f.DurationVar(&o.For, "for", 0, "how long faults happen")
	f.StringVar(&o.Dir, "dir", "", "parent of the temporary folder")
	f.BoolVar(&o.Keep, "keep", false, "leave the nodes' folders there")
	f.StringVar(&out, "out", "build/soak.json", "where the values go as JSON")
	return c
}

// benchNodeCommand runs one keeper of a measurement; it talks with its parent
// over standard input and output.
func benchNodeCommand() *cobra.Command {
	return &cobra.Command{
		Use:    bench.NodeCommand + " FOLDER",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return bench.Keep(c.Context(), args[0], os.Stdin, os.Stdout)
		},
	}
}

func showReport(c *cobra.Command, r *bench.Report, out string) error {
	if err := r.Print(c.OutOrStdout()); err != nil {
		return err
	}
	if err := r.Save(out); err != nil {
		return err
	}
	fmt.Fprintln(c.OutOrStdout(), "values:", out)
	return nil
}
