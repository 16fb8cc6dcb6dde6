"""``restorer degrade``: damage for trying repairs on, and a sheet that shows all of it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from restorer.cli.output import complain, say, say_json
from restorer.cli.running import cancelled_by_interrupt
from restorer.core.errors import InputError
from restorer.core.progress import CancelToken
from restorer.tasks.simulate_damage import KINDS


def degrade(
    photo: Annotated[Path | None, typer.Argument(metavar="[IN]", help="The photo. It is never written to.")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="OUT", help="Where the damaged photo goes.")
    ] = None,
    mask: Annotated[
        Path | None, typer.Option(metavar="MASK", help="Where the mask of all marks goes, 255 = damaged.")
    ] = None,
    plan: Annotated[str, typer.Option(metavar="PLAN", help=f"What may happen: {', '.join(KINDS)}.")] = "full",
    severity: Annotated[float, typer.Option(min=0, max=1, metavar="S", help="How bad it is, 0 to 1.")] = 0.7,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Of every random choice.")] = 0,
    sheet: Annotated[
        Path | None,
        typer.Option(metavar="OUT", help="Writes every operation at five severities instead; IN may be left out."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Reports as one JSON object.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replaces OUT and MASK if they exist.")] = False,
) -> None:
    """Damages a good photo as years do, with a mask of exactly where."""
    if plan not in KINDS:
        raise InputError(f"There is no plan {plan!r}.", hint=f"Known: {', '.join(KINDS)}.")
    if sheet is not None:
        if output is not None or mask is not None:
            raise InputError("A contact sheet is made alone: leave out -o and --mask.")
        _write_sheet(photo, sheet, seed, json=json, overwrite=overwrite)
    elif photo is None or output is None:
        raise InputError("Say which photo to damage and where it goes: restorer degrade IN -o OUT.")
    else:
        _damage(photo, output, mask, plan, severity, seed, json=json, overwrite=overwrite)


def _damage(
    photo: Path,
    output: Path,
    mask: Path | None,
    plan: str,
    severity: float,
    seed: int,
    *,
    json: bool,
    overwrite: bool,
) -> None:
    from restorer.formats.container import container_for
    from restorer.formats.mask_file import check_mask_name, write_mask
    from restorer.formats.raster import export_losses
    from restorer.session.damage import damage_photo
    from restorer.session.export import check_target, is_same_file
    from restorer.session.session import Session

    container = container_for(output)
    check_target(output, originals=(photo,), overwrite=overwrite)
    if mask is not None:
        check_mask_name(mask)
        check_target(mask, originals=(photo,), overwrite=overwrite)
        if is_same_file(mask, output):
            raise InputError(f"{output} cannot be both the photo and its mask.")

    session = Session()
    source = session.open_photo(photo)
    notices = [*source.notes, *export_losses(source.image, container.name, source.metadata)]
    for notice in notices:
        complain(notice)
    token = CancelToken()
    started = time.monotonic()
    with cancelled_by_interrupt(token):
        damaged = damage_photo(source.image, plan, token, severity=severity, seed=seed)
    seconds = time.monotonic() - started
    session.export(output, damaged.image, source.metadata, original=photo, overwrite=overwrite)
    if mask is not None:
        write_mask(mask, damaged.mask, overwrite=overwrite)

    marked = damaged.mask.coverage()
    if json:
        say_json(
            {
                "plan": plan,
                "severity": severity,
                "seed": seed,
                "seconds": round(seconds, 3),
                "changed_pixels": damaged.changed_pixels,
                "marked_fraction": marked,
                "output": str(output),
                "mask": None if mask is None else str(mask),
                "photo": str(photo),
                "width": source.image.width,
                "height": source.image.height,
                "notices": notices,
            }
        )
    else:
        say(f"{output}: damaged as {plan} in {seconds:.1f} s; marks cover {marked:.1%} of it.")


def _write_sheet(photo: Path | None, sheet: Path, seed: int, *, json: bool, overwrite: bool) -> None:
    from restorer.formats.container import container_for
    from restorer.formats.raster import write_photo
    from restorer.session.damage import damage_sheet
    from restorer.session.export import check_target
    from restorer.session.session import Session

    container_for(sheet)
    check_target(sheet, originals=() if photo is None else (photo,), overwrite=overwrite)
    image = damage_sheet(None if photo is None else Session().open_photo(photo).image, seed)
    write_photo(sheet, image, overwrite=overwrite)
    if json:
        say_json({"sheet": str(sheet), "seed": seed, "width": image.width, "height": image.height})
    else:
        say(f"{sheet}: every kind of damage at five severities.")
