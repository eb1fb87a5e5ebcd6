// Command tally reads what `go test -json` writes, prints one line a package and the
// whole output of what failed, and appends the counts to a file and the names of what
// failed to another. It owns the counting of Go tests; stages that are not Go tests are
// counted by the script that runs them.
//
//	go test -json ./... | tally -to counts -failed names
//
// The line appended to the counts is "passed failed skipped". The exit status is 1 when a test failed,
// when a package did not build, or when no test ran at all.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
)

func main() {
	to := flag.String("to", "", "file to which the line `passed failed skipped` is appended")
	failed := flag.String("failed", "", "file to which each `name` of what failed is appended")
	flag.Parse()
	count, err := Read(os.Stdin, os.Stdout)
	if err == nil && *to != "" {
		err = appendLine(*to, fmt.Sprintf("%d %d %d\n", count.Passed, count.Failed, count.Skipped))
	}
	if err == nil && *failed != "" && len(count.Names) > 0 {
		err = appendLine(*failed, strings.Join(count.Names, "\n")+"\n")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "tally:", err)
		os.Exit(2)
	}
	if count.Failed > 0 || count.Passed == 0 {
		os.Exit(1)
	}
}

func appendLine(path, line string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(line); err != nil {
		f.Close()
		return fmt.Errorf("append to %s: %w", path, err)
	}
	return f.Close()
}
