// SPDX-License-Identifier: MIT

//go:build go1.27

//go:debug default=go1.27

package main
