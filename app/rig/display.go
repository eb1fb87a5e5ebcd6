package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// The size of the display, which is that of the design's pictures.
const (
	wide = 1280
	high = 800
)

// display is an X server of its own with one window on it. The server keeps what
// it shows in a file, so that looking costs next to nothing.
type display struct {
	name   string // ":7"
	folder string
	server *exec.Cmd
	hands  *exec.Cmd // xdotool, which reads what to press
	press  io.WriteCloser
	answer *bufio.Reader
	screen *os.File
	start  int64 // of the first line in the file
	stride int64
	copies int
	said   time.Time // when the page was copied last
}

// openDisplay starts a server; its files lie in folder.
func openDisplay(ctx context.Context, folder string) (d *display, err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer read.Close()
	d = &display{folder: folder}
	d.server = exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", wide, high), "-nolisten", "tcp", "-fbdir", folder)
	d.server.ExtraFiles = []*os.File{write}
	err = d.server.Start()
	write.Close()
	if err != nil {
		return nil, fmt.Errorf("open a display: %w", err)
	}
	defer func() {
		if err != nil {
			d.close()
		}
	}()
	number, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		return nil, errors.New("open a display: Xvfb did not start")
	}
	d.name = ":" + strings.TrimSpace(number)
	if err := d.openScreen(); err != nil {
		return nil, err
	}
	d.hands = exec.CommandContext(ctx, "xdotool", "-")
	d.hands.Env = d.env()
	if d.press, err = d.hands.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := d.hands.StdoutPipe()
	if err != nil {
		return nil, err
	}
	d.answer = bufio.NewReader(out)
	if err := d.hands.Start(); err != nil {
		return nil, fmt.Errorf("open a display: %w", err)
	}
	// Without a window manager keys go to the window below the pointer. In this
	// corner it points at nothing.
	return d, d.do("mousemove %d %d", wide-2, 1)
}

