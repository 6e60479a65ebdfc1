module github.com/unleak/unleak/bench

go 1.26.0

require (
	github.com/DataDog/gostackparse v0.7.0
	github.com/maruel/panicparse/v2 v2.5.0
	github.com/unleak/unleak v0.0.0
	github.com/unleak/unleak/vet v0.0.0
	go.uber.org/goleak v1.3.0
	golang.org/x/mod v0.42.0
)

require golang.org/x/tools v0.51.0 // indirect
