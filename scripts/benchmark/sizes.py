"""What a read costs in a small, a large and a very large database."""

import pathlib
import random
import shutil
import statistics
import time

import data
from server import Server, load

CLIENTS = 8
TEAMS, SERVICES, NETWORKS = 50, 100, 500
READS = {
    "get by id": ("CONSUMER_TOKEN", None),
    "list of 50, a team's": ("CONSUMER_TOKEN", "/v1/endpoint-requests?limit=50"),
    "list of 50, everybody's": ("ADMIN_TOKEN", "/v1/endpoint-requests?limit=50"),
    "list of 50, the inbox": ("OWNER_TOKEN", "/v1/endpoint-requests?awaiting=me&limit=50"),
}


def measure(work, sizes, seconds, rounds):
    """Servers on databases of all sizes stand side by side, and are asked in turns."""
    seed = work / "sizes"
    models = prepare(seed)
    servers, files = {}, {}
    try:
        for size in sizes:
            folder = work / f"sizes-{size}"
            shutil.copytree(seed, folder)
            fill(folder, models, size)
            servers[size] = Server(folder)
            files[size] = {name: write_requests(folder, name, path, size) for name, (_, path) in READS.items()}
        for size in sizes:
            for name, (token, _) in READS.items():
                load(servers[size], token, files[size][name], CLIENTS, 1)
        results = {name: {size: [] for size in sizes} for name in READS}
        for turn in range(rounds):
            for name, (token, _) in READS.items():
                for size in sizes if turn % 2 == 0 else reversed(sizes):
                    results[name][size].append(load(servers[size], token, files[size][name], CLIENTS, seconds))
    finally:
        for server in servers.values():
            server.stop()
    return {"clients": CLIENTS, "seconds": seconds, "reads": {name: compare(of, sizes) for name, of in results.items()}}


def compare(results, sizes):
    smallest = results[sizes[0]]
    return [{
        "requests": size,
        "per_second": statistics.median(run["per_second"] for run in results[size]),
        "p50_ms": statistics.median(run["p50_ms"] for run in results[size]),
        "p99_ms": statistics.median(run["p99_ms"] for run in results[size]),
        "cost": statistics.median(small["per_second"] / run["per_second"]
                                  for small, run in zip(smallest, results[size])),
    } for size in sizes]


def prepare(folder):
    """A database with one of everything that the server makes of a request, to be copied."""
    with Server(folder) as server:
        names = server.names
        request = server.call("CONSUMER_TOKEN", "POST", "/v1/endpoint-requests", {
            "service": names["SERVICE"], "network_id": names["NETWORK_ID"], "subnet": names["SUBNET"],
            "reason": "The nightly batch reads the orders of the day.", "ticket": "OPS-1"})["id"]
        server.call("OWNER_TOKEN", "POST", f"/v1/endpoint-requests/{request}/approvals", {
            "verdict": "approve", "reason": "They may read orders."})
        endpoint = server.call("OWNER_TOKEN", "GET", f"/v1/endpoint-requests/{request}")["endpoint_id"]
        wait_for(server, endpoint, "active")
        server.call("OWNER_TOKEN", "POST", f"/v1/endpoints/{endpoint}/revoke", {"reason": "The bench has seen it."})
        wait_for(server, endpoint, "closed")
        approval = server.call("OWNER_TOKEN", "GET", f"/v1/endpoint-requests/{request}/approvals")["data"][0]["id"]
        return {"request": request, "endpoint": endpoint, "approval": approval, **names}


def wait_for(server, endpoint, phase):
    deadline = time.monotonic() + 30
    while server.call("ADMIN_TOKEN", "GET", f"/v1/endpoints/{endpoint}")["phase"] != phase:
        if time.monotonic() > deadline:
            raise SystemExit(f"bench: the demo's endpoint does not become {phase}")
        time.sleep(0.1)


