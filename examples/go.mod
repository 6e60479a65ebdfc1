module github.com/unleak/unleak/examples

go 1.26.0
