"""Cutting sound: silence off the ends, and long sound at its quietest places.

Samples are mono int16 at `SAMPLE_RATE_HZ`.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from assistant.mouth.voices import SAMPLE_RATE_HZ

Samples = npt.NDArray[np.int16]

LONGEST_SOUND_SECONDS: Final = 5.9
"""A little under the 6 s after which the ear must get to listen."""
SILENT_PEAK: Final = 200
EDGE_SECONDS: Final = 0.03
"""Kept around what is trimmed, so that no soft consonant is lost."""
WINDOW_SECONDS: Final = 0.06
"""The length of the quiet place that is looked for: the closure before a plosive, or longer."""


def trim(samples: Samples) -> Samples:
    """The samples without the silence around them; the ear opens as soon as the words end."""
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > SILENT_PEAK)
    if not len(loud):
        return samples[:0]
    edge = round(EDGE_SECONDS * SAMPLE_RATE_HZ)
    return samples[max(int(loud[0]) - edge, 0) : int(loud[-1]) + 1 + edge]


def cut(samples: Samples, longest_seconds: float = LONGEST_SOUND_SECONDS) -> list[Samples]:
    """Give the samples in order, none of them longer; cut where the second half is quietest."""
    longest = round(longest_seconds * SAMPLE_RATE_HZ)
    parts = []
    while len(samples) > longest:
        place = longest // 2 + _quietest(samples[longest // 2 : longest])
        parts.append(samples[:place])
        samples = samples[place:]
    return [*parts, samples] if len(samples) else parts


def _quietest(samples: Samples) -> int:
    """The middle of the window of least energy."""
    window = min(round(WINDOW_SECONDS * SAMPLE_RATE_HZ), len(samples))
    energy = np.concatenate(([0.0], np.cumsum(samples.astype(np.float64) ** 2)))
    return int(np.argmin(energy[window:] - energy[:-window])) + window // 2
