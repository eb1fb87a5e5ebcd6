// Command elsewhere checks the types of a module's packages, and of their tests, as the
// compiler would for other operating systems. It owns finding what only builds here; it
// reads dependencies from source, which is many times faster than compiling them. Their
// own errors are not told: drawing needs C on some systems, which is not at hand here.
//
//	elsewhere -tags ci windows darwin
//
// The exit status is 1 when something would not build, after a line for each error.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"

	"golang.org/x/tools/go/packages"
)

func main() {
	tags := flag.String("tags", "", "build `tags` with which the packages are read")
	flag.Parse()
	failed := false
	for _, system := range flag.Args() {
		n, err := check(system, *tags)
		if err != nil {
			fmt.Fprintf(os.Stderr, "elsewhere: %s: %v\n", system, err)
			failed = true
			continue
		}
		fmt.Printf("  ok   %-10s %d packages\n", system, n)
	}
	if failed || flag.NArg() == 0 {
		os.Exit(1)
	}
}

// check returns how many packages, each with its tests, would build for a system.
func check(system, tags string) (int, error) {
	found, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports | packages.NeedDeps |
			packages.NeedTypes | packages.NeedTypesSizes | packages.NeedSyntax | packages.NeedTypesInfo | packages.NeedModule,
		Env:        append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0"),
		BuildFlags: []string{"-tags=" + tags},
		Tests:      true,
	}, "./...")
	if err != nil {
		return 0, err
	}
	var errs []error
	packages.Visit(found, nil, func(p *packages.Package) {
		if p.Module == nil || !p.Module.Main {
			return
		}
		for _, e := range p.Errors {
			errs = append(errs, e)
		}
	})
	if len(found) == 0 {
		errs = append(errs, errors.New("there are no packages"))
	}
	return len(found), errors.Join(errs...)
}
