"""What this installation can do, what is missing and how to get it."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from restorer import __version__
from restorer.core.errors import RestorerError
from restorer.core.image import Image
from restorer.engine.host_memory import host_memory
from restorer.formats.metadata import Metadata
from restorer.formats.raster import read_photo, write_photo
from restorer.session.display import is_installed, missing_libraries, window_problem
from restorer.session.failure import library_versions
from restorer.session.session import Session
from restorer.session.trouble import DeviceTrouble
from restorer.tasks import TASKS

if TYPE_CHECKING:
    from restorer.engine.devices import DeviceInfo

_FORMATS = {"JPEG": ("probe.jpg", "uint8"), "PNG": ("probe.png", "uint16"), "TIFF": ("probe.tif", "uint16")}
"""Formats the program cannot do without: a file name and the deepest pixels each holds."""
_LITTLE_MEMORY = 600_000_000
"""Bytes below which even small tiles get tight."""
_MORE_FORMATS = {"WebP": ("probe.webp", "uint8")}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is missing or broken.

    Attributes:
        what: one sentence.
        remedy: how to get it, or what works without it.
        fatal: whether the program cannot do its work so.
    """

    what: str
    remedy: str
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class ModelState:
    """An installed model; ``problem`` is empty where its weights are whole."""

    id: str
    title: str
    tasks: tuple[str, ...]
    bytes: int
    problem: str


@dataclass(frozen=True, slots=True)
class DeviceState:
    """A device as it was when asked.

    Attributes:
        problem: what it got wrong in a small task, or empty.
        half: whether 16-bit arithmetic is ``right``, ``unused``, ``untried``, or what is wrong with it.
        driver: version of its driver, or empty.
    """

    id: str
    name: str
    total_bytes: int
    free_bytes: int
    problem: str = ""
    half: str = "untried"
    driver: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Plain facts; :meth:`to_json` is what ``restorer doctor --json`` prints."""

    version: str
    python: str
    system: str
    libraries: Mapping[str, str]
    processors: int
    memory_bytes: int
    memory_free_bytes: int
    devices: tuple[DeviceState, ...]
    models: tuple[ModelState, ...]
    codecs: Mapping[str, bool]
    window: bool
    last_trouble: DeviceTrouble | None
    missing_libraries: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def works(self) -> bool:
        """Whether photos can be opened, repaired and saved here."""
        return not any(finding.fatal for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        return {"works": self.works, **asdict(self)}


def diagnose(session: Session, environment: Mapping[str, str] = os.environ) -> Diagnosis:
    """Looks at everything; takes seconds, since it loads torch to ask for devices and checks every weights file."""
    findings: list[Finding] = []
    devices, models = _devices(session, findings), _models(session, findings)
    codecs, window = _codecs(findings), _window(environment, findings)
    memory = host_memory()
    return Diagnosis(
        version=__version__,
        python=platform.python_version(),
        system=platform.platform(),
        libraries=library_versions(),
        processors=os.cpu_count() or 1,
        memory_bytes=memory.total_bytes,
        memory_free_bytes=memory.available_bytes,
        devices=devices,
        models=models,
        codecs=codecs,
        window=window,
        last_trouble=_last_trouble(session, findings),
        missing_libraries=missing_libraries() if is_installed("PySide6") else (),
        findings=tuple(findings),
    )


def _devices(session: Session, findings: list[Finding]) -> tuple[DeviceState, ...]:
    try:
        devices = session.devices()
    except (ImportError, OSError, RuntimeError) as error:
        findings.append(
            Finding(
                f"torch cannot be loaded: {error}.",
                "Models cannot run, the classical methods can (--model classical). Install it anew: pip install torch",
            )
        )
        return ()
    return tuple(_device(session, device, findings) for device in devices)


def _device(session: Session, device: DeviceInfo, findings: list[Finding]) -> DeviceState:
    check = session.check_up(device.id)
    if check.problem:
        remedy = "Update its driver, start the computer anew, or work on the processor: --device cpu."
        findings.append(Finding(check.problem, remedy))
    elif check.half not in ("right", "unused"):
        findings.append(
            Finding(
                f"16-bit arithmetic of {device.id} is wrong: {check.half}.",
                "Restorer sees such values and computes in 32 bit; a newer driver may help.",
            )
        )
    if device.free_bytes < _LITTLE_MEMORY:
        findings.append(
            Finding(
                f"{device.id} has only {device.free_bytes / 1e6:.0f} MB of memory free.",
                "Close other programs; tiles are made smaller until then, which is slower.",
            )
        )
    return DeviceState(
        device.id, device.name, device.total_bytes, device.free_bytes, check.problem, check.half, check.driver
    )


def _last_trouble(session: Session, findings: list[Finding]) -> DeviceTrouble | None:
    last = next(reversed(session.trouble_log.read()), None)
    if last is not None:
        remedy = (
            "The work went on on the processor. If it happens again: update the driver, check its temperature and "
            f"power. Forget it: delete {session.trouble_log.path}"
        )
        findings.append(Finding(last.sentence(), remedy))
    return last


def _models(session: Session, findings: list[Finding]) -> tuple[ModelState, ...]:
    states = []
    for card in session.catalogue.cards():
        problem = ""
        try:
            session.catalogue.verify(card)
        except RestorerError as error:
            problem = str(error)
            findings.append(Finding(problem, f"The model {card.id} cannot run. Install its weights again."))
        states.append(ModelState(card.id, card.title, card.tasks, card.bytes, problem))
    findings.extend(Finding(problem, "Remove the card or install it anew.") for problem in session.catalogue.problems())
    served = {task for state in states if not state.problem for task in state.tasks}
    for task in TASKS.values():
        if task.id not in served and not task.weightless:
            findings.append(Finding(f"No model for {task.id} is installed.", "Its classical method runs instead."))
    return tuple(states)


def _codecs(findings: list[Finding]) -> dict[str, bool]:
    """Writes and reads a small picture in every format."""
    states: dict[str, bool] = {}
    with tempfile.TemporaryDirectory(prefix="restorer-doctor-") as folder:
        for name, (file, dtype) in {**_FORMATS, **_MORE_FORMATS}.items():
            problem = _codec_problem(Path(folder) / file, dtype)
            states[name] = not problem
            if problem:
                remedy = f"Reinstall the codecs: {Path(sys.executable).name} -m pip install --force-reinstall restorer"
                findings.append(Finding(f"{name} files do not work: {problem}", remedy, fatal=name in _FORMATS))
    return states


def _codec_problem(path: Path, dtype: str) -> str:
    probe = Image(np.arange(16 * 16 * 3).astype(dtype).reshape(16, 16, 3))
    try:
        write_photo(path, probe, Metadata(dpi=None, exif=None, xmp=None, iptc=None))
        read = read_photo(path).image
    except (RestorerError, ImportError, OSError) as error:
        return str(error)
    same = read.pixels.shape == probe.pixels.shape and read.pixels.dtype == probe.pixels.dtype
    return "" if same else "what was written came back different."


def _window(environment: Mapping[str, str], findings: list[Finding]) -> bool:
    problem = window_problem(environment)
    if problem:
        findings.append(Finding(problem, "Everything but the window works."))
    return not problem
