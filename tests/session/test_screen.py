import ctypes
import shutil
import subprocess
import sys

import pytest

from restorer.session.screen import screen_profile

X11 = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="X11 only")


@X11
def test_without_a_display_there_is_none():
    assert screen_profile({}) is None
    assert screen_profile({"DISPLAY": ":987", "WAYLAND_DISPLAY": "wayland-0"}) is None


@X11
def test_a_display_that_does_not_answer_gives_none():
    try:
        ctypes.CDLL("libxcb.so.1")
    except OSError:
        pytest.skip("there is no libxcb")
    assert screen_profile({"DISPLAY": ":987"}) is None


@X11
@pytest.mark.skipif(not shutil.which("Xvfb") or not shutil.which("xprop"), reason="needs Xvfb and xprop")
def test_the_profile_of_the_root_window_is_read():
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-noreset", "-screen", "0", "64x64x24"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stdout is not None
        display = f":{server.stdout.readline().strip()}"  # written once the server answers
        assert screen_profile({"DISPLAY": display}) is None
        command = [
            "xprop",
            "-display",
            display,
            "-root",
            "-f",
            "_ICC_PROFILE",
            "8c",
            "-set",
            "_ICC_PROFILE",
            "1,2,3,200",
        ]
        subprocess.run(command, check=True, timeout=30)
        assert screen_profile({"DISPLAY": display}) == bytes((1, 2, 3, 200))
    finally:
        server.terminate()
        server.wait(30)
        server.stdout.close()
