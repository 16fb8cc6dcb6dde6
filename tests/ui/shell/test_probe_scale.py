"""The measurement on a huge scan runs, on a small one. How fast and how large is not asserted: that is a report."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


@pytest.mark.slow
def test_it_opens_looks_paints_and_exports_in_the_real_window() -> None:
    command = [sys.executable, "-m", "restorer.ui.probe_scale", "--megapixels", "1.5", "--quick"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    large = report["large"]
    assert large["decoded_bytes"] == large["width"] * large["height"] * 6
    peaks = list(large["peak_bytes"].values())
    assert 0 < peaks[0] <= peaks[-1] == max(peaks)
    assert 0 < large["first_pixels_s"] <= large["sharp_s"]
    assert large["frame_ms"]["p50"] <= large["frame_ms"]["p95"] <= large["frame_ms"]["max"]
    assert set(large["dab_ms"]) == {"10", "100", "1000", "4000"}
    assert large["export_s"] > 0 < report["plain_encode_s"]
