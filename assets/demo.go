package assets

import (
	"embed"
	"io/fs"
)

//go:embed demo
var demo embed.FS

// Demo is the demo city: city.toml (agencies, people, datasets, legal bases),
// past.toml (what they have asked one another) and the records as CSV.
func Demo() fs.FS {
	sub, err := fs.Sub(demo, "demo")
	if err != nil {
		panic("assets: " + err.Error())
	}
	return sub
}
