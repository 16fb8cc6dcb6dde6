"""The collector is off while heavy packages come in, and on again afterwards, whatever happens."""

from __future__ import annotations

import gc

import pytest

from restorer.ui import preload


@pytest.fixture(autouse=True)
def nothing_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preload, "_loaded", set())
    monkeypatch.setattr(preload, "_load_shared_libraries", lambda _package: None)


def test_the_collector_rests_during_the_import_and_forgets_what_came_in() -> None:
    gc.unfreeze()
    with preload.heavy_imports("cv2"):
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0
    gc.unfreeze()


def test_two_at_once_and_a_failure_leave_it_on() -> None:
    with preload.heavy_imports("cv2"):
        with pytest.raises(ImportError), preload.heavy_imports("torch"):
            raise ImportError("broken")
        assert not gc.isenabled(), "the other is still importing"
    assert gc.isenabled()


def test_the_second_time_costs_nothing() -> None:
    with preload.heavy_imports("cv2"):
        pass
    with preload.heavy_imports("cv2"):
        assert gc.isenabled()
