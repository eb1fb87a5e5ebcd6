package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func resumeVotingCommand() *cobra.Command {
	var next bool
	c := &cobra.Command{
		Use:   "resume-voting FOLDER",
		Short: "Let a keeper sign blocks again that had stopped to be safe",
		Long: `A keeper stops signing when its record of the last signature is lost, or when its key
has signed more than the record says: after a folder came back from a backup, or while
a copy of it runs elsewhere. Whether another copy runs, nobody but its administrator can
know. The key then signs from the second block after the last on; with --next from the
next one, for a record that stands still without this keeper: a vote that the key gave
there before counts as a double vote.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			client, err := dial(c.Context(), args[0])
			if err != nil {
				return err
			}
			defer client.Close()
			answer, err := newTalk(c).ask(c.Context(), "Is this the only computer with this key, and every copy of the folder stopped for good? [yes/no] ")
			if err != nil {
				return err
			}
			if !strings.EqualFold(answer, "yes") {
				return fmt.Errorf("nothing was changed: the keeper goes on without signing")
			}
			above, err := client.ResumeVoting(c.Context(), next)
			if err == nil {
				fmt.Fprintf(c.OutOrStdout(), "The keeper signs again, blocks above %d.\n", above)
			}
			return err
		},
	}
	c.Flags().BoolVar(&next, "next", false, "sign from the next block on, for a record that stands still without this keeper")
	return c
}
