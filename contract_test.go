// SPDX-License-Identifier: MIT

package unleak

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

// TestContractIsDocumented wants every member of the JSON contract, and every
// value of its closed sets that unleak writes, in docs/json.md.
func TestContractIsDocumented(t *testing.T) {
	data, err := os.ReadFile("docs/json.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	seen := make(map[reflect.Type]bool)
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || seen[typ] || typ.PkgPath() != reflect.TypeFor[Message]().PkgPath() {
			return
		}
		seen[typ] = true
		for i := range typ.NumField() {
			f := typ.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if !strings.Contains(text, "`"+name+"`") {
				t.Errorf("docs/json.md does not tell of %q (%s.%s)", name, typ.Name(), f.Name)
			}
			walk(f.Type)
		}
	}
	walk(reflect.TypeFor[Message]())
	for _, how := range []How{HowProof, HowAlwaysStuck, HowDeadlock, HowGrowth, HowRepeated, HowEndlessLoop, HowLeftOver, HowTimeout, HowLongWait, HowMany, HowSchedule, HowSource} {
		if !strings.Contains(text, "`"+string(how)+"`") {
			t.Errorf("docs/json.md does not tell of %q", how)
		}
	}
}
