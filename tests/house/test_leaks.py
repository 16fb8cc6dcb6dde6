"""The check that nothing is left running, tried on tests that do leave something and on tests that do not."""

from __future__ import annotations

from pathlib import Path

import pytest

CONFTEST = "from support.leaks import no_leaks, started_qt_objects"

LEAVING = """
    import threading
    from PySide6.QtCore import QThread, QTimer

    kept = []

    def test_thread():
        kept.append(threading.Event())
        threading.Thread(target=kept[-1].wait, name="waits", daemon=True).start()

    def test_qthread(qapp):
        kept.append(QThread(objectName="lane"))
        kept[-1].start()

    def test_timer(qapp):
        kept.append(QTimer())
        kept[-1].start(50)
"""
TIDY = """
    import threading
    from PySide6.QtCore import QObject, QThread, QTimer

    class Works(QThread):
        def run(self):
            sum(range(1000))

    def test_thread():
        threading.Thread(target=sum, args=([1, 2],)).start()

    def test_qthread(qapp):
        thread = Works()
        thread.start()
        thread.wait()

    def test_timer_of_something_that_is_deleted(qapp):
        owner = QObject()
        QTimer(owner).start(50)
        owner.deleteLater()

    def test_timer_that_nobody_keeps(qapp):
        QTimer().start(50)

    def test_stopped_timer(qapp):
        timer = QTimer()
        timer.start(50)
        timer.stop()
"""


@pytest.fixture
def run(pytester: pytest.Pytester, root: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTHONPATH", str(root / "tests"))
    pytester.makeconftest(CONFTEST)
    return pytester


def test_what_is_left_running_is_named(run: pytest.Pytester) -> None:
    run.makepyfile(LEAVING)
    result = run.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=3, errors=3)
    result.stdout.fnmatch_lines_random(
        ["*left running: thread waits", "*left running: QThread lane", "*left running: QTimer of NoneType every 50 ms"]
    )


def test_tests_that_tidy_up_pass(run: pytest.Pytester) -> None:
    run.makepyfile(TIDY)
    run.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=5)
