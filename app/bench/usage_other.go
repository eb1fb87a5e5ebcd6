//go:build !unix

package bench

import "math"

// cpuMillis is not measured on this system.
func cpuMillis() float64 { return math.NaN() }
