package desk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"

	"countersign/ledger"
	"countersign/ledger/vault"
)

// fileVersion is the format of the desk's own files. A file of another version
// is left alone: marks start anew, drafts stay for the program that wrote them.
const fileVersion = 1

// ErrOtherVersion says that a file of this desk was written by a newer program.
var ErrOtherVersion = errors.New("written by another version of the program")

// cabinet is the folder in which the desk keeps one official's own files:
// unread marks, drafts, signed acts that are not final, epochs made here.
type cabinet string

func cabinetOf(folder string, official ledger.OfficialID) cabinet {
	return cabinet(filepath.Join(folder, "desk-"+official.String()))
}

// write replaces a file at once, so that a crash leaves the old or the new one.
func (c cabinet) write(name string, content []byte) error {
	path := filepath.Join(string(c), name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*") // 0600
	if err != nil {
		return err
	}
	_, err = tmp.Write(content)
	if err == nil {
		err = tmp.Sync()
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		os.Remove(tmp.Name())
	}
	return err
}

func (c cabinet) read(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(string(c), name))
}

func (c cabinet) remove(name string) error {
	err := os.Remove(filepath.Join(string(c), name))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// erase destroys a file so that its old blocks do not keep it.
func (c cabinet) erase(name string) error { return vault.EraseFile(filepath.Join(string(c), name)) }

// oldSuffix ends the second name of a file that is being replaced for good.
const oldSuffix = ".old"

// replaceSealed is writeSealed, and destroys what stood there before. A crash
// leaves one of the two under its name; clearOld destroys what is left besides.
func (c cabinet) replaceSealed(name string, content any, to age.Recipient) error {
	path := filepath.Join(string(c), name)
	if err := c.clearOld(name); err != nil {
		return err
	}
	if err := os.Link(path, path+oldSuffix); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := c.writeSealed(name, content, to); err != nil {
		return err
	}
	return c.clearOld(name)
}

// clearOld destroys what a crash has left of a file that was replaced. Where the
// crash came before the new file was there, both names are one file: then only
// the second name goes.
func (c cabinet) clearOld(name string) error {
	path := filepath.Join(string(c), name)
	now, err := os.Stat(path)
	old, err2 := os.Stat(path + oldSuffix)
	if err == nil && err2 == nil && os.SameFile(now, old) {
		return os.Remove(path + oldSuffix)
	}
	return c.erase(name + oldSuffix)
}

// names lists the files of a subfolder that end in suffix, without it.
func (c cabinet) names(sub, suffix string) ([]string, error) {
	list, err := os.ReadDir(filepath.Join(string(c), sub))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range list {
		if name, ok := strings.CutSuffix(e.Name(), suffix); ok && e.Type().IsRegular() && !strings.HasPrefix(name, ".") {
			out = append(out, name)
		}
	}
	return out, nil
}

// versioned is the frame of every file.
type versioned struct {
	Version int             `json:"version"`
	Content json.RawMessage `json:"content"`
}

func encodeFile(content any) ([]byte, error) {
	raw, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	return json.Marshal(versioned{Version: fileVersion, Content: raw})
}

func decodeFile(data []byte, out any) error {
	var v versioned
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	if v.Version != fileVersion {
		return fmt.Errorf("version %d: %w", v.Version, ErrOtherVersion)
	}
	return json.Unmarshal(v.Content, out)
}

// writeSealed keeps content for this official alone.
func (c cabinet) writeSealed(name string, content any, to age.Recipient) error {
	plain, err := encodeFile(content)
	if err != nil {
		return err
	}
	var buf bytes.Buffer
	w, err := age.Encrypt(&buf, to)
	if err != nil {
		return err
	}
	if _, err = w.Write(plain); err == nil {
		err = w.Close()
	}
	if err != nil {
		return err
	}
	return c.write(name, buf.Bytes())
}

// maxSealedFile is more than a draft with thousands of subjects needs.
const maxSealedFile = 8 << 20

func (c cabinet) readSealed(name string, id age.Identity, out any) error {
	data, err := c.read(name)
	if err != nil {
		return err
	}
	r, err := age.Decrypt(bytes.NewReader(data), id)
	if err != nil {
		return err
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxSealedFile))
	if err != nil {
		return err
	}
	return decodeFile(plain, out)
}
