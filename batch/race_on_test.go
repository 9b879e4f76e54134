//go:build race

package batch_test

// smaller is by how much the largest tests are made smaller: the race detector slows the journal's database down tenfold, and
// finds in some hundred rows what it would find in thousands.
const smaller = 4
