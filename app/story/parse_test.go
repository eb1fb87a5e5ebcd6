package story

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func parse(t *testing.T, text string) (*Story, []*SyntaxError) {
	t.Helper()
	s, err := Parse("x.story", []byte(text))
	var out []*SyntaxError
	var collect func(error)
	collect = func(err error) {
		var one *SyntaxError
		switch joined, ok := err.(interface{ Unwrap() []error }); {
		case ok:
			for _, e := range joined.Unwrap() {
				collect(e)
			}
		case errors.As(err, &one):
			out = append(out, one)
		case err != nil:
			t.Errorf("not a syntax error: %v", err)
		}
	}
	collect(err)
	return s, out
}

// example writes a step as the help shows it, with every optional part.
func example(form string) string {
	form, _, _ = strings.Cut(form, "  #")
	form = strings.NewReplacer("[", "", "]", "", "…", "x", ",…", "").Replace(form)
	words := strings.Fields(form)
	for i, w := range words {
		if key, value, ok := strings.Cut(w, "="); ok && !strings.Contains(value, `"`) {
			words[i] = key + "=" + strings.Split(value, "|")[0]
		} else if !ok {
			words[i] = strings.Split(w, "|")[0]
		}
	}
	return strings.Join(words, " ")
}

func TestEveryFormOfTheHelpParses(t *testing.T) {
	forms := Grammar()
	if len(forms) < 30 {
		t.Fatal("the help has hardly any form:", forms)
	}
	for _, form := range forms {
		line := example(form)
		s, errs := parse(t, line)
		if len(errs) > 0 {
			t.Errorf("%s\n  as %s\n  %v", form, line, errs)
			continue
		}
		verb, _, _ := strings.Cut(form, " ")
		if s.Steps[0].Verb != verb {
			t.Errorf("%s: read as %q", form, s.Steps[0].Verb)
		}
	}
}

func TestTheHelpListsEveryStepOnce(t *testing.T) {
	if got, want := slices.Sorted(slices.Values(verbs())), slices.Sorted(maps.Keys(grammar())); !reflect.DeepEqual(got, want) {
		t.Errorf("help has %v\ngrammar has %v", got, want)
	}
	played := (&Player{}).steps()
	for verb, g := range grammar() {
		if _, ok := played[verb]; ok != (g.later == "") {
			t.Errorf("%s: can be played: %v; comes later: %q", verb, ok, g.later)
		}
		for _, o := range g.needs {
			if !slices.Contains(g.options, o) {
				t.Errorf("%s needs the option %s, which it has not", verb, o)
			}
		}
	}
}

// Whatever cannot be played is said with its line before anything runs, all of
// it at once.
func TestErrorsNameTheirLines(t *testing.T) {
	text := strings.Join([]string{
		`# a comment`,
		`agency police "Valmarine Police"`,
		`fly police`,
		``,
		`agency tax`,
		`agency tax "Tax" colour=red`,
		`appeal police/vidal R`,
		`delegate tax/a tax/b class=personal days=21`,
		`export tax R bundle.zip`,
		`answer police/vidal R "not closed`,
		`! idle 10s`,
		`!`,
		`! code=wrong-state`,
		`refuse tax/okafor R code=excessive`,
		`heal now`,
		`ask police/vidal as R dataset=D fields=f basis=B purpose=p`,
		`state R`,
		`approve tax/okafor R`,
		`refuse tax/okafor R code=excessive reason="No." for=tax/arnaud`,
		`state R approved nowait`,
		`! code=wrong-state state R approved`,
		`! code=wrong-sate approve tax/okafor R`,
	}, "\n")
	_, errs := parse(t, text)
	want := map[int]string{3: `unknown step "fly"`, 5: `is written: agency`, 6: `no option "colour"`, 7: "comes with appeal panels", 8: "comes with delegation",
		9: "comes with evidence bundles", 10: "quotes", 11: "cannot be refused", 12: "nothing follows", 13: "no step follows", 14: "needs reason=",
		15: "is written: heal", 16: "needs subject=", 17: "is written: state", 19: `no option "for"`, 20: "cannot be left waiting",
		21: "has no refusal code", 22: `no refusal code "wrong-sate"`}
	for _, e := range errs {
		why, ok := want[e.Line]
		if !ok || !strings.Contains(e.Why, why) || !strings.HasPrefix(e.Error(), "x.story:") {
			t.Errorf("%v; wanted %q", e, why)
		}
		delete(want, e.Line)
	}
	for line, why := range want {
		t.Errorf("line %d is no error; wanted %q", line, why)
	}
}

