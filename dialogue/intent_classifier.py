"""Rasa component: which intent a sentence has, for few examples and much that is out of scope.

Rasa's LogisticRegressionClassifier takes raw counts, so long sentences shout, and hides its
regularisation.  This one takes the tokens itself: n-grams of words with the sentence's two ends,
of letters within Latin words, and of the sounds of Han characters, since recognisers write others
of the same sound; weighed by rarity (TF-IDF, sublinear); then one yes-or-no question per intent.
Sentences out of scope are an intent like any other, learned from examples.  Stored as plain
numbers and JSON: nothing is unpickled.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from pypinyin import lazy_pinyin
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier as RasaIntentClassifier
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

WORDS_TOGETHER = 3
LETTERS = (2, 5)
RANKING_LENGTH = 5
_START, _END = "^", "$"


def word_grams(tokens: list[str]) -> list[str]:
    """One to three words in a row; the ends of the sentence count as words beside others."""
    row = [_START, *tokens, _END]
    return [
        " ".join(row[start : start + size])
        for size in range(1, WORDS_TOGETHER + 1)
        for start in range(len(row) - size + 1)
        if size > 1 or row[start] not in {_START, _END}
    ]


def letter_grams(tokens: list[str]) -> list[str]:
    """Two to five letters in a row of each Latin word, its ends marked; so plurals are alike."""
    marked = [f"<{token}>" for token in tokens if token.isascii()]
    return [
        word[start : start + size]
        for word in marked
        for size in range(LETTERS[0], LETTERS[1] + 1)
        for start in range(len(word) - size + 1)
    ]


def sound_grams(tokens: list[str]) -> list[str]:
    """`word_grams` of the sentence as it sounds: Han characters in pinyin without tones."""
    return word_grams([sound for token in tokens for sound in lazy_pinyin(token)])


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifier(GraphComponent, RasaIntentClassifier):
    """TF-IDF and one logistic regression per intent."""

    @classmethod
    def required_components(cls) -> list[type]:
        """It takes tokens, not features."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`C` is the inverse strength of regularisation; `grams` name the functions above."""
        return {"C": 100.0, "grams": ["word"]}

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource
    ) -> None:
        self._config, self._storage, self._resource = config, model_storage, resource
        self._vectorizers = [
            TfidfVectorizer(analyzer=_GRAMS[name], sublinear_tf=True) for name in config["grams"]
        ]
        # liblinear asks one question per intent, and is ten times as fast here as lbfgs.
        self._model = LogisticRegression(C=config["C"], solver="liblinear", random_state=0)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> IntentClassifier:
        """Rasa's way to build a component that is not trained."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from every example that has an intent."""
        examples = [each for each in training_data.intent_examples if each.get(TEXT)]
        tokens = [_tokens(each) for each in examples]
        for vectorizer in self._vectorizers:
            vectorizer.fit(tokens)
        self._model.fit(self._vectors(tokens), [each.get(INTENT) for each in examples])
        self._persist()
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent and ranking of every message."""
        for message in messages:
            chances = self._model.predict_proba(self._vectors([_tokens(message)]))[0]
            order = np.argsort(-chances)[:RANKING_LENGTH]
            ranking = [
                {"name": str(self._model.classes_[at]), "confidence": float(chances[at])}
                for at in order
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing behind it in the pipeline learns from its answers."""
        return training_data

    def _vectors(self, tokens: list[list[str]]) -> csr_matrix:
        return hstack([each.transform(tokens) for each in self._vectorizers]).tocsr()

    def _persist(self) -> None:
        with self._storage.write_to(self._resource) as folder:
            words = [
                sorted(each.vocabulary_, key=each.vocabulary_.get) for each in self._vectorizers
            ]
            names = {"classes": list(self._model.classes_), "vocabularies": words}
            (folder / "names.json").write_text(json.dumps(names, ensure_ascii=False), "utf-8")
            np.savez_compressed(
                folder / "numbers.npz",
                coefficients=self._model.coef_,
                intercepts=self._model.intercept_,
                **{f"idf_{at}": each.idf_ for at, each in enumerate(self._vectorizers)},
            )

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> IntentClassifier:
        """Rasa's way to build a trained component."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            names = json.loads((folder / "names.json").read_text("utf-8"))
            with np.load(folder / "numbers.npz", allow_pickle=False) as numbers:
                component._restore(names, dict(numbers))
        return component

    def _restore(self, names: dict[str, Any], numbers: dict[str, np.ndarray]) -> None:
        for at, vectorizer in enumerate(self._vectorizers):
            words = names["vocabularies"][at]
            vectorizer.vocabulary = {word: column for column, word in enumerate(words)}
            vectorizer.idf_ = numbers[f"idf_{at}"]
        self._model.classes_ = np.array(names["classes"])
        self._model.coef_, self._model.intercept_ = numbers["coefficients"], numbers["intercepts"]


_GRAMS = {"word": word_grams, "letter": letter_grams, "sound": sound_grams}


def _tokens(message: Message) -> list[str]:
    return [token.text.lower() for token in message.get(TOKENS_NAMES[TEXT])]
