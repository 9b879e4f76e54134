package sandbox

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// fromPython returns the JSON of what Python prints of a dictionary: text in either quotes, True, False and None. The
// service's own samples send that, and the service takes it. What is JSON already, or can't be made JSON, is returned as it
// is.
func fromPython(body []byte) []byte {
	if json.Valid(body) {
		return body
	}
	var out bytes.Buffer
	for rest := string(body); rest != ""; {
		n := 1
		switch {
		case rest[0] == '\'' || rest[0] == '"':
			text, size, ok := pythonText(rest)
			if !ok {
				return body
			}
			out.Write(text)
			n = size
		case strings.HasPrefix(rest, "True"):
			out.WriteString("true")
			n = len("True")
		case strings.HasPrefix(rest, "False"):
			out.WriteString("false")
			n = len("False")
		case strings.HasPrefix(rest, "None"):
			out.WriteString("null")
			n = len("None")
		default:
			out.WriteByte(rest[0])
		}
		rest = rest[n:]
	}
	if !json.Valid(out.Bytes()) {
		return body
	}
	return out.Bytes()
}

// pythonText returns the JSON string of the quoted text that text begins with, and the size of it in text.
func pythonText(text string) (quoted []byte, size int, ok bool) {
	quote := text[0]
	var plain strings.Builder
	for rest := text[1:]; rest != ""; {
		if rest[0] == quote {
			quoted, err := json.Marshal(plain.String())
			return quoted, len(text) - len(rest) + 1, err == nil
		}
		// The rules of Go are nearly those of Python, and of JSON, which a text in double quotes may be.
		if len(rest) > 1 && rest[0] == '\\' && (rest[1] == '\'' || rest[1] == '"' || rest[1] == '/') {
			plain.WriteByte(rest[1])
			rest = rest[2:]
			continue
		}
		if rest[0] == '\\' && strings.HasPrefix(rest[1:], "x") {
			// In Python's text \xe9 is a character, in Go's a byte.
			code, err := strconv.ParseUint(rest[2:min(4, len(rest))], 16, 8)
			if err != nil || len(rest) < 4 {
				return nil, 0, false
			}
			plain.WriteRune(rune(code))
			rest = rest[4:]
			continue
		}
		r, _, tail, err := strconv.UnquoteChar(rest, 0)
		if err != nil {
			return nil, 0, false
		}
		plain.WriteRune(r)
		rest = tail
	}
	return nil, 0, false
}
