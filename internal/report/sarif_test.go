// SPDX-License-Identifier: MIT

package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"testing"

	"github.com/unleak/unleak/internal/report/sarif"
)

// A shape is what SARIF 2.1.0 says of one kind of object: the members that it
// must have, those of which it must have one, and the kinds of the others. A
// member that is not listed is an error, as in the schema.
type shape struct {
	required []string
	oneOf    []string
	members  map[string]string // to a kind; a leading [] means a list of it
}

// The shapes of OASIS SARIF 2.1.0, as far as the reporter uses them.
var shapes = map[string]shape{
	"sarifLog": {required: []string{"version", "runs"}, members: map[string]string{"$schema": "uri", "version": "string", "runs": "[]run"}},
	"run": {required: []string{"tool"}, members: map[string]string{
		"tool": "tool", "invocations": "[]invocation", "originalUriBaseIds": "any", "columnKind": "string", "results": "[]result"}},
	"tool": {required: []string{"driver"}, members: map[string]string{"driver": "toolComponent"}},
	"toolComponent": {required: []string{"name"}, members: map[string]string{
		"name": "string", "version": "string", "informationUri": "uri", "rules": "[]reportingDescriptor"}},
	"reportingDescriptor": {required: []string{"id"}, members: map[string]string{
		"id": "string", "shortDescription": "messageString", "fullDescription": "messageString", "help": "messageString", "properties": "any"}},
	"messageString": {required: []string{"text"}, members: map[string]string{"text": "string", "markdown": "string"}},
	"message":       {oneOf: []string{"text", "id"}, members: map[string]string{"text": "string", "id": "string", "markdown": "string"}},
	"invocation": {required: []string{"executionSuccessful"}, members: map[string]string{
		"executionSuccessful": "bool", "toolExecutionNotifications": "[]notification"}},
	"notification": {required: []string{"message"}, members: map[string]string{
		"descriptor": "descriptorReference", "level": "level", "message": "message"}},
	"descriptorReference": {oneOf: []string{"index", "guid", "id"}, members: map[string]string{"id": "string"}},
	"result": {required: []string{"message"}, members: map[string]string{
		"ruleId": "string", "ruleIndex": "index", "level": "level", "message": "message", "locations": "[]location",
		"relatedLocations": "[]location", "stacks": "[]stack", "fixes": "[]fix", "occurrenceCount": "positive",
		"partialFingerprints": "any", "properties": "any"}},
	"location": {members: map[string]string{
		"id": "index", "physicalLocation": "physicalLocation", "logicalLocations": "[]logicalLocation", "message": "message"}},
	"physicalLocation": {oneOf: []string{"artifactLocation", "address"}, members: map[string]string{"artifactLocation": "artifactLocation", "region": "region"}},
	"artifactLocation": {required: []string{"uri"}, members: map[string]string{"uri": "uri", "uriBaseId": "string"}},
	"region": {required: []string{"startLine"}, members: map[string]string{
		"startLine": "positive", "startColumn": "positive", "endLine": "positive", "endColumn": "positive", "snippet": "artifactContent"}},
	"artifactContent": {members: map[string]string{"text": "string"}},
	"logicalLocation": {members: map[string]string{"fullyQualifiedName": "string", "kind": "string"}},
	"stack":           {required: []string{"frames"}, members: map[string]string{"message": "message", "frames": "[]stackFrame"}},
	"stackFrame":      {members: map[string]string{"location": "location"}},
	"fix":             {required: []string{"artifactChanges"}, members: map[string]string{"description": "message", "artifactChanges": "[]artifactChange"}},
	"artifactChange": {required: []string{"artifactLocation", "replacements"}, members: map[string]string{
		"artifactLocation": "artifactLocation", "replacements": "[]replacement"}},
	"replacement": {required: []string{"deletedRegion"}, members: map[string]string{"deletedRegion": "region", "insertedContent": "artifactContent"}},
}

// conform checks a value against a kind and reports each fault with its place.
func conform(t *testing.T, at, kind string, value any) {
	t.Helper()
	if list, ok := value.([]any); ok && kind[:2] == "[]" {
		for i, element := range list {
			conform(t, fmt.Sprintf("%s[%d]", at, i), kind[2:], element)
		}
		return
	}
	if s, ok := shapes[kind]; ok {
		conformObject(t, at, s, value)
		return
	}
	good := false
	switch v := value.(type) {
	case string:
		good = kind == "string" || kind == "level" && slices.Contains([]string{"none", "note", "warning", "error"}, v)
		if kind == "uri" {
			_, err := url.Parse(v)
			good = err == nil && v != ""
		}
	case bool:
		good = kind == "bool"
	case float64:
		good = kind == "positive" && v >= 1 || kind == "index" && v >= 0
	}
	if !good && kind != "any" {
		t.Errorf("%s: %v is no %s", at, value, kind)
	}
}

func conformObject(t *testing.T, at string, s shape, value any) {
	t.Helper()
	object, ok := value.(map[string]any)
	if !ok {
		t.Errorf("%s: %v is no object", at, value)
		return
	}
	for _, name := range s.required {
		if _, ok := object[name]; !ok {
			t.Errorf("%s: no member %s", at, name)
		}
	}
	has := func(name string) bool { _, ok := object[name]; return ok }
	if len(s.oneOf) > 0 && !slices.ContainsFunc(s.oneOf, has) {
		t.Errorf("%s: none of the members %s", at, s.oneOf)
	}
	for name, member := range object {
		kind, ok := s.members[name]
		if !ok {
			t.Errorf("%s: member %s is not known", at, name)
			continue
		}
		conform(t, at+"."+name, kind, member)
	}
}

func TestSARIFConforms(t *testing.T) {
	for _, name := range []string{"findings", "clean", "empty", "suspects", "losses", "cut", "hostile", "many"} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := sarif.Write(&out, stream(t, name), sarif.Options{}); err != nil {
				t.Fatal(err)
			}
			var log any
			if err := json.Unmarshal(out.Bytes(), &log); err != nil {
				t.Fatal(err)
			}
			conform(t, "log", "sarifLog", log)
			run := log.(map[string]any)["runs"].([]any)[0].(map[string]any)
			rules := run["tool"].(map[string]any)["driver"].(map[string]any)["rules"].([]any)
			for _, r := range run["results"].([]any) {
				result := r.(map[string]any)
				if rule := rules[int(result["ruleIndex"].(float64))].(map[string]any); rule["id"] != result["ruleId"] {
					t.Errorf("result of rule %v points to rule %v", result["ruleId"], rule["id"])
				}
			}
		})
	}
}
