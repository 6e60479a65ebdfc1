// SPDX-License-Identifier: MIT

package tui

import (
	"fmt"
	"html"
	"image/color"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
)

// TestPicture draws the picture in the documentation: the screen as it is, so that
// it shows what users see.
func TestPicture(t *testing.T) {
	m := newModel(Options{Source: excerpts})
	m.shade = dark
	m.theme = newTheme(m.shade, m.colors)
	m.Update(tea.WindowSizeMsg{Width: 100, Height: 46})
	for n := range 7 {
		m.Update(newLook(service(n+1), nil))
	}
	keys(m, "tab")
	golden(t, filepath.Join("..", "..", "..", "..", "docs", "images", "inspect-tui.svg"), svg(m))
}

// The size of a cell and the margin of the picture, in pixels.
const cellWidth, cellHeight, edge = 8.4, 18.0, 12.0

// svg draws the cells of a screen. Each run of cells has a length of its own, so
// that columns stand beneath each other whatever font a reader has.
func svg(m *model) string {
	screen := uv.NewScreenBuffer(m.width, m.height)
	uv.NewStyledString(m.View().Content).Draw(screen, screen.Bounds())
	var b strings.Builder
	width, height := float64(m.width)*cellWidth+2*edge, float64(m.height)*cellHeight+2*edge
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" width="%g" height="%g" role="img" aria-label="unleak inspect -tui">
<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d4d8de;white-space:pre}.b{font-weight:bold}</style>
<rect width="100%%" height="100%%" rx="8" fill="#14171c"/>
`, width, height, width, height)
	for y := range m.height {
		for x := 0; x < m.width; {
			style := screen.CellAt(x, y).Style
			from, run := x, ""
			for ; x < m.width && screen.CellAt(x, y).Style.Equal(&style); x++ {
				run += screen.CellAt(x, y).Content
			}
			svgRun(&b, from, y, x-from, run, style)
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func svgRun(b *strings.Builder, x, y, cells int, text string, style uv.Style) {
	left, top := edge+float64(x)*cellWidth, edge+float64(y)*cellHeight
	if style.Bg != nil {
		fmt.Fprintf(b, `<rect x="%.1f" y="%g" width="%.1f" height="%g" fill="%s"/>`+"\n", left, top, float64(cells)*cellWidth, cellHeight, hex(style.Bg))
	}
	trimmed := strings.TrimLeft(text, " ")
	left += float64(len(text)-len(trimmed)) * cellWidth
	trimmed = strings.TrimRight(trimmed, " ")
	if trimmed == "" {
		return
	}
	look := ""
	if style.Fg != nil {
		look += ` style="fill:` + hex(style.Fg) + `"`
	}
	if style.Attrs&uv.AttrBold != 0 {
		look += ` class="b"`
	}
	fmt.Fprintf(b, `<text x="%.1f" y="%g" textLength="%.1f" lengthAdjust="spacingAndGlyphs"%s>%s</text>`+"\n",
		left, top+13, float64(len([]rune(trimmed)))*cellWidth, look, html.EscapeString(trimmed))
}

func hex(c color.Color) string {
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}
