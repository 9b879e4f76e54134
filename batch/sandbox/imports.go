package sandbox

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A userImport is a call of import-users, and what became of its file. Neither a tenant nor a state holds it.
type userImport struct {
	notify         string
	allowMigration bool
	clearGroup     bool
	group          *group // nil: none
	by             string
	created        time.Time

	polled   bool
	failed   bool // nothing of it was imported
	total    int  // lines below the header
	imported int
}

// parseImport reads the arguments of import-users from their header; the body is the file.
func parseImport(r *http.Request, body []byte) (request, error) {
	asked, err := parseRequest([]byte(r.Header.Get("x-mc-arg")))
	if err != nil {
		return request{}, fmt.Errorf("read x-mc-arg: %w", err)
	}
	asked.file = body
	return asked, nil
}

// importUsers is import-users: {notifyEmailAddress?, allowAddressMigration?, groupId?, clearGroup?, fileType?} and a file to
// {id}. Of the kinds of file only csv is taken here. Its first line names the columns: email, and any of name, password and
// mobile.
//
// As the service's console does, an import fails whole when one password is against the policy; it leaves out lines that have
// no address of an internal domain that could be an account. The people of the others are there when the call is answered;
// the service takes longer, and so the first get-import-status tells that it is still at it.
func (s *Server) importUsers(asked request) answer {
	job := &userImport{by: asked.by, created: asked.at}
	fileType := "csv"
	in := reading{fields: asked.data[0].fields}
	if _, ok := in.fields["notifyEmailAddress"]; ok {
		in.address("notifyEmailAddress", &job.notify)
	}
	in.flag("allowAddressMigration", &job.allowMigration)
	in.flag("clearGroup", &job.clearGroup)
	in.text("fileType", &fileType)
	if !strings.EqualFold(fileType, "csv") {
		in.refuse("fileType", "err_validation_value_not_allowed", "Field must be one of [csv]: the sandbox reads no workbooks")
	}
	if _, ok := in.fields["groupId"]; ok {
		var err error
		if job.group, err = s.writableGroup(&in, "groupId"); err != nil {
			return answer{status: http.StatusBadRequest}
		}
	}
	if !bytes.HasSuffix(asked.file, []byte("\n")) {
		in.refuse("file", "err_emulated_import_not_terminated", "The file must end with a newline")
	}
	if len(in.refusals) > 0 {
		return refused(asked, in.refusals...)
	}
	if err := s.runImport(asked, job); err != nil {
		return notStored()
	}
	s.directory.imports = append(s.directory.imports, job)
	return executed(envelope{Data: []any{struct {
		ID string `json:"id"`
	}{s.directory.ids.imported(len(s.directory.imports))}}})
}

// runImport imports the file of a job. The error is one of the sandbox, not of the file.
func (s *Server) runImport(asked request, job *userImport) error {
	lines, ok := readImportFile(asked.file)
	job.total = len(lines)
	weak := slices.ContainsFunc(lines, func(l importLine) bool {
		return l.password != "" && !s.directory.policy.allows(l.password)
	})
	if !ok || weak {
		job.failed = true
		return nil
	}
	if job.clearGroup && job.group != nil {
		for _, m := range job.group.members.page(0, job.group.members.size) {
			if err := s.change(Change{Member: &Membership{job.group.ID, *m}, Gone: true}); err != nil {
				return err
			}
		}
	}
	for _, line := range lines {
		imported, err := s.importLine(asked, job.group, line)
		if err != nil {
			return err
		}
		if imported {
			job.imported++
		}
	}
	return nil
}

// importLine creates or changes the account of a line, and tells whether there is one.
func (s *Server) importLine(asked request, into *group, line importLine) (bool, error) {
	d := s.directory
	u := User{EmailAddress: line.email, Name: line.email, AddressType: createdByImport, Source: fromCloud}
	found := d.all.find(line.email)
	if !validAddress(line.email) || !d.internal(domainOf(line.email)) || found != nil && !found.isAccount() {
		return false, nil
	}
	if found != nil {
		u = *found
	}
	if line.name != "" {
		u.Name = line.name
	}
	if line.password != "" {
		u.PasswordChanges++
	}
	if err := s.change(Change{User: &u}); err != nil {
		return false, err
	}
	d.audit.add(asked, userImported, u.EmailAddress)
	if phone := d.attributeNamed(phoneNumber); phone != nil && line.mobile != "" {
		if err := s.change(Change{Value: &Value{phone.ID, u.EmailAddress, line.mobile}}); err != nil {
			return false, err
		}
	}
	if into == nil {
		return true, nil
	}
	return true, s.change(Change{Member: &Membership{into.ID, Member{EmailAddress: u.EmailAddress}}})
}

// An importLine is what a line of an import says of a person.
type importLine struct{ email, name, password, mobile string }

// readImportFile returns the lines below the header, and whether the file is one to import.
func readImportFile(file []byte) ([]importLine, bool) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte(byteOrderMark))))
	r.FieldsPerRecord = -1
	records, err := r.ReadAll()
	if err != nil || len(records) == 0 {
		return nil, false
	}
	columns := records[0]
	var lines []importLine
	for _, record := range records[1:] {
		var l importLine
		for i, value := range record[:min(len(record), len(columns))] {
			value = strings.TrimSpace(value)
			switch columns[i] {
			case "email":
				l.email = strings.ToLower(value)
			case "name":
				l.name = value
			case "password":
				l.password = value
			case "mobile":
				l.mobile = value
			}
		}
		lines = append(lines, l)
	}
	return lines, slices.Contains(columns, "email")
}

// getImportStatus is get-import-status: {id} to the state of an import. The names of states are made up.
func (s *Server) getImportStatus(asked request) answer {
	return each(asked, func(o object) (any, []refusal, error) {
		var token string
		in := reading{fields: o.fields}
		if !in.need("id", &token) {
			return nil, in.refusals, nil
		}
		id, err := s.directory.ids.openImport(token)
		if err != nil {
			return nil, nil, err
		}
		if id > len(s.directory.imports) {
			return nil, []refusal{{Code: "err_emulated_import_not_found", Message: "Import not found", Field: "id"}}, nil
		}
		job := s.directory.imports[id-1]
		tells := job.tell(token)
		job.polled = true
		return tells, nil, nil
	})
}

func (job *userImport) tell(id string) any {
	status, imported := "processing", 0
	switch {
	case job.polled && job.failed:
		status = "failed"
	case job.polled:
		status, imported = "complete", job.imported
	}
	return struct {
		Status                  string `json:"status"`
		NotifyEmailAddress      string `json:"notifyEmailAddress,omitempty"`
		TotalUsers              int    `json:"totalUsers"`
		AllowAddressMigration   bool   `json:"allowAddressMigration"`
		SuccessfulImportedUsers int    `json:"successfulImportedUsers"`
		ID                      string `json:"id"`
		ClearGroup              bool   `json:"clearGroup"`
		Created                 string `json:"created"`
		SourceFile              string `json:"sourceFile"`
		Importer                string `json:"importer"`
		ReportFile              string `json:"reportFile"`
	}{
		status, job.notify, job.total, job.allowMigration, imported, id, job.clearGroup,
		job.created.UTC().Format(timeFormat), "import.csv", job.by, "report.csv",
	}
}
