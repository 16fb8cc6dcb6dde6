"""Tools of the canvas, one file per family."""
