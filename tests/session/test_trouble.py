"""Devices that fail: recorded, avoided, and told by the doctor."""

from __future__ import annotations

import json
import re

import pytest

from restorer.engine.checkup import Checkup, check_up
from restorer.session import engines
from restorer.session.diagnosis import DeviceState, diagnose
from restorer.session.engines import Engines
from restorer.session.session import Session
from restorer.session.settings import Settings
from restorer.session.trouble import TroubleLog


@pytest.fixture
def log(tmp_path):
    return TroubleLog(tmp_path / "state" / "device-trouble.json")


def test_what_is_recorded_comes_back_and_the_oldest_goes(log):
    assert log.read() == ()
    for number in range(23):
        log.record("cuda:0", f"failure {number}")
    assert [trouble.reason for trouble in log.read()] == [f"failure {number}" for number in range(3, 23)]
    assert re.match(
        r"The device cuda:0 failed on \d{4}-\d\d-\d\d at \d\d:\d\d:\d\d: failure 22", log.read()[-1].sentence()
    )
    assert [path.name for path in log.path.parent.iterdir()] == ["device-trouble.json"]


@pytest.mark.parametrize("content", ["", "{", "7", '[{"device": 3}, 5]'])
def test_a_broken_log_is_no_trouble_of_its_own(log, content):
    log.path.parent.mkdir()
    log.path.write_text(content)
    assert log.read() == ()
    log.record("mps", "gone")
    assert len(log.read()) == 1


def test_a_log_that_cannot_be_written_is_passed_over(tmp_path):
    (tmp_path / "file").write_text("")
    assert TroubleLog(tmp_path / "file" / "log.json").record("cuda:0", "gone").reason == "gone"


class FakeEngine:
    """Remembers what it was made with."""

    def __init__(self, device, catalogue, *, budget_bytes, on_lost):
        self.device_name, self.budget_bytes, self.on_lost = device, budget_bytes, on_lost


def test_a_device_that_failed_keeps_its_engine_though_it_is_not_listed_any_more(log, catalogue, monkeypatch):
    import restorer.engine
    from restorer.core.errors import InputError
    from restorer.engine import devices

    there = {"auto": "cuda:0", "cuda": "cuda:0", "cuda:0": "cuda:0", "cpu": "cpu"}

    def choose(wish):
        if wish not in there:
            raise InputError("gone")
        return devices.DeviceInfo(there[wish], "", 1, 1)

    monkeypatch.setattr(devices, "choose_device", choose)
    monkeypatch.setattr(restorer.engine, "create_engine", FakeEngine)
    made = Engines(catalogue, lambda: 7, log)
    engine = made.get("cuda")
    assert engine.budget_bytes() == 7
    engine.on_lost("cuda:0", "CUDA error: unspecified launch failure")
    there.pop("cuda")
    there.pop("cuda:0")
    there["auto"] = "cpu"
    assert made.get("cuda") is made.get("cuda:0") is engine
    assert made.get("auto") is made.get("cpu") is not engine
    assert list(made.troubles) == ["cuda:0"]
    assert log.read()[-1].reason.startswith("CUDA error")
    assert engines.check_device("cuda:0") is None


def test_the_memory_budget_is_the_setting_of_the_moment(catalogue):
    session = Session(Settings(memory_gib=2.0), catalogue)
    assert session._memory_budget() == 2 << 30
    session.update_settings(memory_gib=0.0)
    assert session._memory_budget() is None


def test_the_doctor_tells_the_last_trouble_and_what_a_device_gets_wrong(log, catalogue, monkeypatch):
    card = DeviceState("cuda:0", "Graphics", 8_000_000_000, 90_000_000)
    monkeypatch.setattr(Session, "devices", lambda self: (card,))
    answers = iter(
        [Checkup("", "it gives values that are not numbers", "560.35"), Checkup("cuda:0 failed.", "untried")]
    )
    monkeypatch.setattr(Session, "check_up", lambda self, device: next(answers))
    log.record("cuda:0", "CUDA error: unspecified launch failure")
    found = diagnose(Session(catalogue=catalogue, trouble_log=log))
    said = "\n".join(finding.what for finding in found.findings)
    assert "16-bit arithmetic of cuda:0 is wrong: it gives values that are not numbers." in said
    assert "cuda:0 has only 90 MB of memory free." in said
    assert "unspecified launch failure" in said
    assert found.works
    assert found.devices[0].driver == "560.35"
    assert json.loads(json.dumps(found.to_json()))["last_trouble"]["device"] == "cuda:0"
    again = diagnose(Session(catalogue=catalogue, trouble_log=log))
    assert any(finding.what == "cuda:0 failed." for finding in again.findings)


def test_the_processor_passes_its_own_examination():
    assert check_up("cpu") == Checkup("", "unused")


def test_a_device_that_is_not_there_fails_without_an_exception():
    assert check_up("cuda:7").problem.startswith("cuda:7 failed at a small task")
