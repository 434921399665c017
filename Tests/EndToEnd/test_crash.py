"""`kill -9` in the middle of the work: what was acknowledged is there, and nothing is there twice."""

import itertools
import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing
from uuid import uuid4

import requests

from endtoend.scene import REASON, Scene
from endtoend.server import Server, run
from endtoend.waiting import eventually

FILINGS = 2000
CLIENTS = 8
KILLS = (500, 1000, 1500)
ENDPOINTS_EACH = 12


class Load:
    """What the clients do, and what they were told."""

    def __init__(self, scene, server):
        self.scene, self.server = scene, server
        self.states = {}
        self.approvals = {}
        self.calls = {}
        self.revoked = set()
        self.repeated = Counter()
        self.faults = []
        self._filings = itertools.count()

    def is_over(self):
        return len(self.states) >= FILINGS or self.faults

    def insist(self, client, path, body):
        """Repeats a call under one key until it is answered: the reply, and the `Request-Id` that it had."""
        key = uuid4().hex
        headers = {"Idempotency-Key": key, "Request-Id": key}
        deadline = time.monotonic() + 120
        while True:
            try:
                reply = client.post(path, body, (200, 201, 202, 409, 503), headers=headers)
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
                self.repeated["lost"] += 1
            else:
                if reply.status < 300:
                    self.repeated["replayed"] += "Idempotency-Replayed" in reply.headers
                    return reply.json(), key
                assert reply.status == 503, reply
            assert time.monotonic() < deadline, f"no answer to {path}"
            time.sleep(0.02)

    def work(self, number):
        try:
            self._work(number)
        except BaseException as fault:
            self.faults.append(fault)
            raise

    def _work(self, number):
        consumer = self.scene.consumer.as_bearer(self.scene.consumer.token)
        owner = self.scene.owner.as_bearer(self.scene.owner.token)
        places = [self.scene.another_network()["id"] for _ in range(ENDPOINTS_EACH + 3)]
        mine = []
        while not self.is_over():
            count = next(self._filings)
            filing = self.scene.filing(network_id=places[0], reason=f"{REASON} {number}-{count}")
            request, call = self.insist(consumer, "/v1/endpoint-requests", filing)
            path = f"/v1/endpoint-requests/{request['id']}"
            self.calls[request["id"]] = call
            choice = count % 10
            if choice == 0 and len(mine) < ENDPOINTS_EACH:
                approval, _ = self.insist(owner, path + "/approvals", {"verdict": "approve", "reason": "Agreed."})
                self.approvals[request["id"]] = approval
                self.states[request["id"]] = "approved"
                mine.append(request["id"])
                places.pop(0)
            elif choice < 4:
                self.insist(consumer, path + "/withdraw", {})
                self.states[request["id"]] = "withdrawn"
            else:
                approval, _ = self.insist(owner, path + "/approvals", {"verdict": "reject", "reason": "Not now."})
                self.approvals[request["id"]] = approval
                self.states[request["id"]] = "rejected"
            if choice == 5 and len(mine) > 4:
                self._revoke(owner, mine)

    def _revoke(self, owner, mine):
        candidate = next((request for request in mine if request not in self.revoked), None)
        if candidate and len(self.revoked & set(mine)) < 4:
            try:
                endpoint = owner.get(f"/v1/endpoint-requests/{candidate}")["endpoint_id"]
            except requests.ConnectionError:
                return
            self.insist(owner, f"/v1/endpoints/{endpoint}/revoke", {"reason": "Enough of it."})
            self.revoked.add(candidate)


