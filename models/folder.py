"""Folders of models: their layout, their language, and which one to use."""

import os
from dataclasses import dataclass
from pathlib import Path

from models.errors import (
    CorruptModelError,
    ModelMissingError,
    UnknownModelError,
    WrongLanguageError,
)
from models.manifest import PACKAGE, Kind, entries, languages
from models.spoken import languages_of

PATH_VARIABLE = "VOSK_MODEL_PATH"
_KALDI_BINARY = b"\0B<TransitionModel>"
_OPENFST = (2_125_659_606).to_bytes(4, "little")

# vosk-api v0.3.45, src/model.cc: the second layout if am/final.mdl and conf/model.conf are
# there, else the first if final.mdl is. Each line: one of these has to be there.
_LAYOUT_2 = (
    ("am/final.mdl",),
    ("conf/model.conf",),
    ("conf/mfcc.conf", "conf/fbank.conf"),
    ("graph/HCLG.fst", "graph/HCLr.fst"),
    ("graph/HCLG.fst", "graph/Gr.fst"),
    ("graph/HCLG.fst", "graph/disambig_tid.int"),
    ("graph/words.txt", "graph/HCLG.fst", "graph/Gr.fst"),
)
_LAYOUT_1 = (
    ("final.mdl",),
    ("mfcc.conf",),
    ("HCLG.fst", "HCLr.fst"),
    ("HCLG.fst", "Gr.fst"),
    ("HCLG.fst", "disambig_tid.int"),
    ("words.txt", "HCLG.fst", "Gr.fst"),
)


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model on disk, ready for `vosk.Model(str(path))`."""

    name: str
    path: Path
    language: str
    kind: Kind

    @property
    def understands_people(self) -> bool:
        """False for the tiny models, which were made from synthetic speech alone."""
        return self.kind != "tiny"


def find(language: str, models_dir: Path, chosen: Path | None = None) -> ModelFolder:
    """Return the best model of a language that is on this machine.

    In this order: `chosen` (from the settings), `$VOSK_MODEL_PATH` (a model, or a folder of
    models; passed over where it has none of this language), those in `models_dir`, the tiny
    one that comes with Anban.

    Raises:
        UnknownModelError: there is no such language.
        ModelMissingError: `chosen`, or the tiny model, is not there; or there is no model of this
            language at all.
        CorruptModelError: a model was found, but files of it are missing or cut off.
        WrongLanguageError: `chosen` is of another language.
    """
    if language not in languages():
        raise UnknownModelError(
            f"there is no language {language!r}; there are: {', '.join(languages())}"
        )
    if chosen is not None:
        return _chosen(language, chosen)
    for place in (os.environ.get(PATH_VARIABLE), models_dir):
        found = _best(language, Path(place)) if place else None
        if found is not None:
            return found
    tiny = next((e for e in entries() if e.language == language and e.kind == "tiny"), None)
    if tiny is None:
        raise ModelMissingError(
            f"there is no speech model for {language} here, and none comes with Anban: "
            f"run anban models pull {language} --from FOLDER-OR-ZIP"
        )
    path = PACKAGE / tiny.folder
    if not path.is_dir():
        raise ModelMissingError(
            f"{path} is missing, though it comes with Anban: install Anban again, "
            f"or run: anban models pull {language}"
        )
    check_layout(path)
    return ModelFolder(tiny.name, path, language, "tiny")


def installed(models_dir: Path) -> list[Path]:
    """Return the folders of `models_dir` that hold a model, sorted by name."""
    if not models_dir.is_dir():
        return []
    return sorted(
        path for path in models_dir.iterdir() if not path.name.startswith(".") and is_model(path)
    )


def is_model(path: Path) -> bool:
    """Tell whether a folder looks like a Vosk model, whole or not."""
    return (path / "am/final.mdl").is_file() or (path / "final.mdl").is_file()


def check_layout(path: Path) -> None:
    """Check that what Vosk needs is there and begins as it should, without loading it.

    Raises:
        ModelMissingError: there is no such folder.
        CorruptModelError: names what is wrong.
    """
    if not path.is_dir():
        raise ModelMissingError(f"{path} is no folder: give the folder of an unpacked Vosk model")
    if not is_model(path):
        raise CorruptModelError(
            f"{path} is no Vosk model: it has neither am/final.mdl nor final.mdl"
        )
    for alternatives in _LAYOUT_2 if (path / "am/final.mdl").is_file() else _LAYOUT_1:
        if not any((path / name).is_file() for name in alternatives):
            raise CorruptModelError(
                f"{path} is not complete: {' or '.join(alternatives)} is missing; {_again(path)}"
            )
    for pattern, begin in (("final.mdl", _KALDI_BINARY), ("*.fst", _OPENFST)):
        for file in path.rglob(pattern):
            with file.open("rb") as content:
                if content.read(len(begin)) != begin:
                    raise CorruptModelError(f"{file} is damaged; {_again(path)}")


def _again(path: Path) -> str:
    known = {entry.name for entry in entries() if entry.url}
    if path.name in known:
        return f"remove it and run: anban models pull {path.name}"
    return "put the whole model there again"


def _chosen(language: str, path: Path) -> ModelFolder:
    check_layout(path)
    spoken = languages_of(path)
    if spoken and language not in spoken:
        raise WrongLanguageError(
            f"{path} is a model for {' or '.join(spoken)}, not for {language}: "
            "change it in the settings"
        )
    return _folder(language, path)


def _folder(language: str, path: Path) -> ModelFolder:
    """Known models are known by name, wherever they lie; a tiny one is never the user's own."""
    kind: Kind = next((entry.kind for entry in entries() if entry.name == path.name), "own")
    return ModelFolder(path.name, path.absolute(), language, kind)


def _best(language: str, place: Path) -> ModelFolder | None:
    """Return a model of the user's own first, then in the order of the manifest."""
    candidates = [place] if is_model(place) else installed(place)
    fitting = [path for path in candidates if language in (languages_of(path) or (language,))]
    if not fitting:
        return None
    order = [entry.name for entry in entries()]
    best = min(fitting, key=lambda p: order.index(p.name) if p.name in order else -1)
    check_layout(best)
    return _folder(language, best)
