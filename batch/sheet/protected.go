package sheet

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// The bounds of a protected workbook.
const (
	maxProtected = 512 << 20 // bytes
	maxLockInfo  = 1 << 20   // bytes of the description of its lock
	maxSpin      = 10_000_000
)

// wellKnown is the password of workbooks that ask for none: those that were made read-only, or protected in their structure.
const wellKnown = "VelvetSweatshop"

const hintUnlock = "open the workbook in the spreadsheet program, take the password off, and save it"

// lock is what a protected workbook is encrypted with.
type lock interface {
	// key makes the key of a password. It returns nil for a wrong one.
	key(ctx context.Context, password string) ([]byte, error)
	// open decrypts a package in place.
	open(key, packed []byte) ([]byte, error)
}

// unlock returns the workbook in a protected one of size bytes, or says what else the file is. The decrypted bytes are
// nowhere but in the memory. The password is asked for once, if it takes one.
func unlock(ctx context.Context, r io.ReaderAt, size int64, ask func(context.Context) (string, error)) ([]byte, error) {
	c, err := openCompound(r, size)
	if err != nil {
		return nil, err
	}
	switch {
	case c.streams["EncryptedPackage"] == nil:
		return nil, c.foreign()
	case c.streams["EncryptionInfo"] == nil:
		return nil, &NotSheetError{
			Found: "a workbook under rights management, which no password opens",
			hint:  "open it in the spreadsheet program, give it a sensitivity label without encryption, and save a copy",
		}
	}
	info, err := c.stream("EncryptionInfo", maxLockInfo)
	if err != nil {
		return nil, err
	}
	l, err := parseLock(info)
	if err != nil {
		return nil, err
	}
	key, err := findKey(ctx, l, ask)
	if err != nil {
		return nil, err
	}
	packed, err := c.stream("EncryptedPackage", maxProtected)
	if err != nil {
		return nil, err
	}
	plain, err := l.open(key, packed)
	if err != nil {
		return nil, err
	}
	bounded := &limitedReaderAt{r: bytes.NewReader(plain), left: maxDirectory}
	if _, err := zip.NewReader(bounded, int64(len(plain))); err != nil && !errors.Is(err, errLargeDirectory) {
		return nil, protectedDamage("the password is right, but what it opens is no workbook", err)
	}
	return plain, nil
}

func parseLock(info []byte) (lock, error) {
	if len(info) < 8 {
		return nil, protectedDamage("the description of its lock is cut short", nil)
	}
	switch major, minor := binary.LittleEndian.Uint16(info), binary.LittleEndian.Uint16(info[2:]); {
	case major == 4 && minor == 4:
		return parseAgile(info[8:])
	case major >= 2 && major <= 4 && minor == 2:
		return parseStandard(info[8:])
	}
	return nil, errUncommonLock()
}

func findKey(ctx context.Context, l lock, ask func(context.Context) (string, error)) ([]byte, error) {
	if key, err := l.key(ctx, wellKnown); key != nil || err != nil {
		return key, err
	}
	if ask == nil {
		return nil, &ProtectedError{}
	}
	password, err := ask(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask password: %w", err)
	}
	if !utf8.ValidString(password) {
		return nil, &ProtectedError{Wrong: true, notUTF8: true}
	}
	key, err := l.key(ctx, password)
	if key == nil && err == nil {
		err = &ProtectedError{Wrong: true}
	}
	return key, err
}

// passwordBytes returns a password as locks take it.
func passwordBytes(password string) []byte {
	var b []byte
	for _, unit := range utf16.Encode([]rune(password)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return b
}

// packageSize splits what an encrypted package says of its size from the encrypted bytes, whole blocks of 16.
func packageSize(packed []byte) (size int, encrypted []byte, err error) {
	const header, block = 8, 16
	if len(packed) < header {
		return 0, nil, protectedDamage("it is cut short", nil)
	}
	encrypted = packed[header:]
	encrypted = encrypted[:len(encrypted)/block*block]
	n := binary.LittleEndian.Uint64(packed)
	if n > uint64(len(encrypted)) {
		return 0, nil, protectedDamage("it is cut short", nil)
	}
	return int(n), encrypted, nil
}

func errUncommonLock() error {
	return &NotSheetError{Found: "a workbook that is protected in an uncommon way", hint: hintUnlock}
}

func protectedDamage(what string, err error) error {
	return &DamageError{Place: "protected workbook", What: what, Err: err}
}
