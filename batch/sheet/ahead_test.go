package sheet

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
)

func TestReadAhead(t *testing.T) {
	want := bytes.Repeat([]byte("0123456789abcdef!"), 50_000)
	for name, in := range map[string]io.Reader{
		"whole":            bytes.NewReader(want),
		"halves":           iotest.HalfReader(bytes.NewReader(want)),
		"data with an end": iotest.DataErrReader(bytes.NewReader(want)),
	} {
		a := newReadAhead(t.Context(), in)
		got, err := io.ReadAll(a)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes, %v, want %d", name, len(got), err, len(want))
		}
		if n, err := a.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
			t.Errorf("%s: behind the end there are %d bytes, %v", name, n, err)
		}
		a.close()
	}
	broken := errors.New("broken")
	a := newReadAhead(t.Context(), io.MultiReader(bytes.NewReader(want), iotest.ErrReader(broken)))
	defer a.close()
	if got, err := io.ReadAll(a); !errors.Is(err, broken) || !bytes.Equal(got, want) {
		t.Errorf("%d bytes, %v, want all that comes before the error", len(got), err)
	}
}

// fillsItself counts what is read of it.
type fillsItself struct{ bytes int }

func (e *fillsItself) Read(p []byte) (int, error) {
	e.bytes += len(p)
	return len(p), nil
}

// The goroutine ends wherever reading stops, and never is far ahead. A goroutine that stays would fail the bubble.
func TestReadAheadEnds(t *testing.T) {
	for _, n := range []int64{0, 1, aheadBlock, 10 * aheadBlock} {
		synctest.Test(t, func(t *testing.T) {
			in := &fillsItself{}
			a := newReadAhead(t.Context(), in)
			if _, err := io.CopyN(io.Discard, a, n); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if most := int(n) + (aheadBlocks+1)*aheadBlock; in.bytes > most {
				t.Errorf("%d bytes were read, %d asked for", in.bytes, n)
			}
			a.close()
		})
	}
	synctest.Test(t, func(t *testing.T) {
		p := newPart(t.Context(), "x", io.NopCloser(strings.NewReader("<a>"+strings.Repeat("<b/>", aheadBlock))))
		if err := p.root("a"); err != nil {
			t.Fatal(err)
		}
		p.close()
	})
}

// Whoever gives up doesn't wait for the end of a large part that tells nothing, and is not told that it is damaged.
func TestReadAheadCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	read := 0
	in := io.MultiReader(strings.NewReader("<a><b>"), readerFunc(func(p []byte) (int, error) {
		if read += len(p); read > 10*aheadBlock {
			cancel()
		}
		return copy(p, strings.Repeat("<c/>", len(p)/4)), nil
	}))
	p := newPart(ctx, "x", io.NopCloser(in))
	defer p.close()
	err := p.list("a", p.skip)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("skip = %v, want %v", err, context.Canceled)
	}
	if _, ok := errors.AsType[*DamageError](err); ok || read > 20*aheadBlock {
		t.Errorf("%v after %d bytes", err, read)
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
