"""Schemathesis looks for requests that the document allows and the server does not, and the other way round."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
EXAMPLES = 12


def fuzz(client, seed):
    """One run as one caller: the exit code and what it printed."""
    environment = {
        **os.environ, "PYTHONPATH": str(HERE), "NO_COLOR": "1", "COLUMNS": "120",
        "POSTERN_FUZZING_TOKEN_ID": client.get("/v1/whoami")["token_id"],
    }
    done = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "--config-file", HERE / "schemathesis.toml", "run",
         client.url + "/openapi.json", "--header", f"Authorization: Bearer {client.token}", "--max-examples",
         str(EXAMPLES), "--seed", str(seed), "--generation-database", "none", "--warnings", "off"],
        env=environment, cwd=HERE, capture_output=True, text=True, timeout=600)
    return done.returncode, (done.stdout + done.stderr)


def test_schemathesis_finds_nothing(scene):
    """As an admin, as a consumer and as an owner, with all checks."""
    callers = {"admin": scene.admin, "consumer": scene.consumer, "owner": scene.owner}
    with ThreadPoolExecutor(len(callers)) as pool:
        runs = {name: pool.submit(fuzz, client, seed) for seed, (name, client) in enumerate(callers.items())}
    for name, run in runs.items():
        code, text = run.result()
        assert code == 0, f"as {name}:\n{text[-60000:]}"
        print(f"as {name}:\n{text[-1500:]}")
    assert scene.server.process.poll() is None
