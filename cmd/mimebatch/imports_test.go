package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// allowed says which of our packages each of them may import. What is not in it must not exist.
var allowed = map[string][]string{
	"cmd/mimebatch": {"batch", "batch/durable", "batch/journal", "batch/mimecast", "batch/report", "batch/sandbox", "batch/sheet"},
	// The adapters import the domain and what is beneath it, never each other.
	"batch/journal":    {"batch", "batch/durable", "batch/sheet"},
	"batch/mimecast":   {"batch"},
	"batch/report":     {"batch", "batch/durable", "batch/sheet", "templates"},
	"batch/report/gen": {"batch"},
	// The domain knows no adapter.
	"batch":       {"batch/sheet"},
	"batch/sheet": {"batch/durable"},
	// These know none of us.
	"batch/durable": {},
	"batch/sandbox": {},
	"templates":     {},
}

const root = "../.."

// eachFile parses the program's own Go files, tests left out.
func eachFile(t *testing.T, mode parser.Mode, do func(pkg string, f *ast.File, fset *token.FileSet)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if name == "testdata" || path != root && strings.HasPrefix(name, ".") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, path, nil, mode)
		if err != nil {
			return err
		}
		pkg, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		do(filepath.ToSlash(pkg), f, fset)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestImportDirections(t *testing.T) {
	seen := map[string]bool{}
	eachFile(t, parser.ImportsOnly, func(pkg string, f *ast.File, fset *token.FileSet) {
		seen[pkg] = true
		may, ok := allowed[pkg]
		if !ok {
			t.Errorf("%s: no rule for package %s", fset.Position(f.Package), pkg)
		}
		for _, i := range f.Imports {
			path, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if to, ours := strings.CutPrefix(path, "mimebatch/"); ours && !slices.Contains(may, to) {
				t.Errorf("%s: %s must not import %s", fset.Position(i.Pos()), pkg, to)
			}
		}
	})
	for pkg := range allowed {
		if !seen[pkg] {
			t.Errorf("there is a rule for package %s, which does not exist", pkg)
		}
	}
}

// Excelize loses rows of damaged workbooks without an error, so it never reads one outside tests.
func TestExcelizeNeverReads(t *testing.T) {
	eachFile(t, parser.SkipObjectResolution, func(_ string, f *ast.File, fset *token.FileSet) {
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "excelize" && strings.HasPrefix(s.Sel.Name, "Open") {
					t.Errorf("%s: excelize.%s", fset.Position(s.Pos()), s.Sel.Name)
				}
			}
			return true
		})
	})
}

func TestTopLevel(t *testing.T) {
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	may := []string{"cmd", "batch", "templates", "testdata", "go.mod", "go.sum", "Makefile", "README.md", "LICENSE", "bin"}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(may, e.Name()) {
			t.Errorf("%s does not belong at the top level", e.Name())
		}
	}
}
