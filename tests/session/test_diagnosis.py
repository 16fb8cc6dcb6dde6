from __future__ import annotations

import json

import pytest

from restorer.engine.checkup import Checkup
from restorer.session import diagnosis
from restorer.session.diagnosis import DeviceState, diagnose
from restorer.session.session import Session
from restorer.store import Catalogue


@pytest.fixture(autouse=True)
def _no_torch(monkeypatch):
    processor = DeviceState("cpu", "Processor", 8_000_000_000, 4_000_000_000)
    monkeypatch.setattr(Session, "devices", lambda self: (processor,))
    monkeypatch.setattr(Session, "check_up", lambda self, device: Checkup("", "unused"))


def test_a_healthy_installation(catalogue):
    found = diagnose(Session(catalogue=catalogue), {"QT_QPA_PLATFORM": "offscreen"})
    assert found.works
    assert found.codecs == {"JPEG": True, "PNG": True, "TIFF": True, "WebP": True}
    assert [model.problem for model in found.models] == ["", ""]
    assert found.memory_bytes > found.memory_free_bytes > 0
    assert "numpy" in found.libraries
    assert json.loads(json.dumps(found.to_json()))["devices"][0]["id"] == "cpu"


def test_damaged_weights_are_found_and_not_fatal(catalogue, models_folder):
    (models_folder / "inpaint-big.safetensors").write_bytes(b"inpaint-bad" * 100)
    (models_folder / "torn.json").write_text("{")
    found = diagnose(Session(catalogue=catalogue))
    assert "checksum" in found.models[0].problem
    said = " ".join(finding.what for finding in found.findings)
    assert "inpaint-big" in said
    assert "torn.json" in said
    assert found.works


def test_no_models_and_no_display_are_findings_not_failures(tmp_path):
    found = diagnose(Session(catalogue=Catalogue([tmp_path])), {})
    said = " ".join(finding.what for finding in found.findings)
    assert "No model for inpaint" in said
    assert not found.window
    assert found.works


def test_a_torch_that_does_not_load_leaves_the_classical_methods(catalogue, monkeypatch):
    def broken(self):
        raise OSError("libc10.so: cannot open shared object file")

    monkeypatch.setattr(Session, "devices", broken)
    found = diagnose(Session(catalogue=catalogue))
    assert found.devices == ()
    assert found.works
    assert any("libc10" in finding.what for finding in found.findings)


def test_a_codec_that_fails_is_fatal(catalogue, monkeypatch):
    def broken(path, image, metadata):
        raise ImportError("imagecodecs")

    monkeypatch.setattr(diagnosis, "write_photo", broken)
    found = diagnose(Session(catalogue=catalogue))
    assert not found.works
    assert found.codecs["TIFF"] is False
