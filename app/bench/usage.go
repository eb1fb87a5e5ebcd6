package bench

import (
	"runtime"
	"sync"
	"time"
)

// freeShare says how much of all cores this process gets when it asks for
// everything, in percent.
func freeShare() float64 {
	const d = 300 * time.Millisecond
	start, before := time.Now(), cpuMillis()
	var wg sync.WaitGroup
	for range runtime.NumCPU() {
		wg.Go(func() {
			for time.Since(start) < d {
			}
		})
	}
	wg.Wait()
	return 100 * (cpuMillis() - before) / millis(time.Since(start)) / float64(runtime.NumCPU())
}
