"""Run every benchmark, one after the other."""

from __future__ import annotations

import subprocess
import sys

from benchmarks import FOLDER, assemble, take_no_arguments

take_no_arguments(__doc__)
failed = []
for file in sorted(FOLDER.glob("*.py")):
    if not file.name.startswith("_"):
        print(f"== {file.stem}", flush=True)
        if subprocess.run(
            [sys.executable, "-m", f"benchmarks.{file.stem}"], check=False
        ).returncode:
            failed.append(file.stem)
assemble()
if failed:
    sys.exit(f"these did not run to their end: {', '.join(failed)}")
