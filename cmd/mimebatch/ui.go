package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"
)

// How the program speaks:
//
//   - Standard output carries what was asked for; everything else goes to standard error with "mimebatch:" before it,
//     in lower case and without a full stop.
//   - An error says what went wrong; a hint, on a line of its own, what to do about it.
//   - Lines end at column 80 at the latest, but for what stands in one piece: a path, and a command that people paste. Where no
//     person looks on, errors and hints are a line each, however long, to be searched for.
//   - Whatever came from a sheet or a server passes through safe on its way to a terminal.
//   - Under --json standard output holds JSON Lines only, the last of them one object that sums up.

// printf writes to standard output for people; it is silent under --json.
func (a *app) printf(format string, args ...any) {
	if !a.json {
		fmt.Fprintf(a.stdout, format, safeArgs(args)...)
	}
}

func (a *app) errorf(format string, args ...any) { a.say(a.bar, "error: ", format, args) }
func (a *app) hintf(format string, args ...any)  { a.say(a.bar, "hint: ", format, args) }
func (a *app) warnf(format string, args ...any)  { a.say(true, "warning: ", format, args) }
func (a *app) infof(format string, args ...any)  { a.say(true, "", format, args) }

func (a *app) say(broken bool, kind, format string, args []any) {
	text := fmt.Sprintf("mimebatch: "+kind+format, safeArgs(args)...)
	if broken {
		text = wrap(text, 0, "  ")
	}
	fmt.Fprintln(a.stderr, text)
}

// The colours of headlines.
const (
	red    = "31"
	yellow = "33"
)

// headline prints a text of one or more lines, on a terminal in bold and in a colour.
func (a *app) headline(colour, text string) {
	text = wrap(safe(text), 0, "  ")
	switch {
	case a.json:
	case a.colour:
		fmt.Fprintf(a.stdout, "\x1b[1;%sm%s\x1b[0m\n", colour, text)
	default:
		fmt.Fprintln(a.stdout, text)
	}
}

// prose prints text behind what already stands on the line, as many columns as indent has.
func (a *app) prose(text, indent string) {
	if !a.json {
		fmt.Fprintln(a.stdout, wrap(safe(text), len(indent), indent))
	}
}

// line prints one JSON line under --json.
func (a *app) line(v any) error {
	if !a.json {
		return nil
	}
	enc := json.NewEncoder(a.stdout)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write output: %w", err)
	}
	return nil
}

func safeArgs(args []any) []any {
	out := make([]any, len(args))
	for i, arg := range args {
		switch v := arg.(type) {
		case error:
			out[i] = safe(v.Error())
		case fmt.Stringer:
			out[i] = safe(v.String())
		case string:
			out[i] = safe(v)
		case int, bool, float64:
			out[i] = v
		default:
			out[i] = safe(fmt.Sprint(v))
		}
	}
	return out
}

// safe escapes what could move the cursor, change the reading direction, hide text or forge a line.
func safe(s string) string {
	if !strings.ContainsFunc(s, unsafe) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unsafe(r) {
			fmt.Fprintf(&b, "\\u%04x", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func unsafe(r rune) bool {
	switch {
	case r < ' ', r >= 0x7f && r < 0xa0, r == unicode.ReplacementChar:
		return true
	}
	// Format characters: bidirectional marks, zero-width ones, tags. Line and paragraph separators.
	return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
}

// ask puts a question that is answered by yes or no. An interrupt is an answer too: then the error is ctx's.
func (a *app) ask(ctx context.Context, format string, args ...any) (bool, error) {
	text, err := a.typed(ctx, format+" [y/N] ", args...)
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "y", "yes":
		return err == nil, err
	}
	return false, err
}

// typed puts a question and returns the line that is typed, or ctx's error if that ends first. A terminal that is closed is an
// interrupt: what is read of it comes to an end before its signal is here, if there is one.
func (a *app) typed(ctx context.Context, format string, args ...any) (string, error) {
	fmt.Fprint(a.stderr, wrap(fmt.Sprintf(format, safeArgs(args)...), 0, "  "))
	if a.answers == nil {
		a.answers = bufio.NewReader(a.stdin) // one for all questions, for it reads ahead
	}
	type answer struct {
		text string
		err  error
	}
	typed := make(chan answer, 1)
	go func() {
		text, err := a.answers.ReadString('\n')
		typed <- answer{text, err}
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(a.stderr)
		return "", ctx.Err()
	case got := <-typed:
		ended := errors.Is(got.err, io.EOF)
		if ended {
			_, got.err = fmt.Fprintln(a.stderr) // the end may be Ctrl-D: a closed terminal takes nothing either
		}
		switch {
		case got.err == nil:
			return got.text, nil
		case ended, errors.Is(got.err, syscall.EIO):
			return "", context.Canceled
		}
		return "", fmt.Errorf("read answer: %w", got.err)
	}
}

// count says how many there are of something.
func count(n int, one, many string) string { return fmt.Sprintf("%d %s", n, oneOr(n, one, many)) }

// oneOr returns the word for so many.
func oneOr(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// command is what people paste, up to the end of the clause.
var command = regexp.MustCompile(`\b(mimebatch|chmod|openssl) [^;]*`)

// wrap breaks text that begins in column at, from 0, between words so that no line is longer than 80 columns, and sets indent
// before all but the first. It breaks no command.
func wrap(s string, at int, indent string) string {
	const blank = "\x00"
	s = command.ReplaceAllStringFunc(s, func(c string) string { return strings.ReplaceAll(c, " ", blank) })
	return strings.ReplaceAll(wrapAll(s, at, indent), blank, " ")
}

// wrapAll is wrap, but breaks commands too, as prose that only speaks of them.
func wrapAll(s string, at int, indent string) string {
	const width = 80
	var b strings.Builder
	for i, word := range strings.Split(s, " ") { // runs of blanks stay, for a value may have some
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case at+1+n > width:
			b.WriteString("\n" + indent)
			at = len(indent)
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at += n
	}
	return b.String()
}
