from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from restorer.core.geometry import Bounds
from restorer.core.image import Pixels
from restorer.core.private_folder import remove_abandoned
from restorer.core.vault import SPILL_PREFIX, PixelVault

SQUARE = Bounds(0, 0, 100, 100)


def square(value: int, dtype: type = np.uint8) -> list[tuple[Bounds, Pixels]]:
    return [(SQUARE, np.full((100, 100, 1), value, dtype))]


def value_of(vault: PixelVault, key: int) -> int:
    ((bounds, pixels),) = vault.get(key)
    assert bounds == SQUARE
    assert (pixels == pixels.flat[0]).all()
    return int(pixels.flat[0])


def test_what_fits_stays_in_memory(tmp_path: Path) -> None:
    vault = PixelVault(budget_bytes=30_000, folder=tmp_path)
    keys = [vault.put(square(n)) for n in range(3)]
    assert (vault.resident_bytes, vault.spilled_groups) == (30_000, 0)
    assert [value_of(vault, key) for key in keys] == [0, 1, 2]
    assert list(tmp_path.iterdir()) == []


def test_the_longest_untouched_go_to_disk_and_come_back(tmp_path: Path) -> None:
    vault = PixelVault(budget_bytes=20_000, folder=tmp_path)
    first, second = vault.put(square(1)), vault.put(square(2))
    held = vault.get(first)[0][1]
    third = vault.put(square(3))
    assert vault.spilled_groups == 1
    assert vault.resident_bytes <= 20_000
    assert vault.get(first)[0][1] is held, "what was just looked at stays in memory"
    assert vault.get(second)[0][1] is not vault.get(second)[0][1]
    assert [value_of(vault, key) for key in (first, second, third)] == [1, 2, 3]
    assert [value_of(vault, key) for key in (first, second, third)] == [1, 2, 3]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_spilled_pixels_are_bit_identical(tmp_path: Path, dtype: type) -> None:
    rng = np.random.default_rng(1)
    group = [
        (Bounds(5, 6, 5 + width, 6 + height), rng.integers(0, 256, (height, width, channels)).astype(dtype))
        for width, height, channels in ((7, 3, 3), (1, 1, 1), (20, 30, 4))
    ]
    group.append((Bounds(0, 0, 4, 4), group[2][1][:8:2, :8:2]))
    vault = PixelVault(budget_bytes=0, folder=tmp_path)
    key = vault.put(group)
    vault.put(square(0))
    assert vault.spilled_groups == 1
    for (bounds, pixels), (bounds_back, pixels_back) in zip(group, vault.get(key), strict=True):
        assert bounds_back == bounds
        assert pixels_back.dtype == pixels.dtype
        assert np.array_equal(pixels_back, pixels)


def test_the_newest_group_stays_however_large(tmp_path: Path) -> None:
    vault = PixelVault(budget_bytes=10, folder=tmp_path)
    key = vault.put(square(1))
    assert (vault.spilled_groups, value_of(vault, key)) == (0, 1)


def test_dropping_forgets_and_removes_the_file(tmp_path: Path) -> None:
    vault = PixelVault(budget_bytes=10_000, folder=tmp_path)
    spilled, resident = vault.put(square(1)), vault.put(square(2))
    (file,) = tmp_path.glob("*/*.group")
    vault.drop(spilled)
    vault.drop(resident)
    vault.drop(12345)
    assert not file.exists()
    assert (vault.resident_bytes, vault.spilled_groups) == (0, 0)
    with pytest.raises(KeyError):
        vault.get(spilled)
    with pytest.raises(KeyError):
        vault.get(resident)


def test_keys_are_never_given_twice(tmp_path: Path) -> None:
    vault = PixelVault(folder=tmp_path)
    first = vault.put(square(1))
    vault.drop(first)
    assert vault.put(square(2)) != first


def test_closing_removes_the_folder(tmp_path: Path) -> None:
    vault = PixelVault(budget_bytes=0, folder=tmp_path)
    for n in range(3):
        vault.put(square(n))
    assert list(tmp_path.iterdir())
    vault.close()
    assert list(tmp_path.iterdir()) == []
    assert vault.resident_bytes == 0


def test_where_the_disk_is_full_the_pixels_stay_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = PixelVault(budget_bytes=10_000, folder=tmp_path)
    first = vault.put(square(1))

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", full)
        second = vault.put(square(2))
    assert [value_of(vault, key) for key in (first, second)] == [1, 2]
    assert vault.resident_bytes == 20_000

    third = vault.put(square(3))
    assert vault.resident_bytes == 10_000
    assert [value_of(vault, key) for key in (first, second, third)] == [1, 2, 3]


def test_half_of_a_group_is_the_same_from_memory_and_from_disk(tmp_path: Path) -> None:
    vault = PixelVault(budget_bytes=0, folder=tmp_path)
    key = vault.put([*square(1), *square(2)])
    expected = [1, 2]
    for _ in range(2):
        for half in (0, 1):
            ((_bounds, pixels),) = vault.get(key, half)
            assert int(pixels[0, 0, 0]) == expected[half]
        vault.put(square(3))
        assert vault.spilled_groups >= 1


def test_what_a_journal_has_written_leaves_the_memory_without_another_file(tmp_path: Path) -> None:
    from restorer.core.group_code import pack_group

    vault = PixelVault(budget_bytes=10_000, folder=tmp_path)
    key = vault.put(square(7))
    pieces = vault.source(key)
    assert isinstance(pieces, tuple)
    file = tmp_path / "journal.group"
    file.write_bytes(pack_group(pieces))
    vault.mark_stored(key, file)
    assert vault.source(key) == file
    vault.put(square(8))
    assert [path.name for path in tmp_path.iterdir()] == ["journal.group"]
    assert value_of(vault, key) == 7
    dropped: list[int] = []
    vault.on_dropped = dropped.append
    vault.drop(key)
    vault.drop(key)
    assert dropped == [key]
    assert file.exists(), "it belongs to the journal"

    other = PixelVault(folder=tmp_path)
    other.restore(5, file)
    assert value_of(other, 5) == 7
    assert other.put(square(1)) == 6
    with pytest.raises(ValueError, match="5"):
        other.restore(5, file)


def test_a_forgotten_vault_leaves_nothing_behind(tmp_path: Path) -> None:
    vault = PixelVault(budget_bytes=0, folder=tmp_path)
    vault.put(square(1))
    vault.put(square(2))
    assert list(tmp_path.iterdir())
    del vault
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_found_and_removed(tmp_path: Path) -> None:
    code = (
        "import sys, time, numpy as np; from pathlib import Path\n"
        "from restorer.core.vault import PixelVault; from restorer.core.geometry import Bounds\n"
        "vault = PixelVault(0, Path(sys.argv[1]))\n"
        "for n in range(3): vault.put([(Bounds(0, 0, 9, 9), np.zeros((9, 9, 1), np.uint8))])\n"
        "print('ready', flush=True); time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    assert len(list(tmp_path.iterdir())) == 1
    assert remove_abandoned(tmp_path, SPILL_PREFIX) == 0, "its process lives"
    process.kill()
    process.wait()
    process.stdout.close()
    assert remove_abandoned(tmp_path, SPILL_PREFIX) == 1
    assert list(tmp_path.iterdir()) == []
