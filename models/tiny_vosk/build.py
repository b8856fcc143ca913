"""From a phrase list to a folder that Vosk loads."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from models.tiny_vosk.dataset import Amount, make_dataset
from models.tiny_vosk.features import CEPSTRA, MFCC_CONF
from models.tiny_vosk.grammar import UNKNOWN, make_grammar
from models.tiny_vosk.graph import POSITIONS, SILENCE_PHONE, make_graph, phone_ids
from models.tiny_vosk.kaldi import TransitionModel, model_bytes
from models.tiny_vosk.lexicon import Lexicon, known_phones_only, make_lexicon, phones_of
from models.tiny_vosk.phrases import PhraseList, read_phrases
from models.tiny_vosk.train import SILENCE_PDF, minutes_of_speech, train

HERE = Path(__file__).parent
SUMS = "SHA256SUMS"
ACOUSTIC = "acoustic.json"
SILENCE_LOOP = 0.95

# Frame posteriors at 30 ms are overconfident: a scale of 0.6 lost sentences in noise to [unk].
# Without phone-determinize=false the loop of [unk] makes lattices explode. Without
# endpoint.silence-phones Vosk aborts the process at the first audio.
MODEL_CONF = f"""\
--min-active=200
--max-active=3000
--beam=13.0
--lattice-beam=6.0
--acoustic-scale=0.3
--phone-determinize=false
--frame-subsampling-factor=3
--endpoint.silence-phones={SILENCE_PHONE}
--endpoint.rule2.min-trailing-silence=0.5
--endpoint.rule3.min-trailing-silence=0.75
--endpoint.rule4.min-trailing-silence=1.0
"""

Progress = Callable[[str, float, str], None]
"""Told the stage, the share of it that is done, and a word about it."""


@dataclass(frozen=True, slots=True)
class Training:
    """What the acoustic part depends on, besides the phrase list."""

    seed: int
    amount: Amount
    hidden: int
    epochs: int


class BuildError(RuntimeError):
    """The model cannot be built from what is there."""


def phrase_file(lang: str) -> Path:
    """Return the phrase list of a language."""
    return HERE / f"phrases_{lang}.txt"


def build(lang: str, out: Path, training: Training, processes: int, progress: Progress) -> None:
    """Make the whole model: speech, network, graph. Takes minutes."""
    phrases = read_phrases(phrase_file(lang))
    progress("lexicon", 0.0, "")
    lexicon = make_lexicon(lang, phrases, training.seed)
    phones = phones_of(lexicon)
    progress("lexicon", 1.0, f"{len(lexicon)} words, {len(phones)} phones")
    utterances = make_dataset(
        lang,
        phrases,
        training.amount,
        training.seed,
        processes,
        lambda share: progress("speech", share, ""),
    )
    minutes = minutes_of_speech(utterances)
    progress("speech", 1.0, f"{len(utterances)} recordings, {minutes:.0f} minutes")
    acoustic = train(
        utterances,
        phones,
        seed=training.seed,
        hidden=training.hidden,
        epochs=training.epochs,
        progress=lambda share, note: progress("network", share, note),
    )
    network = model_bytes(
        _transitions(acoustic.loop_probability), CEPSTRA, acoustic.layers, acoustic.priors
    )
    _write(out / "am/final.mdl", network)
    record = {
        "loop_probability": acoustic.loop_probability,
        "training": asdict(training),
        "recordings": len(utterances),
        "minutes": round(minutes, 1),
        "frame_accuracy": round(acoustic.frame_accuracy, 4),
    }
    _write(out / ACOUSTIC, json.dumps(record, ensure_ascii=False, indent=1) + "\n")
    _write_graph(out, phrases, lexicon, acoustic.loop_probability, progress)


def rebuild_graph(lang: str, out: Path, progress: Progress) -> None:
    """Take up a changed phrase list, new words too, with the network that is there: seconds.

    Raises:
        BuildError: the folder holds no model of this builder.
        LexiconError: a new word has a phone the network never heard.
    """
    try:
        record = json.loads((out / ACOUSTIC).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BuildError(f"{out} has no {ACOUSTIC}: build the whole model first") from error
    loop_probability: dict[str, float] = record["loop_probability"]
    phrases = read_phrases(phrase_file(lang))
    progress("lexicon", 0.0, "")
    lexicon = known_phones_only(
        make_lexicon(lang, phrases, record["training"]["seed"]), set(loop_probability)
    )
    progress("lexicon", 1.0, f"{len(lexicon)} words")
    _write_graph(out, phrases, lexicon, loop_probability, progress)


def _transitions(loop_probability: dict[str, float]) -> TransitionModel:
    pdf_of_phone = {SILENCE_PHONE: SILENCE_PDF}
    loops = {SILENCE_PHONE: SILENCE_LOOP}
    pdfs = {phone: pdf for pdf, phone in enumerate(loop_probability, start=SILENCE_PDF + 1)}
    for (phone, _), phone_id in phone_ids(list(loop_probability)).items():
        pdf_of_phone[phone_id] = pdfs[phone]
        loops[phone_id] = loop_probability[phone]
    return TransitionModel(pdf_of_phone, loops)


def _write_graph(
    out: Path,
    phrases: PhraseList,
    lexicon: Lexicon,
    loop_probability: dict[str, float],
    progress: Progress,
) -> None:
    phones = list(loop_probability)
    transitions = _transitions(loop_probability)
    word_ids = {word: i for i, word in enumerate([UNKNOWN, *sorted(lexicon)], start=1)}
    graph = make_graph(lexicon, word_ids, phones, transitions)
    grammar = make_grammar(phrases, word_ids)
    boundaries = {SILENCE_PHONE: "nonword"}
    for (_, position), phone_id in phone_ids(phones).items():
        boundaries[phone_id] = POSITIONS[position]
    _write(out / "graph/HCLr.fst", graph.to_bytes())
    _write(out / "graph/Gr.fst", grammar.to_bytes())
    _write(out / "graph/words.txt", _table({"<eps>": 0, **word_ids}))
    _write(out / "graph/phones/word_boundary.int", _table(boundaries))
    # Vosk wants the file even where the graph has no disambiguation symbols; any id that
    # labels no arc will do.
    _write(out / "graph/disambig_tid.int", f"{2 * len(transitions.phones) + 1}\n")
    _write(out / "conf/mfcc.conf", MFCC_CONF)
    _write(out / "conf/model.conf", MODEL_CONF)
    _write(out / SUMS, _sums(out))
    states = len(graph.arcs), len(grammar.arcs)
    progress("graph", 1.0, f"{states[0]} states, grammar {states[1]} states, in {out}")


def _table(rows: dict[str, int] | dict[int, str]) -> str:
    return "".join(f"{key} {value}\n" for key, value in rows.items())


def _sums(out: Path) -> str:
    """Return what `sha256sum` prints for the files of a model."""
    files = sorted(
        path for path in out.rglob("*") if path.is_file() and path.name not in {SUMS, "CARD.md"}
    )
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(out).as_posix()}\n"
        for path in files
    )


def _write(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
