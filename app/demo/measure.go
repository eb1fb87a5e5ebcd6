package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"countersign/app/control"
	"countersign/app/desk"
	"countersign/assets"
	"countersign/ledger"
)

// Measured is how long approvals took, in milliseconds from the last needed
// signature, the key being open.
type Measured struct {
	Agencies int     `json:"agencies"`
	Requests int     `json:"requests"`
	Final    Spread  `json:"approve_final_ms"`    // final on the signer's node
	Received Spread  `json:"approve_received_ms"` // whole, opened and verified on the requester's node
	Receipt  Spread  `json:"approve_receipt_ms"`  // the receipt is final on the requester's node
	Fields   int     `json:"fields"`
	Rows     int     `json:"rows"`
	Made     float64 `json:"made_s"` // making the city
}

// Spread is two percentiles (nearest rank).
type Spread struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
}

func spread(of []time.Duration) Spread {
	slices.Sort(of)
	rank := func(p int) float64 {
		i := (len(of)*p + 99) / 100
		return float64(of[max(i, 1)-1].Microseconds()) / 1000
	}
	return Spread{P50: rank(50), P99: rank(99)}
}

// Headless makes a city without a past in a temporary folder, plays the story of
// the police and the tax service so many times and measures it. The folder is
// removed; every received table is opened and compared with what was signed.
func Headless(ctx context.Context, o Options, requests int) (m Measured, err error) {
	plan, err := LoadPlan(assets.Demo(), o.Agencies)
	if err != nil {
		return m, err
	}
	if requests < 1 {
		return m, errors.New("at least one request has to be played")
	}
	if o.Dir == "" {
		removeLeftovers(os.TempDir())
		if o.Dir, err = os.MkdirTemp("", leftoverName); err != nil {
			return m, fmt.Errorf("make a folder: %w", err)
		}
		var lock *os.File
		if lock, err = takeLock(ctx, o.Dir); err != nil {
			return m, errors.Join(fmt.Errorf("make a folder: %w", err), os.RemoveAll(o.Dir))
		}
		defer lock.Close()
		defer func() { err = errors.Join(err, os.RemoveAll(o.Dir)) }()
	}
	start := time.Now()
	c := newCity(o, plan)
	defer func() { err = errors.Join(err, c.close()) }()
	if err := c.make(ctx, false); err != nil {
		return m, err
	}
	m = Measured{Agencies: o.Agencies, Requests: requests, Made: time.Since(start).Seconds()}
	c.say("The city stands after %.0f seconds: %d agencies, each a process of its own.", m.Made, o.Agencies)
	run := &measurement{c: c, m: &m}
	for i := range requests {
		if err := run.once(ctx, i); err != nil {
			return m, fmt.Errorf("request %d: %w", i+1, err)
		}
	}
	m.Final, m.Received, m.Receipt = spread(run.final), spread(run.received), spread(run.receipt)
	return m, nil
}

// measurement plays one request after another.
type measurement struct {
	c                        *city
	m                        *Measured
	final, received, receipt []time.Duration
}

