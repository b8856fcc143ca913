"""Rasa component: which intent a sentence has, once each is weighed (`dialogue.precedence`).

It takes the place of Rasa's FallbackClassifier, and its settings.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.fallback_classifier import FallbackClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from dialogue.precedence import decide


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Decision(FallbackClassifier):
    """Below the threshold nobody is asked; between near ones the vital one is."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`vital`: the intents that win ties, each with the words that decide one for it."""
        return {**FallbackClassifier.get_default_config(), "vital": {}}

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the intent of every message; its ranking stays as it was found."""
        for message in messages:
            found = message.get(INTENT_RANKING_KEY) or []
            if not found:
                continue
            intent, confidence = decide(
                message.get(TEXT) or "",
                [(each["name"], each["confidence"]) for each in found],
                self.component_config["vital"],
                threshold=self.component_config["threshold"],
                ambiguity=self.component_config["ambiguity_threshold"],
            )
            message.set(INTENT, {"name": intent, "confidence": confidence}, add_to_output=True)
        return messages
