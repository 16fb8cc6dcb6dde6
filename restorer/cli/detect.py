"""``restorer detect``: where a photo is damaged, as a mask."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from restorer.cli.output import complain, say, say_json
from restorer.cli.running import follow
from restorer.core.damage import DAMAGE_CLASSES, DEFAULT_SENSITIVITY, check_classes
from restorer.core.progress import CancelToken


def detect(
    photo: Annotated[Path, typer.Argument(metavar="IN", help="The photo. It is never written to.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="MASK.png", help="Where the mask goes; 255 = repair.")
    ],
    sensitivity: Annotated[
        float, typer.Option(min=0.0, max=1.0, metavar="0..1", help="From what is certain to what is suspicious.")
    ] = DEFAULT_SENSITIVITY,
    classes: Annotated[
        str, typer.Option(metavar="A,B,…", help=f"What to mark: {', '.join(DAMAGE_CLASSES)}. All without it.")
    ] = "",
    model: Annotated[
        str, typer.Option(metavar="ID", help="Model, or classical. Without it the best installed one runs.")
    ] = "",
    device: Annotated[str, typer.Option(metavar="DEVICE", help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
    json: Annotated[bool, typer.Option("--json", help="Reports as one JSON object.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replaces MASK if it exists.")] = False,
) -> None:
    """Finds scratches, dust, hairs, creases, tears and stains, and writes them as a mask of the photo's size."""
    from restorer.formats.mask_file import check_mask_name, write_mask
    from restorer.session.detection import DetectionFinished, detection_engine, detection_request, run_detection
    from restorer.session.engines import check_device
    from restorer.session.export import check_target
    from restorer.session.session import Session

    chosen = check_classes([word.strip() for word in classes.split(",")]) if classes else DAMAGE_CLASSES
    check_device(device)
    check_mask_name(output)
    check_target(output, originals=(photo,), overwrite=overwrite)

    session = Session()
    source = session.open_photo(photo)
    request = detection_request(session, source.image, model=model, photo_name=photo.name)
    for note in source.notes:
        complain(note)
    token = CancelToken()
    events = run_detection(request, lambda: detection_engine(session, request, device), token)
    finished, said = follow(request.title, events, token, DetectionFinished)
    mask = finished.damage.mask_at(sensitivity, chosen)
    write_mask(output, mask, overwrite=overwrite)

    if json:
        pixels = finished.damage.pixels_at(sensitivity)
        say_json(
            {
                "output": str(output),
                "photo": str(photo),
                "width": source.image.width,
                "height": source.image.height,
                "damaged_fraction": mask.coverage(),
                "class_pixels": {name: pixels[name] for name in chosen},
                "sensitivity": sensitivity,
                "classes": list(chosen),
                "model": request.model,
                "device": finished.device,
                "seconds": round(finished.seconds, 3),
                "notices": [*source.notes, *said],
            }
        )
    else:
        how = f"{request.model_title} on {finished.device} took {finished.seconds:.1f} s"
        say(f"{output}: {100 * mask.coverage():.2f} % of the photo is damaged. {how}.")
