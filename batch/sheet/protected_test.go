package sheet

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// book returns a workbook with so many people, the first of them with a name that can't be packed: what is used here to lock
// workbooks can't lock any below 4,096 bytes.
func book(t testing.TB, people int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, WriteOptions{Format: XLSX, Header: []string{"Email", "Name"}, Rows: people})
	for i := 0; err == nil && i < people; i++ {
		name := fmt.Sprint("Person ", i*7919)
		if i == 0 {
			name = base64.StdEncoding.EncodeToString(noise(4096))
		}
		err = w.Row([]Cell{{Text: fmt.Sprintf("person.%d@example.com", i)}, {Text: name}})
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// noise returns bytes that can't be packed, the same each time.
func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{}).Read(b) // which never fails
	return b
}

type stream struct {
	name    string
	content []byte
}

// compoundFile lays out streams as an OLE compound file of version 3 does. Short ones are filled up with blanks to the size
// from which a stream has sectors of its own.
func compoundFile(t testing.TB, streams ...stream) []byte {
	t.Helper()
	const sector, free, end, fatSector, none = 512, 0xffffffff, 0xfffffffe, 0xfffffffd, 0xffffffff
	directory := 1 + len(streams)/4
	data := 0
	for i := range streams {
		if n := 4096 - len(streams[i].content); n > 0 {
			streams[i].content = append(slices.Clone(streams[i].content), bytes.Repeat([]byte{' '}, n)...)
		}
		data += (len(streams[i].content) + sector - 1) / sector
	}
	fats := 1
	for fats*sector/4 < fats+directory+data {
		fats++
	}
	if fats > 109 {
		t.Fatal("the streams are too long for one list of sectors")
	}
	var fat []uint32
	chain := func(n int) (first uint32) {
		first = uint32(len(fat))
		for i := range n {
			fat = append(fat, first+uint32(i)+1)
		}
		fat[len(fat)-1] = end
		return first
	}
	for range fats {
		fat = append(fat, fatSector)
	}
	var b bytes.Buffer
	put := func(values ...any) {
		for _, v := range values {
			if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	put([]byte(compoundMagic), make([]byte, 16), uint16(0x3e), uint16(3), uint16(0xfffe), uint16(9), uint16(6), make([]byte, 6))
	put(uint32(0), uint32(fats), uint32(fats), uint32(0), uint32(4096), uint32(end), uint32(0), uint32(end), uint32(0))
	for i := range uint32(109) {
		if int(i) < fats {
			put(i)
		} else {
			put(uint32(free))
		}
	}
	entries := new(bytes.Buffer)
	entry := func(name string, kind byte, right, child, first uint32, size int) {
		var raw [32]uint16
		copy(raw[:], utf16.Encode([]rune(name)))
		for _, v := range []any{raw, uint16(2 * (len(name) + 1)), kind, byte(1), uint32(none), right, child, make([]byte, 36), first, uint64(size)} {
			if err := binary.Write(entries, binary.LittleEndian, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	chain(directory)
	child := uint32(none)
	if len(streams) > 0 {
		child = 1
	}
	entry("Root Entry", 5, none, child, end, 0)
	for i, s := range streams {
		right := uint32(none)
		if i+1 < len(streams) {
			right = uint32(i + 2)
		}
		entry(s.name, 2, right, none, chain((len(s.content)+sector-1)/sector), len(s.content))
	}
	for len(fat) < fats*sector/4 {
		fat = append(fat, free)
	}
	put(fat, entries.Bytes(), make([]byte, directory*sector-entries.Len()))
	for _, s := range streams {
		put(s.content, make([]byte, -len(s.content)&(sector-1)))
	}
	return b.Bytes()
}

// agile is how a workbook is locked in a test. The zero values of the flags make a sound one.
type agile struct {
	hash          string
	keyBits, spin int
	noIntegrity   bool
	damage        func(packed []byte) // before the sum is made
	tamper        func(packed []byte) // behind it
}

// lock encrypts a package as Office 2010 and later do, in the order of the standard and not in that of the code under test.
func (a agile) lock(t testing.TB, plain []byte, password string) []byte {
	t.Helper()
	random := func(n int, seed byte) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(i)*37 + seed
		}
		return b
	}
	newHash := (&agileCipher{Hash: a.hash}).newHash()
	sum := func(parts ...[]byte) []byte {
		h := newHash()
		for _, p := range parts {
			h.Write(p)
		}
		return h.Sum(nil)
	}
	sized := func(b []byte, n int) []byte {
		return append(slices.Clone(b), bytes.Repeat([]byte{0x36}, n)...)[:n]
	}
	encrypt := func(key, iv, text []byte) []byte {
		c, err := aes.NewCipher(key)
		if err != nil {
			t.Fatal(err)
		}
		out := append(slices.Clone(text), make([]byte, -len(text)&15)...)
		cipher.NewCBCEncrypter(c, iv).CryptBlocks(out, out)
		return out
	}
	number := func(i int) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(i)) }

	keySalt, dataSalt, key, verifier := random(16, 1), random(16, 2), random(a.keyBits/8, 3), random(16, 4)
	packed := binary.LittleEndian.AppendUint64(nil, uint64(len(plain)))
	for i, segment := 0, plain; len(segment) > 0; i++ {
		n := min(4096, len(segment))
		packed = append(packed, encrypt(key, sized(sum(dataSalt, number(i)), 16), segment[:n])...)
		segment = segment[n:]
	}
	if a.damage != nil {
		a.damage(packed)
	}
	hmacKey := random(newHash().Size(), 5)
	mac := hmac.New(newHash, hmacKey)
	mac.Write(packed)
	if a.tamper != nil {
		a.tamper(packed)
	}
	integrity := fmt.Sprintf(`<dataIntegrity encryptedHmacKey="%s" encryptedHmacValue="%s"/>`,
		base64.StdEncoding.EncodeToString(encrypt(key, sized(sum(dataSalt, []byte("\x5f\xb2\xad\x01\x0c\xb9\xe1\xf6")), 16), hmacKey)),
		base64.StdEncoding.EncodeToString(encrypt(key, sized(sum(dataSalt, []byte("\xa0\x67\x7f\x02\xb2\x2c\x84\x33")), 16), mac.Sum(nil))))
	if a.noIntegrity {
		integrity = ""
	}
	var text []byte
	for _, u := range utf16.Encode([]rune(password)) {
		text = append(text, byte(u), byte(u>>8))
	}
	spun := sum(keySalt, text)
	for i := range a.spin {
		spun = sum(number(i), spun)
	}
	wrap := func(text []byte, purpose string) string {
		return base64.StdEncoding.EncodeToString(encrypt(sized(sum(spun, []byte(purpose)), a.keyBits/8), keySalt, text))
	}
	common := func(salt []byte) string {
		return fmt.Sprintf(`saltSize="16" blockSize="16" keyBits="%d" hashSize="%d" cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" hashAlgorithm="%s" saltValue="%s"`,
			a.keyBits, newHash().Size(), a.hash, base64.StdEncoding.EncodeToString(salt))
	}
	description := fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`+"\r\n"+
		`<encryption xmlns="http://schemas.microsoft.com/office/2006/encryption" xmlns:p="http://schemas.microsoft.com/office/2006/keyEncryptor/password">`+
		`<keyData %s/>%s<keyEncryptors><keyEncryptor uri="http://schemas.microsoft.com/office/2006/keyEncryptor/password">`+
		`<p:encryptedKey spinCount="%d" %s encryptedVerifierHashInput="%s" encryptedVerifierHashValue="%s" encryptedKeyValue="%s"/>`+
		`</keyEncryptor></keyEncryptors></encryption>`,
		common(dataSalt), integrity, a.spin, common(keySalt),
		wrap(verifier, "\xfe\xa7\xd2\x76\x3b\x4b\x9e\x79"), wrap(sum(verifier), "\xd7\xaa\x0f\x6d\x30\x61\x34\x4e"), wrap(key, "\x14\x6e\x0b\xe7\xab\xac\xd0\xd6"))
	info := append([]byte("\x04\x00\x04\x00\x40\x00\x00\x00"), description...)
	return compoundFile(t, stream{"EncryptionInfo", info}, stream{"EncryptedPackage", packed})
}

func standard(t testing.TB, plain []byte, password string) []byte {
	t.Helper()
	locked, err := excelize.Encrypt(plain, &excelize.Options{Password: password})
	if err != nil {
		t.Fatal(err)
	}
	return locked
}

func says(password string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return password, nil }
}

const password = "S3cret=Grüße😀"

// A protected workbook reads the same as it does without its lock, and as another program unlocks it.
func TestProtected(t *testing.T) {
	for _, people := range []int{1, 400} {
		plain := book(t, people)
		want, err := OpenBytes(t.Context(), "-", plain, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for name, locked := range map[string][]byte{
			"standard":             standard(t, plain, password),
			"agile, SHA-512":       agile{hash: "SHA512", keyBits: 256, spin: 1000}.lock(t, plain, password),
			"agile, SHA-384":       agile{hash: "SHA384", keyBits: 256, spin: 1000}.lock(t, plain, password),
			"agile, SHA-256":       agile{hash: "SHA256", keyBits: 192, spin: 1000}.lock(t, plain, password),
			"agile, SHA-1":         agile{hash: "SHA1", keyBits: 128, spin: 1000}.lock(t, plain, password),
			"agile, SHA-1, hyphen": agile{hash: "SHA-1", keyBits: 256, spin: 1000}.lock(t, plain, password),
			"agile, no sum":        agile{hash: "SHA512", keyBits: 256, spin: 1000, noIntegrity: true}.lock(t, plain, password),
		} {
			asked := 0
			got, err := OpenBytes(t.Context(), "-", locked, Options{Password: func(context.Context) (string, error) {
				asked++
				return password, nil
			}})
			if err != nil {
				t.Fatalf("%s, %d people: %v", name, people, err)
			}
			if diff := cmp.Diff(allRows(t, want), allRows(t, got)); diff != "" || !got.Protected || asked != 1 || got.Format != XLSX {
				t.Errorf("%s: protected %t, asked %d times, rows (-plain +unlocked):\n%s", name, got.Protected, asked, diff)
			}
			sum, err := survey(t.Context(), &input{data: locked}, Options{Password: says(password)})
			if err != nil || sum.sha256 != got.SHA256 || got.SHA256 == want.SHA256 {
				t.Errorf("%s: the hash is not that of the file: %v", name, err)
			}
		}
	}
}

// What our tests lock is what another program unlocks.
func TestProtectedByOthers(t *testing.T) {
	plain := book(t, 3)
	locked := agile{hash: "SHA512", keyBits: 256, spin: 100}.lock(t, plain, password)
	got, err := excelize.Decrypt(locked, &excelize.Options{Password: password})
	if err != nil || !bytes.Equal(got, plain) {
		t.Errorf("excelize unlocks another workbook: %d bytes in place of %d, %v", len(got), len(plain), err)
	}
}

func allRows(t *testing.T, table *Table) (rows []string) {
	t.Helper()
	for r, err := range table.Rows(t.Context()) {
		if err != nil || r.Fault != nil {
			t.Fatal(r, err)
		}
		rows = append(rows, fmt.Sprintf("%d %q %q", r.Line, r.Cells[0].Text, r.Cells[1].Text))
	}
	return rows
}

// Workbooks that are only read-only are encrypted too, with a password that everybody knows. Nobody is asked for it.
func TestProtectedReadOnly(t *testing.T) {
	plain := book(t, 3)
	for name, locked := range map[string][]byte{
		"standard": standard(t, plain, "VelvetSweatshop"),
		"agile":    agile{hash: "SHA512", keyBits: 256, spin: 100}.lock(t, plain, "VelvetSweatshop"),
	} {
		table, err := OpenBytes(t.Context(), "-", locked, Options{})
		if err != nil || !table.Protected || len(allRows(t, table)) != 3 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestProtectedRefused(t *testing.T) {
	plain := book(t, 400)
	sound := agile{hash: "SHA512", keyBits: 256, spin: 100}
	flip := func(packed []byte) { packed[len(packed)/2] ^= 1 }
	locks := map[string][]byte{"standard": standard(t, plain, password), "agile": sound.lock(t, plain, password)}
	for name, locked := range locks {
		_, err := OpenBytes(t.Context(), "-", locked, Options{})
		if p, ok := errors.AsType[*ProtectedError](err); !ok || p.Wrong || !strings.Contains(hintOf(err), "--sheet-password-file") {
			t.Errorf("%s without a password: %v", name, err)
		}
		for _, wrong := range []string{"", "s3cret", password + " "} {
			_, err := OpenBytes(t.Context(), "-", locked, Options{Password: says(wrong)})
			p, ok := errors.AsType[*ProtectedError](err)
			if !ok || !p.Wrong || !strings.Contains(hintOf(err), "--sheet-password-file") || wrong != "" && strings.Contains(fmt.Sprintf("%+v", err), wrong) {
				t.Errorf("%s with the wrong password %q: %v", name, wrong, err)
			}
		}
		_, err = OpenBytes(t.Context(), "-", locked, Options{Password: says("s\xe9cret")})
		if p, ok := errors.AsType[*ProtectedError](err); !ok || !p.Wrong || !strings.Contains(err.Error(), "not UTF-8") || !strings.Contains(hintOf(err), "save the password file as UTF-8") {
			t.Errorf("%s with a password in Windows-1252: %v", name, err)
		}
		broken := errors.New("no terminal")
		_, err = OpenBytes(t.Context(), "-", locked, Options{Password: func(context.Context) (string, error) { return "", broken }})
		if !errors.Is(err, broken) {
			t.Errorf("%s, nobody can be asked: %v", name, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		_, err = OpenBytes(ctx, "-", locked, Options{Password: func(context.Context) (string, error) {
			cancel()
			return password, nil
		}})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s, cancelled: %v", name, err)
		}
		_, err = OpenBytes(t.Context(), "-", locked[:len(locked)-4096], Options{Password: says(password)})
		if _, ok := errors.AsType[*DamageError](err); !ok {
			t.Errorf("%s, cut: %v", name, err)
		}
	}
	for _, tt := range []struct {
		name   string
		locked []byte
		says   string
	}{
		{"changed behind the lock", agile{hash: "SHA512", keyBits: 256, spin: 100, tamper: flip}.lock(t, plain, password), "the password is right, but the content was changed"},
		{"damaged before it was locked", agile{hash: "SHA512", keyBits: 256, spin: 100, damage: func(p []byte) { flip(p[len(p)-64:]) }, noIntegrity: true}.lock(t, plain, password), "the password is right, but what it opens is no workbook"},
		{"no workbook in it", sound.lock(t, bytes.Repeat([]byte("Email,Name\n"), 1000), password), "the password is right, but what it opens is no workbook"},
		{"a size that lies", agile{hash: "SHA512", keyBits: 256, spin: 100, damage: func(p []byte) { p[5] = 1 }}.lock(t, plain, password), "cut short"},
	} {
		_, err := OpenBytes(t.Context(), "-", tt.locked, Options{Password: says(password)})
		if _, ok := errors.AsType[*DamageError](err); !ok || !strings.Contains(err.Error(), tt.says) || hintOf(err) == "" {
			t.Errorf("%s: %v, want damage that says %q", tt.name, err, tt.says)
		}
	}
}

// A word that stands in the description of the lock is set to another value.
func TestProtectedBadLock(t *testing.T) {
	locked := agile{hash: "SHA512", keyBits: 256, spin: 100}.lock(t, book(t, 3), password)
	for _, tt := range []struct{ from, to, says string }{
		{`spinCount="100"`, `spinCount="4000000000"`, "contradicts itself"},
		{`spinCount="100"`, `spinCount="10000001"`, "contradicts itself"},
		{`keyBits="256"`, `keyBits="8"`, "contradicts itself"},
		{`blockSize="16"`, `blockSize="0"`, "contradicts itself"},
		{`saltSize="16"`, `saltSize="99"`, "contradicts itself"},
		{`hashSize="64"`, `hashSize="-64"`, "contradicts itself"},
		{`encryptedKeyValue="`, `encryptedKeyValue="" x="`, "contradicts itself"},
		{`encryptedVerifierHashInput="`, `encryptedVerifierHashInput="AAAA" x="`, "contradicts itself"},
		{`encryptedHmacValue="`, `encryptedHmacValue="AAAA" x="`, "contradicts itself"},
		{`encryptedHmacValue="`, `encryptedHmacValue="!`, "no XML"},
		{`</encryption>`, `</encription>`, "no XML"},
		{`SHA512`, `MD5`, "uncommon way"},
		{`"AES"`, `"RC2"`, "uncommon way"},
		{`ChainingModeCBC`, `ChainingModeCFB`, "uncommon way"},
		{`keyEncryptor/password">`, `keyEncryptor/certify">`, "uncommon way"},
		{"\x04\x00\x04\x00\x40", "\x04\x00\x03\x00\x40", "uncommon way"},
	} {
		_, err := OpenBytes(t.Context(), "-", replaceInPlace(t, locked, tt.from, tt.to), Options{Password: says(password)})
		if err == nil || !strings.Contains(err.Error(), tt.says) || hintOf(err) == "" {
			t.Errorf("%s in place of %s: %v, want one that says %q", tt.to, tt.from, err, tt.says)
		}
	}
}

// replaceInPlace replaces each of the occurrences and takes blanks behind them for the difference, so that nothing moves that
// is not in the same stream.
func replaceInPlace(t *testing.T, file []byte, from, to string) []byte {
	t.Helper()
	first := bytes.Index(file, []byte(from))
	if first < 0 {
		t.Fatalf("%q is not in the file", from)
	}
	blanks := bytes.Index(file[first:], bytes.Repeat([]byte{' '}, 512))
	if blanks < 0 {
		t.Fatal("there are no blanks behind it")
	}
	end := first + blanks + 512
	text := bytes.ReplaceAll(file[first:end], []byte(from), []byte(to))
	for len(text) < end-first {
		text = append(text, ' ')
	}
	return slices.Concat(file[:first], text[:end-first], file[end:])
}

func TestCompoundFile(t *testing.T) {
	for _, tt := range []struct {
		name    string
		streams []stream
		found   string
		hint    string
	}{
		{"old workbook", []stream{{"Workbook", nil}}, "an old .xls workbook", "save it as .xlsx"},
		{"older workbook", []stream{{"Book", nil}}, "an old .xls workbook", "save it as .xlsx"},
		{"Word document", []stream{{"1Table", nil}, {"WordDocument", nil}}, "Word", "export"},
		{"PowerPoint", []stream{{"PowerPoint Document", nil}}, "PowerPoint", "export"},
		{"Outlook message", []stream{{"__properties_version1.0", nil}}, "Outlook", "attachment"},
		{"rights management", []stream{{"EncryptedPackage", nil}}, "rights management", "sensitivity label"},
		{"something else", []stream{{"Contents", nil}}, "an old Office program", "save it as"},
		{"nothing", nil, "an old Office program", "save it as"},
	} {
		_, err := OpenBytes(t.Context(), "-", compoundFile(t, tt.streams...), Options{Password: says(password)})
		if _, ok := errors.AsType[*NotSheetError](err); !ok || !strings.Contains(err.Error(), tt.found) || !strings.Contains(hintOf(err), tt.hint) {
			t.Errorf("%s: %v with hint %q, want one that says %q and %q", tt.name, err, hintOf(err), tt.found, tt.hint)
		}
	}
}

// However a compound file is damaged, it is refused with a reason, soon, and without filling the memory.
func TestCompoundFileDamaged(t *testing.T) {
	sound := compoundFile(t, stream{"Workbook", nil})
	for _, tt := range []struct {
		name string
		at   int
		to   string
	}{
		{"sectors of the directory", 40, "\xff\xff\xff\x7f"},
		{"sectors of the FAT", 44, "\xff\xff\xff\x7f"},
		{"first sector of the directory", 48, "\xff\xff\x00\x00"},
		{"sectors of the mini FAT", 64, "\xff\xff\xff\x7f"},
		{"sectors of the DIFAT", 72, "\xff\xff\xff\x7f"},
		{"size of a sector", 30, "\xff\xff"},
		{"the directory leads to itself", 512 + 4, "\x01\x00\x00\x00"},
		{"a sibling that isn't there", 1024 + 128 + 72, "\x00\x00\x00\x10"},
		{"a sibling that is the root", 1024 + 128 + 72, "\x00\x00\x00\x00"},
	} {
		file := slices.Clone(sound)
		copy(file[tt.at:], tt.to)
		_, err := OpenBytes(t.Context(), "-", file, Options{})
		if _, ok := errors.AsType[*DamageError](err); !ok || hintOf(err) == "" {
			t.Errorf("%s: %v, want damage", tt.name, err)
		}
	}
	for n := len(compoundMagic); n < 1024+512; n += 50 {
		_, err := OpenBytes(t.Context(), "-", sound[:n], Options{})
		if _, ok := errors.AsType[*DamageError](err); !ok {
			t.Errorf("cut to %d bytes: %v, want damage", n, err)
		}
	}
	long := compoundFile(t, stream{"EncryptionInfo", make([]byte, 2<<20)}, stream{"EncryptedPackage", nil})
	_, err := OpenBytes(t.Context(), "-", long, Options{})
	if _, ok := errors.AsType[*DamageError](err); !ok || !strings.Contains(err.Error(), "larger than 1 MiB") {
		t.Errorf("a description of a lock that is very long: %v", err)
	}
	copy(long[bytes.Index(long, []byte(wide("EncryptionInfo")))+120:], "\x00\x00\x00\x7f")
	_, err = OpenBytes(t.Context(), "-", long, Options{})
	if _, ok := errors.AsType[*DamageError](err); !ok || !strings.Contains(err.Error(), "cut short or damaged") {
		t.Errorf("a stream that is longer than the file: %v", err)
	}
}

// Whatever the bytes are, unlocking ends with a zip archive or with an error that tells what to do.
func FuzzUnlock(f *testing.F) {
	plain := book(f, 1)
	f.Add(standard(f, plain, password))
	f.Add(standard(f, plain, wellKnown))
	f.Add(agile{hash: "SHA512", keyBits: 256, spin: 10}.lock(f, plain, wellKnown))
	f.Add(agile{hash: "SHA1", keyBits: 128, spin: 10, noIntegrity: true}.lock(f, plain, wellKnown))
	f.Add(compoundFile(f, stream{"Workbook", nil}))
	f.Fuzz(func(t *testing.T, file []byte) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second) // a lock may take millions of hashes
		defer cancel()
		got, err := unlock(ctx, bytes.NewReader(file), int64(len(file)), func(ctx context.Context) (string, error) {
			cancel()
			return password, nil
		})
		switch {
		case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		case err != nil && hintOf(err) == "":
			t.Errorf("%v has no hint", err)
		case err == nil && !bytes.Equal(got, plain):
			if _, err := OpenBytes(t.Context(), "-", got, Options{}); err != nil && hintOf(err) == "" {
				t.Errorf("%v has no hint", err)
			}
		}
	})
}
