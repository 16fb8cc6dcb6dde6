"""Texture for large holes: a fill says what belongs there, patches of the photo itself say how it looks."""
