"""Colours as people see them: OKLCH, the colours of a cover, and the theme a page takes from them."""
