// SPDX-License-Identifier: MIT

// Command unleak-vet runs the analyzers over Go packages:
//
//	go vet -vettool=$(which unleak-vet) ./...
//	unleak-vet stream [packages]    findings as a JSON stream
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/analysis/unitchecker"
	"golang.org/x/tools/go/packages"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/vet"
	"github.com/unleak/unleak/vet/leak"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "stream" {
		if err := stream(os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, "unleak-vet:", err)
			os.Exit(1)
		}
		return
	}
	if file := os.Args[len(os.Args)-1]; dependency(file) {
		os.Args = []string{os.Args[0], file} // flags may choose analyzers that are not among these
		unitchecker.Main(vet.Facts()...)
	}
	unitchecker.Main(vet.Analyzers()...)
}

// dependency reports whether the file is one of cmd/go's orders to analyse a
// package only for what it tells of itself to others: the search would be in vain.
func dependency(file string) bool {
	if !strings.HasSuffix(file, ".cfg") {
		return false
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return false // unitchecker says what is wrong
	}
	var config struct{ VetxOnly bool }
	return json.Unmarshal(data, &config) == nil && config.VetxOnly
}

// stream analyses packages and writes what was found as a JSON stream.
func stream(patterns []string) error {
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax}, patterns...)
	if err != nil {
		return fmt.Errorf("loading packages: %w", err)
	}
	graph, err := checker.Analyze(vet.Analyzers(), pkgs, nil)
	if err != nil {
		return fmt.Errorf("analysing packages: %w", err)
	}
	out := json.NewEncoder(os.Stdout)
	for _, root := range graph.Roots {
		result, ok := vet.ResultOf(root.Result)
		if !ok {
			fmt.Fprintf(os.Stderr, "unleak-vet: %s: %v\n", root.Package.PkgPath, root.Err)
			continue
		}
		for _, f := range result.Findings {
			if err := out.Encode(unleak.Message{Finding: &f}); err != nil {
				return err
			}
		}
		for _, l := range result.Failed {
			fmt.Fprintf(os.Stderr, "unleak-vet: %s: %s\n", root.Package.PkgPath, l.Message)
		}
		if r, ok := root.Result.(*leak.Result); ok {
			fmt.Fprintf(os.Stderr, "%s: %d scopes, %d over budget, %d in part\n", root.Package.PkgPath, r.Scopes, r.Over, r.Lost)
		}
	}
	return nil
}
