//go:build !race

package batch_test

// smaller is by how much the largest tests are made smaller.
const smaller = 1
