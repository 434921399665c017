"""The README's walk, pasted as it stands."""

import re
import subprocess
from pathlib import Path

from endtoend.server import clean_environment

README = Path(__file__).parents[2] / "README.md"


def blocks(heading):
    section = README.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^```bash\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)


def paste(scene, text):
    """Runs lines in a shell that knows what the lines before it have set."""
    variables = scene.server.folder / "variables"
    known = f"source {variables}\n" if variables.exists() else ""
    script = f"{known}{text}\ndeclare -p POSTERN_URL CONSUMER_TOKEN OWNER_TOKEN json ENDPOINT >{variables}\n"
    done = subprocess.run(
        ["bash", "-c", script], cwd=scene.server.folder, env=clean_environment(), capture_output=True, text=True,
        timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_walk(scene):
    connect, restart, revoke = blocks("The walk")
    told = paste(scene, connect)
    assert "CIDR_OVERLAP" in told and '"phase":"active"' in told
    assert re.search(r'"addresses":\["10\.0\.8\.\d+"\]', told)
    assert '"kind":"endpoint_request.filed"' in told and '"kind":"endpoint_request.approved"' in told

    # The lines that kill and start the server are for a machine with one server on it.
    *machinery, look = restart.strip().splitlines()
    assert machinery[0].startswith("kill -9") and machinery[1].startswith("scripts/start")
    scene.server.kill()
    scene.server.start()
    assert '"phase":"active"' in paste(scene, look)

    told = paste(scene, revoke)
    assert '"kind":"revoked"' in told
    [endpoint] = scene.consumer.walk("/v1/endpoints")
    assert scene.reaches(endpoint["id"], "closed")["closing"]["kind"] == "revoked"
