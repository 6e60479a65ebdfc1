// SPDX-License-Identifier: MIT

//go:build !cgo || !linux

package main

func cgoScenes() map[string]func(*scene) { return nil }
