module github.com/unleak/unleak

go 1.26.0
