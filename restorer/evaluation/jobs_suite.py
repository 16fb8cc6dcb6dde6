"""A thousand jobs with everything going wrong that can: is anything lost, doubled or left behind?"""

from __future__ import annotations

from typing import Any

from restorer.evaluation.probes import run_probe
from restorer.evaluation.report import Gate, Report, Table

PROBE = "restorer.ui.probe_jobs"
JOBS = 1000
WARM_SHARE = 0.5
"""Jobs asked for before those: lists, logs and caches are full, and the heap has its shape, after some 400."""
MOST_GROWTH = 0.02
HAND_BACK = {"MALLOC_MMAP_THRESHOLD_": str(128 << 10)}
"""Has glibc give freed blocks of 128 KiB and more back at once: its own limit, before it begins to raise it.

Raised, it keeps them, and crops of ever other sizes leave gaps among them: about 5 % that are no leak (with
crops of one size it is 0) and would hide one.
"""


def jobs_suite(*, jobs: int = JOBS, seed: int = 1, model: str = "") -> Report:
    """Runs the probe of jobs and judges what it counted. Takes some minutes.

    Args:
        jobs: how many are asked for, after half as many that warm up.
        seed: of everything that is random.
        model: id of the weights; the best installed if empty.

    Raises:
        WorkError: where the probe could not run, with what it said.
    """
    warm = str(round(jobs * WARM_SHARE))
    arguments = ["--jobs", str(jobs), "--warm", warm, "--seed", str(seed), *(("--model", model) if model else ())]
    figures = run_probe(PROBE, *arguments, surroundings=HAND_BACK)
    counts = {"asked for": figures["jobs"], **figures["ended"], "results not applied": figures["results_stale"]}
    counts |= {f"made: {kind}": count for kind, count in figures["faults"].items()}
    memory = zip(("after warm-up", *(f"after {part}/4" for part in range(1, 5))), figures["resident_mib"], strict=True)
    return Report(
        suite="jobs",
        subject=f"{figures['jobs']} jobs, seed {seed}, {figures['seconds']:.0f} s",
        tables=(
            Table("Jobs", ("what", "count"), tuple((name, float(count)) for name, count in counts.items())),
            Table("What was done", ("what", "count"), tuple((k, float(v)) for k, v in figures["actions"].items())),
            Table("Memory in use", ("when", "MiB"), tuple(memory)),
        ),
        gates=judge(figures),
        values={"probe": figures},
    )


def judge(figures: dict[str, Any]) -> tuple[Gate, ...]:
    """What must be so, from what the probe printed."""
    ended = sum(figures["ended"].values())
    growth, threads, problems = figures["growth"], figures["os_threads"], figures["problems"]
    applied, done = figures["results_applied"], figures["results_done"]
    left = ", ".join(figures["threads_left"]) or "none"
    return (
        Gate("jobs that ended", f"{ended} of {figures['jobs']}", "all", ended == figures["jobs"]),
        Gate("results in histories", f"{applied} of {done}", "each once", applied == done and not problems),
        Gate("histories that do not add up", str(len(problems)), "0", not problems),
        Gate("threads left behind", left, "none", not figures["threads_left"] and figures["lanes_ended"]),
        Gate(
            "threads after warm-up",
            f"{threads['warm']} → {threads['end']}",
            "no more",
            threads["end"] <= threads["warm"],
        ),
        Gate("memory after warm-up", f"{growth:+.1%}", f"≤ {MOST_GROWTH:+.0%}", growth <= MOST_GROWTH),
    )
