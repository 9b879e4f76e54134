package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"unicode/utf8"
)

// consolePath is where the paths begin that are not the service's.
const consolePath = "/sandbox"

func ofConsole(path string) bool {
	return path == consolePath || strings.HasPrefix(path, consolePath+"/")
}

// A command is what the console does for a method and path.
type command struct {
	method, path string // the path below consolePath
	help         string
	run          func(*http.Request) answer
}

// console is what a sandbox has beside the service: it is for those who run the sandbox, and wants no credentials.
func (s *Server) console() []command {
	return []command{
		{http.MethodGet, "", "this list", s.listCommands},
		{http.MethodGet, "/stats", "what was executed, for each function and each address",
			func(*http.Request) answer { return jsonAnswer(http.StatusOK, s.Stats()) }},
		{http.MethodGet, "/log", "the last calls, one JSON object a line; ?after=SEQ for those that came since", s.serveLog},
		{http.MethodGet, "/faults", "what can still go wrong, as a JSON array", s.listFaults},
		{http.MethodPost, "/faults", "add faults: KIND,KEY=VALUE,... one a line, or a JSON object or array", s.addFaults},
		{http.MethodDelete, "/faults", "take all faults away", s.clearFaults},
	}
}

// obey answers a request to the console.
func (s *Server) obey(r *http.Request) answer {
	if foreign(r) {
		return refuseForeign()
	}
	path := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, consolePath), "/")
	instead := flat(http.StatusNotFound, "not_found", "GET "+consolePath+"/ lists the paths of the console.")
	for _, c := range s.commands {
		switch {
		case c.path != path:
		case c.method == r.Method:
			return c.run(r)
		default:
			instead = wrongMethod()
		}
	}
	return instead
}

func (s *Server) listCommands(*http.Request) answer {
	var b bytes.Buffer
	for _, c := range s.commands {
		fmt.Fprintf(&b, "%-6s %-15s  %s\n", c.method, consolePath+c.path, c.help)
	}
	return answer{status: http.StatusOK, contentType: "text/plain; charset=utf-8", body: b.Bytes()}
}

// foreign tells whether a web page may have sent a request: a browser tells of the page that sends one, or knows the server by
// a name that somebody else made lead here.
func foreign(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = strings.Trim(r.Host, "[]")
	}
	loopback := strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
	return !loopback || r.Header.Get("Origin") != ""
}

func refuseForeign() answer {
	return flat(http.StatusForbidden, "forbidden", "The console takes no request of a web page, nor under another name than localhost.")
}

func (s *Server) listFaults(*http.Request) answer { return jsonAnswer(http.StatusOK, s.Faults()) }

func (s *Server) clearFaults(r *http.Request) answer {
	s.ClearFaults()
	return s.listFaults(r)
}

// addFaults adds the faults of a body, all or none, and answers what is there then.
func (s *Server) addFaults(r *http.Request) answer {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return unreadable(err)
	}
	fs, err := readFaults(body)
	if err == nil {
		err = s.Inject(fs...)
	}
	if err != nil {
		return flat(http.StatusBadRequest, "invalid_request", err.Error())
	}
	return s.listFaults(r)
}

// readFaults reads one fault or an array of them in JSON, or else one fault a line, as [ParseFault] reads it.
func readFaults(body []byte) ([]Fault, error) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte(byteOrderMark)))
	var many []Fault
	switch first, _ := utf8.DecodeRune(body); first {
	case '[':
		err := json.Unmarshal(body, &many)
		return many, err
	case '{', '"':
		var one Fault
		err := json.Unmarshal(body, &one)
		return []Fault{one}, err
	}
	for line := range strings.Lines(string(body)) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		f, err := ParseFault(line)
		if err != nil {
			return nil, err
		}
		many = append(many, f)
	}
	if len(many) == 0 {
		return nil, errors.New("no fault")
	}
	return many, nil
}
