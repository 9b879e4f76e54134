//go:build crash && linux && amd64

package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A change is a system call by which a process is about to change something that outlives it: a file below the folder that is
// watched, or what the other end of a connection has received.
type change struct {
	op     op
	path   string // of the file or folder, "" of a connection
	to     string // the new path, of rename
	offset int64  // of write
	size   int64  // of write and send in bytes; of truncate the new size

	tid    int
	memory uint64 // where the bytes are
}

type op string

const (
	opCreate   op = "create"
	opWrite    op = "write"
	opTruncate op = "truncate"
	opSync     op = "sync"
	opRename   op = "rename"
	opRemove   op = "remove"
	opSend     op = "send"
)

// data returns the bytes that are about to be written or sent. The process must be stopped at this change.
func (c *change) data() ([]byte, error) {
	b := make([]byte, c.size)
	if c.size == 0 {
		return b, nil
	}
	n, err := unix.ProcessVMReadv(c.tid, []unix.Iovec{{Base: &b[0], Len: uint64(len(b))}}, []unix.RemoteIovec{{Base: uintptr(c.memory), Len: len(b)}}, 0)
	if err == nil && n != len(b) {
		err = fmt.Errorf("%d of %d bytes", n, len(b))
	}
	return b, err
}

// fate is what becomes of a change, and of the process that is about to make it.
type fate struct {
	kill bool
	fail syscall.Errno // 0: nothing
}

// A tracer runs a process and stops it before each of its changes, be they made by whatever thread: one after the other, in the
// order in which they are made.
type tracer struct {
	root  string               // the folder whose files are watched
	meet  func(*change) fate   // decides on each change
	shift func() time.Duration // how far the wall clock is wrong just now, in whole seconds; nil: it is left alone
}

// thread is a thread of the process, at the beginning or the end of a system call.
type thread struct {
	inside bool
	fail   syscall.Errno // what the call that it is in is to end with
	clock  uint64        // where the call that it is in puts the time, 0 if it doesn't ask for it
}

const (
	ptraceExitKill = 0x100000 // missing in package syscall
	syscallStop    = syscall.SIGTRAP | 0x80
)

// run starts a command and waits for its end. Its standard streams must be files, or nil.
func (tr *tracer) run(cmd *exec.Cmd) (syscall.WaitStatus, error) {
	// Whoever starts a traced process is its tracer, and that is a thread.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	pid := cmd.Process.Pid
	defer cmd.Process.Release()
	var ws syscall.WaitStatus
	if _, err := wait(pid, &ws); err != nil {
		return ws, err
	}
	if err := syscall.PtraceSetOptions(pid, syscall.PTRACE_O_TRACESYSGOOD|syscall.PTRACE_O_TRACECLONE|ptraceExitKill); err != nil {
		return ws, err
	}
	if tr.shift != nil {
		if err := hideVDSO(pid); err != nil {
			return ws, fmt.Errorf("hide the vDSO: %w", err)
		}
	}
	threads := map[int]*thread{pid: {}}
	for tid := pid; ; {
		if err := tr.resume(pid, tid, ws, threads); err != nil {
			return ws, errors.Join(err, syscall.Kill(pid, syscall.SIGKILL))
		}
		var err error
		if tid, err = wait(-1, &ws); err != nil {
			return ws, err
		}
		if tid == pid && (ws.Exited() || ws.Signaled()) {
			return ws, nil // all its other threads have ended before
		}
	}
}

func wait(pid int, ws *syscall.WaitStatus) (int, error) {
	for {
		tid, err := syscall.Wait4(pid, ws, syscall.WALL|unix.WNOTHREAD, nil)
		if err != syscall.EINTR {
			return tid, err
		}
	}
}

// resume lets a thread go on from where it stopped.
func (tr *tracer) resume(pid, tid int, ws syscall.WaitStatus, threads map[int]*thread) error {
	if ws.Exited() || ws.Signaled() {
		delete(threads, tid)
		return nil
	}
	th, known := threads[tid]
	if !known {
		th = &thread{}
		threads[tid] = th
	}
	signal := 0
	switch stop := ws.StopSignal(); {
	case stop == syscallStop:
		th.inside = !th.inside
		killed, err := tr.stopped(pid, tid, th)
		if err != nil || killed {
			return gone(err)
		}
	case stop == syscall.SIGTRAP: // it has just been started, or has started a thread
	case stop == syscall.SIGSTOP && !known:
	default:
		signal = int(stop)
	}
	return gone(syscall.PtraceSyscall(tid, signal))
}

// gone takes it for no error that a thread was killed meanwhile.
func gone(err error) error {
	if errors.Is(err, syscall.ESRCH) {
		return nil
	}
	return err
}

// stopped deals with a thread at the beginning or the end of a system call, and tells whether it has killed the process.
func (tr *tracer) stopped(pid, tid int, th *thread) (bool, error) {
	if !th.inside && th.fail == 0 && th.clock == 0 {
		return false, nil
	}
	var regs syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(tid, &regs); err != nil {
		return false, err
	}
	switch {
	case !th.inside && th.fail != 0:
		regs.Rax = uint64(-int64(th.fail))
		th.fail = 0
		return false, syscall.PtraceSetRegs(tid, &regs)
	case !th.inside:
		at := th.clock
		th.clock = 0
		return false, addSeconds(tid, at, int64(tr.shift()/time.Second))
	case tr.shift != nil && regs.Orig_rax == syscall.SYS_CLOCK_GETTIME && regs.Rdi == unix.CLOCK_REALTIME:
		th.clock = regs.Rsi
		return false, nil
	}
	c, ok := tr.change(pid, tid, &regs)
	if !ok {
		return false, nil
	}
	f := tr.meet(c)
	if f.kill {
		return true, syscall.Kill(pid, syscall.SIGKILL)
	}
	if f.fail != 0 {
		th.fail = f.fail
		regs.Orig_rax = ^uint64(0) // there is no such call
		return false, syscall.PtraceSetRegs(tid, &regs)
	}
	return false, nil
}

