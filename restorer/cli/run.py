"""``restorer run``: a recipe on one photo."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from restorer.cli import exporting
from restorer.cli.output import complain, say, say_json
from restorer.cli.running import follow
from restorer.core.errors import InputError
from restorer.core.progress import CancelToken


def run(
    recipe: Annotated[Path, typer.Argument(metavar="RECIPE.json", help="As apply --save-recipe or the window wrote.")],
    photo: Annotated[Path, typer.Argument(metavar="IN", help="The photo. It is never written to.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="Where the result goes.")],
    mask: Annotated[
        Path | None, typer.Option(metavar="MASK", help="Takes the place of every mask in the recipe.")
    ] = None,
    masks: Annotated[
        str,
        typer.Option(
            metavar="fit|scale|drop",
            help="Masks on a photo of another size: scaled if it has the same shape and refused if not, stretched, "
            "or left out with the steps that need one.",
        ),
    ] = "fit",
    substitute: Annotated[
        bool, typer.Option("--substitute", help="Lets the best installed model stand in for one that is missing.")
    ] = False,
    device: Annotated[str, typer.Option(metavar="DEVICE", help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
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
    """Runs a recipe on a photo: the same recipe, seed, device and photo give the same bytes."""
    from restorer.formats.container import container_for
    from restorer.formats.mask_file import read_mask
    from restorer.formats.provenance_file import write_provenance
    from restorer.formats.raster import export_losses
    from restorer.formats.recipe_file import read_recipe, write_recipe
    from restorer.session.engines import check_device
    from restorer.session.export import check_target, is_same_file
    from restorer.session.provenance import class_shares, provenance_of, provenance_text
    from restorer.session.recipes import MaskFit, make_ready, recipe_of
    from restorer.session.replay import ReplayFinished, ReplayRequest, apply_steps, protection_of, run_replay
    from restorer.session.session import Session

    if masks not in list(MaskFit):
        raise InputError(f"--masks cannot be {masks!r}.", hint=f"Use one of: {', '.join(MaskFit)}.")
    options = exporting.export_options(bit_depth, compression, quality, profile, intent, dpi, metadata)
    check_device(device)
    inputs = (recipe, photo) if mask is None else (recipe, photo, mask)
    wanted = replace(options, format=container_for(output).name)
    check_target(output, originals=inputs, overwrite=overwrite)
    if save_recipe is not None:
        if is_same_file(save_recipe, output):
            raise InputError(f"{output} cannot be both the result and the recipe.")
        check_target(save_recipe, originals=inputs, overwrite=overwrite)
    exporting.check_provenance_map(save_provenance, (output, save_recipe), inputs, overwrite)

    session = Session()
    file = read_recipe(recipe)
    if not file.recipe.steps:
        raise InputError(f"The recipe {recipe} has no steps.")
    ready = make_ready(session, file.recipe, substitute=substitute)
    source = session.open_photo(photo, page=page)
    given = None if mask is None else read_mask(mask, source.image.width, source.image.height)
    notices = [*ready.notices, *source.notes]
    notices += export_losses(source.image, wanted, source.metadata, infrared=source.infrared)
    for notice in notices:
        complain(notice)
    request = ReplayRequest(
        session.next_job_id(),
        ready.recipe,
        source.image,
        file.masks,
        given,
        MaskFit(masks),
        photo_name=photo.name,
        recipe_protected=file.protected,
        file=source.metadata.facts,
    )
    token = CancelToken()
    events = run_replay(request, lambda step: session.engine_for(step, device), token)
    finished, raised = follow(request.title, events, token, ReplayFinished)
    document = session.make_document(source)
    try:
        apply_steps(document, finished.steps, session)
        session.export(
            output,
            document.image,
            source.metadata,
            options,
            original=photo,
            overwrite=overwrite,
            infrared=source.infrared,
            provenance=provenance_of(document) if provenance else None,
            placement=document.placement_from(0),
        )
        known = document.provenance
        generated, done = document.filled_fraction(), document.history.recipe()
    finally:
        document.close()
    if save_provenance is not None:
        write_provenance(save_provenance, known, overwrite=overwrite)
    if save_recipe is not None:
        done_again = recipe_of(step.finished for step in finished.steps)
        write_recipe(save_recipe, replace(done_again, protected=protection_of(request)), overwrite=overwrite)
    if json:
        say_json(
            {
                "recipe": str(recipe),
                "steps": [step.to_json() for step in done.steps],
                "device": finished.device,
                "seconds": round(finished.seconds, 3),
                "generated_fraction": generated,
                "provenance": class_shares(known),
                "provenance_map": None if save_provenance is None else str(save_provenance),
                "output": str(output),
                "photo": str(photo),
                "width": finished.image.width,
                "height": finished.image.height,
                "notices": [*notices, *raised],
            }
        )
    else:
        count = len(done.steps)
        how = f"{count} step{'' if count == 1 else 's'} on {finished.device or 'no device'}"
        say(f"{output}: {how} took {finished.seconds:.1f} s. {provenance_text(generated)}.")
