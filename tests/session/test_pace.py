from restorer.core.geometry import Bounds
from restorer.session.pace import Pace


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def planned(*sides: int) -> tuple[Pace, Clock]:
    clock = Clock()
    pace = Pace(clock)
    pace.plan(tuple(Bounds.of_size(side, side) for side in sides))
    return pace, clock


def finish(pace: Pace, clock: Clock, index: int, seconds: float) -> None:
    pace.tile_started()
    clock.now += seconds
    pace.tile_finished(index)


def test_no_estimate_before_two_tiles_or_two_seconds():
    pace, clock = planned(10, 10, 10, 10)
    assert pace.seconds_left() is None
    finish(pace, clock, 0, 1.0)
    assert pace.seconds_left() is None
    finish(pace, clock, 1, 0.5)
    assert pace.seconds_left() == 1.5


def test_one_slow_tile_is_enough_after_two_seconds():
    pace, clock = planned(10, 10, 10)
    finish(pace, clock, 0, 2.5)
    assert pace.seconds_left() == 5.0


def test_time_is_shared_out_by_pixels():
    pace, clock = planned(10, 10, 100)
    finish(pace, clock, 0, 1.0)
    finish(pace, clock, 1, 1.0)
    assert pace.seconds_left() == 2.0 * 10_000 / 200


def test_loading_before_the_first_tile_does_not_count():
    pace, clock = planned(10, 10, 10)
    clock.now += 60
    finish(pace, clock, 0, 1.0)
    finish(pace, clock, 1, 1.0)
    assert pace.seconds_left() == 1.0


def test_a_new_plan_starts_afresh():
    pace, clock = planned(10, 10)
    finish(pace, clock, 0, 3.0)
    pace.plan((Bounds.of_size(5, 5),) * 4)
    assert pace.done == 0
    assert pace.seconds_left() is None


def test_nothing_is_left_when_all_is_done():
    pace, clock = planned(10, 10)
    finish(pace, clock, 0, 1.0)
    finish(pace, clock, 1, 1.0)
    assert pace.seconds_left() == 0.0
