// SPDX-License-Identifier: MIT

//go:build !unix

package dumptest

func platform() []waiting { return nil }
