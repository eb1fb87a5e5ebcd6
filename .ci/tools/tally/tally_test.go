package main

import (
	"reflect"
	"strings"
	"testing"
)

func TestCountsFunctionsAndLostPackages(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     Count
		says     string
	}{
		{"a table counts once", `{"Action":"pass","Package":"countersign/p","Test":"TestA/one"}
{"Action":"pass","Package":"countersign/p","Test":"TestA"}
{"Action":"pass","Package":"countersign/p","Elapsed":1}
`, Count{Passed: 1}, "ok   p"},
		{"a failure shows its output", `{"Action":"output","Package":"p","Test":"TestA/x","Output":"wanted 3\n"}
{"Action":"fail","Package":"p","Test":"TestA/x"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"skip","Package":"p","Test":"TestB"}
{"Action":"fail","Package":"p"}
`, Count{Failed: 1, Skipped: 1, Names: []string{"p TestA/x", "p TestA"}}, "wanted 3"},
		{"a package that does not build fails", `{"ImportPath":"p","Action":"build-output","Output":"undefined: x\n"}
{"Action":"fail","Package":"p","FailedBuild":"p"}
`, Count{Failed: 1, Names: []string{"p"}}, "undefined: x"},
		{"a package cut off fails", `{"Action":"output","Package":"p","Test":"TestA","Output":"still here\n"}
`, Count{Failed: 1, Names: []string{"p"}}, "still here"},
		{"nothing to test is nothing", `{"Action":"skip","Package":"p"}
`, Count{}, ""},
		{"other lines go through", "ld: warning\n", Count{}, "ld: warning"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			got, err := Read(strings.NewReader(c.in), &out)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("counted %+v, want %+v", got, c.want)
			}
			if !strings.Contains(out.String(), c.says) {
				t.Errorf("%q does not say %q", out.String(), c.says)
			}
		})
	}
}
