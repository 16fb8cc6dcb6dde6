"""Where the window is put together. The only place that knows all its parts."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from restorer.session.display import window_problem


def run(files: Sequence[Path] = (), *, sample: bool = False, on_ready: Callable[[], None] | None = None) -> int:
    """Opens the window and returns the exit code when it is closed.

    Args:
        files: photos to open.
        sample: opens the damaged sample with its damage marked.
        on_ready: called once when the first frame is on the screen, before anything heavy is imported.

    Returns:
        0; 2 where no window can be opened here, with the reason on stderr.
    """
    problem = window_problem()
    if problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QGuiApplication
    from PySide6.QtWidgets import QApplication

    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(sys.argv[:1])
    from restorer.ui.shell import Shell

    shell = Shell(app, on_ready)
    shell.start(files, sample=sample)
    code = app.exec()
    if not shell.finish():
        # A thread sits in a library call that does not return; Qt would abort over it while the process ends.
        os._exit(code)
    return code
