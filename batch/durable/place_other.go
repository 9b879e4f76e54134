//go:build !linux && !darwin && !windows

package durable

func volumeOf(string) (volume, error) { return volume{}, nil }

func syncRoots() []string { return nil }