func TestNothingToPlayIsAnError(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "comments": "# one\n  # two\n", "files alone": "-- a.csv --\nx\n"} {
		if _, errs := parse(t, text); len(errs) != 1 || errs[0].Line != 1 {
			t.Errorf("%s: %v", name, errs)
		}
	}
	if _, errs := parse(t, strings.Repeat("#\n", MaxStory/2+1)); len(errs) != 1 || !strings.Contains(errs[0].Why, "larger") {
		t.Error("too large:", errs)
	}
}

func TestWordsAreSplitAsAShellDoes(t *testing.T) {
	s, errs := parse(t, strings.Join([]string{
		`agency police "Valmarine Police" keeper=no   # a comment`,
		`person police/vidal requester,admin name="Marco # Vidal" title='Inspector "A"'`,
		`answer police/vidal R "income = 3, see §4"`,
		`hidden police a#b`,
		"approve\ttax/okafor\tR strike=f,g nowait",
		`! code=already-decided approve tax/okafor R`,
		`!state R approved within=2s`,
		`count entries >= 3`,
		`ask police/vidal as R dataset=D fields=f basis=B purpose=p subject=P-1,P-2 rows="year>=2021" note=""`,
	}, "\r\n"))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	step := func(i int) Step { return s.Steps[i] }
	for i, c := range []struct{ got, want any }{
		{step(0).Args, []string{"police", "Valmarine Police"}}, {step(0).Opt("keeper", ""), "no"}, {step(0).Opt("start", "yes"), "yes"}, {step(0).Line, 1},
		{step(1).Opt("name", ""), "Marco # Vidal"}, {step(1).Opt("title", ""), `Inspector "A"`},
		{step(2).Args[2], "income = 3, see §4"}, {step(3).Args[1], "a#b"},
		{step(4).NoWait, true}, {step(4).List("strike"), []string{"f", "g"}}, {step(4).Args, []string{"tax/okafor", "R"}}, {step(4).Line, 5},
		{step(5).Refused, true}, {step(5).Options[demanded], "already-decided"}, {step(5).Verb, "approve"},
		{step(6).Refused, true}, {step(6).Args, []string{"R", "approved"}},
		{step(7).Args, []string{"entries", ">=", "3"}},
		{step(8).Opt("rows", ""), "year>=2021"}, {step(8).List("subject"), []string{"P-1", "P-2"}}, {step(8).List("note"), []string(nil)},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%d: %q, want %q", i, c.got, c.want)
		}
	}
}

func TestFilesStandAtTheEnd(t *testing.T) {
	s, errs := parse(t, "agency police \"Police\"\nheal\n-- income.csv --\nperson,year\nagency is no step here\n-- other.csv --\n")
	if len(errs) > 0 || len(s.Steps) != 2 || len(s.Files) != 2 || string(s.Files["income.csv"]) != "person,year\nagency is no step here\n" {
		t.Error(s, errs)
	}
}

func TestShippedStoriesParse(t *testing.T) {
	names, err := filepath.Glob("../../assets/stories/*.story")
	if err != nil || len(names) < 10 {
		t.Fatal("no stories found:", names, err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Parse(filepath.Base(name), text)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, step := range s.Steps {
			if src := step.Opt("source", ""); src != "" && s.Files[src] == nil {
				if _, err := os.Stat(filepath.Join(filepath.Dir(name), src)); err != nil {
					t.Errorf("%s:%d: the file %s is neither in the story nor beside it", name, step.Line, src)
				}
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, form := range Grammar() {
		f.Add(example(form))
	}
	f.Add("! code=x approve a/b R # c\n-- f --\nx")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse("f", []byte(text))
		if err != nil {
			return
		}
		for _, step := range s.Steps {
			again, err := Parse("f", []byte(step.Text))
			if err != nil || len(again.Steps) != 1 || again.Steps[0].Verb != step.Verb || !reflect.DeepEqual(again.Steps[0].Args, step.Args) {
				t.Errorf("line %d, %q, reads otherwise alone: %v", step.Line, step.Text, err)
			}
		}
	})
}
