"""A short run of `scripts/soak`, so that it cannot rot."""

import re
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]
SECONDS = 20
# The first kills of this seed come quickly, and one of them strikes a server that is still starting.
SEED = 42


def test_short_soak(tmp_path):
    run = subprocess.run(
        [sys.executable, PROJECT / "scripts" / "soaking", str(SECONDS / 60), str(SEED), "--keep", tmp_path / "soak"],
        cwd=PROJECT, capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stdout + run.stderr
    counts = {name: int(number.replace(",", "")) for name, number in re.findall(r"^ +(.*?) +([\d,]+)$", run.stdout, re.M)}
    assert counts["kills"] >= 3 and counts["acknowledged changes"] >= 100, run.stdout
    assert counts["events, each linked to the one before"] >= 100, run.stdout
    assert [counts[name] for name in ("lost", "doubled", "orphans", "mismatches", "faults of the run")] == [0] * 5
