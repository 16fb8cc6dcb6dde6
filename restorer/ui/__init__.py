"""The window, on PySide6. Importing this package imports no Qt: that waits until a display is known to be there."""
