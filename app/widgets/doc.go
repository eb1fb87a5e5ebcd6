// Package widgets owns the look of Countersign: its theme (colours, sizes,
// fonts, icons) and the parts its screens are put together from. The parts take
// plain strings and callbacks. They know no request, no agency and no language:
// what a part says is handed to it by a screen.
//
// Colours, sizes and radii are those of the product's design tables. Every part
// that can be acted on takes the keyboard focus, answers Space and Enter, and
// hands keys it does not use on to the window, so that single-key shortcuts work
// wherever the focus stands.
//
// The package does not import fyne.io/fyne/v2/app, so it builds and is tested
// without cgo and without a display.
package widgets