// once plays the story: the police ask, one official signs four of five fields,
// the other signs too, and what was approved arrives.
func (r *measurement) once(ctx context.Context, i int) error {
	c := r.c
	told, err := c.plan.story()
	if err != nil {
		return err
	}
	told.Case = fmt.Sprintf("VM-2026-%04d", 5000+i)
	say := func(format string, args ...any) {
		if i == 0 {
			c.say(format, args...)
		}
	}
	say("Marco Vidal of the police asks the Tax Service for the declared income of one person, 2021 to 2023.")
	id, err := c.ask(ctx, told)
	if err != nil {
		return err
	}
	fields, err := c.approveAs(ctx, "tax/okafor", id)
	if err != nil {
		return err
	}
	say("Tomás Okafor signs %d of 5 fields: spouse_id lies beyond the legal basis.", len(fields))
	if _, err := c.ticked(ctx, "tax/arnaud", id); err != nil {
		return err
	}
	d, err := c.desk(ctx, "tax/arnaud")
	if err != nil {
		return err
	}
	page, err := prepare(ctx, d, desk.Act{Kind: desk.ActApprove, Request: id, Fields: fields})
	if err != nil {
		return err
	}
	police, err := c.office("police")
	if err != nil {
		return err
	}
	watch := watchArrival(ctx, police, id)
	start := time.Now()
	ticket, err := d.SignUnlocked(ctx, page)
	if err != nil {
		return err
	}
	f, err := await(ctx, d, ticket)
	if err != nil {
		return err
	}
	took := time.Since(start)
	at, err := watch()
	if err != nil {
		return err
	}
	r.final, r.received, r.receipt = append(r.final, took), append(r.received, at.arrived.Sub(start)), append(r.receipt, at.receipted.Sub(start))
	say("Hélène Arnaud signs as well: final in block %d after %d ms, verified at the police after %d ms, receipt after %d ms.", f.Height,
		took.Milliseconds(), at.arrived.Sub(start).Milliseconds(), at.receipted.Sub(start).Milliseconds())
	if err := r.open(ctx, id, fields); err != nil {
		return err
	}
	if i == 0 {
		say("Vidal opens what came: %d rows with exactly the %d fields signed, and nothing else.", r.m.Rows, r.m.Fields)
		if r.m.Requests > 1 {
			say("The same again, %d times.", r.m.Requests-1)
		}
	}
	return nil
}

// approveAs signs the fields that start ticked.
func (c *city) approveAs(ctx context.Context, who string, id ledger.EntryID) ([]ledger.FieldName, error) {
	fields, err := c.ticked(ctx, who, id)
	if err != nil {
		return nil, err
	}
	_, err = c.sign(ctx, who, desk.Act{Kind: desk.ActApprove, Request: id, Fields: fields})
	return fields, err
}

// open reads what arrived as the requester does.
func (r *measurement) open(ctx context.Context, id ledger.EntryID, fields []ledger.FieldName) error {
	d, err := r.c.desk(ctx, "police/vidal")
	if err != nil {
		return err
	}
	t, err := d.OpenReceived(ctx, id)
	if err != nil {
		return err
	}
	if got := ledger.SortFields(t.Columns); !slices.Equal(got, fields) || t.Total == 0 {
		return fmt.Errorf("received %d rows with %v, signed were %v", t.Total, got, fields)
	}
	r.m.Rows, r.m.Fields = t.Total, len(fields)
	return nil
}

// arrival is when a node has got a release.
type arrival struct{ arrived, receipted time.Time }

// watchArrival follows a node's progress with a request from now on. The function
// it returns waits until the receipt is final.
func watchArrival(ctx context.Context, client *control.Client, id ledger.EntryID) func() (arrival, error) {
	ctx, cancel := context.WithTimeout(ctx, finalLimit)
	changes := client.Changes(ctx)
	type result struct {
		at  arrival
		err error
	}
	done := make(chan result, 1)
	go func() {
		defer cancel()
		var at arrival
		for ch := range changes {
			if len(ch.Requests) > 0 && !slices.Contains(ch.Requests, id) {
				continue
			}
			p, err := client.Progress(ctx, id)
			if err != nil {
				done <- result{err: err}
				return
			}
			now := time.Now()
			switch p.Step {
			case desk.StepProblem:
				done <- result{err: fmt.Errorf("the release failed: %s", p.Problem)}
				return
			case desk.StepArrived, desk.StepReceipted:
				if at.arrived.IsZero() {
					at.arrived = now
				}
				if p.Step == desk.StepReceipted {
					at.receipted = now
					done <- result{at: at}
					return
				}
			}
		}
		done <- result{err: errors.Join(errLate, ctx.Err())}
	}()
	return func() (arrival, error) {
		r := <-done
		return r.at, r.err
	}
}
