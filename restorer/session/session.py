"""The application without a window: what the window and the command line both ask for."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from restorer.core.contract import Engine
from restorer.core.document import Document
from restorer.core.errors import InputError, WorkError
from restorer.core.file_facts import NO_FACTS, FileFacts
from restorer.core.image import Image, Pixels
from restorer.core.mask import Mask
from restorer.core.placement import Placement
from restorer.core.step import Step
from restorer.core.vault import PixelVault
from restorer.formats.limits import GIB, Limits
from restorer.formats.metadata import Metadata
from restorer.formats.provenance import Provenance
from restorer.formats.raster import ExportOptions, PhotoFile, Preview, decode_photo, read_photo, read_preview
from restorer.session.colors import find_display
from restorer.session.damage_maps import DamageMaps
from restorer.session.engines import ClassicalEngine, Engines, check_device
from restorer.session.export import export_photo
from restorer.session.jobs import JobRequest
from restorer.session.resolver import ModelChoice, Resolver
from restorer.session.sample import SAMPLE_DPI, SAMPLE_NAME, damaged_sample
from restorer.session.settings import RECENT_KEPT, Settings
from restorer.session.settings_file import SettingsStore
from restorer.session.trouble import DeviceTrouble, TroubleLog
from restorer.store import Catalogue
from restorer.tasks import get_task
from restorer.tasks.spec import CLASSICAL

if TYPE_CHECKING:
    from restorer.engine.checkup import Checkup
    from restorer.engine.devices import DeviceInfo
    from restorer.formats.color import Display

THUMBNAIL_PX = 96


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The sample photo, and where it is damaged."""

    photo: PhotoFile
    mask: Mask


