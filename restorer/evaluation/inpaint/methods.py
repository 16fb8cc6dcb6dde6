"""Our own inpainting as methods to compare, run through the very job that the window runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy.typing as npt

from restorer.core.image import Image
from restorer.core.mask import Mask
from restorer.core.params import Value
from restorer.core.progress import CancelToken
from restorer.evaluation.inpaint.baselines import Inpaint, Pixels8
from restorer.session import JobFailed, JobFinished, JobRequest, Session, run_job
from restorer.tasks import get_task
from restorer.tasks.spec import CLASSICAL, DETAIL, TEXTURE

TASK = "inpaint"
BARE: Mapping[str, Value] = {"grow_px": 0, "feather_px": 0, "match_grain": 0, "texture": 0}
"""The task without its margins, grain and texture: what the method itself is worth."""


@dataclass(frozen=True, slots=True)
class OurInpaint:
    """The inpainting task with one model on one device."""

    session: Session
    model: str
    device: str

    @classmethod
    def with_model(cls, model: str, device: str) -> OurInpaint:
        """Raises InputError for a model that is unknown, of another task, or without its weights."""
        session = Session()
        return cls(session, session.resolve_step(TASK, model=model).model, device)

    def fill(self, photo: npt.NDArray[Any], mask: Pixels8, params: Mapping[str, Value]) -> npt.NDArray[Any]:
        """As :meth:`repair`, of bare pixels."""
        return self.repair(Image(photo), mask, params).pixels

    def repair(self, image: Image, mask: Pixels8, params: Mapping[str, Value]) -> Image:
        """The photo with everything that the task changed; in the photo's own dtype.

        Raises:
            RuntimeError: with the job's own report, where it failed.
        """
        step = self.session.resolve_step(TASK, params, model=self.model)
        request = JobRequest(id=0, title="Inpaint", step=step, photo=image, mask=Mask(mask), base_state="")
        for event in run_job(request, lambda: self.session.engine_for(step, self.device), CancelToken()):
            if isinstance(event, JobFailed):
                raise RuntimeError(event.report)
            if isinstance(event, JobFinished):
                return event.result.applied_to(image)
        raise RuntimeError("the job ended without a result")

    def bare(self, photo: Pixels8, mask: Pixels8) -> Pixels8:
        """The method itself, true to what is there: no margins, no grain, no invented detail."""
        return self.fill(photo, mask, self._params(detail=0))

    def uncorrected(self, photo: Pixels8, mask: Pixels8) -> Pixels8:
        """As :meth:`bare`, without what similar places of the photo correct."""
        return self.fill(photo, mask, {**self._params(detail=0), "similar": False})

    def thorough(self, photo: Pixels8, mask: Pixels8) -> Pixels8:
        """As :meth:`bare`, the mean over all eight ways round."""
        return self.fill(photo, mask, {**self._params(detail=0), "thorough": True})

    def vivid(self, photo: Pixels8, mask: Pixels8) -> Pixels8:
        """As :meth:`bare`, with all the invented detail there is."""
        return self.fill(photo, mask, self._params(detail=100))

    def textured(self, photo: Pixels8, mask: Pixels8) -> Pixels8:
        """As :meth:`bare`, with the photo's own texture in wide holes."""
        return self.fill(photo, mask, {**self._params(detail=0), TEXTURE: 100})

    def shipped(self, photo: Pixels8, mask: Pixels8) -> Pixels8:
        """As people get it without touching a parameter."""
        return self.fill(photo, mask, {})

    def reach_px(self) -> int:
        """How far beyond the mask the task may change pixels, with the parameters as shipped."""
        params = self.session.resolve_step(TASK, model=self.model).params
        return int(float(params["grow_px"]) + float(params["feather_px"])) + 1

    @property
    def weights_sha256(self) -> str:
        """Which weights were measured, as their card tells; empty for the classical method."""
        return self.session.resolve_step(TASK, model=self.model).model_hash

    @property
    def is_network(self) -> bool:
        return self.model != CLASSICAL

    @property
    def has_vivid(self) -> bool:
        """Whether there are weights to mix in for invented detail."""
        if not self.is_network or not self._takes_detail:
            return False
        catalogue = self.session.catalogue
        return catalogue.vivid_of(catalogue.faithful_of(catalogue.get(self.model))) is not None

    def variants(self) -> Mapping[str, Inpaint]:
        """The bare method by the name to print; of a network also the vivid one it may have, and a textured one."""
        if not self.is_network:
            return {self.model: self.bare}
        vivid: Mapping[str, Inpaint] = {f"{self.model}, vivid": self.vivid} if self.has_vivid else {}
        return {f"{self.model}, clean": self.bare, **vivid, f"{self.model}, textured": self.textured}

    @property
    def _takes_detail(self) -> bool:
        return DETAIL in {field.name for field in fields(get_task(TASK).params)}

    def _params(self, detail: int) -> Mapping[str, Value]:
        return {**BARE, DETAIL: detail} if self._takes_detail else BARE
