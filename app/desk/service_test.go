package desk_test

import (
	"context"
	"testing"

	"countersign/app/desk"
)

// TestServiceSaysWhatStops asks at the founder's computer, which orders alone,
// and at the office computer of an agency that does not keep yet.
func TestServiceSaysWhatStops(t *testing.T) {
	v := newValmarine(t)
	for _, c := range []struct {
		at   *agency
		want desk.Service
	}{
		{v.tax, desk.Service{Office: true, Keeper: true, Alone: true}},
		{v.police, desk.Service{Office: true}},
	} {
		got, err := c.at.desk("admin1").Service(context.Background())
		v.must(err)
		if got != c.want || !got.Any() {
			t.Errorf("%s: %+v", c.at.id, got)
		}
	}
	if (desk.Service{}).Any() {
		t.Error("a desk is missed by others")
	}
}
