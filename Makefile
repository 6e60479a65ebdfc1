# What those who work on unleak run. Users need none of it: go install does.

# Built by the go command on first use; the version is fixed so that a new
# check does not break an old checkout.
STATICCHECK = go run honnef.co/go/tools/cmd/staticcheck@v0.8.2

MODULES = go run ./bench/modules

.PHONY: build test browser lint tidy bench vetfixes release

build:
	go build -o bin/ ./cmd/unleak

# Every module's tests: "work" stands for all packages of go.work's modules.
test:
	go test work

# Drives the pages of reports in a browser. It needs Chromium, Node.js and npm, on
# Debian: apt-get install chromium nodejs npm. PICTURE=file writes a picture too.
browser:
	cd cmd/unleak/internal/web/testdata/browser && npm ci
	cd cmd/unleak && go vet -tags browser ./internal/web
	cd cmd/unleak && go test -count=1 -v -tags browser -run '^TestBrowser$$' ./internal/web -picture="$(abspath $(PICTURE))"

# Staticcheck passes the gallery over, which is wrong on purpose.
lint:
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "run gofmt -w on:" $$unformatted; exit 1; }
	go vet work
	GOOS=darwin go vet work
	GOOS=windows go vet work
	$(STATICCHECK) ./... ./bench/... ./cmd/unleak/... ./contrib/otel ./contrib/prometheus ./vet/...

tidy:
	$(MODULES) tidy

bench:
	go run ./bench/testcost
	go run ./bench/dumpspeed
	go test -run '^$$' -bench Cost -benchtime 5x ./monitor
	go run ./bench/goleak
	go run ./bench/vetspeed

# What vet makes of published leak fixes: both versions of twelve modules are
# downloaded and analysed.
vetfixes:
	go run ./bench/vetfixes

# What programs dump of themselves, for the tests of readers, made anew on each
# release of Go; and the table of what the readers make of it.
corpus:
	go run ./bench/corpus
	go run ./bench/conformance

# make release VERSION=v1.2.3 writes the version that the modules require of each
# other and prints the tags to set; VERSION=v0.0.0 goes back to development.
release:
	go test -count=1 -run '^TestInstall$$' ./bench/modules
	@$(MODULES) release "$(VERSION)"
