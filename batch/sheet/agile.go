package sheet

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/xml"
	"hash"
	"strings"
)

// agileLock is the lock of workbooks since Office 2010: [MS-OFFCRYPTO] 2.3.4.10 and the sections behind it. A random key
// encrypts the package, and the key of the password encrypts that one.
type agileLock struct {
	Data      agileCipher `xml:"keyData"`
	Integrity *struct {
		Key   base64Text `xml:"encryptedHmacKey,attr"`
		Value base64Text `xml:"encryptedHmacValue,attr"`
	} `xml:"dataIntegrity"`
	Passwords []agilePassword `xml:"keyEncryptors>keyEncryptor>encryptedKey"`
}

type agilePassword struct {
	XMLName xml.Name
	agileCipher
	Spin         uint32     `xml:"spinCount,attr"`
	Verifier     base64Text `xml:"encryptedVerifierHashInput,attr"`
	VerifierHash base64Text `xml:"encryptedVerifierHashValue,attr"`
	Wrapped      base64Text `xml:"encryptedKeyValue,attr"`
}

type agileCipher struct {
	SaltSize  int        `xml:"saltSize,attr"`
	BlockSize int        `xml:"blockSize,attr"`
	KeyBits   int        `xml:"keyBits,attr"`
	HashSize  int        `xml:"hashSize,attr"`
	Cipher    string     `xml:"cipherAlgorithm,attr"`
	Chaining  string     `xml:"cipherChaining,attr"`
	Hash      string     `xml:"hashAlgorithm,attr"`
	Salt      base64Text `xml:"saltValue,attr"`
}

type base64Text []byte

// UnmarshalText implements [encoding.TextUnmarshaler].
func (b *base64Text) UnmarshalText(text []byte) (err error) {
	*b, err = base64.StdEncoding.DecodeString(string(text))
	return err
}

const (
	agilePasswordSpace = "http://schemas.microsoft.com/office/2006/keyEncryptor/password"
	agileSegment       = 4096 // bytes of the package that are encrypted in one go
)

// What a hash is made of beside a key or a salt, so that each purpose has its own.
var (
	forVerifier     = []byte{0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79}
	forVerifierHash = []byte{0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e}
	forWrapped      = []byte{0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6}
	forHMACKey      = []byte{0x5f, 0xb2, 0xad, 0x01, 0x0c, 0xb9, 0xe1, 0xf6}
	forHMACValue    = []byte{0xa0, 0x67, 0x7f, 0x02, 0xb2, 0x2c, 0x84, 0x33}
)

func parseAgile(description []byte) (*agileLock, error) {
	l := &agileLock{}
	if err := xml.Unmarshal(description, l); err != nil {
		return nil, protectedDamage("the description of its lock is no XML", err)
	}
	for _, p := range l.Passwords {
		if p.XMLName.Space == agilePasswordSpace {
			l.Passwords = []agilePassword{p}
			return l, l.check()
		}
	}
	return nil, errUncommonLock() // a certificate may open it
}

// check refuses what this package can't do, and numbers that don't fit together.
func (l *agileLock) check() error {
	p := &l.Passwords[0]
	for _, c := range []*agileCipher{&l.Data, &p.agileCipher} {
		h := c.newHash()
		if h == nil || c.Cipher != "AES" || c.Chaining != "ChainingModeCBC" {
			return errUncommonLock()
		}
		if c.BlockSize != aes.BlockSize || c.KeyBits != 128 && c.KeyBits != 192 && c.KeyBits != 256 ||
			c.HashSize != h().Size() || c.SaltSize == 0 || c.SaltSize != len(c.Salt) {
			return badLock()
		}
	}
	type secret struct {
		text  []byte
		least int // bytes that it must hide
	}
	secrets := []secret{{p.Verifier, p.SaltSize}, {p.VerifierHash, p.HashSize}, {p.Wrapped, l.Data.KeyBits / 8}}
	if l.Integrity != nil {
		secrets = append(secrets, secret{l.Integrity.Key, l.Data.HashSize}, secret{l.Integrity.Value, l.Data.HashSize})
	}
	for _, s := range secrets {
		if len(s.text) < s.least || len(s.text)%aes.BlockSize != 0 {
			return badLock()
		}
	}
	if p.Spin > maxSpin {
		return badLock()
	}
	return nil
}