def test_kill_during_a_load_of_filings_and_decisions(tmp_path):
    server = Server(tmp_path).start()
    scene = Scene(server)
    service = scene.flavours["gcp"].service
    scene.owner.patch(f"/v1/services/{service}", {"policy": {"request_ttl_seconds": 7776000}})
    load = Load(scene, server)
    clients = [threading.Thread(target=load.work, args=(number,)) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    for mark in KILLS:
        eventually(lambda: len(load.states) >= mark or load.faults, 300, lambda: f"only {len(load.states)} filings")
        server.kill()
        server.start()
    for client in clients:
        client.join()
    assert not load.faults, load.faults[0]
    assert len(load.states) >= FILINGS and load.repeated["lost"] > 0

    check_records(scene, load)
    check_log(scene, load)
    check_clouds(scene, load)

    copy = tmp_path / "copy.db"
    assert run("backup", "--data-dir", server.data, copy).returncode == 0
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    assert server.stop() == 0


def test_a_stop_between_the_steps(tmp_path):
    """SIGTERM while the clouds are being changed: it ends in time, and goes on where it was."""
    server = Server(tmp_path).start()
    scene = Scene(server)
    approved = []
    for _ in range(3):
        approved += [scene.approved(network_id=scene.another_network()["id"])["endpoint_id"] for _ in range(15)]
        begun = time.monotonic()
        assert server.stop(within=12) == 0
        assert time.monotonic() - begun < 10
        server.start()
    for identifier in approved:
        scene.reaches(identifier, "active", within=60)
    standing = Counter(found["endpoint_id"] for found in scene.inventory()["endpoints"])
    assert standing == Counter(dict.fromkeys(approved, 1))
    assert server.stop() == 0


def check_records(scene, load):
    """Every acknowledged filing and decision is there, once, and nothing that nobody sent."""
    found = {request["id"]: request for request in scene.owner.walk("/v1/endpoint-requests")}
    assert set(found) == set(load.states)
    assert {name: request["state"] for name, request in found.items()} == load.states
    assert len({request["reason"] for request in found.values()}) == len(found)
    approvals = list(scene.owner.walk("/v1/approvals"))
    assert {approval["request_id"]: approval for approval in approvals} == load.approvals
    assert len(approvals) == len(load.approvals)


def check_log(scene, load):
    events = scene.events()
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    assert len({event["id"] for event in events}) == len(events)
    # Each event carries the hash of the one before: nothing was lost, changed or put in between.
    assert [event["previous_hash"] for event in events] == ["0" * 64] + [event["hash"] for event in events[:-1]]
    head = scene.admin.get("/v1/events/head").json()
    assert head["sequence"] >= events[-1]["sequence"]
    filed = [event for event in events if event["kind"] == "endpoint_request.filed"]
    assert {event["request_id"]: event["http_request_id"] for event in filed} == load.calls
    assert len(filed) == len(load.calls)
    ends = {"approved": "endpoint_request.approved", "rejected": "endpoint_request.rejected",
            "withdrawn": "endpoint_request.withdrawn"}
    told = Counter((event["request_id"], event["kind"]) for event in events if event["kind"] in ends.values())
    assert told == Counter((request, ends[state]) for request, state in load.states.items())
    given = Counter(event["request_id"] for event in events if event["kind"] == "approval.given")
    assert given == Counter(dict.fromkeys(load.approvals, 1))


def check_clouds(scene, load):
    """The clouds come to agree with what was decided: one endpoint for each, and none for what was revoked."""
    approved = {request for request, state in load.states.items() if state == "approved"}
    last = {}

    def is_settled():
        last["endpoints"] = list(scene.owner.walk("/v1/endpoints"))
        return all(
            endpoint["phase"] == ("closed" if endpoint["request_id"] in load.revoked else "active")
            for endpoint in last["endpoints"])

    eventually(is_settled, 180, lambda: Counter(endpoint["phase"] for endpoint in last["endpoints"]), every=0.5)
    endpoints = last["endpoints"]
    assert {endpoint["request_id"] for endpoint in endpoints} == approved and len(endpoints) == len(approved)
    wanted = {endpoint["id"]: endpoint for endpoint in endpoints if endpoint["phase"] == "active"}
    standing = scene.inventory()["endpoints"]
    assert Counter(found["endpoint_id"] for found in standing) == Counter(dict.fromkeys(wanted, 1))
    assert {found["endpoint_id"]: [found["address"]] for found in standing} == {
        name: endpoint["addresses"] for name, endpoint in wanted.items()}
    assert len({found["address"] for found in standing}) == len(standing)
    account = scene.account("gcp")["native_id"]
    [service] = [found for found in scene.inventory()["services"] if account in found["admitted"]]
    assert service["admitted"] == {account: len(wanted)}
