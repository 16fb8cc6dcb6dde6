"""What can be measured: the table of suites. Each is imported only when it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from restorer.core.errors import InputError
from restorer.evaluation.report import Report


@dataclass(frozen=True, slots=True)
class SuiteOptions:
    """What the person asked for; a suite that has no use for one of these takes no notice of it.

    Attributes:
        data: folder of photos; the bundled ones if None.
        model: id of the weights; the best installed if empty.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
        photos: at most so many of them; all if None.
        megapixels: size of the scan that is opened in the window; 200 if None, none is at 0.
        quick: measures just enough to see whether it works.
    """

    data: Path | None = None
    model: str = ""
    device: str = "auto"
    photos: int | None = None
    megapixels: float | None = None
    quick: bool = False


Suite = Callable[[SuiteOptions], Report]


def _deblock(options: SuiteOptions) -> Report:
    from restorer.evaluation.restoration.deblock import deblock_suite

    return deblock_suite(options)


def _deblur(options: SuiteOptions) -> Report:
    from restorer.evaluation.restoration.deblur import deblur_suite

    return deblur_suite(options)


def _degradation(options: SuiteOptions) -> Report:
    from restorer.evaluation.degradation_suite import degradation_suite

    return degradation_suite(options)


def _denoise(options: SuiteOptions) -> Report:
    from restorer.evaluation.restoration.denoise import denoise_suite

    return denoise_suite(options)


def _detect(options: SuiteOptions) -> Report:
    from restorer.evaluation.detect_suite import detect_suite

    return detect_suite(options)


def _inpaint(options: SuiteOptions) -> Report:
    from restorer.evaluation.inpaint.suite import inpaint_suite

    return inpaint_suite(options)


def _faults(options: SuiteOptions) -> Report:
    from restorer.evaluation.faults_suite import TRIES, faults_suite

    return faults_suite(tries=options.photos or TRIES)


def _history(options: SuiteOptions) -> Report:
    from restorer.evaluation.history_suite import MEGAPIXELS, history_suite

    return history_suite(megapixels=options.megapixels or MEGAPIXELS)


def _io(options: SuiteOptions) -> Report:
    from restorer.evaluation.io.suite import io_suite

    return io_suite(options)


def _jobs(options: SuiteOptions) -> Report:
    from restorer.evaluation.jobs_suite import JOBS, jobs_suite

    return jobs_suite(jobs=60 if options.quick else JOBS, model=options.model)


def _scale(options: SuiteOptions) -> Report:
    from restorer.evaluation.scale_suite import MEGAPIXELS, scale_suite

    return scale_suite(options.megapixels or MEGAPIXELS, quick=options.quick)


def _sr(options: SuiteOptions) -> Report:
    from restorer.evaluation.restoration.enlarge import enlarge_suite

    return enlarge_suite(options)


def _ui(options: SuiteOptions) -> Report:
    from restorer.evaluation.ui_suite import ui_suite

    report = ui_suite()
    return report if options.megapixels == 0 else report.joined(_scale(options))


SUITES: Mapping[str, Suite] = MappingProxyType(
    {
        "inpaint": _inpaint,
        "denoise": _denoise,
        "deblock": _deblock,
        "deblur": _deblur,
        "sr": _sr,
        "detect": _detect,
        "degradation": _degradation,
        "io": _io,
        "jobs": _jobs,
        "faults": _faults,
        "history": _history,
        "scale": _scale,
        "ui": _ui,
    }
)


def run_suite(name: str, options: SuiteOptions) -> Report:
    """Measures.

    Raises:
        InputError: where there is no such suite, or it cannot use what it is given.
    """
    suite = SUITES.get(name)
    if suite is None:
        raise InputError(f"There is no suite {name!r}.", hint=f"Known: {', '.join(SUITES)}.")
    return suite(options)
