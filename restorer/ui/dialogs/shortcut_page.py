"""Where shortcuts are changed: a preset, every action with its keys, and what is in the way of a new one."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QKeySequence, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QKeySequenceEdit,
    QLineEdit,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from restorer.session.settings import Settings
from restorer.ui import theme
from restorer.ui.actions import ROWS, ActionRow, Actions
from restorer.ui.dialogs.settings_form import SettingsForm
from restorer.ui.fuzzy import match
from restorer.ui.keymap import PRESETS, Keymap, refusal
from restorer.ui.language import tr
from restorer.ui.panels.rows import Index, RowModel, RowView, paint_row, paint_text
from restorer.ui.tokens import GAP, PADDING, ROW_H
from restorer.ui.widgets import ElidedLabel, Separator, TintedLabel, cap_size, key_text, paint_cap
from restorer.ui.widgets.key_cap import CAP_H
from restorer.ui.workspace import Workspace

_ROWS_SHOWN = 9


class _Model(RowModel[ActionRow]):
    def __init__(self, parent: QWidget, actions: Actions) -> None:
        super().__init__(parent)
        self._actions = actions

    @property
    def keymap(self) -> Keymap:
        return self._actions.keymap

    def repaint(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def place_of(self, action_id: str) -> int:
        return next((place for place, row in enumerate(self._rows) if row.id == action_id), -1)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self.row(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(row.name)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            keys = tr(" or ").join(map(key_text, self.keymap.keys(row))) or tr("no shortcut")
            return f"{tr(row.name)}, {keys}"
        return None


class _Delegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        return QSize(200, ROW_H)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, _Model)
        view = self.parent()
        assert isinstance(view, RowView)
        row, rect, tokens = model.row(index), QRect(option.rect), theme.tokens()
        painter.save()
        paint_row(painter, option, selected=index == view.currentIndex(), current=False)
        right = rect.right() - PADDING
        for keys in reversed(model.keymap.keys(row)):
            width = cap_size(keys).width()
            corner = QPointF(right - width, rect.center().y() - CAP_H / 2 + 0.5)
            paint_cap(painter, corner, keys, tokens.color("text_2"), tokens.color("border"))
            right -= width + 4
        painter.setFont(theme.font("strong" if row.id in model.keymap.changed else "body"))
        painter.setPen(tokens.color("text"))
        left = rect.left() + PADDING
        line = QRect(left, rect.top(), max(right - left, 0), rect.height())
        used = paint_text(painter, line, tr(row.name))
        painter.setFont(theme.font("body"))
        painter.setPen(tokens.color("text_2"))
        note = tr("changed") if row.id in model.keymap.changed else ""
        paint_text(painter, line.adjusted(used + GAP, 0, 0, 0), note)
        painter.restore()


class ShortcutPage(SettingsForm):
    """Choose an action, press the new keys; keys that another action has are taken only when told to."""

    def __init__(self, workspace: Workspace, actions: Actions) -> None:
        super().__init__(workspace)
        self._actions = actions
        self.add_list("shortcut_preset", "Preset", list(PRESETS.items()))
        self._show["shortcuts"] = lambda _settings: self._refresh_rows()
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(tr("Find an action"))
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._on_filter)
        self.grid.add(tr("Find"), self.filter)
        self._model = _Model(self, actions)
        self.view = RowView(tr("Actions"), _ROWS_SHOWN, ROW_H, self)
        self.view.setModel(self._model)
        self.view.setItemDelegate(_Delegate(self.view))
        self.view.selectionModel().currentChanged.connect(self._on_current)
        listed = QVBoxLayout()
        listed.setSpacing(0)
        for widget in (Separator(), self.view, Separator()):
            listed.addWidget(widget)
        self.column.addLayout(listed, 1)
        self._build_editor()
        actions.keys_changed.connect(self._refresh_rows)
        self._on_filter("")

    def reset(self) -> None:
        defaults = Settings()
        self._workspace.update_settings(shortcut_preset=defaults.shortcut_preset, shortcuts={})

    # -- the editor below the list

    def _build_editor(self) -> None:
        self._name = ElidedLabel("", role="text_2")
        self.edit = QKeySequenceEdit()
        self.edit.setMaximumSequenceLength(1)
        self.edit.setAccessibleName(tr("New shortcut"))
        self.edit.setFixedWidth(150)
        self.edit.keySequenceChanged.connect(self._on_pressed)
        self.remove = QPushButton(tr("Remove"))
        self.remove.clicked.connect(lambda: self._change(()))
        self.restore = QPushButton(tr("Restore"))
        self.restore.clicked.connect(self._on_restore)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._name, 1)
        for widget in (self.edit, self.remove, self.restore):
            row.addWidget(widget)
        self.problem = TintedLabel(role="warning")
        self.problem.setWordWrap(True)
        self.take = QPushButton(tr("Use it here"))
        self.take.clicked.connect(self._on_take)
        for button in (self.remove, self.restore, self.take):
            button.setAutoDefault(False)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self.problem, 1)
        below.addWidget(self.take)
        self.column.addLayout(row)
        self.column.addLayout(below)

    def select(self, action_id: str) -> None:
        """Makes an action the current one."""
        place = self._model.place_of(action_id)
        if place >= 0:
            self.view.setCurrentIndex(self._model.index(place))

    def _current(self) -> ActionRow | None:
        index = self.view.currentIndex()
        return self._model.row(index) if index.isValid() else None

    def _on_filter(self, text: str) -> None:
        current = self._current()
        rows = [row for row in ROWS if match(text, tr(row.name)) is not None]
        self._model.replace_rows(rows)
        self.select(current.id if current is not None else rows[0].id if rows else "")
        if self._current() is None and rows:
            self.view.setCurrentIndex(self._model.index(0))
        self._on_current()

    def _refresh_rows(self) -> None:
        self._model.repaint()
        self._on_current()

    def _on_current(self) -> None:
        row = self._current()
        for widget in (self.edit, self.remove, self.restore):
            widget.setEnabled(row is not None)
        self._say("")
        if row is None:
            self._name.setText("")
            return
        self._name.setText(tr(row.name))
        keymap = self._actions.keymap
        keys = keymap.keys(row)
        blocked = self.edit.blockSignals(True)
        self.edit.setKeySequence(QKeySequence(keys[0]) if keys else QKeySequence())
        self.edit.blockSignals(blocked)
        self.remove.setEnabled(bool(keys))
        self.restore.setEnabled(row.id in keymap.changed)

    def _on_pressed(self, sequence: QKeySequence) -> None:
        row = self._current()
        text = sequence.toString(QKeySequence.SequenceFormat.PortableText)
        if row is None or not text:
            return
        reason = refusal(text)
        if reason:
            self._say(tr("Not possible: {}").format(tr(reason)))
            return
        owner = self._actions.keymap.owner(text, ROWS, besides=row.id)
        if owner is not None:
            self._say(tr("{} is the shortcut of {}.").format(key_text(text), tr(owner.name)), can_take=True)
            return
        self._change((text,))

    def _on_take(self) -> None:
        text = self.edit.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        if text:
            self._change((text,))

    def _on_restore(self) -> None:
        row = self._current()
        if row is not None:
            self._save(self._actions.keymap.reset(row, ROWS))

    def _change(self, keys: tuple[str, ...]) -> None:
        row = self._current()
        if row is not None:
            self._save(self._actions.keymap.with_keys(row, keys, ROWS))

    def _save(self, keymap: Keymap) -> None:
        self._workspace.update_settings(shortcuts={name: tuple(keys) for name, keys in keymap.changed.items()})

    def _say(self, text: str, *, can_take: bool = False) -> None:
        self.problem.setText(text)
        self.take.setVisible(can_take)
