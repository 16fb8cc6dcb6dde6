"""Labels, icon buttons, key caps, meters and glyphs."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from restorer.ui import theme
from restorer.ui.tokens import DARK, LIGHT
from restorer.ui.widgets import (
    ElidedLabel,
    FidelityGlyph,
    FieldLabel,
    IconButton,
    KeyButton,
    KeyCap,
    Meter,
    TintedLabel,
    ToolButton,
    cap_size,
    describe,
    key_text,
)


class TestLabels:
    def test_a_long_name_elides_in_the_middle(self, qtbot: QtBot) -> None:
        label = ElidedLabel("a-very-long-name-of-a-scan-2024.tif", Qt.TextElideMode.ElideMiddle)
        qtbot.addWidget(label)
        label.resize(90, 20)
        shown = label.shown_text()
        assert "…" in shown
        assert shown.startswith("a-")
        assert shown.endswith("tif")

    def test_what_fits_is_shown_whole(self, qtbot: QtBot) -> None:
        label = ElidedLabel("scan.tif")
        qtbot.addWidget(label)
        label.resize(label.sizeHint())
        assert label.shown_text() == "scan.tif"

    def test_it_gives_way(self, qtbot: QtBot) -> None:
        label = ElidedLabel("x" * 500)
        qtbot.addWidget(label)
        assert label.minimumSizeHint().width() < 40

    def test_a_tint_follows_the_theme(self, themed: QApplication, qtbot: QtBot) -> None:
        label = TintedLabel("hint", role="text_3")
        qtbot.addWidget(label)
        label.show()
        for tokens in (LIGHT, DARK):
            theme.apply_theme(themed, tokens.name)
            QApplication.processEvents()
            assert label.palette().color(QPalette.ColorRole.WindowText) == tokens.color("text_3")

    def test_a_label_whose_field_cannot_reset_ignores_a_double_click(self, qtbot: QtBot) -> None:
        field = QLineEdit("kept")
        label = FieldLabel("Note", field)
        qtbot.addWidget(field)
        qtbot.addWidget(label)
        QTest.mouseDClick(label, Qt.MouseButton.LeftButton)
        assert field.text() == "kept"
        assert label.buddy() is field


class TestButtons:
    def test_an_icon_button_has_a_name_and_tells_its_key(self, qtbot: QtBot) -> None:
        button = IconButton("undo", "Undo", shortcut="Ctrl+Z")
        qtbot.addWidget(button)
        assert button.accessibleName() == "Undo"
        assert button.toolTip() == f"Undo ({key_text('Ctrl+Z')})"
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus

    def test_without_a_key_the_tooltip_is_the_name(self, qtbot: QtBot) -> None:
        button = IconButton("open", "Open")
        qtbot.addWidget(button)
        describe(button, "Open a photo")
        assert button.toolTip() == button.accessibleName() == "Open a photo"

    def test_the_tool_in_hand_has_a_bar(self, qtbot: QtBot) -> None:
        button = ToolButton("brush", "Brush", shortcut="B")
        qtbot.addWidget(button)
        middle = button.height() // 2
        assert button.grab().toImage().pixelColor(0, middle) != DARK.color("accent_line")
        button.setChecked(True)
        assert button.grab().toImage().pixelColor(0, middle) == DARK.color("accent_line")

    def test_a_key_button_holds_text_and_cap(self, qtbot: QtBot) -> None:
        button = KeyButton("Run", "Ctrl+Return", primary=True)
        qtbot.addWidget(button)
        narrow = button.sizeHint().width()
        assert narrow > cap_size("Ctrl+Return").width() + button.fontMetrics().horizontalAdvance("Run")
        button.setText("Add to queue")
        assert button.sizeHint().width() > narrow
        assert button.accessibleName() == "Add to queue"
        assert key_text("Ctrl+Return") in button.toolTip()
        assert button.grab().toImage().pixelColor(6, 6) == DARK.color("accent_fill")

    @pytest.mark.parametrize(("keys", "parts"), [("Ctrl++", 2), ("P", 1), ("Ctrl+Shift+Return", 3)])
    def test_caps_grow_with_their_keys(self, qtbot: QtBot, keys: str, parts: int) -> None:
        from restorer.ui.widgets.key_cap import _parts

        cap = KeyCap(keys)
        qtbot.addWidget(cap)
        assert len(_parts(keys)) == parts
        assert cap.sizeHint() == cap_size(keys)
        assert cap.accessibleName() == key_text(keys)


class TestMeter:
    @pytest.fixture
    def meter(self, qtbot: QtBot) -> Meter:
        meter = Meter("Memory")
        qtbot.addWidget(meter)
        meter.resize(100, 4)
        return meter

    def filled(self, meter: Meter, role: str) -> int:
        picture = meter.grab().toImage()
        return sum(picture.pixelColor(x, 2) == DARK.color(role) for x in range(picture.width()))

    @pytest.mark.parametrize(("share", "expected"), [(0.0, 0), (0.5, 50), (1.0, 100), (3.0, 100), (-1.0, 0)])
    def test_a_share_fills_its_part(self, meter: Meter, share: float, expected: int) -> None:
        meter.set_value(share)
        assert self.filled(meter, "accent_line") == pytest.approx(expected, abs=5)

    def test_segments_stand_side_by_side(self, meter: Meter) -> None:
        meter.set_segments([(0.25, "text_3"), (0.5, "accent_line"), (0.9, "warning")])
        assert self.filled(meter, "text_3") == pytest.approx(25, abs=3)
        assert self.filled(meter, "accent_line") == pytest.approx(50, abs=3)
        assert self.filled(meter, "warning") == pytest.approx(25, abs=3)
        assert meter.accessibleDescription() == "100 %"

    def test_an_unknown_colour_is_refused_when_set(self, meter: Meter) -> None:
        with pytest.raises(AttributeError):
            meter.set_segments([(0.5, "mauve")])
        assert meter.segments() == ()


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_fidelity_fills_as_many_bars_as_its_level(qtbot: QtBot, level: int) -> None:
    glyph = FidelityGlyph(level, "Word")
    qtbot.addWidget(glyph)
    glyph.resize(glyph.sizeHint())
    picture = glyph.grab().toImage()
    bottom = round(glyph.height() / 2 + 5) - 2
    filled = [picture.pixelColor(1 + bar * 5, bottom) == DARK.color("text_2") for bar in range(4)]
    assert sum(filled) == level
    assert glyph.accessibleName() == "Fidelity: Word"
