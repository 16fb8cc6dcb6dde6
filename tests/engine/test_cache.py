from __future__ import annotations

from dataclasses import dataclass

import pytest

from restorer.engine.cache import ResidentCache


@dataclass
class Thing:
    bytes: int


def use(cache: ResidentCache[str, Thing], key: str, size: int) -> Thing:
    thing = cache.lease(key, lambda: Thing(size))
    cache.release(key)
    return thing


def test_resident_values_are_not_loaded_again() -> None:
    cache: ResidentCache[str, Thing] = ResidentCache(100)
    first = use(cache, "a", 60)
    assert cache.lease("a", lambda: pytest.fail("loaded twice")) is first


def test_least_recently_used_goes_first() -> None:
    cache: ResidentCache[str, Thing] = ResidentCache(100)
    for key in ("a", "b", "a", "c"):
        use(cache, key, 40)
    assert cache.keys == ("a", "c")
    assert cache.bytes == 80


def test_a_leased_value_is_never_evicted() -> None:
    cache: ResidentCache[str, Thing] = ResidentCache(100)
    held = cache.lease("held", lambda: Thing(90))
    use(cache, "other", 90)
    cache.evict_idle()
    assert cache.keys == ("held",)
    assert cache.leased() == (held,)
    assert cache.lease("held", lambda: Thing(0)) is held


def test_all_leases_must_end_before_a_value_goes() -> None:
    cache: ResidentCache[str, Thing] = ResidentCache(100)
    for _ in range(2):
        cache.lease("a", lambda: Thing(90))
    cache.release("a")
    use(cache, "b", 90)
    assert cache.keys == ("a",)
    cache.release("a")
    use(cache, "b", 90)
    assert cache.keys == ("b",)


def test_budget_is_exceeded_rather_than_a_lease_broken() -> None:
    cache: ResidentCache[str, Thing] = ResidentCache(100)
    for key in ("a", "b"):
        cache.lease(key, lambda: Thing(80))
    assert cache.bytes == 160
    cache.release("a")
    assert cache.keys == ("b",)


def test_a_failed_load_leaves_nothing_behind() -> None:
    cache: ResidentCache[str, Thing] = ResidentCache(100)

    def fail() -> Thing:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        cache.lease("a", fail)
    assert cache.keys == ()
    assert use(cache, "a", 1).bytes == 1
