package main

import (
	"math"
	"runtime"
	"slices"
	"strings"
)

// heap is what is allocated and still used, in bytes, from the heap's profile.
type heap struct {
	Screens int64 `json:"screens"` // by the screens, their widgets, fonts and pictures
	All     int64 `json:"all"`
}

// screensOwn are the packages that make up the screens.
var screensOwn = []string{"countersign/app.", "countersign/app/ui", "countersign/app/widgets", "countersign/app/i18n", "countersign/assets",
	"fyne.io/", "github.com/go-text/", "github.com/fyne-io/", "github.com/go-gl/", "github.com/srwiley/", "golang.org/x/image/"}

// measureHeap sorts what is in use by who asked for it: the innermost function of
// its stack that is not of the standard library.
func measureHeap() heap {
	runtime.GC() // the profile shows what the last collection has left
	n, _ := runtime.MemProfile(nil, false)
	var records []runtime.MemProfileRecord
	for ok := false; !ok; {
		records = make([]runtime.MemProfileRecord, n+64)
		n, ok = runtime.MemProfile(records, false)
	}
	var h heap
	for i := range records[:n] {
		bytes := inUse(&records[i])
		h.All += bytes
		if bytes > 0 && ofScreens(records[i].Stack()) {
			h.Screens += bytes
		}
	}
	return h
}

// inUse is how many bytes a record stands for: an allocation is noted the seldomer
// the smaller it is.
func inUse(r *runtime.MemProfileRecord) int64 {
	objects := r.InUseObjects()
	if objects <= 0 {
		return 0
	}
	each := float64(r.InUseBytes()) / float64(objects)
	return int64(float64(r.InUseBytes()) / -math.Expm1(-each/heapSample))
}

func ofScreens(stack []uintptr) bool {
	frames := runtime.CallersFrames(stack)
	for {
		f, more := frames.Next()
		if module, _, _ := strings.Cut(f.Function, "/"); f.Function != "" && (module == "countersign" || strings.Contains(module, ".") && strings.Contains(f.Function, "/")) {
			return slices.ContainsFunc(screensOwn, func(p string) bool { return strings.HasPrefix(f.Function, p) })
		}
		if !more {
			return false
		}
	}
}
