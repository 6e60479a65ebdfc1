// SPDX-License-Identifier: MIT

package pool

import "testing"

func TestFirst(t *testing.T)  { t.Parallel(); Do(func() {}) }
func TestSecond(t *testing.T) { t.Parallel(); Do(func() {}) }
func TestThird(t *testing.T)  { t.Run("sub", func(t *testing.T) { Do(func() {}) }) }
