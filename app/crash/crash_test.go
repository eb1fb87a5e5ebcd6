package crash_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/app/crash"
)

// fault is the variable that has this test's program break, and how.
const fault = "COUNTERSIGN_TEST_FAULT"

// secret stands for what a panic's words may hold.
const secret = "VM-2026-0417 Hélène"

func TestMain(m *testing.M) {
	if folder, ok := crash.Recording(os.Args[1:]); ok {
		if err := crash.Record(os.Stdin, folder, "1.2.3", time.Now); err != nil {
			os.Exit(3)
		}
		os.Exit(0)
	}
	if how := os.Getenv(fault); how != "" {
		breakDown(how, os.Getenv(fault+"_FOLDER"))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// breakDown is the child process: it breaks as it is told.
func breakDown(how, folder string) {
	if how == "early" {
		defer crash.Guard(folder, "1.2.3", time.Now, func() bool { return false })
		breakWith(secret)
	}
	w, err := crash.Watch(folder, os.Args[0])
	if err != nil {
		os.Exit(4)
	}
	switch how {
	case "main":
		breakWith(secret)
	case "background":
		go breakWith(secret)
		select {}
	case "map":
		m := map[int]int{}
		for range 8 {
			go func() {
				for i := 0; ; i++ {
					m[i%7]++
				}
			}()
		}
		select {}
	case "nil":
		var p *crash.Report
		p.Text = secret
	case "none":
		if err := w.Close(); err != nil {
			os.Exit(5)
		}
	}
}

//go:noinline
func breakWith(text string) { panic(errors.New("while reading " + text)) }

// child runs this test's program with a fault and waits for the report.
func child(t *testing.T, how string) (folder string, r crash.Report, found bool) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "crashes")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fault+"="+how, fault+"_FOLDER="+folder)
	var out bytes.Buffer
	cmd.Stderr = &out
	err := cmd.Run()
	if (err == nil) != (how == "none") {
		t.Fatalf("the child ended with %v:\n%.400s", err, out.String())
	}
	// Its recorder holds nothing of the child's, so it may still be at work.
	for limit := time.Now().Add(20 * time.Second); how != "none" && time.Now().Before(limit); time.Sleep(10 * time.Millisecond) {
		if r, found = crash.Last(folder); found && strings.HasSuffix(r.Text, "\n") {
			return folder, r, true
		}
	}
	r, found = crash.Last(folder)
	return folder, r, found
}

func TestAFaultAnywhereLeavesAReport(t *testing.T) {
	for how, want := range map[string][]string{
		"main": {"what panic\n", "crash_test.breakWith", "crash/crash_test.go:"}, "background": {"what panic\n", "created by countersign/app/crash_test.breakDown"},
		"map": {"maps.fatal\n"}, "nil": {"what panic: runtime error: invalid memory address", "SIGSEGV"}, "early": {"crash_test.breakWith"},
	} {
		t.Run(how, func(t *testing.T) {
			folder, r, found := child(t, how)
			if !found {
				t.Fatal("no report was written")
			}
			for _, w := range append(want, "format 1\n", "version 1.2.3\n", "reference "+r.Reference+"\n") {
				if !strings.Contains(r.Text, w) {
					t.Errorf("the report lacks %q:\n%s", w, r.Text)
				}
			}
			for _, no := range []string{"VM-2026", "Hélène", "while reading", "0x", folder, os.TempDir()} {
				if strings.Contains(r.Text, no) {
					t.Errorf("the report says %q:\n%s", no, r.Text)
				}
			}
			files, err := os.ReadDir(folder)
			if err != nil || len(files) != 1 {
				t.Fatalf("%d files, %v", len(files), err)
			}
			if info, err := files[0].Info(); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the report is open to others: %v", info.Mode())
			}
		})
	}
}

func TestAnOrderlyEndLeavesNothing(t *testing.T) {
	if folder, _, found := child(t, "none"); found {
		t.Errorf("a report in %s", folder)
	}
}

func TestAReportIsSpokenOfUntilItIsDismissed(t *testing.T) {
	folder := t.TempDir()
	at := time.Date(2026, 6, 10, 8, 42, 11, 0, time.UTC)
	for i := range 14 {
		if err := crash.Write(folder, crash.Make([]byte("panic: x\n\ngoroutine 1 [running]:\nmain.main()\n\t/home/vidal/main.go:7 +0x1\n"), "1.2.3", at.Add(time.Duration(i)*time.Second))); err != nil {
			t.Fatal(err)
		}
	}
	r, ok := crash.Last(folder)
	if !ok || len(r.Reference) != 6 || !r.At.Equal(at.Add(13*time.Second)) {
		t.Fatalf("the last report: %+v, %v", r, ok)
	}
	if files, _ := os.ReadDir(folder); len(files) != 10 {
		t.Errorf("%d reports are kept", len(files))
	}
	if err := crash.Dismiss(folder); err != nil {
		t.Fatal(err)
	}
	if r, ok := crash.Last(folder); ok {
		t.Errorf("still speaks of %s", r.Path)
	}
	if files, _ := os.ReadDir(folder); len(files) != 10 {
		t.Errorf("%d reports are kept after dismissing", len(files))
	}
}
