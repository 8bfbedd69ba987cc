"""The director's knowledge: cited rules, palettes and words as data, and the code that applies them."""
