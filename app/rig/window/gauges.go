package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"time"

	"fyne.io/fyne/v2"
)

// turns is how often the interface's goroutine can be had while a window moves:
// 60 times a second a callback is handed to it, the next one never before the
// last has run.
type turns struct {
	Millis []float64 `json:"millis"` // from one callback to the next
	Allocs uint64    `json:"allocs"` // of the whole process meanwhile
}

// answer answers questions until there are no more:
//
//	turns       begins to count them; answers true
//	turns end   answers with turns
//	heap        answers with heap
//	cpu FILE    begins a profile of the processor; answers true
//	cpu         ends it; answers true
func answer(in io.Reader, out io.Writer) {
	lines := bufio.NewScanner(in)
	var counting *counting
	for lines.Scan() {
		question, rest, _ := strings.Cut(lines.Text(), " ")
		var v any = true
		var err error
		switch {
		case question == "turns" && rest == "":
			counting = count()
		case question == "turns" && counting != nil:
			v, counting = counting.end(), nil
		case question == "heap":
			v = measureHeap()
		case question == "cpu" && rest == "":
			pprof.StopCPUProfile()
		case question == "cpu":
			err = profileTo(rest)
		default:
			err = fmt.Errorf("%q is not understood", lines.Text())
		}
		if err != nil {
			v = map[string]string{"error": err.Error()}
		}
		b, err := json.Marshal(v)
		if err != nil {
			return
		}
		if _, err := out.Write(append(b, '\n')); err != nil {
			return
		}
	}
}

func profileTo(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return pprof.StartCPUProfile(f)
}

// counting counts turns until it is ended.
type counting struct {
	stop, stopped chan struct{}
	turns         turns
	before        runtime.MemStats
}

func count() *counting {
	c := &counting{stop: make(chan struct{}), stopped: make(chan struct{})}
	runtime.ReadMemStats(&c.before)
	go func() {
		defer close(c.stopped)
		tick := time.NewTicker(time.Second / 60)
		defer tick.Stop()
		var last time.Time
		for {
			select {
			case <-c.stop:
				return
			case <-tick.C:
			}
			fyne.DoAndWait(func() {
				now := time.Now()
				if !last.IsZero() {
					c.turns.Millis = append(c.turns.Millis, float64(now.Sub(last).Microseconds())/1000)
				}
				last = now
			})
		}
	}()
	return c
}

func (c *counting) end() turns {
	close(c.stop)
	<-c.stopped
	var after runtime.MemStats
	runtime.ReadMemStats(&after)
	c.turns.Allocs = after.Mallocs - c.before.Mallocs
	return c.turns
}
