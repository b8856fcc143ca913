"""Windows for training the judge of falls: simulated lives and recordings, all disturbed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from perception import activity_features
from perception.activity_features import body_points
from perception.descent_features import (
    JUDGE_LABELS,
    MEMORY_SLOTS,
    Slot,
    course,
    judge_features,
)
from perception.fall_features import FRAMES_PER_SECOND
from perception.radar.frames import FloatArray
from perception.train import radhar, walkers
from perception.train.bodies import KINDS, simulate
from perception.train.fall_examples import in_room
from perception.train.lives import (
    STEP_SECONDS,
    Life,
    Radar,
    Seen,
    as_given,
    draw_kind,
    draw_radar,
    look,
    play,
)
from perception.train.radhar import BODY_MIDDLE_METRES, ActivityFile
from perception.train.ti_falls import Clip

Target = tuple[float, float, float, float]
"""Over `JUDGE_LABELS`."""

FELL: Final[Target] = (1.0, 0.0, 0.0, 0.0)
LIES: Final[Target] = (0.0, 1.0, 0.0, 0.0)
SITS: Final[Target] = (0.0, 0.0, 1.0, 0.0)
STANDS: Final[Target] = (0.0, 0.0, 0.0, 1.0)
BETWEEN: Final[Target] = (0.0, 0.25, 0.45, 0.3)
_EARLIEST_SECONDS: Final = 0.15
_LATEST_SECONDS: Final = 3.0
"""How long a body must have been down, and how long the fall is to be told by its course."""
_WINDOWS: Final = 10
"""Of one life."""


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Features with what they show."""

    features: FloatArray
    """(n, `JUDGE_FEATURES`)."""
    targets: FloatArray
    """(n, labels)."""


def slots_of(seen: Seen) -> list[Slot]:
    """Tenths of a second of what was seen."""
    if not len(seen.times):
        return []
    index = np.floor(seen.times * FRAMES_PER_SECOND).astype(int)
    nothing = np.zeros((0, 2), np.float32)
    parts: list[list[FloatArray]] = [[] for _ in range(int(index[-1]) + 1)]
    for at, frame in zip(index, seen.frames, strict=True):
        parts[at].append(frame)
    together = (np.concatenate(part) if part else nothing for part in parts)
    return [Slot(frame[:, 0], frame[:, 1]) for frame in together]


def simulated(count: int, rng: np.random.Generator) -> Windows:
    """Windows of so many lives, each before a radar of its own."""
    return _packed(_simulated(count, rng))


