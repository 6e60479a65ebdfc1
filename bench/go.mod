module github.com/unleak/unleak/bench

go 1.26.0
