"""Keys told on the plate at the lower left of the canvas, by tool."""

from __future__ import annotations

Hint = tuple[str | tuple[str, ...], str]
_ALWAYS: tuple[Hint, ...] = (((), "Hold"), ("\\", "original"), ("Y", "split"))
_CLICKED: tuple[Hint, ...] = (("Return", "Mark"), ("Backspace", "Point back"), ("Esc", "Forget"))
_BY_TOOL: dict[str, tuple[Hint, ...]] = {
    "polygon": _CLICKED,
    "ribbon": _CLICKED,
    "review": (((",", "."), "Previous, next"), ("A", "Keep"), ("D", "Drop")),
}


def hud_hints(tool: str) -> tuple[Hint, ...]:
    """What to tell while a tool is in hand."""
    return _BY_TOOL.get(tool, _ALWAYS)
