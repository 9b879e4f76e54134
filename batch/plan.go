package batch

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"mimebatch/batch/sheet"
)

// Action is what a plan does with a row.
type Action string

// The actions.
const (
	ActionCreate    Action = "create"
	ActionUpdate    Action = "update"
	ActionUnchanged Action = "unchanged"
	ActionBlocked   Action = "blocked"
	ActionInvalid   Action = "invalid"
	ActionSkipped   Action = "skipped"
)

// PlannedRow is a row with what the plan does with it.
type PlannedRow struct {
	N       int // from 1, in the sheet's order
	Line    int
	Cells   []sheet.Cell // no passwords
	Email   string
	Action  Action
	Reason  Reason // why it is blocked, invalid, skipped or unchanged
	Notes   []string
	Account *Account // as the tenant told it when the plan was made, nil if it isn't there
	Steps   []Step
}

// The codes of blocked, skipped and unchanged rows. Invalid ones have the code of their first problem.
const (
	CodeDomain       = "domain not internal"
	CodeExists       = "account exists"
	CodeMissing      = "account missing"
	CodeAlias        = "address is an alias"
	CodeList         = "address is a distribution list"
	CodeContact      = "address is a contact"
	CodeSkip         = "action is skip"
	CodeAsAsked      = "already as asked"
	CodeNothingAsked = "nothing asked"
)

// CodeChanged is the code of a row that is refused because somebody changed the account after the plan was made.
const CodeChanged = "changed meanwhile"

// Planner makes plans: it reads the tenant and decides for each row.
type Planner struct {
	Directory Directory
	Mode      Mode
	Workers   int // calls in flight at most
	ReadState ReadState
	// Take, if not nil, tells which rows of the sheet the plan is for; it has no others. It is asked more than once for a row.
	Take func(Row) bool
	// Amend, if not nil, returns a row that is taken as it is planned: what the sheet asks for, less what is done already.
	Amend func(Row) Row
	// Guard, if not nil, tells why an address must not be touched, with a code in its reason; a row that would go ahead is blocked.
	Guard func(email string) (Reason, bool)
}

