package sheet

// source is one reading of a file: its lines with their cells, from the first line to the last.
type source interface {
	// next returns the next line, io.EOF after the last. Blank lines may be left out: the number of the line tells. What is
	// at the end of the file, be it blank, is a line. Any other error means that the file is broken.
	next() (line, error)
	// merged returns the ranges of cells that are shown as one. It is known once next has returned io.EOF.
	merged() []Range
	close()
}

// line is a line as it stands in the file, whatever the header says.
type line struct {
	number  int
	cells   []Cell // the last one may be blank; good until next is called again
	hidden  bool
	breaks  bool // a cell of a CSV file may hold a line break
	fault   *Fault
	faultAt int // the column to blame
}
