from __future__ import annotations

import json

import pytest

from restorer.session import diagnosis
from restorer.session.diagnosis import DeviceState
from restorer.session.session import Session

pytestmark = pytest.mark.usefixtures("models_folder")


@pytest.fixture(autouse=True)
def _no_torch(monkeypatch):
    processor = DeviceState("cpu", "A processor", 8_000_000_000, 4_000_000_000)
    monkeypatch.setattr(Session, "devices", lambda self: (processor,))


def test_text_says_what_is_there_and_what_is_missing(cli):
    outcome = cli("doctor")
    assert outcome.code == 0
    assert "A processor" in outcome.out
    assert "No model for inpaint" in outcome.out
    assert outcome.out.rstrip().endswith("Ready.")


def test_json(cli):
    report = json.loads(cli("doctor", "--json").out)
    assert report["works"] is True
    assert report["devices"][0]["id"] == "cpu"
    assert report["codecs"]["TIFF"] is True
    assert {"version", "python", "libraries", "memory_bytes", "models", "window", "findings"} <= set(report)


def test_the_exit_code_tells_a_program_that_cannot_work(cli, monkeypatch):
    monkeypatch.setattr(diagnosis, "_codec_problem", lambda path, dtype: "the decoder is missing.")
    outcome = cli("doctor")
    assert outcome.code == 1
    assert "the decoder is missing." in outcome.out