def _simulated(count: int, rng: np.random.Generator) -> Iterator[tuple[FloatArray, Target]]:
    for _ in range(count):
        life = play(draw_kind(rng), rng)
        slots = slots_of(look(life, draw_radar(rng), rng))
        tells = targets_of(life)
        last = min(len(slots), len(tells))
        ends = [end for end in range(5, last + 1) if tells[end - 1] is not None]
        if not ends:
            continue
        falls = [end for end in ends if tells[end - 1] == FELL]
        chosen = list(rng.choice(ends, _WINDOWS))
        chosen += list(rng.choice(falls, _WINDOWS // 2)) if falls else []
        for end in chosen:
            target = tells[end - 1]
            features = _window(slots, int(end), rng)
            if target is not None and features is not None:
                yield features, target


def scenes(count: int, rng: np.random.Generator) -> Windows:
    """Windows of so many scenes before an ordinary sensor, as the windows model learnt them."""
    return _packed(_scenes(count, rng))


def _scenes(count: int, rng: np.random.Generator) -> Iterator[tuple[FloatArray, Target]]:
    kinds = list(KINDS)
    odds = np.array([KINDS[kind] for kind in kinds])
    for _ in range(count):
        kind = str(rng.choice(kinds, p=odds / odds.sum()))
        parts = [simulate(kind, rng)]
        if kind.startswith("fall") and kind != "fall_from_chair" and rng.random() < 0.6:
            parts.insert(0, simulate("stand", rng))
        slots = [Slot(frame[:, 0], frame[:, 1]) for part in parts for frame in part.frames]
        tells = _tells([label for part in parts for label in part.labels])
        ends = [end for end in range(5, len(slots) + 1) if tells[end - 1] is not None]
        for end in rng.choice(ends, min(_WINDOWS, len(ends)), replace=False):
            target = tells[end - 1]
            features = _window(slots, int(end), rng)
            if target is not None and features is not None:
                yield features, target


def targets_of(life: Life) -> list[Target | None]:
    """What the tenth of a second at each place of a life shows; None: nothing clear."""
    per = round(1.0 / FRAMES_PER_SECOND / STEP_SECONDS)
    return _tells(life.labels[per - 1 :: per])


def _tells(labels: Sequence[str]) -> list[Target | None]:
    tells: list[Target | None] = []
    down: int | None = None
    for k, label in enumerate(labels):
        if label == "falling":
            down = k
            tells.append(None)
            continue
        since = None if down is None else (k - down) / FRAMES_PER_SECOND
        if label == "lying" and since is not None and since < _LATEST_SECONDS + 1.0:
            is_clear = _EARLIEST_SECONDS <= since <= _LATEST_SECONDS
            tells.append(FELL if is_clear else None)
            continue
        if label != "lying":
            down = None
        still = labels[max(0, k - 4) : k + 1].count(label) == min(5, k + 1)
        plain = {"lying": LIES, "sitting": SITS, "standing": STANDS, "walking": STANDS}
        tells.append(plain.get(label, BETWEEN) if still or label == "other" else None)
    return [None if label == "gone" else each for each, label in zip(tells, labels, strict=True)]


def _window(slots: Sequence[Slot], end: int, rng: np.random.Generator) -> FloatArray | None:
    seen = course(slots[max(0, end - MEMORY_SLOTS) : end])
    if seen is None:
        return None
    stood = None
    if rng.random() < 0.5:
        whole = course(slots[: min(end, 2 * MEMORY_SLOTS)])
        first = course(slots[:MEMORY_SLOTS])
        known = first or whole
        stood = known.reached_metres + float(rng.normal(0, 0.1)) if known is not None else None
    return judge_features(seen, stood)


# ----------------------------------------------------------------------------- recordings


def recorded(clips: list[Clip], rng: np.random.Generator, rounds: int) -> Windows:
    """The TI falls between a recorded standing or walking and a recorded lying; the rest alone."""
    return _packed(_recorded(clips, rng, rounds))


def _recorded(
    clips: list[Clip], rng: np.random.Generator, rounds: int
) -> Iterator[tuple[FloatArray, Target]]:
    by_label: dict[str, list[list[FloatArray]]] = {}
    for clip in clips:
        by_label.setdefault(clip.label, []).append([in_room(frame) for frame in clip.frames])
    plain = {"lying": LIES, "sitting": SITS, "standing": STANDS, "walking": STANDS}
    for _ in range(rounds):
        for fall in by_label.get("falling", []):
            yield from _fall_windows(fall, by_label, rng)
        for label, target in plain.items():
            for frames in by_label.get(label, []):
                for _ in range(max(1, len(frames) // 60)):
                    piece = _piece(frames, int(rng.integers(15, 80)), rng)
                    yield from _ends(piece, lambda _: target, rng, 3)  # noqa: B023


def _fall_windows(
    fall: list[FloatArray], by_label: dict[str, list[list[FloatArray]]], rng: np.random.Generator
) -> Iterator[tuple[FloatArray, Target]]:
    if len(fall) < 8:
        return
    before: list[FloatArray] = []
    if rng.random() < 0.7:
        label = "walking" if "walking" in by_label and rng.random() < 0.3 else "standing"
        source = by_label[label][int(rng.integers(len(by_label[label])))]
        before = _aligned(_piece(source, int(rng.integers(3, 50)), rng), fall[0])
    after: list[FloatArray] = []
    if rng.random() < 0.8:
        source = by_label["lying"][int(rng.integers(len(by_label["lying"])))]
        after = _aligned(_piece(source, int(rng.integers(5, 40)), rng), fall[-1])
    if rng.random() < 0.15:  # turned back before it is a fall
        turn = int(rng.integers(3, 7))
        frames = [*before, *fall[:turn], *fall[:turn][::-1], *before[::-1]]
        yield from _ends(frames, lambda _: STANDS, rng, 3, first=len(before) + 2 * turn)
        return
    down = len(before) + min(len(fall), 15) - 4
    frames = [*before, *fall[:15], *after]

    def tells(end: int) -> Target | None:
        if end < len(before):
            return STANDS if before else None
        return FELL if 0 <= end - 1 - down <= _LATEST_SECONDS * FRAMES_PER_SECOND else None

    yield from _ends(frames, tells, rng, 4, first=down + 1)
    if before:
        yield from _ends(before, lambda _: STANDS, rng, 1)


def _piece(frames: list[FloatArray], count: int, rng: np.random.Generator) -> list[FloatArray]:
    start = int(rng.integers(0, max(1, len(frames) - count)))
    return frames[start : start + count]


def _aligned(frames: list[FloatArray], beside: FloatArray) -> list[FloatArray]:
    """The same frames at the distance of this one."""
    every = [frame[:, 1] for frame in frames if len(frame)]
    if not every or not len(beside):
        return frames
    shift = np.array((0.0, np.median(beside[:, 1]) - np.median(np.concatenate(every))), np.float32)
    return [frame + shift for frame in frames]


def _ends(
    frames: list[FloatArray],
    tells: Callable[[int], Target | None],
    rng: np.random.Generator,
    count: int,
    first: int = 5,
) -> Iterator[tuple[FloatArray, Target]]:
    """So many windows of frames ten a second, before a radar that hangs otherwise."""
    if len(frames) <= first:
        return
    seen = disturbed(frames, FRAMES_PER_SECOND, draw_radar(rng, 0.0), rng)
    for end in rng.integers(first, len(frames) + 1, count):
        target = tells(int(end))
        features = _window(seen, int(end), rng)
        if target is not None and features is not None:
            yield features, target


def disturbed(
    frames: Sequence[FloatArray], rate: float, radar: Radar, rng: np.random.Generator
) -> list[Slot]:
    """Recorded frames as a sparser, slower radar that hangs otherwise would have told them."""
    times = np.arange(len(frames)) / rate
    kept_rate = min(1.0, radar.rate / rate)
    phase = rng.uniform()
    comes = np.floor(np.arange(len(frames)) * kept_rate + phase)
    comes = np.diff(comes, prepend=comes[0] - 1) > 0
    comes &= rng.random(len(frames)) >= radar.lost
    share = rng.uniform(0.1, 1.0)
    nothing = np.zeros((0, 2), np.float32)
    told = []
    for frame, does_come in zip(frames, comes, strict=True):
        if not does_come:
            told.append(nothing)
            continue
        kept = frame[rng.random(len(frame)) < share]
        noise = rng.normal(0, 0.3, kept.shape) * (radar.height_noise, radar.distance_noise)
        told.append(as_given((kept + noise).astype(np.float32), radar, rng))
    return slots_of(Seen(times + 1e-6, tuple(told)))


def exercised(files: list[ActivityFile], rng: np.random.Generator) -> Windows:
    """RadHAR: jumping, squatting and walking bodies, none of which falls."""
    return _packed(_exercised(files, rng))


def _exercised(
    files: list[ActivityFile], rng: np.random.Generator
) -> Iterator[tuple[FloatArray, Target]]:
    for file in files:
        frames = body_frames(file)
        for _ in range(6):
            start = int(rng.integers(0, max(1, len(frames) - 180)))
            piece = frames[start : start + 180]
            rate = float(activity_features.FRAMES_PER_SECOND)
            slots = disturbed(piece, rate, draw_radar(rng, 0.0), rng)
            for end in rng.integers(8, len(slots) + 1, 4):
                features = _window(slots, int(end), rng)
                if features is not None:
                    yield features, STANDS


def body_frames(file: ActivityFile) -> list[FloatArray]:
    """Height and distance of the body's points, 30 frames a second."""
    window = activity_features.WINDOW_FRAMES
    frames: list[FloatArray] = []
    for start in range(0, file.frames - window + 1, window):
        s = file.points_of(start, start + window)
        slot = file.frame[s] - start
        body = body_points(file.xyz[s], file.doppler[s], file.strength_db[s], slot)
        place = body.place[:, [2, 0]] + np.array((BODY_MIDDLE_METRES, 2.0), np.float32)
        frames += [place[body.slot == k].astype(np.float32) for k in range(window)]
    return frames


def walked(folder: Path, rng: np.random.Generator) -> Windows:
    """People who walk, sit down and stand up before an IWR6843."""
    return _packed(_walked(folder, rng))


def _walked(folder: Path, rng: np.random.Generator) -> Iterator[tuple[FloatArray, Target]]:
    for name, target in ((walkers.WALKING, STANDS), (walkers.SITTING_DOWN, BETWEEN)):
        for track in walkers.tracks(folder, name):
            for _ in range(max(1, len(track) // 30)):
                piece = _piece(list(track), int(rng.integers(20, 80)), rng)
                yield from _ends(piece, lambda _: target, rng, 3)  # noqa: B023


def everything(
    clips: list[Clip], data: Path, rng: np.random.Generator, counts: tuple[int, int], rounds: int
) -> list[tuple[str, Windows]]:
    """All windows by where they come from; `counts` of simulated lives and of scenes."""
    return [
        ("simulated", simulated(counts[0], rng)),
        ("scenes", scenes(counts[1], rng)),
        ("ti", recorded(clips, rng, rounds)),
        ("radhar", exercised(radhar.load(data / "radhar", "train"), rng)),
        ("iwr6843", walked(data / "iwr6843_tlv", rng)),
    ]


def _packed(windows: Iterator[tuple[FloatArray, Target]]) -> Windows:
    features, targets = zip(*windows, strict=True)
    return Windows(np.stack(features), np.array(targets, np.float32))


assert len(FELL) == len(JUDGE_LABELS)  # noqa: S101
