"""``restorer apply``: one task on one photo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from restorer.cli import exporting
from restorer.cli.output import complain, say, say_json
from restorer.cli.parameters import parameter_rows
from restorer.cli.running import run
from restorer.core.errors import InputError
from restorer.core.image import Image
from restorer.core.mask import Mask
from restorer.core.params import build_params, parse_params, split_assignments
from restorer.core.provenance import ProvenanceMap
from restorer.core.result import Alternative
from restorer.core.step import Recipe, Step
from restorer.session.jobs import JobFinished
from restorer.tasks import TASKS, get_task
from restorer.tasks.spec import VARIANTS, Task


class ApplyCommand(TyperCommand):
    """Adds the task's parameters to the help: ``restorer apply inpaint --help``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        ctx.meta["tasks"] = [TASKS[word] for word in args if word in TASKS] or list(TASKS.values())
        return super().parse_args(ctx, args)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        for task in ctx.meta["tasks"]:
            with formatter.section(f"Parameters of {task.id} (--set name=value)"):
                formatter.write_dl(parameter_rows(task))


def apply(
    task: Annotated[str, typer.Argument(metavar="TASK", help="Id of the task; `restorer tasks` lists them.")],
    photo: Annotated[Path, typer.Argument(metavar="IN", help="The photo. It is never written to.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="Where the result goes.")],
    mask: Annotated[
        Path | None, typer.Option(metavar="MASK", help="Any image of the photo's size; non-zero = repair.")
    ] = None,
    assignments: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Sets a parameter; may come repeatedly.")
    ] = None,
    model: Annotated[
        str, typer.Option(metavar="ID", help="Model, or classical. Without it the best installed one runs.")
    ] = "",
    device: Annotated[str, typer.Option(metavar="DEVICE", help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Of every random choice.")] = 0,
    save_recipe: Annotated[
        Path | None, typer.Option(metavar="R.json", help="Also writes what was done, as a recipe.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Reports as one JSON object.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replaces OUT (and R.json) if it exists.")] = False,
    page: exporting.Page = 1,
    bit_depth: exporting.BitDepth = None,
    compression: exporting.Compression = "auto",
    quality: exporting.Quality = 95,
    profile: exporting.Profile = "keep",
    intent: exporting.IntentName = "relative",
    dpi: exporting.Dpi = None,
    metadata: exporting.KeepMetadata = True,
    provenance: exporting.KeepProvenance = True,
    save_provenance: exporting.SaveProvenance = None,
) -> None:
    """Runs one task on a photo and writes the result; of several variants the others go to OUT-2, OUT-3 …"""
    from restorer.formats.container import container_for
    from restorer.formats.export import check_extent
    from restorer.formats.provenance_file import write_provenance
    from restorer.formats.raster import export_losses
    from restorer.formats.recipe_file import write_recipe
    from restorer.session.engines import check_device
    from restorer.session.export import check_target, is_same_file
    from restorer.session.provenance import class_shares, provenance_for
    from restorer.session.recipes import recipe_of
    from restorer.session.session import Session

    chosen = get_task(task)
    options = exporting.export_options(bit_depth, compression, quality, profile, intent, dpi, metadata)
    said = split_assignments(assignments or [])
    params = parse_params(chosen.params, said)
    check_device(device)
    inputs = (photo,) if mask is None else (photo, mask)
    wanted = replace(options, format=container_for(output).name)
    outputs = _numbered(output, getattr(params, VARIANTS, 1))
    for target in outputs:
        check_target(target, originals=inputs, overwrite=overwrite)
        if save_recipe is not None and is_same_file(save_recipe, target):
            raise InputError(f"{target} cannot be both the result and the recipe.")
    if save_recipe is not None:
        check_target(save_recipe, originals=inputs, overwrite=overwrite)
    exporting.check_provenance_map(save_provenance, (*outputs, save_recipe), inputs, overwrite)

    session = Session()
    values = {name: getattr(params, name) for name in said}
    step = session.resolve_step(chosen.id, values, model=model, seed=seed)
    source = session.open_photo(photo, page=page)
    if chosen.result_size is not None:
        asked = build_params(chosen.params, step.params)
        check_extent(container_for(output), *chosen.result_size(asked, source.image, source.metadata.facts))
    marked = _read_mask(chosen, mask, source.image)
    request = session.request(source.image, marked, step, photo_name=photo.name, file=source.metadata.facts)
    losses = export_losses(source.image, wanted, source.metadata, infrared=source.infrared)
    notices = [*source.notes, *losses]
    for notice in notices:
        complain(notice)
    finished, raised = run(request, lambda: session.engine_for(step, device))
    written: list[Path] = []
    result, known = finished.result, ProvenanceMap(source.image.width, source.image.height)
    placement = result.reframed.placement if result.reframed is not None else None
    for target, (answer, done) in zip(outputs, _answers(source.image, finished), strict=False):
        if not written:  # the others fill the same pixels
            known = result.provenance_after(known, source.image, answer)
        session.export(
            target,
            answer,
            source.metadata,
            options,
            original=photo,
            overwrite=overwrite,
            infrared=source.infrared,
            provenance=provenance_for(Recipe((done,)), known.invented_fraction, known=known) if provenance else None,
            placement=placement,
        )
        written.append(target)
    if save_provenance is not None:
        write_provenance(save_provenance, known, overwrite=overwrite)
    if save_recipe is not None:
        write_recipe(save_recipe, recipe_of((finished,)), overwrite=overwrite)

    if json:
        say_json(
            {
                "task": chosen.id,
                "model": step.model,
                "model_hash": step.model_hash,
                "models": list(step.models),
                "device": finished.device,
                "seconds": round(finished.seconds, 3),
                "tiles": result.tiles,
                "changed_pixels": result.changed_pixels(source.image),
                "generated_fraction": known.invented_fraction,
                "provenance": class_shares(known),
                "output": str(output),
                "outputs": [str(target) for target in written],
                "photo": str(photo),
                "width": placement.width if placement is not None else source.image.width,
                "height": placement.height if placement is not None else source.image.height,
                "params": dict(finished.step.params),
                "seed": seed,
                "provenance_map": None if save_provenance is None else str(save_provenance),
                "recipe": None if save_recipe is None else str(save_recipe),
                "notices": [*notices, *raised],
            }
        )
    else:
        from restorer.session.provenance import provenance_text

        how = f"{chosen.title} with {request.model_title} on {finished.device} took {finished.seconds:.1f} s"
        say(f"{', '.join(map(str, written))}: {how}. {provenance_text(known.invented_fraction)}.")


def _numbered(output: Path, count: int) -> list[Path]:
    """``OUT.png``, ``OUT-2.png``, ``OUT-3.png`` …"""
    return [output, *(output.with_name(f"{output.stem}-{number}{output.suffix}") for number in range(2, count + 1))]


def _answers(photo: Image, finished: JobFinished) -> Iterator[tuple[Image, Step]]:
    """The photo with each answer of a run in it, made one at a time, and the step that gives that answer alone."""
    result, step = finished.result, finished.step
    if result.reframed is not None:
        yield result.applied_to(photo), step
        return
    for answer in result.alternatives or (Alternative(result.patches),):
        yield photo.with_patches(answer.patches), replace(step, params={**step.params, **answer.params})


def _read_mask(task: Task, path: Path | None, photo: Image) -> Mask | None:
    from restorer.formats.mask_file import read_mask

    if path is None:
        if task.needs_mask:
            raise InputError(f"The task {task.id} works inside a mask: give one with --mask.")
        return None
    if not task.takes_mask:
        raise InputError(f"The task {task.id} takes no mask; leave out --mask.")
    mask = read_mask(path, photo.width, photo.height)
    if mask.is_empty:
        raise InputError(f"The mask {path} is empty: no pixel of it is marked.")
    return mask
