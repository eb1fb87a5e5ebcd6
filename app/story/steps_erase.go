package story

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"countersign/app/desk"
	"countersign/ledger"
)

func (p *Player) eraseStep(ctx context.Context, s Step) error {
	who, id, err := p.about(s)
	if err != nil {
		return err
	}
	return p.sign(ctx, s, who, s.Opt("on", ""), desk.Act{Kind: desk.ActErase, Request: id, Code: ledger.Code(s.Opt("reason", ""))})
}

// erasedStep waits until no file below the agency's nodes, running or not, is one
// of a sealed part that an accepted entry about the request names.
func (p *Player) erasedStep(ctx context.Context, s Step) error {
	a, err := p.agency(s.Args[0])
	if err != nil {
		return err
	}
	id, err := p.request(s.Args[1])
	if err != nil {
		return err
	}
	limit, err := within(s, 5*time.Second)
	if err != nil {
		return err
	}
	parts, err := p.partsOf(ctx, id)
	if err != nil {
		return err
	}
	return comesTrue(ctx, s, limit, func() (bool, error) {
		for _, n := range p.city.All() {
			if !strings.HasPrefix(n.Name, string(a.id)+"/") {
				continue
			}
			if err := holdsNone(n, parts); err != nil {
				return false, err
			}
		}
		return true, nil
	})
}

// partsOf lists the sealed parts of a request by the names of their files.
func (p *Player) partsOf(ctx context.Context, id ledger.EntryID) (map[string]bool, error) {
	client, err := p.upToDate(ctx)
	if err != nil {
		return nil, err
	}
	list, err := client.Recorded(ctx, desk.RecordQuery{Request: id, Limit: 1000})
	if err != nil {
		return nil, err
	}
	parts := map[string]bool{}
	for _, r := range list {
		if r.Code != ledger.Accepted {
			continue
		}
		for _, part := range ledger.Parts(r.Entry.Payload) {
			parts[part.Commitment.String()] = true
		}
	}
	if len(parts) == 0 {
		return nil, errors.New("the request names no sealed part")
	}
	return parts, nil
}

func holdsNone(n *Child, parts map[string]bool) error {
	err := filepath.WalkDir(n.Folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if name, _, _ := strings.Cut(d.Name(), "."); parts[name] {
			return notYet(fmt.Sprintf("%s has %s", n.Name, name[:8]))
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) { // a file went while the folder was walked: look again
		return notYet(err.Error())
	}
	return err
}
