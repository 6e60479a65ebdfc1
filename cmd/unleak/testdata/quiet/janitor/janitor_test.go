// SPDX-License-Identifier: MIT

package janitor

import "testing"

func TestPut(t *testing.T)  { t.Parallel(); Shared().Put("a") }
func TestPut2(t *testing.T) { t.Parallel(); Shared().Put("b") }
