// Command countersign opens the desktop: one window over one replica.
package main

import (
	"fmt"
	"os"

	"countersign/app"
)

func main() {
	if err := app.Run(os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "countersign:", err)
		os.Exit(1)
	}
}
