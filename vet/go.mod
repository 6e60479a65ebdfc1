module github.com/unleak/unleak/vet

go 1.26.0

require (
	github.com/unleak/unleak v0.0.0
	golang.org/x/tools v0.39.0
)

require (
	golang.org/x/mod v0.31.0 // indirect
	golang.org/x/sync v0.22.0 // indirect
)
