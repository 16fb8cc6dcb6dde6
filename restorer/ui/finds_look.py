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
"""On the photo, the same in both themes. Tears have the colour of creases, as in the design, and a white hatch besides:
no sixth colour is told from the others by everybody and is seen on brown photos as well."""
HATCHED = ("tear",)
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
