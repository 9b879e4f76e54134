package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The matrices of hazards and faults in the documentation of package batch name, for each, the tests and scripts that show it.
// Each of them is there.
func TestHazardMatrix(t *testing.T) {
	var doc []byte
	for _, file := range []string{"hazards.go", "faults.go"} {
		text, err := os.ReadFile(filepath.Join("../../batch", file))
		if err != nil {
			t.Fatal(err)
		}
		doc = append(doc, text...)
	}
	tests := testNames(t, "../../batch", "../../batch/durable", "../../batch/journal", "../../batch/mimecast", "../../batch/report", "../../batch/sheet", ".")
	line := regexp.MustCompile(`(?m)^//\t(\S+) {2,}(.+?) {2,}(.+)$`)
	hazards := map[string]bool{}
	for _, m := range line.FindAllStringSubmatch(string(doc), -1) {
		id := m[1]
		if hazards[id] {
			t.Errorf("%s is there twice", id)
		}
		hazards[id] = true
		for name := range strings.SplitSeq(m[3], ", ") {
			script, isScript := strings.CutSuffix(name, ".txtar")
			switch {
			case isScript:
				if _, err := os.Stat(filepath.Join("../../testdata/script", script+".txtar")); err != nil {
					t.Errorf("%s: %v", id, err)
				}
			case !tests[name]:
				t.Errorf("%s names %s, which is no test", id, name)
			}
		}
	}
	for prefix, last := range map[string]int{"C": 22, "X": 21, "T": 31, "F": 20} {
		for n := 1; n <= last; n++ {
			if id := prefix + strconv.Itoa(n); !hazards[id] {
				t.Errorf("hazard %s is not in the matrix", id)
			}
		}
	}
}

// testNames returns the names of the tests and fuzz targets in some folders, such as sheet.TestMutants.
func testNames(t *testing.T, folders ...string) map[string]bool {
	t.Helper()
	function := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	names := map[string]bool{}
	for _, dir := range folders {
		files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", dir, len(files), err)
		}
		room := filepath.Base(dir)
		if dir == "." {
			room = "cmd"
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range function.FindAllStringSubmatch(string(text), -1) {
				names[room+"."+m[1]] = true
			}
		}
	}
	return names
}
