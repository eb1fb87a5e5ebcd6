package bench

import (
	"context"
	"io"
	"testing"
)

func TestVerifyingIsMeasuredBesideTheLibrary(t *testing.T) {
	b := &run{Options: Options{Verify: 3000, Log: io.Discard}, report: newReport("test", io.Discard), dir: t.TempDir()}
	if err := b.verify(context.Background()); err != nil {
		t.Fatal(err)
	}
	if len(b.report.Metrics) == 0 {
		t.Fatal("nothing was measured")
	}
	for _, m := range b.report.Metrics {
		if t.Logf("%s: %.1f %s", m.Name, m.Value, m.Unit); !(m.Value > 0) {
			t.Errorf("%s: %v", m.Name, m.Value)
		}
	}
}