class Session:
    """Thin: it knows what belongs together and leaves the work to the rooms below.

    Args:
        settings: defaults if None.
        catalogue: installed models; those in the usual places if None.
        store: where changed settings are saved; nowhere if None.
        trouble_log: where failures of devices are recorded; the usual place if None.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        catalogue: Catalogue | None = None,
        store: SettingsStore | None = None,
        trouble_log: TroubleLog | None = None,
    ) -> None:
        self.settings = settings if settings is not None else Settings()
        self.catalogue = catalogue if catalogue is not None else Catalogue.default()
        self.startup_notices: tuple[str, ...] = ()
        self._store = store
        self.trouble_log = trouble_log if trouble_log is not None else TroubleLog()
        self._engines = Engines(self.catalogue, self._memory_budget, self.trouble_log)
        self._classical = ClassicalEngine()
        self.damage_maps = DamageMaps()
        self._display: Display | None = None
        self._ids = count(1)

    @classmethod
    def load(cls, store: SettingsStore | None = None) -> Session:
        """A session with the person's own settings; what was wrong with them is in :attr:`startup_notices`."""
        store = store if store is not None else SettingsStore()
        settings, notices = store.load()
        session = cls(settings, store=store)
        session.startup_notices = notices
        return session

    # -- settings

    def update_settings(self, **changes: Any) -> str:
        """Replaces and saves settings. Returns a sentence where they could not be saved, else an empty text."""
        self.settings = dataclasses.replace(self.settings, **changes)
        try:
            if self._store is not None:
                self._store.save(self.settings)
        except WorkError as error:
            return str(error)
        return ""

    def remember_recent(self, path: Path) -> str:
        """Puts a photo at the top of the recent ones. Returns as :meth:`update_settings`."""
        path = path.absolute()
        recent = (path, *(other for other in self.settings.recent if other != path))
        return self.update_settings(recent=recent[:RECENT_KEPT], last_folder=path.parent)

    # -- photos

    @property
    def display(self) -> Display:
        """The colours photos are shown in: sRGB until :meth:`find_display` has looked."""
        from restorer.formats.color import Display

        return self._display if self._display is not None else Display()

    def find_display(self) -> Display:
        """Looks for the screen's profile, and takes over the settings on it; may be called on any thread."""
        self._display = find_display(self.settings)
        return self._display

    @property
    def limits(self) -> Limits:
        """How large a photo is opened."""
        return Limits(decoded_bytes=round(self.settings.largest_photo_gib * GIB))

    def open_photo(self, path: Path, *, page: int = 1) -> PhotoFile:
        """A photo, or one page of a file with several.

        Raises InputError, naming the file and the reason, where it cannot be opened.
        """
        return read_photo(path, page=page, limits=self.limits)

    def preview_photo(self, path: Path, side_px: int) -> Preview | None:
        """A small picture of a photo, sooner than the photo itself; None where its format gives none.

        Raises InputError as :meth:`open_photo`.
        """
        return read_preview(path, side_px, limits=self.limits)

    def open_bytes(self, data: bytes, name: str) -> PhotoFile:
        """As :meth:`open_photo`, from a clipboard or a drop."""
        return decode_photo(data, name, limits=self.limits)

    def open_sample(self) -> Sample:
        """A damaged photo made on the spot, which takes about a second."""
        damaged, mask, _ = damaged_sample()
        metadata = Metadata(dpi=(SAMPLE_DPI, SAMPLE_DPI), exif=None, xmp=None, iptc=None)
        return Sample(PhotoFile(damaged, metadata, format="png", path=Path(f"{SAMPLE_NAME}.png")), mask)

    def make_document(self, photo: PhotoFile, vault: PixelVault | None = None) -> Document:
        """The photo with its history. Belongs to one thread at a time."""
        from restorer.formats.color import thumbnail

        return Document(
            photo.image,
            photo.path.name,
            vault=vault,
            thumbnailer=lambda image: thumbnail(image, THUMBNAIL_PX),
            file=photo.metadata.facts,
        )

    def export(
        self,
        target: Path,
        image: Image,
        metadata: Metadata,
        options: ExportOptions | None = None,
        *,
        original: Path | None = None,
        overwrite: bool = False,
        infrared: Pixels | None = None,
        provenance: Provenance | None = None,
        placement: Placement | None = None,
    ) -> None:
        """See :func:`restorer.session.export.export_photo`."""
        export_photo(
            target,
            image,
            metadata,
            options,
            original=original,
            overwrite=overwrite,
            infrared=infrared,
            provenance=provenance,
            placement=placement,
        )

    # -- steps and jobs

    def models_for(self, task_id: str) -> tuple[ModelChoice, ...]:
        """Ways to run a task; see :meth:`Resolver.choices`."""
        return Resolver(self.catalogue).choices(task_id)

    def resolve_step(
        self, task_id: str, params: Mapping[str, object] | object | None = None, *, model: str = "", seed: int = 0
    ) -> Step:
        """A complete step: every parameter, and the model that will run; see :meth:`Resolver.step`."""
        return Resolver(self.catalogue).step(task_id, params, model=model, seed=seed)

    def model_title(self, step: Step) -> str:
        """What to call the models of a step, for people."""
        return Resolver(self.catalogue).title(step)

    def make_request(self, document: Document, step: Step) -> JobRequest:
        """A job on the document as it is now.

        Raises:
            InputError: where the task needs a mask and nothing is painted.
        """
        task = get_task(step.task)
        protected = document.protection()
        mask = document.mask.snapshot() if task.wants_mask(step.params) else None
        if mask is not None and protected is not None:
            mask = mask.without(protected)
        request = self.request(
            document.image,
            mask,
            step,
            base_state=document.state,
            photo_name=document.name,
            file=document.file.placed(document.placement_from(0)),
        )
        return dataclasses.replace(request, protected=protected)

    def request(
        self,
        photo: Image,
        mask: Mask | None,
        step: Step,
        *,
        base_state: str = "",
        photo_name: str = "",
        file: FileFacts = NO_FACTS,
    ) -> JobRequest:
        """A job on pixels that nobody will change. Raises as :meth:`make_request`."""
        task = get_task(step.task)
        if task.needs_mask and (mask is None or mask.is_empty):
            raise InputError(f"{task.title} needs a mask, and nothing is marked.", hint="Mark what is to be repaired.")
        if not task.takes_mask or (mask is not None and mask.is_empty):
            mask = None
        title = self.model_title(step)
        return JobRequest(
            id=self.next_job_id(),
            title=task.title,
            step=step,
            photo=photo,
            mask=mask,
            base_state=base_state,
            model_title=title,
            photo_name=photo_name,
            file=file,
        )

    def next_job_id(self) -> int:
        """A number that no other job of this session has."""
        return next(self._ids)

    # -- engines

    def engine(self, device: str = "auto") -> Engine:
        """The engine of a device. Imports torch the first time: to be called on the thread that will use it.

        Raises:
            InputError: for a device that is not there.
        """
        return self._engines.get(device)

    def engine_for(self, step: Step, device: str = "auto") -> Engine:
        """The engine for a step; a classical one gets an engine at once, without torch. Raises as :meth:`engine`."""
        check_device(device)
        return self._classical if set(step.models) == {CLASSICAL} else self._engines.get(device)

    def devices(self) -> tuple[DeviceInfo, ...]:
        """What is there, the best first, those that failed marked so. Imports torch: not for a thread in a hurry."""
        from restorer.engine.devices import available_devices

        troubles = self._engines.troubles
        return tuple(
            dataclasses.replace(device, problem=troubles[device.id].sentence()) if device.id in troubles else device
            for device in available_devices()
        )

    @property
    def troubles(self) -> Mapping[str, DeviceTrouble]:
        """Devices that failed in this session, by id; they are not used any more."""
        return self._engines.troubles

    def check_up(self, device: str) -> Checkup:
        """Whether a device computes what it should; see :func:`restorer.engine.checkup.check_up`. Imports torch."""
        from restorer.engine.checkup import check_up

        return check_up(device)

    def _memory_budget(self) -> int | None:
        gib = self.settings.memory_gib
        return round(gib * 2**30) if gib > 0 else None
