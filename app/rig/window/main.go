// Command window is the desktop with gauges on it, for measuring it: the same
// program as countersign, which answers what only the process itself can tell.
//
//	window desk ARGUMENTS...   as countersign ARGUMENTS
//	window empty               a window with nothing in it
//	window plain               a window with a plain list of the toolkit, one label a row
//
// Questions come in on file 3, one a line, and answers go out on file 4, one JSON
// value a line; see gauges.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"

	"fyne.io/fyne/v2"
	toolkit "fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/widget"

	"countersign/app"
)

// heapSample is after how many bytes an allocation is noted: often enough for a
// megabyte to be told, seldom enough not to slow what is measured.
const heapSample = 128 << 10

func main() {
	runtime.MemProfileRate = heapSample
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "window: desk, empty or plain")
		os.Exit(2)
	}
	go answer(os.NewFile(3, "questions"), os.NewFile(4, "answers"))
	var err error
	switch os.Args[1] {
	case "desk":
		err = app.Run(os.Args[2:], os.Stderr)
	case "empty":
		bare(widget.NewLabel(""))
	case "plain":
		bare(widget.NewList(func() int { return 100_000 },
			func() fyne.CanvasObject { return widget.NewLabel("") },
			func(i int, o fyne.CanvasObject) { o.(*widget.Label).SetText("Row " + strconv.Itoa(i)) }))
	default:
		err = fmt.Errorf("%q is not understood", os.Args[1])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "window:", err)
		os.Exit(1)
	}
}

// bare shows one object of the toolkit's own in a window of the desktop's size.
func bare(o fyne.CanvasObject) {
	a := toolkit.NewWithID("city.valmarine.countersign.bare")
	w := a.NewWindow("bare")
	w.SetContent(o)
	w.Resize(fyne.NewSize(1280, 800))
	w.ShowAndRun()
}
