package sandbox

import (
	"bytes"
	"compress/zlib"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"sync"
)

// A secureID is what lies in an opaque id: base64url without padding of zlib of this JSON. That is how ids of domains and
// page tokens of the service are made; the id of a user was never seen, and is made by analogy.
type secureID struct {
	SecureID      string `json:"secureid"`
	CustomerCode  string `json:"customercode"`
	Version       int    `json:"version"`
	AddressID     uint32 `json:"addressid,omitempty"`
	DomainID      uint32 `json:"domainid,omitempty"`
	PageSizeID    int    `json:"pagesizeid,omitempty"`
	RecordStartID int    `json:"recordstartid,omitempty"`
}

// A sealer makes the ids of one tenant. An id depends on what it names only, so it stays the same from call to call and from
// process to process.
type sealer struct {
	accountCode string
	writers     sync.Pool // of *zlib.Writer, each more than half a megabyte
}

func (s *sealer) address(address string) string {
	return s.seal(secureID{AddressID: crc32.ChecksumIEEE([]byte(address))}, address)
}

func (s *sealer) domain(name string) string {
	return s.seal(secureID{DomainID: crc32.ChecksumIEEE([]byte(name))}, name)
}

func (s *sealer) page(domain string, size, start int) string {
	return s.seal(secureID{PageSizeID: size, RecordStartID: start}, domain)
}

// openPage returns what page has put into a token. It takes only what page gives for that domain.
func (s *sealer) openPage(token, domain string) (size, start int, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return 0, 0, false
	}
	z, err := zlib.NewReader(bytes.NewReader(raw))
	if err != nil {
		return 0, 0, false
	}
	var id secureID
	// No id comes near this, and a token that unpacks to more can do no harm.
	if err := json.NewDecoder(io.LimitReader(z, 1<<16)).Decode(&id); err != nil {
		return 0, 0, false
	}
	size, start = id.PageSizeID, id.RecordStartID
	return size, start, size > 0 && start > 0 && token == s.page(domain, size, start)
}

// seal fills in the rest of an id, with a checksum over all of it and over what it is of.
func (s *sealer) seal(id secureID, of string) string {
	id.CustomerCode = s.accountCode
	id.Version = 1
	sum := sha512.Sum384(append(marshalID(id), of...))
	id.SecureID = base64.StdEncoding.EncodeToString(sum[:])

	var packed bytes.Buffer
	z := s.writer(&packed)
	defer s.writers.Put(z)
	// A bytes.Buffer takes everything.
	z.Write(marshalID(id))
	z.Close()
	return base64.RawURLEncoding.EncodeToString(packed.Bytes())
}

func (s *sealer) writer(to io.Writer) *zlib.Writer {
	if z, ok := s.writers.Get().(*zlib.Writer); ok {
		z.Reset(to)
		return z
	}
	// A random sum hardly gets shorter, and making it so would cost more than all else in a create.
	z, err := zlib.NewWriterLevel(to, zlib.NoCompression)
	if err != nil {
		panic(fmt.Sprintf("sandbox: make id: %v", err)) // the level is one of zlib's own
	}
	return z
}

func marshalID(id secureID) []byte {
	b, err := json.Marshal(id)
	if err != nil {
		panic(fmt.Sprintf("sandbox: marshal id: %v", err)) // strings and numbers always marshal
	}
	return b
}