// change understands the system call that a thread is about to make; false if it is none that changes anything of interest.
func (tr *tracer) change(pid, tid int, regs *syscall.PtraceRegs) (*change, bool) {
	c := &change{tid: tid}
	fd := func(op op) (*change, bool) {
		path, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", pid, int32(regs.Rdi)))
		c.op, c.path = op, path
		return c, err == nil && strings.HasPrefix(path, tr.root)
	}
	at := func(op op, memory uint64) (*change, bool) {
		c.op, c.path = op, pathAt(tid, memory)
		return c, strings.HasPrefix(c.path, tr.root)
	}
	switch regs.Orig_rax {
	case syscall.SYS_WRITE, syscall.SYS_PWRITE64:
		_, watched := fd(opWrite)
		c.memory, c.size, c.offset = regs.Rsi, int64(regs.Rdx), int64(regs.R10)
		switch {
		case strings.HasPrefix(c.path, "socket:"):
			c.op, c.path, watched = opSend, "", true
		case regs.Orig_rax == syscall.SYS_WRITE:
			c.offset = position(pid, int32(regs.Rdi))
		}
		return c, watched
	case syscall.SYS_FSYNC, syscall.SYS_FDATASYNC:
		return fd(opSync)
	case syscall.SYS_FTRUNCATE:
		c.size = int64(regs.Rsi)
		return fd(opTruncate)
	case syscall.SYS_OPEN:
		_, watched := at(opCreate, regs.Rdi)
		return c, watched && regs.Rsi&syscall.O_CREAT != 0 && missing(c.path)
	case syscall.SYS_OPENAT:
		_, watched := at(opCreate, regs.Rsi)
		return c, watched && regs.Rdx&syscall.O_CREAT != 0 && missing(c.path)
	case syscall.SYS_RENAME:
		c.to = pathAt(tid, regs.Rsi)
		return at(opRename, regs.Rdi)
	case syscall.SYS_RENAMEAT, unix.SYS_RENAMEAT2:
		c.to = pathAt(tid, regs.R10)
		return at(opRename, regs.Rsi)
	case syscall.SYS_UNLINK:
		return at(opRemove, regs.Rdi)
	case syscall.SYS_UNLINKAT:
		return at(opRemove, regs.Rsi)
	}
	return nil, false
}

func missing(path string) bool {
	_, err := os.Lstat(path)
	return err != nil
}

// position returns where in a file the next write goes.
func position(pid int, fd int32) int64 {
	var at int64
	if b, err := os.ReadFile(fmt.Sprintf("/proc/%d/fdinfo/%d", pid, fd)); err == nil {
		_, _ = fmt.Sscanf(string(b), "pos: %d", &at)
	}
	return at
}

// pathAt reads a path from a process, "" if it can't. One that isn't absolute begins where the process is.
func pathAt(tid int, memory uint64) string {
	var b [1]byte
	var path []byte
	for len(path) < unix.PathMax {
		if _, err := syscall.PtracePeekData(tid, uintptr(memory)+uintptr(len(path)), b[:]); err != nil {
			return ""
		}
		if b[0] == 0 {
			if filepath.IsAbs(string(path)) {
				return filepath.Clean(string(path))
			}
			folder, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", tid))
			if err != nil {
				return ""
			}
			return filepath.Join(folder, string(path))
		}
		path = append(path, b[0])
	}
	return ""
}

// hideVDSO takes the page away from a process that was just started by which it could learn the time without a system call.
func hideVDSO(pid int) error {
	var regs syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(pid, &regs); err != nil {
		return err
	}
	// What a process is told stands on its stack: the arguments, the environment, each with a zero behind it, and then pairs of a
	// number and a value, of which the number 33 tells where that page is.
	const vdso = 33
	stack := make([]byte, 1<<16)
	n, err := unix.ProcessVMReadv(pid, []unix.Iovec{{Base: &stack[0], Len: uint64(len(stack))}}, []unix.RemoteIovec{{Base: uintptr(regs.Rsp), Len: len(stack)}}, 0)
	if err != nil {
		return err
	}
	stack = stack[:n]
	word := func(i int) []byte { return stack[8*i : 8*i+8] }
	zero := make([]byte, 8)
	i := 1
	for range 2 {
		for !bytes.Equal(word(i), zero) {
			i++
		}
		i++
	}
	for ; !bytes.Equal(word(i), zero); i += 2 {
		if word(i)[0] == vdso {
			_, err := syscall.PtracePokeData(pid, uintptr(regs.Rsp)+uintptr(8*i+8), zero)
			return err
		}
	}
	return errors.New("it is not there")
}

// addSeconds changes the time that a system call has just told.
func addSeconds(tid int, at uint64, seconds int64) error {
	b := make([]byte, 8)
	if _, err := syscall.PtracePeekData(tid, uintptr(at), b); err != nil {
		return err
	}
	binary.NativeEndian.PutUint64(b, binary.NativeEndian.Uint64(b)+uint64(seconds))
	_, err := syscall.PtracePokeData(tid, uintptr(at), b)
	return err
}