func badLock() error {
	return protectedDamage("the description of its lock contradicts itself", nil)
}

// newHash returns what makes the cipher's hash, nil for one that isn't known.
func (c *agileCipher) newHash() func() hash.Hash {
	switch strings.ReplaceAll(c.Hash, "-", "") {
	case "SHA1":
		return sha1.New
	case "SHA256":
		return sha256.New
	case "SHA384":
		return sha512.New384
	case "SHA512":
		return sha512.New
	}
	return nil
}

// decrypt decrypts blocks in place.
func (c *agileCipher) decrypt(key, iv, blocks []byte) error {
	a, err := aes.NewCipher(key)
	if err != nil {
		return err
	}
	cipher.NewCBCDecrypter(a, iv).CryptBlocks(blocks, blocks)
	return nil
}

// sized cuts a hash to a size, or fills it up.
func sized(sum []byte, size int) []byte {
	for len(sum) < size {
		sum = append(sum, 0x36)
	}
	return sum[:size]
}

func hashOf(h hash.Hash, parts ...[]byte) []byte {
	h.Reset()
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

func (l *agileLock) key(ctx context.Context, password string) ([]byte, error) {
	p := &l.Passwords[0]
	h := p.newHash()()
	spun, err := spin(ctx, h, p.Salt, password, p.Spin)
	if err != nil {
		return nil, err
	}
	reveal := func(secret, purpose []byte) ([]byte, error) {
		open := bytes.Clone(secret)
		return open, p.decrypt(sized(hashOf(h, spun, purpose), p.KeyBits/8), sized(p.Salt, p.BlockSize), open)
	}
	verifier, err := reveal(p.Verifier, forVerifier)
	if err != nil {
		return nil, err
	}
	want, err := reveal(p.VerifierHash, forVerifierHash)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare(hashOf(h, verifier[:p.SaltSize]), want[:p.HashSize]) == 0 {
		return nil, nil
	}
	wrapped, err := reveal(p.Wrapped, forWrapped)
	if err != nil {
		return nil, err
	}
	return wrapped[:l.Data.KeyBits/8], nil
}

// spin makes the hash of a password dear to whoever tries many.
func spin(ctx context.Context, h hash.Hash, salt []byte, password string, times uint32) ([]byte, error) {
	sum := hashOf(h, salt, passwordBytes(password))
	var number [4]byte
	for i := range times {
		if i%(1<<16) == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		binary.LittleEndian.PutUint32(number[:], i)
		h.Reset()
		h.Write(number[:])
		h.Write(sum)
		sum = h.Sum(sum[:0])
	}
	return sum, nil
}

func (l *agileLock) open(key, packed []byte) ([]byte, error) {
	if err := l.checkIntegrity(key, packed); err != nil {
		return nil, err
	}
	size, plain, err := packageSize(packed)
	if err != nil {
		return nil, err
	}
	h := l.Data.newHash()()
	var number [4]byte
	for i := 0; i*agileSegment < len(plain); i++ {
		binary.LittleEndian.PutUint32(number[:], uint32(i))
		iv := sized(hashOf(h, l.Data.Salt, number[:]), l.Data.BlockSize)
		if err := l.Data.decrypt(key, iv, plain[i*agileSegment:min((i+1)*agileSegment, len(plain))]); err != nil {
			return nil, err
		}
	}
	return plain[:size], nil
}

// checkIntegrity compares the package with the sum that its writer made of it. Some writers make none.
func (l *agileLock) checkIntegrity(key, packed []byte) error {
	if l.Integrity == nil {
		return nil
	}
	h := l.Data.newHash()
	reveal := func(secret, purpose []byte) ([]byte, error) {
		open := bytes.Clone(secret)
		iv := sized(hashOf(h(), l.Data.Salt, purpose), l.Data.BlockSize)
		return open[:l.Data.HashSize], l.Data.decrypt(key, iv, open)
	}
	sumKey, err := reveal(l.Integrity.Key, forHMACKey)
	if err != nil {
		return err
	}
	want, err := reveal(l.Integrity.Value, forHMACValue)
	if err != nil {
		return err
	}
	sum := hmac.New(h, sumKey)
	sum.Write(packed)
	if !hmac.Equal(sum.Sum(nil), want) {
		return protectedDamage("the password is right, but the content was changed or damaged behind the lock's back", nil)
	}
	return nil
}
