"""What one job did, line by line, while it runs and afterwards."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from restorer.session.job_log import Kind, LogLine, MemoryPlan
from restorer.ui import icons, theme, words
from restorer.ui.job_queue import Job, JobQueue, JobState
from restorer.ui.widgets import ElidedLabel, Meter, Separator, TintedLabel

_SIZE = QSize(600, 420)
_ICON_PX = 14
_MARKS: dict[Kind, tuple[str, str]] = {
    "info": ("", ""),
    "warning": ("warning", "warning"),
    "error": ("failed", "error"),
}


class JobLogDialog(QDialog):
    """Blocks nothing; follows the job.

    Args:
        job: whose log it is.
        queue: tells when something changed.
    """

    def __init__(self, job: Job, queue: JobQueue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Log of {job.title}, {job.subject_name}")
        self.resize(_SIZE)
        self._job = job
        self._queue = queue
        self._shown = 0
        self._state = TintedLabel(role="text_2")
        self._memory = _MemoryRow()
        self._build()
        queue.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Shows what came up since."""
        job = self._job
        self._state.setText(_state_text(job))
        self._memory.show_plan(job.log.plan)
        for line in job.log.lines[self._shown :]:
            self._add_line(line)
        if self._shown != len(job.log.lines):
            self._shown = len(job.log.lines)
            bar = self._scroll.verticalScrollBar()
            bar.setValue(bar.maximum())
        self._report.setVisible(bool(job.report))
        self._retry.setVisible(job.can_retry)

    def texts(self) -> list[str]:
        """The lines as shown."""
        return [line.text for line in self._job.log.lines[: self._shown]]

    # -- building

    def _build(self) -> None:
        job = self._job
        title = QHBoxLayout()
        title.setSpacing(8)
        title.addWidget(TintedLabel(job.title, font="title"))
        name = ElidedLabel(job.subject_name, Qt.TextElideMode.ElideMiddle, role="text_2")
        title.addWidget(name, 1)
        self._lines = QGridLayout()
        self._lines.setContentsMargins(12, 10, 12, 10)
        self._lines.setHorizontalSpacing(8)
        self._lines.setVerticalSpacing(6)
        self._lines.setColumnStretch(2, 1)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._lines)
        column.addStretch(1)
        theme.set_surface(inner, "field")
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(inner)
        self._scroll.setAccessibleName("Log")
        self._scroll.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addLayout(title)
        layout.addWidget(self._state)
        layout.addWidget(self._memory)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(Separator())
        layout.addWidget(self._buttons())

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox()
        role = QDialogButtonBox.ButtonRole
        close = buttons.addButton("Close", role.RejectRole)
        copy = buttons.addButton("Copy log", role.ActionRole)
        self._report = buttons.addButton("Copy report", role.ActionRole)
        self._retry = buttons.addButton("Try again", role.ActionRole)
        for button in (close, copy, self._report, self._retry):
            _plain(button)
        buttons.rejected.connect(self.close)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._text()))
        self._report.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._job.report))
        self._retry.clicked.connect(self._on_retry)
        return buttons

    def _add_line(self, line: LogLine) -> None:
        row = self._lines.rowCount()
        at = TintedLabel(words.duration(line.seconds), role="text_3", font="small")
        at.setFont(theme.tabular(theme.font("small")))
        name, role = _MARKS[line.kind]
        text = TintedLabel(line.text, role=role if line.kind == "error" else "text")
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setWordWrap(True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        top = Qt.AlignmentFlag.AlignTop
        self._lines.addWidget(at, row, 0, top | Qt.AlignmentFlag.AlignRight)
        self._lines.addWidget(_Mark(name, role), row, 1, top)
        self._lines.addWidget(text, row, 2, top)

    def _text(self) -> str:
        job = self._job
        return f"{job.title} {job.subject_name}\n{_state_text(job)}\n{job.log.to_text()}"

    def _on_retry(self) -> None:
        self._queue.retry(self._job)
        self.close()


class _MemoryRow(QWidget):
    """A bar of what the planner counted on, and the figures beside it."""

    def __init__(self) -> None:
        super().__init__()
        self._meter = Meter("Memory planned", role="text_3")
        self._meter.setFixedWidth(120)
        self._text = TintedLabel(role="text_2")
        self._text.setFont(theme.tabular(theme.font("body")))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(TintedLabel("Memory plan", role="text_2"))
        layout.addWidget(self._meter, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self._text, 1)

    def show_plan(self, plan: MemoryPlan | None) -> None:
        self.setVisible(plan is not None)
        if plan is not None:
            self._meter.set_value(plan.needed_bytes / max(plan.free_bytes, 1))
            needed, free = words.amount_of_bytes(plan.needed_bytes), words.amount_of_bytes(plan.free_bytes)
            self._text.setText(f"{needed} predicted of {free} free, tiles up to {plan.tile_px} px on {plan.device}")


class _Mark(QWidget):
    """The icon of a line, or the room of one."""

    def __init__(self, name: str, role: str) -> None:
        super().__init__()
        self._name, self._role = name, role
        self.setFixedSize(_ICON_PX, 16)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        if self._name:
            painter = QPainter(self)
            square = QRectF(0, (self.height() - _ICON_PX) / 2, _ICON_PX, _ICON_PX)
            icons.draw_icon(painter, self._name, square, theme.tokens().color(self._role))
            painter.end()


def _plain(button: QPushButton) -> None:
    button.setIcon(QIcon())
    button.setAutoDefault(False)


def _state_text(job: Job) -> str:
    asked = f"asked for at {job.log.asked_at:%H:%M:%S}"
    state = "Paused" if job.is_paused and job.state is JobState.RUNNING else job.state.value.capitalize()
    return ", ".join(part for part in (state, asked, job.detail) if part)
