"""How many durable creates a second 64 clients get, with and without group commit."""

import json
import pathlib
import re
import shutil
import sqlite3
import statistics
import subprocess
import time

import data
from server import Server, load

CLIENTS = 64
SUBNETS = 8
WARM_UP = 1
# More than any machine files in one run: no filing may be a duplicate.
PER_SECOND = 20_000


def measure(work, seconds, pairs):
    """Alternating pairs of runs, each on a copy of one prepared database."""
    prepared, requests = prepare(work, seconds)
    runs = []
    for pair in range(pairs):
        order = [True, False] if pair % 2 == 0 else [False, True]
        runs.append({grouped: run(work, prepared, requests, seconds, grouped) for grouped in order})
    ratios = [pair[True]["per_second"] / pair[False]["per_second"] for pair in runs]
    return {
        "clients": CLIENTS,
        "seconds": seconds,
        "pairs": [{"on": pair[True], "off": pair[False], "ratio": ratio} for pair, ratio in zip(runs, ratios)],
        "ratio": statistics.median(ratios),
        "syncs": {name: count_syncs(work, prepared, requests, grouped)
                  for name, grouped in (("on", True), ("off", False))},
    }


def prepare(work, seconds):
    """A database with enough subnets for every filing to have its own, and the filings."""
    folder = work / "filings"
    with Server(folder) as server:
        names = server.names
        network = server.call("CONSUMER_TOKEN", "POST", "/v1/networks", {
            "account": "batch-gcp", "name": "bench", "native_id": "bench", "region": None, "cidrs": ["10.64.0.0/16"],
            "subnets": [{"name": f"s{s}", "native_id": f"s{s}", "region": "europe-west1", "zone": None,
                         "cidr": f"10.64.{s}.0/24"} for s in range(SUBNETS)]})["id"]
    count = PER_SECOND * (WARM_UP + seconds) // SUBNETS
    with data.filling(folder) as database:
        data.copies(database, "network", count, network,
                    id=data.identifier("net"), name="'bench-' || n", native_id="'bench-' || n")
    files = [work / "filings-warm-up.txt", work / "filings.txt"]
    split = PER_SECOND * WARM_UP // SUBNETS
    for path, numbers in zip(files, (range(1, split + 1), range(split + 1, count + 1))):
        with open(path, "w") as lines:
            for n in numbers:
                for s in range(SUBNETS):
                    body = json.dumps({
                        "service": names["SERVICE"], "network_id": f"net_01{n:024d}", "subnet": f"s{s}",
                        "reason": "The nightly batch reads the orders of the day.", "ticket": f"OPS-{n}"})
                    lines.write(f"/v1/endpoint-requests\t{body}\n")
    return folder, files


def run(work, prepared, requests, seconds, grouped):
    folder = work / "run"
    shutil.copytree(prepared, folder)
    with Server(folder, *([] if grouped else ["--no-group-commit"])) as server:
        before = load(server, "CONSUMER_TOKEN", requests[0], CLIENTS, WARM_UP)
        result = load(server, "CONSUMER_TOKEN", requests[1], CLIENTS, seconds)
    # What was acknowledged is there; a client may have been cut off before it read its last answer.
    acknowledged = before["requests"] + result["requests"]
    with sqlite3.connect(folder / "postern.db") as database:
        kept, = database.execute("SELECT count(*) FROM endpoint_request").fetchone()
    if not acknowledged <= kept <= acknowledged + 2 * CLIENTS:
        raise SystemExit(f"bench: {acknowledged} creates were acknowledged, and {kept} are there")
    shutil.rmtree(folder)
    return result


def count_syncs(work, prepared, requests, grouped):
    """How many creates each sync of the file to the disk carried, as the kernel saw it; None without strace."""
    folder = work / "run"
    shutil.copytree(prepared, folder)
    report = work / "strace.txt"
    try:
        with Server(folder, *([] if grouped else ["--no-group-commit"])) as server:
            tracer = subprocess.Popen(
                ["strace", "-f", "-c", "-e", "trace=fsync,fdatasync", "-o", report, "-p", str(server.process.pid)],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(1)
            created = load(server, "CONSUMER_TOKEN", requests[0], CLIENTS, WARM_UP)["requests"]
            tracer.terminate()
            tracer.wait(10)
    except FileNotFoundError:
        return None
    finally:
        shutil.rmtree(folder)
    calls = re.findall(r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+.*f(?:data)?sync$", pathlib.Path(report).read_text(), re.M)
    syncs = sum(map(int, calls))
    return {"creates": created, "syncs": syncs, "creates_per_sync": created / syncs if syncs else None}
