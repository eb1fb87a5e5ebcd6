package rules

import (
	"iter"
	"slices"
	"strings"
)

// keyOrder is a sorted set of keys in runs of bounded length, so that a key
// comes and goes without the others being moved. nil is a set that nobody keeps.
type keyOrder struct{ runs [][]string }

// maxRun is the length at which a run is cut in two.
const maxRun = 512

func newKeyOrder(sorted []string) *keyOrder {
	o := &keyOrder{}
	for part := range slices.Chunk(sorted, maxRun/2) {
		o.runs = append(o.runs, slices.Clone(part))
	}
	return o
}

// find is the place at which a key stands, or would: the run is the last one
// that does not begin behind it.
func (o *keyOrder) find(key string) (run, at int, there bool) {
	run, there = slices.BinarySearchFunc(o.runs, key, func(r []string, key string) int { return strings.Compare(r[0], key) })
	if there || len(o.runs) == 0 {
		return run, 0, there
	}
	run = max(0, run-1)
	at, there = slices.BinarySearch(o.runs[run], key)
	return run, at, there
}

func (o *keyOrder) insert(key string) {
	if o == nil {
		return
	}
	run, at, there := o.find(key)
	switch {
	case there:
	case len(o.runs) == 0:
		o.runs = [][]string{{key}}
	default:
		r := slices.Insert(o.runs[run], at, key)
		o.runs[run] = r
		if len(r) > maxRun {
			o.runs[run] = r[: maxRun/2 : maxRun/2]
			o.runs = slices.Insert(o.runs, run+1, slices.Clone(r[maxRun/2:]))
		}
	}
}

func (o *keyOrder) remove(key string) {
	if o == nil {
		return
	}
	run, at, there := o.find(key)
	if !there {
		return
	}
	if o.runs[run] = slices.Delete(o.runs[run], at, at+1); len(o.runs[run]) == 0 {
		o.runs = slices.Delete(o.runs, run, run+1)
	}
}

// from lists the keys from the first that is not before start.
func (o *keyOrder) from(start string) iter.Seq[string] {
	return func(yield func(string) bool) {
		run, at, _ := o.find(start)
		for ; run < len(o.runs); run, at = run+1, 0 {
			for _, key := range o.runs[run][at:] {
				if !yield(key) {
					return
				}
			}
		}
	}
}
