// SPDX-License-Identifier: MIT

//go:build !goexperiment.synctest

package main

func bubble() bool { return false }
