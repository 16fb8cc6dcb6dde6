"""Messages that stand above the canvas and block nothing: what happened, what was kept, what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from restorer.ui import icons, theme
from restorer.ui.tokens import FIELD_H, GAP, PADDING
from restorer.ui.widgets.buttons import IconButton
from restorer.ui.widgets.labels import TintedLabel
from restorer.ui.widgets.motion import slide

Severity = Literal["error", "warning", "info"]

_SHOWN_AT_MOST = 3
_BAR_PX = 3
_ICON = 18
_ICON_X = 14
_TEXT_X = _ICON_X + _ICON + 14
_COLOR = {"error": "error", "warning": "warning", "info": "text_2"}


@dataclass(frozen=True, slots=True)
class MessageAction:
    """A button of a message.

    Attributes:
        label: a verb.
        callback: what it does.
        dismisses: whether the message is then settled.
        quiet: without an outline, for the least of the choices.
    """

    label: str
    callback: Callable[[], None]
    dismisses: bool = True
    quiet: bool = False


class MessageBar(QFrame):
    """One message. The severity colours the icon and a bar at the left, never the whole."""

    closed = Signal()

    def __init__(
        self,
        severity: Severity,
        title: str,
        text: str = "",
        actions: Sequence[MessageAction] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.severity = severity
        self.title = title
        self.setAccessibleName(f"{severity.capitalize()}: {title}")
        self.setAccessibleDescription(text)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        theme.set_surface(self, "popup")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.setContentsMargins(0, 2, 0, 2)
        heading = TintedLabel(title, font="section", parent=self)
        heading.setWordWrap(True)
        heading.setTextFormat(Qt.TextFormat.PlainText)
        words.addWidget(heading)
        if text:
            body = TintedLabel(text, role="text_2", parent=self)
            body.setWordWrap(True)
            body.setTextFormat(Qt.TextFormat.PlainText)
            body.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            words.addWidget(body)
        if actions:
            words.addLayout(self._buttons(actions))
        close = IconButton("close", "Dismiss this message", size=FIELD_H, icon_size=16, parent=self)
        close.clicked.connect(self.closed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(_TEXT_X, GAP, GAP, GAP + 1)
        layout.setSpacing(PADDING)
        layout.addLayout(words, 1)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        tokens = theme.tokens()
        color = tokens.color(_COLOR[self.severity])
        painter = QPainter(self)
        painter.fillRect(0, 0, _BAR_PX, self.height() - 1, color)
        icons.draw_icon(painter, self.severity, QRectF(_ICON_X, GAP + 1, _ICON, _ICON), color)
        painter.fillRect(0, self.height() - 1, self.width(), 1, tokens.color("edge"))
        painter.end()

    def _buttons(self, actions: Sequence[MessageAction]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, 6, 0, 2)
        row.setSpacing(GAP)
        for action in actions:
            button = QPushButton(action.label, self)
            button.setProperty("compact", True)
            button.setProperty("quiet", action.quiet)
            button.setFont(theme.font("strong"))
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked=False, action=action: self._on_action(action))
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _on_action(self, action: MessageAction) -> None:
        if action.dismisses:
            self.closed.emit()
        action.callback()


class MessageStack(QWidget):
    """The messages above the canvas: newest on top, three at most, then how many more there are.

    Of no height while there is nothing to say.
    """

    count_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars: dict[int, MessageBar] = {}
        self._keys: dict[str, int] = {}
        self._last_id = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._more = TintedLabel(role="text_2", font="small", parent=self)
        theme.set_surface(self._more, "popup")
        self._more.setContentsMargins(_TEXT_X, 4, PADDING, 4)
        self._layout.addWidget(self._more)
        self._more.hide()
        self.hide()

    def post(
        self, severity: Severity, title: str, text: str = "", actions: Sequence[MessageAction] = (), *, key: str = ""
    ) -> int:
        """Show a message on top.

        Args:
            severity: ``error``, ``warning`` or ``info``.
            title: what happened, without a full stop.
            text: what was kept and what to do.
            actions: its buttons.
            key: a standing message of the same key is replaced instead of joined.

        Returns:
            An id for :meth:`dismiss`.
        """
        if key in self._keys:
            self.dismiss(self._keys[key])
        self._last_id += 1
        identifier = self._last_id
        bar = MessageBar(severity, title, text, actions, self)
        bar.closed.connect(lambda: self.dismiss(identifier))
        self._bars[identifier] = bar
        if key:
            self._keys[key] = identifier
        self._layout.insertWidget(0, bar)
        self.show()
        bar.hide()
        self._arrange()
        QAccessible.updateAccessibility(QAccessibleEvent(bar, QAccessible.Event.Alert))
        return identifier

    def dismiss(self, identifier: int) -> None:
        """Take a message away; one that is gone already is no error."""
        bar = self._bars.pop(identifier, None)
        if bar is None:
            return
        self._keys = {key: value for key, value in self._keys.items() if value != identifier}
        self._layout.removeWidget(bar)
        bar.hide()
        bar.deleteLater()
        self._arrange()

    def withdraw(self, key: str) -> None:
        """Take the message of a key away, if one stands."""
        if key in self._keys:
            self.dismiss(self._keys[key])

    def clear(self) -> None:
        for identifier in list(self._bars):
            self.dismiss(identifier)

    def has(self, key: str) -> bool:
        """Whether a message of this key stands."""
        return key in self._keys

    def count(self) -> int:
        """Messages standing, shown or not."""
        return len(self._bars)

    def bars(self) -> list[MessageBar]:
        """Newest first."""
        return list(reversed(self._bars.values()))

    def _arrange(self) -> None:
        for place, bar in enumerate(self.bars()):
            if place >= _SHOWN_AT_MOST:
                bar.hide()
            elif bar.isHidden():
                slide(bar, opening=True)
        hidden = self.count() - _SHOWN_AT_MOST
        self._more.setText(f"{hidden} more")
        self._more.setVisible(hidden > 0)
        self.setVisible(self.count() > 0)
        self.count_changed.emit(self.count())
