package sheet

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/binary"
)

// standardLock is the lock of workbooks of Office 2007 and of some programs today: [MS-OFFCRYPTO] 2.3.4.5 and the sections
// behind it. The key of the password encrypts the package, block by block, and nothing guards it against changes.
type standardLock struct {
	keySize                      int // bytes
	salt, verifier, verifierHash []byte
}

const standardSpin = 50_000

func parseStandard(description []byte) (*standardLock, error) {
	const saltSize, hashBlocks = 16, 2 * aes.BlockSize
	short := protectedDamage("the description of its lock is cut short", nil)
	if len(description) < 4 {
		return nil, short
	}
	size := binary.LittleEndian.Uint32(description)
	rest := description[4:]
	if uint64(size) > uint64(len(rest)) || size < 20 {
		return nil, short
	}
	header, rest := rest[:size], rest[size:]
	// The algorithms may be left out: AES with 128 bits, and SHA-1.
	algorithm, hash, bits := binary.LittleEndian.Uint32(header[8:]), binary.LittleEndian.Uint32(header[12:]), binary.LittleEndian.Uint32(header[16:])
	if bits == 0 {
		bits = 128
	}
	var known uint32
	switch bits {
	case 128:
		known = 0x660e
	case 192:
		known = 0x660f
	case 256:
		known = 0x6610
	}
	if algorithm != known && algorithm != 0 || known == 0 || hash != 0x8004 && hash != 0 {
		return nil, errUncommonLock()
	}
	if len(rest) < 4+saltSize+aes.BlockSize+4+hashBlocks {
		return nil, short
	}
	if binary.LittleEndian.Uint32(rest) != saltSize {
		return nil, badLock()
	}
	l := &standardLock{keySize: int(bits / 8)}
	l.salt, rest = rest[4:4+saltSize], rest[4+saltSize:]
	l.verifier, rest = rest[:aes.BlockSize], rest[aes.BlockSize+4:]
	l.verifierHash = rest[:hashBlocks]
	return l, nil
}

func (l *standardLock) key(ctx context.Context, password string) ([]byte, error) {
	h := sha1.New()
	spun, err := spin(ctx, h, l.salt, password, standardSpin)
	if err != nil {
		return nil, err
	}
	sum := hashOf(h, spun, make([]byte, 4))
	pad := func(with byte) []byte {
		block := bytes.Repeat([]byte{with}, h.BlockSize())
		subtle.XORBytes(block, block, sum)
		return hashOf(h, block)
	}
	key := append(pad(0x36), pad(0x5c)...)[:l.keySize]
	a, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	verifier, want := bytes.Clone(l.verifier), bytes.Clone(l.verifierHash)
	decryptBlocks(a, verifier)
	decryptBlocks(a, want)
	if subtle.ConstantTimeCompare(hashOf(h, verifier), want[:h.Size()]) == 0 {
		return nil, nil
	}
	return key, nil
}

func (l *standardLock) open(key, packed []byte) ([]byte, error) {
	size, plain, err := packageSize(packed)
	if err != nil {
		return nil, err
	}
	a, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	decryptBlocks(a, plain)
	return plain[:size], nil
}

// decryptBlocks decrypts blocks in place, each by itself.
func decryptBlocks(a cipher.Block, blocks []byte) {
	for b := blocks; len(b) > 0; b = b[a.BlockSize():] {
		a.Decrypt(b, b)
	}
}
