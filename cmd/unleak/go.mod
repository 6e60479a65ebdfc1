module github.com/unleak/unleak/cmd/unleak

go 1.26.0

require (
	github.com/google/pprof v0.0.0-20251213031049-b05bdaca462f
	github.com/unleak/unleak v0.0.0
	golang.org/x/mod v0.31.0
)
