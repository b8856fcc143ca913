"""Each radar parser under a coverage-guided fuzzer: `python -m benchmarks.fuzz [--seconds 300]`.

Runs `tests/perception/fuzz/fuzz_radar.py` (atheris) on one parser after the other, each beginning
with good frames of its radar.  A parser that fails ends the run, and its input is kept.
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import table, write_result
from perception.radar import PROTOCOLS
from tests.perception.radar_bytes import STREAMS
from tests.perception.radar_live import SMALL_MODULES, live

SCRIPT = Path(__file__).parents[1] / "tests" / "perception" / "fuzz" / "fuzz_radar.py"
HANG_SECONDS = 5
MOST_MEGABYTES = 512
LONGEST_BYTES = 4_096
RUN_BYTES = 1_000


def fuzz(name: str, seconds: int, folder: Path) -> list[str]:
    """One parser for so long: what the fuzzer counted."""
    corpus = folder / name
    corpus.mkdir()
    (corpus / "good").write_bytes(b"\x07" + STREAMS[name])
    if name in SMALL_MODULES:  # which take many frames at once where many came
        many = b"".join(live(name, random.Random(7), RUN_BYTES, (0, 1)))
        (corpus / "many").write_bytes(b"\x07" + many)
    command = [
        sys.executable,
        str(SCRIPT),
        name,
        str(corpus),
        f"-max_total_time={seconds}",
        f"-timeout={HANG_SECONDS}",
        f"-rss_limit_mb={MOST_MEGABYTES}",
        f"-max_len={LONGEST_BYTES}",
        f"-artifact_prefix={Path.cwd()}/{name}-",
        "-use_value_profile=1",
        "-print_final_stats=1",
    ]
    run = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=seconds + 120
    )
    if run.returncode:
        sys.exit(f"{run.stderr[-4_000:]}\n{name} failed.")
    executed = re.search(r"number_of_executed_units: (\d+)", run.stderr)
    peak = re.search(r"peak_rss_mb: +(\d+)", run.stderr)
    branches = re.findall(r"cov: (\d+)", run.stderr)
    if executed is None or peak is None or not branches:
        sys.exit(f"{run.stderr[-4_000:]}\n{name}: the fuzzer gave no figures.")
    kept = sum(1 for _ in corpus.iterdir())
    return [name, executed.group(1), f"{branches[0]} to {branches[-1]}", str(kept), peak.group(1)]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=300, help="for each parser")
    seconds = options.parse_args().seconds
    if importlib.util.find_spec("atheris") is None:
        print("fuzz.md stays as it is: atheris is not installed (the extra `fuzz`).")
        return
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name in PROTOCOLS:
            rows.append(fuzz(name, seconds, Path(folder)))
            print(*rows[-1], flush=True)
    columns = ["parser", "inputs tried", "edges reached, from first to last", "inputs kept",
               "most memory of the process, MB"]  # fmt: skip
    body = (
        f"{table(columns, rows)}\n\nAll ended without a failure: no exception, no input that took "
        f"{HANG_SECONDS} s, no buffer longer than a frame, the same frames and counts however "
        "the bytes were cut in two, also where many frames were taken at once, no point that is "
        "not finite."
    )
    command = f"python -m benchmarks.fuzz --seconds {seconds}"
    write_result("fuzz", "Fuzzing of the radar parsers", command, body)


if __name__ == "__main__":
    main()
