"""MFCC features as Kaldi computes them, and a label for every frame."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from models.tiny_vosk.speaker import SAMPLE_RATE_HZ, Segment

CEPSTRA = 40
HOP_SAMPLES = 160
WINDOW_SAMPLES = 400
# Vosk counts 30 ms for each frame that comes out of the network.
SUBSAMPLING = 3
SILENCE = -1

# The same numbers stand in `mfcc` and in the model's conf/mfcc.conf. No dither: features must
# not depend on chance.
MFCC_CONF = f"""\
--use-energy=false
--sample-frequency={SAMPLE_RATE_HZ}
--num-mel-bins={CEPSTRA}
--num-ceps={CEPSTRA}
--low-freq=20
--high-freq=-400
--dither=0
--allow-upsample=true
"""


def mfcc(pcm: NDArray[np.int16]) -> NDArray[np.float32]:
    """Return (frames, 40) features at 10 ms, equal to Kaldi's OnlineMfcc with MFCC_CONF."""
    import kaldi_native_fbank  # noqa: PLC0415 - needed for training only

    options = kaldi_native_fbank.MfccOptions()
    options.use_energy, options.num_ceps = False, CEPSTRA
    options.mel_opts.num_bins = CEPSTRA
    options.mel_opts.low_freq, options.mel_opts.high_freq = 20, -400
    options.frame_opts.samp_freq, options.frame_opts.dither = SAMPLE_RATE_HZ, 0.0
    extractor = kaldi_native_fbank.OnlineMfcc(options)
    extractor.accept_waveform(SAMPLE_RATE_HZ, pcm.astype(np.float32))
    extractor.input_finished()
    frames = [extractor.get_frame(i) for i in range(extractor.num_frames_ready)]
    return np.stack(frames) if frames else np.zeros((0, CEPSTRA), np.float32)


def frame_labels(segments: list[Segment], frames: int, before_seconds: float) -> NDArray[np.int64]:
    """Return, for every 30 ms frame, the index of its segment or SILENCE.

    A phone that fell between two frames takes one from a neighbour that can spare it, or
    from silence: a phone without a frame could not be learnt.
    """
    step = SUBSAMPLING * HOP_SAMPLES
    time = (np.arange(frames) * step + WINDOW_SAMPLES / 2) / SAMPLE_RATE_HZ - before_seconds
    labels = np.full(frames, SILENCE)
    for index, segment in enumerate(segments):
        if segment.phone is not None:
            labels[(time >= segment.start_seconds) & (time < segment.end_seconds)] = index
    counts = Counter(labels.tolist())
    for index, segment in enumerate(segments):
        if segment.phone is None or counts[index]:
            continue
        middle = (segment.start_seconds + segment.end_seconds) / 2 + before_seconds
        frame = int(np.clip(round(middle * SAMPLE_RATE_HZ / step - 0.4), 0, frames - 1))
        owner = int(labels[frame])
        if owner == SILENCE or counts[owner] > 1:
            counts[owner] -= 1
            labels[frame] = index
            counts[index] = 1
    return labels
