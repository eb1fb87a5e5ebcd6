// Package assets owns the files that travel inside the program: fonts, icons,
// language files and the logo. It hands out bytes by name and knows nothing of
// how they are drawn or read; it imports no other package of Countersign.
package assets

import (
	"embed"
	"fmt"
)

//go:embed fonts/OFL.txt icons/*.svg lang logo.svg icon.png
var files embed.FS

// The fonts are megabytes: they are read where they lie in the program, and
// never copied.
var (
	//go:embed fonts/CountersignUI-Regular.otf
	fontRegular []byte
	//go:embed fonts/CountersignUI-Bold.otf
	fontBold []byte
)

// FontRegular is the interface font: Latin with tabular figures and Chinese
// (GB2312) in one file. It must not be written to.
func FontRegular() []byte { return fontRegular }

// FontBold is the semibold of the interface font, with the same reach as FontRegular.
// It must not be written to.
func FontBold() []byte { return fontBold }

// FontLicence is the licence text that goes with both fonts.
func FontLicence() string { return string(must("fonts/OFL.txt")) }

// Logo is the mark of the product as SVG, in the light theme's accent colour.
func Logo() []byte { return must("logo.svg") }

// AppIcon is the logo as a PNG of 512 by 512 pixels.
func AppIcon() []byte { return must("icon.png") }

// Language returns the messages of a language ("en", "fr", "zh") as TOML.
func Language(code string) ([]byte, error) {
	b, err := files.ReadFile("lang/" + code + ".toml")
	if err != nil {
		return nil, fmt.Errorf("messages of language %q: %w", code, err)
	}
	return b, nil
}

// ToolkitLanguage returns the words of the toolkit's own widgets (menus of an
// entry, file chooser) in a language, as JSON.
func ToolkitLanguage(code string) ([]byte, error) {
	b, err := files.ReadFile("lang/toolkit." + code + ".json")
	if err != nil {
		return nil, fmt.Errorf("toolkit words of language %q: %w", code, err)
	}
	return b, nil
}

// Glossary returns the words that have one fixed translation, as TOML.
func Glossary() []byte { return must("lang/glossary.toml") }

// must reads a file that is part of the program; its absence is a build that
// could never have worked, which the tests of this package catch.
func must(path string) []byte {
	b, err := files.ReadFile(path)
	if err != nil {
		panic("assets: " + err.Error())
	}
	return b
}
