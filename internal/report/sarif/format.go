// SPDX-License-Identifier: MIT

package sarif

import "github.com/unleak/unleak"

// The parts of SARIF 2.1.0 that are written here, with the members' names as
// keys (OASIS, Static Analysis Results Interchange Format Version 2.1.0).

// srcRoot is the name of the folder that relative URIs start from.
const srcRoot = "%SRCROOT%"

type log struct {
	Schema  string `json:"$schema"`
	Version string `json:"version"`
	Runs    []run  `json:"runs"`
}

type run struct {
	Tool        tool                        `json:"tool"`
	Invocations []invocation                `json:"invocations"`
	Bases       map[string]artifactLocation `json:"originalUriBaseIds"`
	ColumnKind  string                      `json:"columnKind"`
	Results     []result                    `json:"results"`
}

type tool struct {
	Driver driver `json:"driver"`
}

type driver struct {
	Name           string `json:"name"`
	Version        string `json:"version,omitempty"`
	InformationURI string `json:"informationUri"`
	Rules          []rule `json:"rules"`
}

type rule struct {
	ID         string          `json:"id"`
	Short      message         `json:"shortDescription"`
	Full       message         `json:"fullDescription"`
	Help       *message        `json:"help,omitempty"`
	Properties *ruleProperties `json:"properties,omitempty"`
}

type ruleProperties struct {
	Tags []string `json:"tags"`
}

type message struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown,omitempty"`
}

type invocation struct {
	Successful    bool           `json:"executionSuccessful"`
	Notifications []notification `json:"toolExecutionNotifications,omitempty"`

	ended, failed bool
}

type notification struct {
	Descriptor descriptor `json:"descriptor"`
	Level      string     `json:"level"`
	Message    message    `json:"message"`
}

type descriptor struct {
	ID string `json:"id"`
}

type result struct {
	RuleID       string            `json:"ruleId"`
	RuleIndex    int               `json:"ruleIndex"`
	Level        string            `json:"level"`
	Message      message           `json:"message"`
	Locations    []location        `json:"locations"`
	Related      []location        `json:"relatedLocations,omitempty"`
	Stacks       []stack           `json:"stacks,omitempty"`
	Flows        []codeFlow        `json:"codeFlows,omitempty"`
	Fixes        []sarifFix        `json:"fixes,omitempty"`
	Occurrences  int               `json:"occurrenceCount"`
	Fingerprints map[string]string `json:"partialFingerprints"`
	Properties   resultProperties  `json:"properties"`
}

type resultProperties struct {
	Grade      unleak.Grade `json:"grade"`
	Wait       unleak.Wait  `json:"wait"`
	Goroutines int          `json:"goroutines"`
}

type location struct {
	ID       int               `json:"id,omitempty"`
	Physical *physicalLocation `json:"physicalLocation,omitempty"`
	Logical  []logicalLocation `json:"logicalLocations,omitempty"`
	Message  *message          `json:"message,omitempty"`
}

type physicalLocation struct {
	Artifact artifactLocation `json:"artifactLocation"`
	Region   *region          `json:"region,omitempty"`
}

type artifactLocation struct {
	URI         string   `json:"uri,omitempty"`
	Base        string   `json:"uriBaseId,omitempty"`
	Description *message `json:"description,omitempty"`
}

type region struct {
	StartLine   int      `json:"startLine"`
	StartColumn int      `json:"startColumn,omitempty"`
	EndLine     int      `json:"endLine,omitempty"`
	EndColumn   int      `json:"endColumn,omitempty"`
	Snippet     *content `json:"snippet,omitempty"`
}

type content struct {
	Text string `json:"text"`
}

type logicalLocation struct {
	FullyQualifiedName string `json:"fullyQualifiedName"`
	Kind               string `json:"kind"`
}

type stack struct {
	Message message      `json:"message"`
	Frames  []stackFrame `json:"frames"`
}

type stackFrame struct {
	Location location `json:"location"`
}

// A codeFlow is a schedule: a viewer steps through its places.
type codeFlow struct {
	Message message      `json:"message"`
	Threads []threadFlow `json:"threadFlows"`
}

// A threadFlow holds the steps of one goroutine; executionOrder tells how those of
// several follow each other.
type threadFlow struct {
	ID        string     `json:"id"`
	Locations []flowStep `json:"locations"`
}

type flowStep struct {
	Location location `json:"location"`
	Order    int      `json:"executionOrder"`
}

type sarifFix struct {
	Description message  `json:"description"`
	Changes     []change `json:"artifactChanges"`
}

type change struct {
	Artifact     artifactLocation `json:"artifactLocation"`
	Replacements []replacement    `json:"replacements"`
}

type replacement struct {
	Deleted  region   `json:"deletedRegion"`
	Inserted *content `json:"insertedContent,omitempty"`
}
