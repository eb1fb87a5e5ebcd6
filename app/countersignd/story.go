package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"countersign/app/story"
)

func storyCommand() *cobra.Command {
	var asJSON bool
	var keep string
	c := &cobra.Command{
		Use:   "story FILE...",
		Short: "Play acceptance stories on real nodes of this computer",
		Long:  "Plays stories one after another on real nodes, each a process of its own.\n\nSteps:\n  " + strings.Join(story.Grammar(), "\n  "),
		Args:  cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var stories []*story.Story
			for _, name := range args { // all are read before any is played
				text, err := os.ReadFile(name)
				if err != nil {
					return err
				}
				s, err := story.Parse(name, text)
				if err != nil {
					return err
				}
				stories = append(stories, s)
			}
			passed, failed := 0, 0
			for _, s := range stories {
				if err := playOne(c.Context(), s, keep, asJSON); err != nil {
					fmt.Fprintln(os.Stderr, err)
					failed++
				} else {
					passed++
				}
				if c.Context().Err() != nil {
					break
				}
			}
			fmt.Printf("stories: %d passed, %d failed\n", passed, failed)
			if failed > 0 || passed < len(stories) {
				return errSaid
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print a JSON object a step")
	c.Flags().StringVar(&keep, "keep", "", "leave the nodes' folders in this folder")
	return c
}

// playOne plays a story in a folder of its own.
func playOne(ctx context.Context, s *story.Story, keep string, asJSON bool) (err error) {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	dir := filepath.Join(keep, strings.TrimSuffix(filepath.Base(s.Name), filepath.Ext(s.Name)))
	if keep == "" {
		if dir, err = os.MkdirTemp("", "story-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	p, err := story.NewPlayer(story.Options{Program: program, Dir: dir, Stories: filepath.Dir(s.Name)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	out := json.NewEncoder(os.Stdout)
	return p.Play(ctx, s, func(r story.Report) {
		if asJSON {
			_ = out.Encode(r) // standard output is gone: the exit status still tells
			return
		}
		state := "ok"
		if !r.OK {
			state = "failed"
		}
		fmt.Printf("%3d  %-6s %7.0f ms  %s\n", r.Line, state, r.MS, r.Text)
	})
}
