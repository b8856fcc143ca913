"""Rasa component: Rasa's entity extractor, whose trained model is kept.

Rasa's own keeps the training data and learns all of it anew at each load: seconds at every start
and every change of language, more with every sentence that is added.  Here the CRFsuite model
itself is kept, in its own format: nothing is unpickled.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.crf_entity_extractor import CRFEntityExtractor, CRFToken
from sklearn_crfsuite import CRF


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class EntityExtractor(CRFEntityExtractor):
    """Conditional random fields over the tokens, loaded as they were trained."""

    def persist(self, dataset: list[list[CRFToken]]) -> None:
        """Keep each tagger, and their order: later ones read the tags of earlier ones."""
        with self._model_storage.write_to(self._resource) as folder:
            for name, tagger in self.entity_taggers.items():
                _model(folder, name).write_bytes(Path(tagger.modelfile.name).read_bytes())
            _order(folder).write_text(json.dumps(self.crf_order), "utf-8")

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> EntityExtractor:
        """Rasa's way to build a trained component."""
        component = cls(config, model_storage, resource)
        with ExitStack() as stack:
            try:
                folder = stack.enter_context(model_storage.read_from(resource))
            except ValueError:  # nothing was kept: no sentence it was trained on has an entity
                return component
            component._restore(folder)
        return component

    def _restore(self, folder: Path) -> None:
        self.crf_order = json.loads(_order(folder).read_text("utf-8"))
        self.entity_taggers = OrderedDict(
            (name, CRF(model_filename=str(_model(folder, name)))) for name in self.crf_order
        )
        for tagger in self.entity_taggers.values():
            _ = tagger.tagger_  # opened now: the folder goes with the storage


def _model(folder: Path, name: str) -> Path:
    return folder / f"{name}.crfsuite"


def _order(folder: Path) -> Path:
    return folder / "order.json"
