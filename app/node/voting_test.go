package node

import "testing"

// The keepers in reach know of the last block only if no quorum with us could have
// made it behind their backs.
func TestEnoughKeepersKnowTheLastBlock(t *testing.T) {
	for others, least := range map[int]int{1: 1, 2: 1, 3: 2, 4: 2, 6: 3, 9: 4} {
		for up := range others + 1 {
			if got := knowsTheLast(others, up); got != (up >= least) {
				t.Errorf("%d others, %d in reach: %v", others, up, got)
			}
		}
	}
	for n := 4; n <= 60; n++ { // whoever is away and we are no quorum
		for up := range n {
			if away := n - 1 - up; knowsTheLast(n-1, up) && 3*(away+1) > 2*n {
				t.Errorf("%d keepers: %d away could have made a block with us", n, away)
			}
		}
	}
}