def fill(folder, models, size):
    """`size` requests with what belongs to them. The demo's consumer has a tenth, its producer six tenths of them."""
    with data.filling(folder) as database:
        def model(table, column, value):
            return database.execute(f"SELECT id FROM {table} WHERE {column} = ?", (value,)).fetchone()["id"]

        batch, orders = model("team", "name", "batch"), model("team", "name", "orders")
        account = model("cloud_account", "name", "batch-gcp")
        data.copies(database, "team", TEAMS, batch, id=data.identifier("team"), name="'team-' || n")
        data.copies(database, "cloud_account", TEAMS, account, id=data.identifier("acct"), name="'account-' || n",
                    team_id=data.identifier("team"), native_id="'project-' || n", due_at="NULL")
        data.copies(database, "published_service", SERVICES, models["SERVICE_ID"], id=data.identifier("svc"),
                    name="'service-' || n", team_id=data.identifier("team", f"(n % {TEAMS} + 1)"), due_at="NULL")
        data.copies(database, "network", NETWORKS, models["NETWORK_ID"], id=data.identifier("net"),
                    native_id="'network-' || n", account_id=data.identifier("acct", f"(n % {TEAMS} + 1)"),
                    account_team_id=data.identifier("team", f"(n % {TEAMS} + 1)"))
        consumer = f"(n % {TEAMS} + 1)"
        sides = {
            "service_id": f"CASE WHEN n % 10 < 6 THEN '{models['SERVICE_ID']}' "
                          f"ELSE {data.identifier('svc', f'(n / 7 % {SERVICES} + 1)')} END",
            "producer_team_id": f"CASE WHEN n % 10 < 6 THEN '{orders}' "
                                f"ELSE {data.identifier('team', f'(n / 7 % {SERVICES} % {TEAMS} + 1)')} END",
            "consumer_team_id": f"CASE WHEN n / 10 % 10 = 0 THEN '{batch}' ELSE {data.identifier('team', consumer)} END",
        }
        place = {
            "account_id": f"CASE WHEN n / 10 % 10 = 0 THEN '{account}' ELSE {data.identifier('acct', consumer)} END",
            "network_id": f"CASE WHEN n / 10 % 10 = 0 THEN '{models['NETWORK_ID']}' "
                          f"ELSE {data.identifier('net', f'(n % {NETWORKS} + 1)')} END",
            "subnet": "'subnet-' || n",
        }
        state = ("CASE n / 3 % 10 WHEN 0 THEN 'pending' WHEN 1 THEN 'rejected' WHEN 2 THEN 'withdrawn' "
                 "WHEN 3 THEN 'expired' ELSE 'approved' END")
        data.copies(database, "endpoint_request", size, models["request"], id=data.identifier("req"), **sides, **place,
                    state=state, ticket="'OPS-' || n",
                    resolved_at="CASE n / 3 % 10 WHEN 0 THEN NULL ELSE model.resolved_at END",
                    endpoint_id=f"CASE WHEN n / 3 % 10 > 3 THEN {data.identifier('ep')} END")
        data.copies(database, "approval", size, models["approval"], id=data.identifier("apr"),
                    request_id=data.identifier("req"), **sides, decided_by="'somebody'",
                    verdict="CASE n % 4 WHEN 0 THEN 'reject' ELSE 'approve' END")
        data.copies(database, "endpoint", size, models["endpoint"], id=data.identifier("ep"),
                    request_id=data.identifier("req"), **sides, **place)


def write_requests(folder, name, path, size):
    file = pathlib.Path(f"{folder}-{name.replace(' ', '-')}.txt")
    if path:
        paths = [path]
    else:
        # Those in which the demo's consumer takes part.
        chance = random.Random(1)
        numbers = [n for n in chance.choices(range(1, size + 1), k=200_000) if n // 10 % 10 == 0][:10_000]
        paths = [f"/v1/endpoint-requests/req_01{n:024d}" for n in numbers]
    file.write_text("".join(line + "\n" for line in paths))
    return file
