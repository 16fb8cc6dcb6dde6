"""The measurement itself runs, and what it checks on the way holds. How fast is not asserted: that is a report."""

from __future__ import annotations

import json
import subprocess
import sys


def test_it_repairs_paints_and_cancels_in_the_real_window() -> None:
    command = [sys.executable, "-m", "restorer.ui.probe", "--json", "--model", "classical"]
    small = ["--photo-megapixels", "1", "--defects", "8", "--start-repeats", "1", "--preview-drags", "2"]
    done = subprocess.run([*command, *small], capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    repair, cancel = report["repair"], report["cancel"]
    assert repair["applied"]
    assert repair["pixels_changed"] > 0
    assert repair["pixels_changed_outside"] == 0
    assert report["strokes_kept"]
    assert 0 <= report["gap_ms"]["p50"] <= report["gap_ms"]["p99"] <= report["gap_ms"]["max"]
    assert cancel["photo_unchanged"]
    preview = report["preview"]
    assert 0 < preview["runs"] <= preview["moves"]
    assert 0 < preview["latency_ms"]["p50"] <= preview["latency_ms"]["max"]
    assert preview["photo_unchanged"]
    assert not report["window"]["torch_imported"]
    assert report["window"]["ratio"] > 0
