"""``restorer apply``: one task on one photo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from restorer.cli.output import complain, say, say_json
from restorer.cli.parameters import parameter_rows
from restorer.cli.running import run
from restorer.core.errors import InputError
from restorer.core.image import Image
from restorer.core.mask import Mask
from restorer.core.params import parse_params, split_assignments
from restorer.core.result import filled_fraction
from restorer.core.step import Recipe
from restorer.tasks import TASKS, get_task
from restorer.tasks.spec import Task


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
) -> None:
    """Runs one task on a photo and writes the result."""
    from restorer.formats.container import container_for
    from restorer.formats.raster import export_losses
    from restorer.session.engines import check_device
    from restorer.session.export import check_target, export_recipe, is_same_file
    from restorer.session.session import Session

    chosen = get_task(task)
    params = parse_params(chosen.params, split_assignments(assignments or []))
    check_device(device)
    inputs = (photo,) if mask is None else (photo, mask)
    container = container_for(output)
    check_target(output, originals=inputs, overwrite=overwrite)
    if save_recipe is not None:
        check_target(save_recipe, originals=inputs, overwrite=overwrite)
        if is_same_file(save_recipe, output):
            raise InputError(f"{output} cannot be both the result and the recipe.")

    session = Session()
    step = session.resolve_step(chosen.id, params, model=model, seed=seed)
    source = session.open_photo(photo)
    marked = _read_mask(chosen, mask, source.image)
    request = session.request(source.image, marked, step, photo_name=photo.name)
    notices = [*source.notes, *export_losses(source.image, container.name, source.metadata)]
    for notice in notices:
        complain(notice)
    finished, said = run(request, lambda: session.engine_for(step, device))
    session.export(
        output, source.image.with_patches(finished.result.patches), source.metadata, original=photo, overwrite=overwrite
    )
    if save_recipe is not None:
        export_recipe(save_recipe, Recipe((finished.step,)), overwrite=overwrite)

    generated = filled_fraction(source.image, finished.result.filled)
    if json:
        say_json(
            {
                "task": chosen.id,
                "model": step.model,
                "model_hash": step.model_hash,
                "device": finished.device,
                "seconds": round(finished.seconds, 3),
                "tiles": finished.result.tiles,
                "changed_pixels": finished.result.changed_pixels(source.image),
                "generated_fraction": generated,
                "output": str(output),
                "photo": str(photo),
                "width": source.image.width,
                "height": source.image.height,
                "params": dict(step.params),
                "seed": seed,
                "recipe": None if save_recipe is None else str(save_recipe),
                "notices": [*notices, *said],
            }
        )
    else:
        from restorer.session.provenance import provenance_text

        how = f"{chosen.title} with {request.model_title} on {finished.device} took {finished.seconds:.1f} s"
        say(f"{output}: {how}. {provenance_text(generated)}.")


def _read_mask(task: Task, path: Path | None, photo: Image) -> Mask | None:
    from restorer.formats.mask_file import read_mask

    if path is None:
        if task.needs_mask:
            raise InputError(f"The task {task.id} works inside a mask: give one with --mask.")
        return None
    if not task.needs_mask:
        raise InputError(f"The task {task.id} takes no mask; leave out --mask.")
    mask = read_mask(path, photo.width, photo.height)
    if mask.is_empty:
        raise InputError(f"The mask {path} is empty: no pixel of it is marked.")
    return mask
