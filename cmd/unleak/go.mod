module github.com/unleak/unleak/cmd/unleak

go 1.26.0

require (
	github.com/google/pprof v0.0.0-20251213031049-b05bdaca462f
	github.com/rogpeppe/go-internal v1.16.0
	github.com/unleak/unleak v0.0.0
	golang.org/x/mod v0.31.0
)

require (
	golang.org/x/sys v0.38.0 // indirect
	golang.org/x/tools v0.39.0 // indirect
)
