"""Operations on the whole mask, as icons, with the number of pixels they take."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QWidget

from restorer.ui.tokens import FIELD_H
from restorer.ui.widgets.buttons import IconButton
from restorer.ui.widgets.spin_box import SpinBox

BUTTONS = ("grow-mask", "shrink-mask", "feather-mask", "invert-mask")
"""Ids of the actions that stand here."""
_MAX_AMOUNT_PX = 200
_FIRST_AMOUNT_PX = 4


class MaskButtons(QWidget):
    """Grow, shrink and feather by so many pixels; invert. The buttons do what the window's actions do."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.amount = SpinBox(1, _MAX_AMOUNT_PX, step=1, decimals=0, unit="px", name="By how many pixels", parent=self)
        self.amount.setToolTip("By how many pixels the mask grows, shrinks or is feathered")
        self.amount.setFixedWidth(max(52, self.amount.minimumSizeHint().width()))
        self.amount.setValue(_FIRST_AMOUNT_PX)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2)
        self.buttons: dict[str, IconButton] = {}

    def bind(self, actions: Mapping[str, QAction], icons: Mapping[str, str]) -> None:
        """Makes a button of each of these actions; to be called once.

        Args:
            icons: name of the icon of each.
        """
        for name, action in actions.items():
            button = IconButton(icons[name], action.iconText(), shortcut=action.shortcut(), size=FIELD_H + 2)
            button.setEnabled(action.isEnabled())
            button.clicked.connect(action.trigger)
            action.enabledChanged.connect(button.setEnabled)
            self._layout.addWidget(button)
            self.buttons[name] = button
            if name == "feather-mask":
                self._layout.addSpacing(2)
                self._layout.addWidget(self.amount)
                self._layout.addSpacing(2)

    def amount_px(self) -> int:
        return round(self.amount.value())
