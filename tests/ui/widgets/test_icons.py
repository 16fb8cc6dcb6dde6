from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter
from PySide6.QtWidgets import QApplication

from restorer.resources import resources_dir
from restorer.ui import icons, theme
from restorer.ui.tokens import DARK, LIGHT, Tokens

OWN = sorted(path.stem for path in (resources_dir() / "icons").glob("*.svg"))


def strongest(image: QImage) -> QColor:
    """The most opaque colour in a picture."""
    image = image.convertToFormat(QImage.Format.Format_ARGB32)
    colors = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return max(colors, key=lambda color: color.alpha())


def near(one: QColor, other: QColor) -> bool:
    return all(abs(a - b) <= 6 for a, b in zip(one.getRgb()[:3], other.getRgb()[:3], strict=True))


@pytest.mark.parametrize("name", sorted(icons._GLYPHS))
def test_every_meaning_has_a_drawing(name: str) -> None:
    assert strongest(icons.icon_pixmap(name, 20, dpr=2.0).toImage()).alpha() > 200


@pytest.mark.parametrize("name", [*OWN, "lock", "eraser"])
def test_drawings_of_ours_and_glyphs_go_by_their_own_names(name: str) -> None:
    assert not icons.icon(name).isNull()


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(icons.UnknownIconError, match="no-such-thing"):
        icons.icon("no-such-thing")


@pytest.mark.parametrize("name", ["undo", *OWN])
def test_an_icon_held_by_a_button_follows_the_theme(themed: QApplication, name: str) -> None:
    held = icons.icon(name, "text")
    for choice, tokens in (("dark", DARK), ("light", LIGHT)):
        theme.apply_theme(themed, choice)
        assert near(strongest(held.pixmap(24, 24).toImage()), tokens.color("text"))


@pytest.mark.parametrize(
    ("mode", "role"),
    [
        (QIcon.Mode.Normal, "text_2"),
        (QIcon.Mode.Active, "text"),
        (QIcon.Mode.Disabled, "text_off"),
        (QIcon.Mode.Selected, "white"),
    ],
)
def test_each_state_has_its_colour(mode: QIcon.Mode, role: str) -> None:
    picture = icons.icon("save", "text_2").pixmap(QSize(32, 32), 1.0, mode).toImage()
    assert near(strongest(picture), DARK.color(role))


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
def test_pixels_match_the_screen(ratio: float) -> None:
    pixmap = icons.icon_pixmap("brush", 20, dpr=ratio)
    assert pixmap.width() == round(20 * ratio)
    assert pixmap.devicePixelRatio() == pytest.approx(ratio)
    drawn = icons.icon("brush").pixmap(QSize(20, 20), ratio)
    assert drawn.width() == round(20 * ratio)


def test_a_drawn_icon_is_kept_until_the_theme_changes(themed: QApplication) -> None:
    first = icons.icon_pixmap("brush", 20)
    assert icons.icon_pixmap("brush", 20).cacheKey() == first.cacheKey()
    theme.apply_theme(themed, "light")
    assert icons.icon_pixmap("brush", 20).cacheKey() != first.cacheKey()


@pytest.mark.parametrize("size", [14, 20, 32])
@pytest.mark.parametrize("name", ["subtract", "split"])
def test_lines_are_one_and_a_half_pixels_at_every_size(name: str, size: int) -> None:
    """Measured as ink across a straight stroke, at four times the size for precision."""
    pixmap = icons.icon_pixmap(name, size, dpr=4.0)
    image = pixmap.toImage().convertToFormat(QImage.Format.Format_ARGB32)
    middle = image.width() // 2
    if name == "subtract":
        ink = sum(image.pixelColor(middle, y).alphaF() for y in range(image.height()))
    else:
        ink = sum(image.pixelColor(x, middle).alphaF() for x in range(middle - 3 * 4, middle + 3 * 4))
    assert ink / 4 == pytest.approx(max(1.5, 16 * size * 1.08 / 256 if name == "subtract" else 1.5), abs=0.2)


def test_painting_leaves_the_painter_as_it_was() -> None:
    image = QImage(20, 20, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    painter.setPen(QColor("#123456"))
    icons.draw_icon(painter, "undo", QRectF(0, 0, 20, 20), QColor("white"))
    assert painter.pen().color() == QColor("#123456")
    assert not painter.testRenderHint(QPainter.RenderHint.Antialiasing)
    painter.end()


def test_the_icon_of_a_checked_button_wakes_up() -> None:
    held = icons.icon("brush", "text_2")
    down = held.pixmap(QSize(32, 32), 1.0, QIcon.Mode.Normal, QIcon.State.On).toImage()
    assert near(strongest(down), DARK.color("text"))


def test_an_icon_stays_square_in_a_wide_place() -> None:
    image = QImage(60, 20, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    icons.icon("square").paint(painter, QRect(0, 0, 60, 20), Qt.AlignmentFlag.AlignCenter)
    painter.end()
    inked = [x for x in range(60) if any(image.pixelColor(x, y).alpha() for y in range(20))]
    assert min(inked) >= 20
    assert max(inked) < 40


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda tokens: tokens.name)
def test_a_swatch_keeps_its_colour_in_both_themes(themed: QApplication, tokens: Tokens) -> None:
    theme.apply_theme(themed, tokens.name)
    picture = icons.swatch("#5A2BD6").pixmap(QSize(12, 12), 1.0).toImage()
    assert near(picture.pixelColor(6, 6), QColor("#5A2BD6"))
    assert picture.pixelColor(1, 6).lightness() < 20  # the dark ring