// rows are those of the sheet that the plan is for.
func (p *Planner) rows(ctx context.Context, s *Sheet) iter.Seq2[Row, error] {
	if p.Take == nil && p.Amend == nil {
		return s.All(ctx)
	}
	return func(yield func(Row, error) bool) {
		for row, err := range s.All(ctx) {
			if err == nil && p.Take != nil && !p.Take(row) {
				continue
			}
			if err == nil && p.Amend != nil {
				row = p.Amend(row)
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

// Plan reads the tenant and then yields every row of the sheet in order, with what to do. It changes nothing in the tenant.
func (p *Planner) Plan(ctx context.Context, s *Sheet) iter.Seq2[PlannedRow, error] {
	return func(yield func(PlannedRow, error) bool) {
		if err := p.ReadState.check(); err != nil {
			yield(PlannedRow{}, err)
			return
		}
		v, err := p.look(ctx, s)
		if err != nil {
			yield(PlannedRow{}, err)
			return
		}
		n := 0
		decide := func(row Row) *decision {
			n++
			d := v.decide(n, row, p.Mode)
			if d.goesAhead() {
				d.guard(p.Guard)
			}
			return d
		}
		read := func(window []*decision) error { return p.readStates(ctx, window) }
		windowed(p.rows(ctx, s), decide, read, (*decision).finish)(yield)
	}
}

// windowRows is how many rows are planned together, so that the states of their accounts are read as many a call as fit.
const windowRows = 1000

// windowed yields rows as they are planned, in order: of a window of them each is begun, then what their accounts are like is read, and
// then each is finished. An error ends it.
func windowed[R, P any](rows iter.Seq2[R, error], begin func(R) P, read func(window []P) error, finish func(P) PlannedRow) iter.Seq2[PlannedRow, error] {
	return func(yield func(PlannedRow, error) bool) {
		var window []P
		flush := func() bool {
			if err := read(window); err != nil {
				yield(PlannedRow{}, err)
				return false
			}
			for _, p := range window {
				if !yield(finish(p), nil) {
					return false
				}
			}
			window = window[:0]
			return true
		}
		for row, err := range rows {
			if err != nil {
				yield(PlannedRow{}, err)
				return
			}
			window = append(window, begin(row))
			if len(window) == windowRows && !flush() {
				return
			}
		}
		flush()
	}
}

// view is what the plan needs to know of the tenant.
type view struct {
	domains  map[string]Domain
	accounts *packedAccounts // of the addresses that it is for only
}

// look reads the tenant's domains, and the accounts of those that the sheet speaks of.
func (p *Planner) look(ctx context.Context, s *Sheet) (*view, error) {
	return look(ctx, p.Directory, func(yield func(string, error) bool) {
		for row, err := range p.rows(ctx, s) {
			if err == nil && (row.Invalid() || row.Mode == Skip) {
				continue
			}
			if !yield(row.Email, err) {
				return
			}
		}
	})
}

// look reads the tenant's domains, and which of the addresses have accounts there: complete listings of their domains tell.
func look(ctx context.Context, dir Directory, emails iter.Seq2[string, error]) (*view, error) {
	domains, err := ReadDomains(ctx, dir)
	if err != nil {
		return nil, err
	}
	v := &view{domains: map[string]Domain{}, accounts: newPackedAccounts()}
	for _, d := range domains {
		v.domains[d.Name] = d
	}
	wanted := map[string]bool{} // domains
	for email, err := range emails {
		if err != nil {
			return nil, err
		}
		d := DomainOf(email)
		if _, ok := v.domains[d]; ok {
			wanted[d] = true
			v.accounts.want(email)
		}
	}
	for _, d := range sortedKeys(wanted) {
		err := listing(ctx, dir, d, func(a Account) {
			if DomainOf(a.Email) == d {
				v.accounts.add(a)
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return v, nil
}

// decision is a row on its way to being planned.
type decision struct {
	PlannedRow
	row Row
}

// decide settles everything that needs no look at the account's state.
func (v *view) decide(n int, row Row, mode Mode) *decision {
	d := &decision{row: row, PlannedRow: PlannedRow{N: n, Line: row.Line, Cells: row.Cells, Email: row.Email}}
	if row.Mode != "" {
		mode = row.Mode
	}
	if mode == Skip {
		d.Action, d.Reason = ActionSkipped, Reason{Code: CodeSkip, Message: "the row says skip"}
		return d
	}
	if row.Invalid() {
		d.Action, d.Reason = ActionInvalid, invalidReason(row)
		return d
	}
	domain, ok := v.domains[DomainOf(row.Email)]
	if !ok {
		d.blockDomain()
		return d
	}
	account, exists := v.accounts.of(row.Email)
	if exists {
		d.Account = &account
	}
	switch {
	case exists && account.Alias:
		d.block(CodeAlias, "the address is an alias of another account", "put the account's own address in the row, or remove the alias first")
	case exists && account.IsList():
		d.block(CodeList, "the address is a distribution list", "a list has no account; remove the row")
	case exists && account.IsContact():
		d.block(CodeContact, "the address is a contact", "a contact has no account; remove the row")
	case exists && mode == Create && account.Type == typeByEmail:
		d.block(CodeExists, "the account exists already: it appeared by mail flow", "use --mode upsert to set it up")
	case exists && mode == Create:
		d.block(CodeExists, "the account exists already", "use --mode upsert or update to change it")
	case !exists && mode == Update:
		d.block(CodeMissing, "there is no such account", "check the address, or use --mode upsert to create it")
	case exists:
		d.Action = ActionUpdate
	default:
		d.Action = ActionCreate
	}
	if d.Action != ActionBlocked {
		d.note(domain)
	}
	return d
}

func (d *decision) goesAhead() bool { return d.Action == ActionCreate || d.Action == ActionUpdate }

// guard blocks the row if its address must not be touched; a nil guard lets all pass.
func (p *PlannedRow) guard(guard func(email string) (Reason, bool)) {
	if guard == nil {
		return
	}
	if why, stop := guard(p.Email); stop {
		p.Action, p.Reason = ActionBlocked, why
	}
}

func (p *PlannedRow) block(code, message, hint string) {
	p.Action, p.Reason = ActionBlocked, Reason{Code: code, Message: message, Hint: hint}
}

func (p *PlannedRow) blockDomain() {
	p.block(CodeDomain, fmt.Sprintf("%s is no internal domain of this tenant: it is not registered there, still pending, or external", DomainOf(p.Email)),
		"check the address; else register and verify the domain in the tenant first")
}

// noteSynced is what to know of an account that a directory owns.
const noteSynced = "synced from a directory: name and disabled will be overwritten at the next sync"

// note records what the admin should know of a row that goes ahead.
func (d *decision) note(domain Domain) {
	if domain.SendOnly {
		d.Notes = append(d.Notes, "the domain is send-only: its people can't log on")
	}
	if d.Account == nil {
		return
	}
	switch a := d.Account; {
	case a.Type == typeByEmail:
		d.Notes = append(d.Notes, "the account exists by mail flow")
	case a.Synced():
		d.Notes = append(d.Notes, noteSynced)
	}
	for _, i := range fields {
		switch {
		case i.Read || !d.asks(i.Field):
		case i.Update:
			d.Notes = append(d.Notes, fmt.Sprintf("the %s can't be read, so it is sent every time", strings.ToLower(i.Title)))
		default:
			d.Notes = append(d.Notes, fmt.Sprintf("the %s can't be read and is for new accounts only: it is not sent", strings.ToLower(i.Title)))
		}
	}
}

// asks tells whether the row says anything of a field.
func (d *decision) asks(f Field) bool {
	_, ok := d.row.Settings[f]
	return ok || f == Password && !d.row.Password.IsZero()
}

func invalidReason(row Row) Reason {
	var said []string
	var first *Problem
	for i, p := range row.Problems {
		if p.Warning {
			continue
		}
		if first == nil {
			first = &row.Problems[i]
		}
		said = append(said, p.Cell()+": "+p.Message)
	}
	return Reason{Code: string(first.Code), Message: strings.Join(said, "; "), Hint: first.Hint}
}

// finish makes the steps.
func (d *decision) finish() PlannedRow {
	asked := d.row.Settings
	withPassword := !d.row.Password.IsZero()
	switch d.Action {
	case ActionCreate:
		d.step(StepCreate, asked.Only(func(i FieldInfo) bool { return i.Create }), withPassword)
		if rest := asked.Only(func(i FieldInfo) bool { return !i.Create }); len(rest) > 0 {
			d.step(StepUpdate, rest, false)
		}
	case ActionUpdate:
		set := asked.Only(func(i FieldInfo) bool {
			if !i.Update {
				return false
			}
			// A new password may bring its own state along: what is asked of it goes with it.
			if withPassword && (i.Field == ForcePasswordChange || i.Field == PasswordNeverExpires) {
				return true
			}
			was, known := d.Account.Settings[i.Field]
			return !known || was != asked[i.Field]
		})
		if len(set) > 0 || withPassword {
			d.step(StepUpdate, set, withPassword)
			d.remember(asked.Fields())
			break
		}
		d.Action = ActionUnchanged
		d.Reason = Reason{Code: CodeAsAsked, Message: "the account was as asked when the plan was made"}
		if len(asked.Only(func(i FieldInfo) bool { return i.Update })) == 0 {
			d.Reason = Reason{Code: CodeNothingAsked, Message: "the account exists and the row asks for nothing that can be changed"}
		}
	}
	return d.PlannedRow
}

// step adds a step, with what the account tells of the fields that it sets.
func (p *PlannedRow) step(kind StepKind, set Settings, withPassword bool) {
	s := Step{Row: p.N, Line: p.Line, N: len(p.Steps) + 1, Kind: kind, Email: p.Email, Set: set, WithPassword: withPassword}
	if p.Account != nil {
		s.Before = p.Account.Settings.Only(func(i FieldInfo) bool { _, ok := set[i.Field]; return ok })
	}
	p.Steps = append(p.Steps, s)
}

// remember has the steps know what the account tells of more fields than they set, so that what somebody changes of these from now
// on is seen before the steps are sent. Who is taken off the purge list is not looked at.
func (p *PlannedRow) remember(fields []Field) {
	for i := range p.Steps {
		s := &p.Steps[i]
		if s.Kind == StepUnpurge {
			continue
		}
		before := s.Before.Clone()
		if before == nil {
			before = Settings{}
		}
		for _, f := range fields {
			is, told := p.Account.Settings[f]
			if _, has := before[f]; told && !has {
				before[f] = is
			}
		}
		s.Before = before
	}
}
