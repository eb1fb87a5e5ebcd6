package hybrid

import (
	"reflect"
	"runtime"
	"unsafe"
)

// Wipe zeroes every number that a key of the standard library holds, however
// deep. Those types give no way to do so, and a desk that locks must not leave
// keys behind for a memory dump. It follows pointers, arrays, slices and structs
// and stops at interfaces, functions, maps and strings: behind those lie curves
// and other values that keys share. v must be a pointer that nobody uses any more.
func Wipe(v any) {
	r := reflect.ValueOf(v)
	if r.Kind() == reflect.Pointer && !r.IsNil() {
		wipe(r.Elem())
	}
	runtime.KeepAlive(v)
}

func wipe(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			wipe(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			wipe(v.Field(i))
		}
	case reflect.Slice:
		if isNumber(v.Type().Elem().Kind()) {
			if v.Cap() > 0 {
				zero(v.UnsafePointer(), uintptr(v.Cap())*v.Type().Elem().Size())
			}
			return
		}
		for i := range v.Len() {
			wipe(v.Index(i))
		}
	case reflect.Array:
		if isNumber(v.Type().Elem().Kind()) {
			zero(unsafe.Pointer(v.UnsafeAddr()), v.Type().Size())
			return
		}
		for i := range v.Len() {
			wipe(v.Index(i))
		}
	default:
		if isNumber(v.Kind()) {
			zero(unsafe.Pointer(v.UnsafeAddr()), v.Type().Size())
		}
	}
}

func isNumber(k reflect.Kind) bool {
	return k >= reflect.Int && k <= reflect.Uint64
}

func zero(p unsafe.Pointer, n uintptr) {
	clear(unsafe.Slice((*byte)(p), n))
}

// Apart runs work on a stack of its own that is wiped afterwards: algorithms leave
// parts of keys in the frames they used. The stack grows before work begins,
// because growing copies it and leaves the old one as it was.
func Apart(work func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		burnStack()
		work()
		burnStack()
	}()
	<-done
}

// burnStack overwrites more of the stack than any algorithm here needs.
//
//go:noinline
func burnStack() {
	var b [96 << 10]byte
	clear(b[:])
	runtime.KeepAlive(&b)
}
