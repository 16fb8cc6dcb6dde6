"""From a task and what somebody said of it to a step that is complete: which models run, and every parameter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from restorer.core.errors import InputError, WeightsError
from restorer.core.params import build_params, param_specs, params_to_json
from restorer.core.step import ModelUse, Step
from restorer.store import Catalogue, ModelCard
from restorer.tasks import get_task
from restorer.tasks.spec import CLASSICAL, DETAIL, Task


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """One way to run a task: a model's id, or ``classical``, and what to call it.

    Attributes:
        has_vivid: whether a vivid partner is installed, to be mixed in by the parameter :data:`DETAIL`.
    """

    id: str
    title: str
    has_vivid: bool = False


@dataclass(frozen=True, slots=True)
class Resolver:
    """Chooses among the installed models."""

    catalogue: Catalogue

    def choices(self, task_id: str) -> tuple[ModelChoice, ...]:
        """Ways to run a task: the best installed model first, ``classical`` last; a pair is one of them.

        Where models enlarge by different factors, the first has no id: the one that suits the size is taken then.
        """
        catalogue = self.catalogue
        best = catalogue.best_for(task_id)
        cards = [card for card in catalogue.cards() if card.serves(task_id) and self._has_weights(card)]
        cards = [card for card in cards if catalogue.faithful_of(card) is card]
        cards.sort(key=lambda card: card is not best)
        choices = [ModelChoice(card.id, card.title, catalogue.vivid_of(card) is not None) for card in cards]
        if len({card.scale for card in cards}) > 1:
            choices.insert(0, ModelChoice("", "Best for the size", any(choice.has_vivid for choice in choices)))
        return (*choices, ModelChoice(CLASSICAL, "Classical"))

    def step(
        self, task_id: str, params: Mapping[str, object] | object | None = None, *, model: str = "", seed: int = 0
    ) -> Step:
        """A complete step: every parameter, and the model that will run.

        Args:
            params: plain values, an instance of the task's parameters, or None for the defaults. Where the vivid one
                of a pair is asked for and :data:`DETAIL` is not said, all of it is meant.
            model: id, either one of a pair; empty for the best installed one, else the classical method. Other tasks
                that this one runs get their best installed models, and their classical methods where that is asked for.

        Raises:
            InputError: for an unknown task, parameter, value or model, or a model of another task.
            WeightsError: where the model asked for has no weights.
        """
        task = get_task(task_id)
        card = self._card(task, model) if model else self._best_card(task, params)
        if card is not None and self.catalogue.faithful_of(card) is not card and not _says_detail(task, params):
            params = {**(params if isinstance(params, Mapping) else {}), DETAIL: 100.0}
        values = params_to_json(_checked(task, params))
        mix = float(values.get(DETAIL, 0.0)) / 100
        blend = self.catalogue.blend(card.id, mix) if card is not None else None
        return Step(
            task=task.id,
            version=task.version,
            params=values,
            model=blend.card.id if blend else CLASSICAL,
            model_hash=blend.model_hash if blend else "",
            seed=seed,
            uses={other: self._use(other, mix, classical=model == CLASSICAL) for other in task.uses},
        )

    def title(self, step: Step) -> str:
        """What to call the models of a step, for people."""
        mix = float(step.params.get(DETAIL, 0.0)) / 100
        titles = ("Classical" if id == CLASSICAL else self.catalogue.blend(id, mix).title for id in step.models)
        return " + ".join(dict.fromkeys(titles))

    def _use(self, task_id: str, mix: float, *, classical: bool) -> ModelUse:
        """The best model of a task that another one runs."""
        best = None if classical else self.catalogue.best_for(task_id)
        if best is None:
            return ModelUse(CLASSICAL)
        blend = self.catalogue.blend(best.id, mix)
        return ModelUse(blend.card.id, blend.model_hash)

    def _has_weights(self, card: ModelCard) -> bool:
        try:
            self.catalogue.weights_path(card)
        except WeightsError:
            return False
        return True

    def _best_card(self, task: Task, params: Mapping[str, object] | object | None) -> ModelCard | None:
        """The best model for a task as these parameters want it."""
        if task.wanted_factor is None:
            return self.catalogue.best_for(task.id)
        checked: Any = _checked(task, params)
        vivid = getattr(checked, DETAIL, 0.0) > 0
        return self.catalogue.best_for(task.id, factor=task.wanted_factor(checked), vivid=vivid)

    def _card(self, task: Task, model: str) -> ModelCard | None:
        if model == CLASSICAL:
            return None
        card = self.catalogue.get(model)
        if not card.serves(task.id):
            raise InputError(f"The model {card.id} is for the task {' and '.join(card.tasks)}, not for {task.id}.")
        self.catalogue.weights_path(card)
        return card


def _says_detail(task: Task, params: Mapping[str, object] | object | None) -> bool:
    """Whether somebody said how much detail is wanted, or the task does not ask."""
    if params is None or isinstance(params, Mapping):
        return DETAIL in (params or {}) or all(spec.name != DETAIL for spec in param_specs(task.params))
    return True


def _checked(task: Task, params: Mapping[str, object] | object | None) -> object:
    if params is None:
        return task.params()
    if isinstance(params, Mapping):
        return build_params(task.params, params)
    return build_params(task.params, params_to_json(params))
