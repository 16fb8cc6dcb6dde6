"""The life of the window: first frame, dressing, furnishing, closing.

What the first frame needs is imported here, everything else only after it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication

from restorer.session.settings_file import SettingsStore
from restorer.ui.main_window import MainWindow
from restorer.ui.tokens import DARK, LIGHT, Tokens

if TYPE_CHECKING:
    from restorer.ui.furnishing import Furnishing
    from restorer.ui.interrupt import InterruptWatch
    from restorer.ui.widgets.focus_ring import FocusRing

_SWITCH_INTERVAL_S = 0.0005
"""How long a worker keeps the interpreter once the window wants it. Every call into Qt gives it up and asks for it
back, so that Python's own 5 ms add up to a stutter; much less, and the threads do nothing but take turns."""


class Shell(QObject):
    """Owns the window and what stands behind it.

    Args:
        app: the application.
        on_ready: called once when the first frame is on the screen.
        store: where settings are kept; the person's own file if None.
    """

    def __init__(
        self, app: QApplication, on_ready: Callable[[], None] | None = None, store: SettingsStore | None = None
    ) -> None:
        super().__init__()
        self._on_ready = on_ready
        self._store = store if store is not None else SettingsStore()
        self._settings, self._notices = self._store.load()
        app.setApplicationName("Restorer")
        app.setApplicationDisplayName("Restorer")
        app.setDesktopFileName("restorer")
        self._app = app
        self._switch_interval_s = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCH_INTERVAL_S)
        self.window = MainWindow(_first_colors(app, self._settings.theme))
        self.furnishing: Furnishing | None = None
        self._ring: FocusRing | None = None
        self._interrupts: InterruptWatch | None = None
        self._files: tuple[Path, ...] = ()
        self._sample = False
        self._is_decided = False
        self.window.close_requested.connect(self._on_close_requested)
        self.window.first_painted.connect(lambda: QTimer.singleShot(0, self._on_first_painted))

    def start(self, files: Sequence[Path] = (), *, sample: bool = False) -> None:
        """Shows the window; photos are opened as soon as it is furnished."""
        self._files, self._sample = tuple(files), sample
        self.window.restore_place(self._settings.window_geometry)
        self.window.show()

    def finish(self) -> bool:
        """Ends every thread and puts the process back as it was; returns whether all ended in time.

        To be called after the event loop.
        """
        sys.setswitchinterval(self._switch_interval_s)
        if self._interrupts is not None:
            self._interrupts.stop()
        return self.furnishing is None or self.furnishing.close()

    def _on_first_painted(self) -> None:
        if self._on_ready is not None:
            self._on_ready()
        self._dress()
        # A turn of the event loop later, so that the dressed window is painted first.
        QTimer.singleShot(0, self._furnish)

    def _dress(self) -> None:
        from restorer.ui import theme
        from restorer.ui.interrupt import InterruptWatch
        from restorer.ui.widgets.focus_ring import FocusRing

        self._interrupts = InterruptWatch(self._on_interrupt, self)
        theme.apply_theme(self._app, self._settings.theme)
        self._ring = FocusRing(self._app)
        self.window.dress()

    def _furnish(self) -> None:
        from restorer.session.session import Session
        from restorer.ui.furnishing import Furnishing

        session = Session(self._settings, store=self._store)
        session.startup_notices = self._notices
        self.furnishing = Furnishing(self.window, session)
        if self._files:
            self.furnishing.workspace.open_files(self._files)
        if self._sample:
            self.furnishing.workspace.opener.open_sample()
        self.furnishing.recovery.look()

    def _on_close_requested(self, event: QCloseEvent) -> None:
        furnishing = self.furnishing
        if furnishing is None or self._is_decided or furnishing.may_close(self._close_now):
            self._on_closing()
        else:
            event.ignore()

    def _close_now(self) -> None:
        self._is_decided = True
        self.window.close()

    def _on_closing(self) -> None:
        if self.furnishing is not None:
            self.furnishing.save_place()

    def _on_interrupt(self) -> None:
        """Ctrl+C is not asked about: whoever presses it means it. What was not saved is offered at the next start."""
        if self.furnishing is not None:
            self.furnishing.workspace.autosave.keeps_all = True
        self._close_now()


def _first_colors(app: QApplication, choice: str) -> Tokens:
    """As the theme will choose them; the theme itself loads icons and is not there yet."""
    system = LIGHT if app.styleHints().colorScheme() == Qt.ColorScheme.Light else DARK
    return {"dark": DARK, "light": LIGHT}.get(choice, system)
