package sandbox

import (
	"bytes"
	"compress/zlib"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"sync"
)

// A secureID is what lies in an opaque id: base64url without padding of zlib of this JSON. That is how ids of domains,
// groups, group members and audit events of the service are made, and its page tokens; the others were never seen, and are
// made by analogy. One kind of number is set, and tells what the id is of.
type secureID struct {
	SecureID      string `json:"secureid"`
	LDAP          *bool  `json:"ldap,omitempty"` // of a group only
	CustomerCode  string `json:"customercode"`
	Version       int    `json:"version"`
	AddressID     uint32 `json:"addressid,omitempty"`
	DomainID      uint32 `json:"domainid,omitempty"`
	FolderID      *int   `json:"folderid,omitempty"` // 0 is the root
	FolderLinkID  uint32 `json:"folderlinkid,omitempty"`
	AttributeID   int    `json:"attributeid,omitempty"`
	DelegateID    int    `json:"delegateid,omitempty"`
	ImportID      int    `json:"importid,omitempty"`
	AuditLogID    int    `json:"auditlogid,omitempty"`
	PageSizeID    int    `json:"pagesizeid,omitempty"`
	RecordStartID int    `json:"recordstartid,omitempty"`
}

// errBrokenID is an id that was not made here, or is of something else than it is used for. The service has nothing to say
// to it but HTTP 400.
var errBrokenID = errors.New("broken id")

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

func (s *sealer) group(id int, source string) string {
	ldap := source == fromLDAP
	return s.seal(secureID{FolderID: &id, LDAP: &ldap}, "")
}

func (s *sealer) member(group int, key string) string {
	of := fmt.Sprint(group, " ", key)
	return s.seal(secureID{FolderLinkID: crc32.ChecksumIEEE([]byte(of))}, of)
}

func (s *sealer) attribute(id int) string { return s.seal(secureID{AttributeID: id}, "") }

func (s *sealer) delegate(id int) string { return s.seal(secureID{DelegateID: id}, "") }

func (s *sealer) imported(id int) string { return s.seal(secureID{ImportID: id}, "") }

func (s *sealer) event(id int) string { return s.seal(secureID{AuditLogID: id}, "") }

func (s *sealer) page(listing string, size, start int) string {
	return s.seal(secureID{PageSizeID: size, RecordStartID: start}, listing)
}

// openPage returns what page has put into a token. It takes only what page gives for that listing.
func (s *sealer) openPage(token, listing string) (size, start int, ok bool) {
	id, ok := s.open(token, listing)
	return id.PageSizeID, id.RecordStartID, ok && id.PageSizeID > 0 && id.RecordStartID > 0
}

func (s *sealer) openGroup(token string) (int, error) {
	id, ok := s.open(token, "")
	if !ok || id.FolderID == nil {
		return 0, errBrokenID
	}
	return *id.FolderID, nil
}

func (s *sealer) openAttribute(token string) (int, error) {
	id, _ := s.open(token, "")
	return opened(id.AttributeID)
}

func (s *sealer) openDelegate(token string) (int, error) {
	id, _ := s.open(token, "")
	return opened(id.DelegateID)
}

func (s *sealer) openImport(token string) (int, error) {
	id, _ := s.open(token, "")
	return opened(id.ImportID)
}

func opened(number int) (int, error) {
	if number == 0 {
		return 0, errBrokenID
	}
	return number, nil
}

// open returns what lies in an id that seal has made of the same, and nothing of any other.
func (s *sealer) open(token, of string) (secureID, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return secureID{}, false
	}
	z, err := zlib.NewReader(bytes.NewReader(raw))
	if err != nil {
		return secureID{}, false
	}
	var id secureID
	// No id comes near this, and a token that unpacks to more can do no harm.
	if err := json.NewDecoder(io.LimitReader(z, 1<<16)).Decode(&id); err != nil {
		return secureID{}, false
	}
	id.SecureID = ""
	if token != s.seal(id, of) {
		return secureID{}, false
	}
	return id, true
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
