from __future__ import annotations

from pathlib import Path

import pytest
import torch
from engine.tiny_models import TINY, ModelMaker
from torch import nn

from restorer.engine import host_memory, memory
from restorer.engine.generator import TorchGenerator
from restorer.engine.host_memory import HostMemory
from restorer.engine.memory import SAFETY_SHARE, is_out_of_memory, largest_side, network_bytes, peak_bytes_per_px
from restorer.store import Blend


def test_peak_counts_what_is_alive_at_once() -> None:
    def chain() -> None:
        x = torch.zeros(1000)
        for _ in range(10):
            x = x + 1

    def hoard() -> None:
        kept = [torch.zeros(1000) for _ in range(10)]
        assert len(kept) == 10

    assert peak_bytes_per_px(chain, 1000) == 8
    assert peak_bytes_per_px(hoard, 1000) == 40


def test_views_and_work_in_place_take_no_memory() -> None:
    def views() -> None:
        x = torch.zeros(10, 100)
        x[2:].t().add_(1)

    assert peak_bytes_per_px(views, 1000) == 4


def test_measuring_does_not_import_torchs_compiler() -> None:
    assert not hasattr(memory._LiveBytes.__torch_dispatch__, "__wrapped__"), "wrapped by torch: seconds at first use"


def test_a_wider_network_needs_more(make_model: ModelMaker) -> None:
    needs = []
    for channels in (8, 16):
        card = make_model("bounded", hyperparameters={"channels": channels})
        needs.append(TorchGenerator(Blend(card), TINY["bounded"](channels=channels).eval()).bytes_per_px)
    assert needs[0] > 3 * 4 + 8 * 4, "at least the picture and one layer"
    assert 1.3 < needs[1] / needs[0] < 2


def test_largest_side_leaves_a_safe_share() -> None:
    side = largest_side(10**9, 250.0)
    assert side**2 * 250 <= SAFETY_SHARE * 10**9 < (side + 1) ** 2 * 250
    assert largest_side(0, 250.0) == largest_side(-5, 250.0) == 0


def test_network_bytes() -> None:
    assert network_bytes(nn.Linear(10, 4)) == (10 * 4 + 4) * 4
    assert network_bytes(nn.BatchNorm1d(3)) == 4 * 3 * 4 + 8


def test_other_errors_are_not_taken_for_memory() -> None:
    assert not is_out_of_memory(RuntimeError("size mismatch"))
    assert not is_out_of_memory(OSError("out of memory"))


def test_host_memory_is_sane() -> None:
    now = host_memory.host_memory()
    assert 0 < now.available_bytes <= now.total_bytes


def test_a_container_has_less_than_its_host(tmp_path: Path) -> None:
    host = HostMemory(64 << 30, 40 << 30)
    assert host_memory._within_cgroup(host, tmp_path) == host
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text(f"{1 << 30}\n")
    assert host_memory._within_cgroup(host, tmp_path) == host
    (tmp_path / "memory.max").write_text(f"{4 << 30}\n")
    assert host_memory._within_cgroup(host, tmp_path) == HostMemory(4 << 30, 3 << 30)


def test_systems_that_do_not_tell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if not hasattr(host_memory.os, "sysconf"):
        pytest.skip("Windows tells")
    monkeypatch.setattr(host_memory, "_PROC", tmp_path / "none")
    now = host_memory.host_memory()
    assert now.available_bytes == now.total_bytes // 2 > 0
