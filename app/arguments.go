package app

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"countersign/app/demo"
)

// arguments are what the command line says.
type arguments struct {
	profile string // the profile folder
	demo    string // the agency whose desk in the demo city is opened; empty: no demo
	city    string // the demo city's folder
	version bool
}

// errHelp says that the usage has been printed.
var errHelp = errors.New("usage printed")

func parse(args []string, out io.Writer) (arguments, error) {
	var a arguments
	f := flag.NewFlagSet("countersign", flag.ContinueOnError)
	f.SetOutput(out)
	f.StringVar(&a.profile, "profile", "", "folder of the node (default: in the user's data folder)")
	f.StringVar(&a.demo, "demo", "", "open a desk of the demo city: tax or police")
	f.StringVar(&a.city, "dir", "", "with --demo: the city's folder (default: in the user's data folder)")
	f.BoolVar(&a.version, "version", false, "print the version")
	if err := f.Parse(args); err != nil {
		return a, errHelp
	}
	if f.NArg() > 0 {
		return a, fmt.Errorf("%q is not understood: see countersign --help", f.Arg(0))
	}
	if a.demo != "" && a.profile != "" {
		return a, errors.New("--demo and --profile do not go together")
	}
	var err error
	switch {
	case a.demo != "" && a.city == "":
		a.city, err = demo.DefaultDir()
	case a.demo != "":
		a.city, err = filepath.Abs(a.city)
	case a.profile == "":
		a.profile, err = defaultProfile()
	default:
		a.profile, err = filepath.Abs(a.profile)
	}
	return a, err
}

// defaultProfile is the profile folder of a desktop that says nothing else.
func defaultProfile() (string, error) {
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "countersign", "profile"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find the data folder: %w", err)
	}
	return filepath.Join(home, ".local", "share", "countersign", "profile"), nil
}
