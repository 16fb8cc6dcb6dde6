"""``restorer demo`` where there is no window: the sample photo repaired into a folder."""

from __future__ import annotations

from pathlib import Path

from restorer.cli.output import say
from restorer.cli.running import run


def repair_sample(folder: Path, *, model: str = "", device: str = "auto") -> None:
    """Repairs the sample and says where the pictures are."""
    from restorer.session.headless import prepare_folder, sample_request, write_sample_pictures
    from restorer.session.session import Session

    prepare_folder(folder)
    session = Session()
    sample = session.open_sample()
    request = sample_request(session, sample, model=model)
    finished, _ = run(request, lambda: session.engine_for(request.step, device))
    pictures = write_sample_pictures(folder, sample, finished.result)
    say(f"Repaired a damaged sample photo with {request.model_title} on {finished.device} in {finished.seconds:.1f} s.")
    for name, path in (
        ("Before and after", pictures.comparison),
        ("Before", pictures.before),
        ("After", pictures.after),
        ("Mask", pictures.mask),
    ):
        say(f"  {name}: {path.absolute()}")
