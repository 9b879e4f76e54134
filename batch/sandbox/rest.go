package sandbox

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
)

// maxRESTPage is the most rows of a page of the newer interface, and how many it has when none are asked for; that is a guess.
const maxRESTPage = 100

// restUsers is GET users of the newer interface of API 2.0: ?pageSize=1..100&pageToken= to {users, meta{nextPage}}. It knows no
// classic envelope: what it refuses it answers with {errors}, and HTTP 400 or 403.
func (s *Server) restUsers(asked request) answer {
	start, size := 0, maxRESTPage
	if asked.pageSize != nil {
		size = *asked.pageSize
	}
	if size < 1 || size > maxRESTPage {
		return refuseREST(http.StatusBadRequest, refusal{Code: invalidValue, Message: "must be 1 to 100", Field: "pageSize"})
	}
	if asked.pageToken != "" {
		var ok bool
		if start, ok = openRESTPage(asked.pageToken); !ok {
			return refuseREST(http.StatusBadRequest, refusal{Code: invalidValue, Message: "is no token of this listing", Field: "pageToken"})
		}
	}
	type row struct {
		ID           string `json:"id"`
		EmailAddress string `json:"emailAddress"`
		AddressType  string `json:"addressType"`
		IsAlias      bool   `json:"isAlias"`
		Source       string `json:"source"`
	}
	type meta struct {
		NextPage string `json:"nextPage,omitempty"`
	}
	d := s.directory
	rows := []row{}
	for _, u := range d.all.page(start, size) {
		rows = append(rows, row{d.ids.address(u.EmailAddress), u.EmailAddress, u.AddressType, u.Alias, u.Source})
	}
	var m meta
	if end := start + len(rows); len(rows) > 0 && end < d.all.size {
		m.NextPage = restPage(end)
	}
	a := jsonAnswer(http.StatusOK, struct {
		Users []row `json:"users"`
		Meta  meta  `json:"meta"`
	}{rows, m})
	a.executed = []Execution{{Done: Done}}
	return a
}

// invalidValue is the code of a field that can't be.
const invalidValue = "invalid_value"

// refuseREST is the answer to a call that is not done. It tells no more of a reason than these three.
func refuseREST(status int, why refusal) answer {
	type reason struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Field   string `json:"field,omitempty"`
	}
	return jsonAnswer(status, struct {
		Errors []reason `json:"errors"`
	}{[]reason{{why.Code, why.Message, why.Field}}})
}

// restPage is the token of the page that begins with a row. It is made as the one in the documentation is.
func restPage(start int) string {
	return base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(start) + ":null"))
}

// openRESTPage returns what restPage has put into a token.
func openRESTPage(token string) (start int, ok bool) {
	text, err := base64.StdEncoding.DecodeString(token)
	if err != nil {
		return 0, false
	}
	number, _, _ := strings.Cut(string(text), ":")
	start, err = strconv.Atoi(number)
	return start, err == nil && start > 0 && token == restPage(start)
}

// readQuery reads the paging of a call whose request is in its URL. A page size that is no number is one that can't be.
func readQuery(r *http.Request, _ []byte) (request, error) {
	query := r.URL.Query()
	asked := request{pageToken: query.Get("pageToken")}
	if text := query.Get("pageSize"); text != "" {
		size, err := strconv.Atoi(text)
		if err != nil {
			size = 0
		}
		asked.pageSize = &size
	}
	return asked, nil
}
