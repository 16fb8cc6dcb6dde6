import socket
import sys

import pytest

from restorer.session import display

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux can lack a display")


@pytest.fixture(autouse=True)
def _complete_system(monkeypatch):
    monkeypatch.setattr(display, "is_installed", lambda package: True)
    monkeypatch.setattr(display, "missing_libraries", lambda: ())


def test_no_display_is_said_with_the_other_way():
    problem = display.window_problem({})
    assert "no display" in problem
    assert "restorer apply" in problem


def test_a_display_that_does_not_answer_is_named():
    assert ":4711" in display.window_problem({"DISPLAY": ":4711"})


def test_a_wayland_socket_that_answers_will_do(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("wayland-9")
        server.listen()
        environment = {"WAYLAND_DISPLAY": "wayland-9", "XDG_RUNTIME_DIR": "."}
        assert display.window_problem(environment) == ""
        assert display.window_problem({**environment, "QT_QPA_PLATFORM": "xcb"}) != ""
    assert "wayland-9" in display.window_problem(environment)


def test_offscreen_needs_no_display_and_shows_nothing():
    environment = {"QT_QPA_PLATFORM": "offscreen"}
    assert display.window_problem(environment) == ""
    assert display.shows_nothing(environment)
    assert not display.shows_nothing({"QT_QPA_PLATFORM": "xcb"})


def test_missing_pyside_is_said_with_how_to_get_it(monkeypatch):
    monkeypatch.setattr(display, "is_installed", lambda package: False)
    assert "pip install" in display.window_problem({"DISPLAY": ":0"})


def test_missing_libraries_are_said_all_at_once(monkeypatch):
    monkeypatch.setattr(display, "missing_libraries", lambda: ("libEGL.so.1", "libxcb-cursor.so.0"))
    assert "apt install libegl1 libxcb-cursor0" in display.window_problem({"DISPLAY": ":0"})


def test_a_library_that_is_not_there_is_found_missing(monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(display, "SYSTEM_LIBRARIES", {"libnowhere-to-be-found.so.9": "nowhere"})
    assert display.missing_libraries() == ("libnowhere-to-be-found.so.9",)


def test_blocked_packages_count_as_not_installed(monkeypatch):
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "PySide6", None)
    assert not display.is_installed("PySide6")
    assert display.is_installed("json")
