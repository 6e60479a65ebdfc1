module github.com/unleak/unleak/cmd/unleak

go 1.26.0

require github.com/unleak/unleak v0.0.0
