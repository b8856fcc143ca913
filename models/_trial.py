"""A child process: loads the model named on the command line and lets it hear a second."""

import json
import sys
import time

import numpy as np
import vosk

SAMPLE_RATE_HZ = 16_000


def main() -> None:
    """Write the seconds that loading took, as JSON; whatever goes wrong ends the process."""
    vosk.SetLogLevel(-1)
    begin = time.perf_counter()
    model = vosk.Model(sys.argv[1])
    load_seconds = time.perf_counter() - begin
    recognizer = vosk.KaldiRecognizer(model, SAMPLE_RATE_HZ)
    recognizer.SetWords(True)
    noise = np.random.default_rng(0).normal(0, 1000, SAMPLE_RATE_HZ).astype(np.int16)
    recognizer.AcceptWaveform(noise.tobytes())
    json.loads(recognizer.FinalResult())
    json.dump({"load_seconds": load_seconds}, sys.stdout)


if __name__ == "__main__":
    main()