// env is the environment of a program on this display: nothing of the user's
// desktop, and no settings of theirs.
func (d *display) env() []string {
	return []string{"DISPLAY=" + d.name, "HOME=" + d.folder, "PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "TZ=Europe/Paris"}
}

// openScreen finds the picture in the server's file, which is an X window dump.
func (d *display) openScreen() error {
	var err error
	if d.screen, err = os.Open(filepath.Join(d.folder, "Xvfb_screen0")); err != nil {
		return fmt.Errorf("open a display: %w", err)
	}
	head := make([]byte, 100)
	if _, err := d.screen.ReadAt(head, 0); err != nil {
		return fmt.Errorf("read the display: %w", err)
	}
	field := func(i int) int64 { return int64(binary.BigEndian.Uint32(head[4*i:])) }
	if field(4) != wide || field(5) != high || field(11) != 32 {
		return fmt.Errorf("read the display: it is %d by %d with %d bits", field(4), field(5), field(11))
	}
	d.start, d.stride = field(0)+12*field(19), field(12)
	return nil
}

// close ends the server and with it all on it.
func (d *display) close() {
	if d.press != nil {
		d.press.Close()
		_ = d.hands.Wait()
	}
	if d.screen != nil {
		d.screen.Close()
	}
	_ = d.server.Process.Signal(syscall.SIGTERM)
	_ = d.server.Wait()
}

// do has xdotool do something and returns when the server has it.
func (d *display) do(format string, args ...any) error {
	if _, err := fmt.Fprintf(d.press, format+"\ngetmouselocation\n", args...); err != nil {
		return fmt.Errorf("press keys: %w", err)
	}
	if _, err := d.answer.ReadString('\n'); err != nil {
		return fmt.Errorf("press keys: %w", err)
	}
	return nil
}

// key presses keys one after another, named as X does: "j", "Return", "ctrl+k".
// The same key twice within a millisecond counts as once with the toolkit.
func (d *display) key(keys ...string) error { return d.do("key --delay 8 %s", strings.Join(keys, " ")) }

// write types text.
func (d *display) write(text string) error { return d.do("type --delay 8 %s", text) }

// lines reads some lines of the picture, four bytes a pixel.
func (d *display) lines(from, to int, into []byte) error {
	n := int64(to-from) * d.stride
	_, err := d.screen.ReadAt(into[:n], d.start+int64(from)*d.stride)
	return err
}

// look reads the whole picture.
func (d *display) look() (*image.RGBA, error) {
	raw := make([]byte, high*d.stride)
	if err := d.lines(0, high, raw); err != nil {
		return nil, fmt.Errorf("read the display: %w", err)
	}
	img := image.NewRGBA(image.Rect(0, 0, wide, high))
	for y := range high {
		for x := range wide {
			from, to := raw[int64(y)*d.stride+int64(4*x):], img.Pix[y*img.Stride+4*x:]
			to[0], to[1], to[2], to[3] = from[2], from[1], from[0], 255
		}
	}
	return img, nil
}

// still waits until the picture has not changed for a time, but for a blinking
// cursor, and returns it.
func (d *display) still(ctx context.Context, quiet time.Duration) (*image.RGBA, error) {
	last, since := (*image.RGBA)(nil), time.Now()
	var found *image.RGBA
	err := until(ctx, 30*time.Second, "the picture to be still", func() (bool, error) {
		img, err := d.look()
		if err != nil {
			return false, err
		}
		if last == nil || differing(last, img) > 120 {
			last, since = img, time.Now()
			return false, nil
		}
		found = img
		return time.Since(since) >= quiet && !flat(img), nil
	})
	return found, err
}

// differing counts the pixels in which two pictures differ.
func differing(a, b *image.RGBA) int {
	n := 0
	for i := 0; i < len(a.Pix); i += 4 {
		if !bytes.Equal(a.Pix[i:i+3], b.Pix[i:i+3]) {
			n++
		}
	}
	return n
}

// flat tells whether a picture has too few colours to be a page of ours.
func flat(img *image.RGBA) bool {
	seen := map[[3]byte]bool{}
	for i := 0; i < len(img.Pix) && len(seen) < 50; i += 4 {
		seen[[3]byte(img.Pix[i:i+3])] = true
	}
	return len(seen) < 50
}

func save(img image.Image, path string) error {
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, img); err != nil {
		return fmt.Errorf("save a picture: %w", err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("save a picture: %w", err)
	}
	return nil
}

// copied has the window copy its page as text and returns it: what is covered on
// the page is not in it.
func (d *display) copied(ctx context.Context) (string, error) {
	d.copies++
	defer func() { d.said = time.Now() }()
	token := fmt.Sprintf("not copied yet %d", d.copies)
	if _, err := d.program(ctx, token, "xclip", "-selection", "clipboard"); err != nil {
		return "", fmt.Errorf("prepare the clipboard: %w", err)
	}
	var text string
	var pressed time.Time
	err := until(ctx, 20*time.Second, "the window to copy its page", func() (bool, error) {
		if time.Since(pressed) > time.Second { // a field that is off swallows keys
			if err := d.key("ctrl+shift+c"); err != nil {
				return false, err
			}
			pressed = time.Now()
		}
		var err error
		text, err = d.program(ctx, "", "xclip", "-o", "-selection", "clipboard")
		return err == nil && text != token, nil // nobody may own it for a moment
	})
	return text, err
}

// program runs a program on the display and returns what it says.
func (d *display) program(ctx context.Context, input, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	c.Env = d.env()
	if input != "" { // xclip stays and holds what it was given: it must not hold our pipe
		c.Stdin = strings.NewReader(input)
		return "", c.Run()
	}
	out, err := c.Output()
	return string(out), err
}

// errLate says that something waited for did not come.
var errLate = errors.New("waited in vain")

// until asks again until the answer is yes.
func until(ctx context.Context, limit time.Duration, what string, ask func() (bool, error)) error {
	deadline := time.Now().Add(limit)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, err := ask()
		if err != nil || ok {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%w for %s (%s)", errLate, what, limit)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
