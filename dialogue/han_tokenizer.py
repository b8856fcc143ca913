"""Rasa component: Han text by character, Latin words and numbers whole.

Word segmenters disagree with the borders of annotated entities (每天晚上|九点), and the entity
extractor then learns wrong spans; by character the whole class of errors is gone.
"""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

HAN = "㐀-䶿一-鿿豈-﫿〇"
_TOKEN = re.compile(
    rf"[{HAN}]|\d+(?:[.:]\d+)*|(?:(?![\d_{HAN}])\w)+(?:['’-](?:(?![\d_{HAN}])\w)+)*"
)


def spans(text: str) -> list[tuple[str, int]]:
    """Tokens with the place of their first character; punctuation is no token."""
    return [(match.group(), match.start()) for match in _TOKEN.finditer(text)]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class HanTokenizer(Tokenizer):
    """One tokenizer for Chinese, English, and both in one sentence."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """What Rasa's base class wants to know; intents are never split."""
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> HanTokenizer:
        """Rasa's way to build a component."""
        return cls(config)

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """The tokens of a message; text without any word is one token, as Rasa needs one."""
        text = message.get(attribute)
        return [Token(word, start) for word, start in spans(text) or [(text, 0)]]
