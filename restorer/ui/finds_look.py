"""What finds of each class look like and are called."""

from __future__ import annotations

FIND_COLORS = {
    "scratch": "#1E90FF",
    "dust": "#FFD400",
    "hair": "#F2F2F2",
    "crease": "#FF5A1F",
    "tear": "#FF5A1F",
    "stain": "#5A2BD6",
}
"""On the photo, the same in both themes. Creases and tears are told apart by their names, as in the design."""
FIND_PLURALS = {
    "scratch": "Scratches",
    "dust": "Dust",
    "hair": "Hairs",
    "crease": "Creases",
    "tear": "Tears",
    "stain": "Stains",
}


def find_title(kind: str) -> str:
    """One find of a class, as people call it."""
    return kind.capitalize()
