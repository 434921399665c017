"""The server looks after its own log: what was done to it behind its back stands in the head, in the log of the server
and in `/readyz`, and the service goes on."""

import sqlite3
from contextlib import closing

import pytest

from endtoend.server import Server, run
from endtoend.waiting import eventually

EVENTS = 40


def token(data):
    done = run("token", "create", "--data-dir", data, "--admin")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def tamper(data, sql):
    """As somebody with the file in their hands, who leaves the guards as they found them."""
    with closing(sqlite3.connect(data / "postern.db")) as database, database:
        guards = [sql for sql, in database.execute("SELECT sql FROM sqlite_schema WHERE type = 'trigger'")]
        for name in ("event_is_final", "event_stays"):
            database.execute(f"DROP TRIGGER {name}")
        database.execute(sql)
        for guard in guards:
            database.execute(guard)


@pytest.fixture
def served(tmp_path):
    """A folder with a log of `EVENTS` events, and the admin's token."""
    secret = token(tmp_path / "data")
    server = Server(tmp_path, dev=False).start()
    admin = server.client(secret)
    for number in range(EVENTS - 1):
        admin.post("/v1/teams", {"name": f"t{number}", "description": "A team of forty."}, 201)
    assert server.stop() == 0
    return tmp_path, secret


def verification(admin):
    return admin.get("/v1/events/head")["verification"]


def wait_for(admin, state, within=20):
    eventually(lambda: verification(admin)["state"] == state, within, lambda: f"{verification(admin)}")
    return verification(admin)


def errors(server):
    return [line for line in server.log.read_text().splitlines() if " error " in line]


def test_an_untouched_log_is_intact_and_followed(served):
    folder, secret = served
    server = Server(folder, dev=False).start()
    try:
        admin = server.client(secret)
        found = wait_for(admin, "intact")
        assert (found["through_sequence"], found["first_bad"]) == (EVENTS, None) and found["checked_at"]
        admin.post("/v1/teams", {"name": "later"}, 201)
        eventually(lambda: verification(admin)["through_sequence"] == EVENTS + 1, 20, "new events are not followed")
        assert verification(admin)["checked_at"] > found["checked_at"]
        checks = {check["name"]: check for check in server.client().get("/readyz")["checks"]}
        assert checks["event_log"] == {"name": "event_log", "status": "ok", "detail": None}
        assert not errors(server)
    finally:
        assert server.stop() == 0


@pytest.mark.parametrize("sql, bad, problem", [
    ("UPDATE event SET actor_subject = 'eve' WHERE sequence = 21", 21, "event 21 was changed"),
    ("DELETE FROM event WHERE sequence = 21", 21, "event 22 stands where event 21 should"),
    ("UPDATE event SET hash = '' WHERE sequence = 40", 40, "event 40 was changed"),
    ("UPDATE event SET hash = replace(hash, substr(hash, 1, 1), 'x') WHERE sequence = 40", 40, "event 40 was changed"),
    ("UPDATE event SET kind = 'no.such' WHERE sequence = 40", 40, "event 40 cannot be read"),
    ("INSERT INTO event SELECT -9223372036854775808, id, kind, at, actor_kind, actor_subject, http_request_id, team_id,"
     " token_id, account_id, network_id, service_id, request_id, endpoint_id, producer_team_id, consumer_team_id,"
     " detail, previous_hash, hash FROM event WHERE sequence = 1", 1, "stands where event 1 should"),
])
def test_a_broken_log_cannot_be_overlooked_and_stops_nothing(served, sql, bad, problem):
    folder, secret = served
    tamper(folder / "data", sql)
    server = Server(folder, dev=False).start()
    try:
        admin = server.client(secret)
        found = wait_for(admin, "broken")
        assert found["first_bad"]["sequence"] == bad and problem in found["first_bad"]["problem"]
        assert found["through_sequence"] == bad - 1 and found["checked_at"]
        eventually(lambda: errors(server), 10, "the server's log does not tell")
        [line] = errors(server)
        assert "The log of events is broken" in line and problem in line
        # Ready, since people still have to decide; but not without a word.
        ready = server.client().get("/readyz")
        [check] = [check for check in ready["checks"] if check["name"] == "event_log"]
        assert ready["status"] == "ready" and check["status"] == "warning" and "/v1/events/head" in check["detail"]
        head = admin.get("/v1/events/head")
        assert head["hash"] is None or len(head["hash"]) == 64 and int(head["hash"], 16) >= 0
        admin.post("/v1/teams", {"name": "after"}, 201)
        assert admin.get("/v1/events/head")["sequence"] == EVENTS + 1
        assert verification(admin)["state"] == "broken"
        done = run("verify-log", "--data-dir", folder / "data")
        assert done.returncode == 2 and problem in done.stderr
    finally:
        assert server.stop() == 0


@pytest.mark.parametrize("sql, bad, problem", [
    ("DELETE FROM event WHERE sequence > 30", 31, "the log ends at event 30, but event 40"),
    ("UPDATE event SET at = at + 1 WHERE sequence = 5", 5, "event 5 was changed"),
])
def test_what_is_done_under_a_running_server_is_found(served, sql, bad, problem):
    folder, secret = served
    server = Server(folder, "--verify-log-interval", "1", dev=False).start()
    try:
        admin = server.client(secret)
        wait_for(admin, "intact")
        tamper(folder / "data", sql)
        found = wait_for(admin, "broken")
        assert found["first_bad"]["sequence"] == bad and problem in found["first_bad"]["problem"]
        assert any(problem in line for line in errors(server))
        # Found again at each check, and told again.
        eventually(lambda: len(errors(server)) >= 2, 20, "it is told once only")
        assert verification(admin)["state"] == "broken"
    finally:
        assert server.stop() == 0


def test_a_log_without_a_next_number_refuses_writes_and_serves_on(served):
    folder, secret = served
    tamper(folder / "data", "UPDATE event SET sequence = 9223372036854775807 WHERE sequence = 40")
    server = Server(folder, dev=False).start()
    try:
        admin = server.client(secret)
        for name in ("one", "two"):
            admin.post("/v1/teams", {"name": name}, 503)
        assert len(admin.get("/v1/teams", query={"limit": 200})["data"]) == EVENTS - 1
        assert wait_for(admin, "broken")["first_bad"]["sequence"] == 40
        eventually(lambda: server.client().call("GET", "/readyz").status == 503, 10, "it says that it is ready")
        assert len([line for line in errors(server) if "no number after 9223372036854775807" in line]) == 1
    finally:
        assert server.stop() == 0


def test_a_log_that_does_not_hold_is_told_from_one_that_cannot_be_read(served):
    folder, _ = served
    assert run("verify-log", "--data-dir", folder / "data").returncode == 0
    assert run("verify-log", "--data-dir", folder / "nowhere").returncode == 1
    tamper(folder / "data", "UPDATE event SET detail = replace(detail, '{', '{ ') WHERE sequence = 7")
    done = run("verify-log", "--data-dir", folder / "data")
    assert done.returncode == 2 and "event 7 was changed" in done.stderr
    help = run("verify-log", "--help").stdout
    assert "2" in help and "does not hold" in help
