"""Schemathesis looks for requests that the document allows and the server does not, and the other way round."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent


def play(scene):
    """Requests, decisions and endpoints in all their states, and what `endtoend.fuzzing` needs to know of them."""
    for choice in ("pending", "rejected", "withdrawn", "active", "closed"):
        request = scene.file(network_id=scene.another_network()["id"])
        if choice == "rejected":
            scene.decide(request, "reject")
        elif choice == "withdrawn":
            scene.consumer.post(f"/v1/endpoint-requests/{request['id']}/withdraw")
        elif choice in ("active", "closed"):
            endpoint = scene.reaches(scene.decide(request)["endpoint_id"], "active")
        if choice == "closed":
            scene.owner.post(f"/v1/endpoints/{endpoint['id']}/revoke", {"reason": "No more."})
            scene.reaches(endpoint["id"], "closed")
    waiting = scene.approved(network_id=scene.another_network()["id"], mode="self_managed")
    scene.reaches(waiting["endpoint_id"], "awaiting_consumer")
    collections = ("teams", "cloud-accounts", "networks", "services", "endpoint-requests", "approvals", "endpoints")
    services = [name for case in scene.flavours.values() for name in (case.service, case.service_id)]
    return {
        "things": {name: [found["id"] for found in scene.admin.walk(f"/v1/{name}")] for name in collections},
        "filing": scene.filing(), "kept": services,
    }


def fuzz(client, known, seed):
    """One run as one caller: the exit code and what it printed."""
    known = {**known, "kept": [*known["kept"], client.get("/v1/whoami")["token_id"]]}
    environment = {
        **os.environ, "PYTHONPATH": str(HERE), "NO_COLOR": "1", "COLUMNS": "120",
        "POSTERN_FUZZING_SCENE": json.dumps(known),
    }
    done = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "--config-file", HERE / "schemathesis.toml", "run",
         client.url + "/openapi.json", "--header", f"Authorization: Bearer {client.token}", "--seed", str(seed),
         "--generation-database", "none", "--warnings", "off"],
        env=environment, cwd=HERE, capture_output=True, text=True, timeout=600)
    return done.returncode, done.stdout + done.stderr


def test_schemathesis_finds_nothing(scene):
    """As an admin, as a consumer and as an owner, with all checks."""
    known = play(scene)
    callers = {"admin": scene.admin, "consumer": scene.consumer, "owner": scene.owner}
    with ThreadPoolExecutor(len(callers)) as pool:
        runs = {name: pool.submit(fuzz, client, known, seed) for seed, (name, client) in enumerate(callers.items())}
    for name, run in runs.items():
        code, text = run.result()
        assert code == 0, f"as {name}:\n{text[-60000:]}"
        print(f"as {name}:\n{text[-1500:]}")
    assert scene.server.process.poll() is None
