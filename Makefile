.PHONY: build test race rate lint crash fuzz bench demo generate

build:
	CGO_ENABLED=0 go build -trimpath -o bin/ ./cmd/mimebatch

test:
	go test ./...

race:
	go test -race -shuffle=on -timeout 20m ./...

# What is granted a second, and what of it comes to be used: measured, so by itself.
rate:
	go test -tags rate -run TestRate -count 1 -v ./batch/mimecast

# The program is killed, and its disk, line, clock and memory fail, at every point there is; CRASH=-short takes some of them.
# What was counted is printed. On Linux and amd64 only.
CRASH ?=
crash:
	go test -tags crash -run TestCrash -count 1 -timeout 3h -v $(CRASH) ./cmd/mimebatch

lint:
	@test -z "$$(gofmt -l cmd batch templates testdata)" || { gofmt -l cmd batch templates testdata; exit 1; }
	@test -z "$$(go tool goimports -local mimebatch -l cmd batch templates testdata)" || { go tool goimports -local mimebatch -l cmd batch templates testdata; exit 1; }
	go vet ./... ./testdata/gen
	go vet -tags rate,libreoffice,crash ./...
	go tool staticcheck -tags rate,libreoffice,crash ./... ./testdata/gen
	go mod tidy -diff

# Every fuzz target for FUZZTIME.
FUZZTIME ?= 20s
fuzz:
	@for p in $$(go list ./...); do \
		for f in $$(go test -list '^Fuzz' $$p | grep '^Fuzz'); do \
			echo "$$p $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$p || exit 1; \
		done; \
	done

# Each benchmark stands beside the baseline that it is to be compared with, in the same run.
bench:
	go test -run '^$$' -bench . -benchtime 1s -count 3 ./...

demo:
	go run ./cmd/mimebatch run testdata/sheets/onboarding.xlsx --sandbox --yes

# The sheets under testdata/sheets, the sandbox's tenant, and the templates.
generate:
	go run ./testdata/gen
	go generate ./...
