from __future__ import annotations

import pytest

from restorer.core.errors import OutOfMemoryError
from restorer.engine.ladder import Ladder


def test_halves_tiles_then_takes_the_processor_then_gives_up() -> None:
    ladder = Ladder(has_refuge=True)
    said = [ladder.step_down(512).message for _ in range(4)]
    assert said == [
        "Graphics memory ran out; went on with smaller tiles (256 px).",
        "Graphics memory ran out; went on with smaller tiles (128 px).",
        "Graphics memory ran out; went on with smaller tiles (64 px).",
        "Graphics memory ran out even for small tiles; went on with the processor, which is slower.",
    ]
    assert not ladder.has_refuge
    assert ladder.limit_px is None
    assert ladder.step_down(160).message == "Memory ran out; went on with smaller tiles (80 px)."
    with pytest.raises(OutOfMemoryError, match="even for tiles of 80 pixels"):
        ladder.step_down(160)


def test_a_smaller_failure_goes_on_from_there() -> None:
    ladder = Ladder(has_refuge=False)
    ladder.step_down(1000)
    assert ladder.limit_px == 496
    ladder.step_down(300)
    assert ladder.limit_px == 144


def test_bottom_at_once() -> None:
    with pytest.raises(OutOfMemoryError) as caught:
        Ladder(has_refuge=False).step_down(100)
    assert caught.value.exit_code == 1
    assert "Close other programs" in caught.value.hint
