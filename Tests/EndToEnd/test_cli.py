"""The binary as its operator meets it."""

import re
import shutil
import socket
import sqlite3
import stat
import subprocess
import threading
import time
from contextlib import closing

import pytest
import requests
import trustme

from endtoend.server import BINARY, Server, clean_environment, free_port, run
from endtoend.waiting import eventually


def refuses(*arguments, saying=()):
    """It exits soon, with one clear line."""
    done = run(*arguments, timeout=20)
    assert done.returncode not in (0, -6, -11), f"{arguments}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
    for words in saying:
        assert words.lower() in done.stderr.lower(), f"{words!r} is not in: {done.stderr}"
    assert "fatal error" not in done.stderr.lower()
    return done


def make_token(data, *flags):
    done = run("token", "create", "--data-dir", data, *flags)
    assert done.returncode == 0, done.stderr
    secret = done.stdout.strip().splitlines()[-1].split()[-1]
    assert secret.startswith("pst_")
    return secret


@pytest.fixture
def production(tmp_path):
    """A server as one would run it: no demo, no fake cloud."""
    secret = make_token(tmp_path / "data", "--admin")
    server = Server(tmp_path, dev=False).start()
    yield server, server.client(secret)
    assert server.stop() == 0, server.tail()


def test_version():
    done = run("--version")
    assert done.returncode == 0 and re.search(r"\d+\.\d+\.\d+", done.stdout)


def test_help_names_the_commands():
    text = run("--help").stdout
    for command in ("serve", "token", "migrate", "backup"):
        assert command in text


def test_unknown_flags_are_refused(tmp_path):
    refuses("serve", "--data-dir", tmp_path, "--wat")
    refuses("wat")


def test_an_open_address_needs_tls_or_a_proxy(tmp_path):
    for host in ("0.0.0.0", "::", "192.0.2.1"):
        refuses("serve", "--data-dir", tmp_path, "--host", host, "--port", free_port(),
                saying=["--behind-proxy", "tls"])
    # With --behind-proxy it goes on, to fail here because the port is taken: the test listens to nobody but itself.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = refuses("serve", "--data-dir", tmp_path, "--host", "0.0.0.0", "--behind-proxy", "--port",
                       taken.getsockname()[1])
        assert "--behind-proxy" not in done.stderr


def test_a_taken_port_is_one_clear_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refuses("serve", "--data-dir", tmp_path, "--port", port, saying=[str(port)])


def test_tls(tmp_path):
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    chain, key, root = tmp_path / "chain.pem", tmp_path / "key.pem", tmp_path / "root.pem"
    chain.write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
    key.write_bytes(certificate.private_key_pem.bytes())
    authority.cert_pem.write_to_path(str(root))
    refuses("serve", "--data-dir", tmp_path / "x", "--port", free_port(), "--tls-certificate", chain)
    refuses("serve", "--data-dir", tmp_path / "x", "--port", free_port(), "--tls-certificate", chain,
            "--tls-key", tmp_path / "missing.pem", saying=["missing.pem"])
    port = free_port()
    process = subprocess.Popen(
        [BINARY, "serve", "--data-dir", tmp_path / "data", "--port", str(port), "--tls-certificate", chain, "--tls-key",
         key], env=clean_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with requests.Session() as session:
            session.trust_env = False

            def is_ready():
                assert process.poll() is None
                try:
                    reply = session.get(f"https://127.0.0.1:{port}/readyz", verify=str(root), timeout=5)
                    return reply.status_code == 200
                except requests.ConnectionError:
                    return False

            eventually(is_ready, 30, "the server with TLS is not ready")
            with pytest.raises(requests.RequestException):
                session.get(f"http://127.0.0.1:{port}/readyz", timeout=5)
    finally:
        process.terminate()
        assert process.wait(20) == 0


def test_a_second_server_on_the_same_data_is_refused(production):
    server, admin = production
    refuses("serve", "--data-dir", server.data, "--port", free_port(), saying=["in use"])
    assert admin.get("/v1/whoami")["roles"] == ["admin"]


def test_migrate_makes_and_keeps_a_database(tmp_path):
    data = tmp_path / "data"
    assert run("migrate", "--data-dir", data).returncode == 0
    secret = make_token(data, "--admin")
    assert run("migrate", "--data-dir", data).returncode == 0
    server = Server(tmp_path, dev=False).start()
    assert server.client(secret).get("/v1/whoami")["roles"] == ["admin"]
    assert server.stop() == 0


def test_a_database_of_a_newer_version_is_refused(tmp_path):
    data = tmp_path / "data"
    assert run("migrate", "--data-dir", data).returncode == 0
    with closing(sqlite3.connect(data / "postern.db")) as database:
        database.execute("PRAGMA user_version = 9999")
    refuses("serve", "--data-dir", data, "--port", free_port(), saying=["newer"])


def test_a_damaged_database_is_refused(tmp_path):
    (tmp_path / "postern.db").write_bytes(b"This is no database at all, and never was one. " * 200)
    refuses("serve", "--data-dir", tmp_path, "--port", free_port())


def test_tokens_at_the_servers_machine(tmp_path):
    data = tmp_path / "data"
    admin_secret = make_token(data, "--admin", "--subject", "root@here")
    auditor_secret = make_token(data, "--auditor", "--expires-in-days", "7")
    refuses("token", "create", "--data-dir", data, "--team", "nobody", "--subject", "x", saying=["team"])
    refuses("token", "create", "--data-dir", data, "--admin", "--expires-in-days", "0")
    server = Server(tmp_path, dev=False).start()
    admin = server.client(admin_secret)
    me = admin.get("/v1/whoami")
    assert (me["subject"], me["roles"], me["teams"], me["expires_at"]) == ("root@here", ["admin"], [], None)
    assert server.client(auditor_secret).get("/v1/whoami")["expires_at"]
    team = admin.post("/v1/teams", {"name": "payments"}).json()
    assert server.stop() == 0
    member = make_token(data, "--team", "payments", "--subject", "ada@payments")
    server.start()
    assert server.client(member).get("/v1/whoami")["teams"] == [{"id": team["id"], "name": "payments"}]
    made = [event for event in server.client(admin_secret).walk("/v1/events", kind="token.created")]
    assert {event["actor"]["kind"] for event in made} == {"system"} and len(made) == 3
    assert server.stop() == 0
    database = b"".join(path.read_bytes() for path in data.glob("postern.db*"))
    assert not any(secret.encode() in database for secret in (admin_secret, auditor_secret, member))


def test_without_dev_there_is_no_fake_cloud_and_no_demo(production):
    server, admin = production
    assert not (server.data / "demo.env").exists()
    assert list(admin.walk("/v1/teams")) == list(admin.walk("/v1/services")) == []
    for method, path in (("GET", "/dev/fake/inventory"), ("POST", "/dev/fake/endpoints"), ("POST", "/dev/fake/faults"),
                         ("DELETE", "/dev/fake/faults"), ("PUT", "/dev/fake/inventory")):
        reply = requests.request(
            method, server.url + path, headers={"Authorization": f"Bearer {admin.token}"}, timeout=10)
        assert reply.status_code == 404 and reply.json()["code"] == "not_found"


def test_files_are_the_owners_own(tmp_path):
    server = Server(tmp_path).start()
    assert server.stop() == 0
    assert stat.S_IMODE(server.data.stat().st_mode) & 0o077 == 0
    for path in server.data.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    assert stat.S_IMODE((server.data / "demo.env").stat().st_mode) == 0o600


def test_the_demo_is_seeded_once(tmp_path):
    server = Server(tmp_path).start()
    first = server.environment()
    assert server.stop() == 0
    server.start()
    assert server.environment() == first
    admin = server.client(first["ADMIN_TOKEN"])
    assert len(list(admin.walk("/v1/teams"))) == 2
    assert server.stop() == 0


def test_settings_have_three_spellings(tmp_path):
    """A flag goes before the environment, which goes before the file."""
    ports = [free_port() for _ in range(3)]
    file = tmp_path / "postern.yaml"
    file.write_text(f"data_dir: {tmp_path / 'data'}\nport: {ports[2]}\n")
    for flags, environment, port in (
        ([], {}, ports[2]),
        ([], {"POSTERN_PORT": str(ports[1])}, ports[1]),
        (["--port", str(ports[0])], {"POSTERN_PORT": str(ports[1])}, ports[0]),
    ):
        process = subprocess.Popen(
            [BINARY, "serve", "--config", file, *flags], env={**clean_environment(), **environment},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            def is_ready():
                assert process.poll() is None
                try:
                    return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200
                except requests.ConnectionError:
                    return False

            eventually(is_ready, 30, f"not ready with {flags} {environment}")
        finally:
            process.terminate()
            assert process.wait(20) == 0
    assert (tmp_path / "data" / "postern.db").exists()


def test_backup_while_the_server_works(tmp_path):
    server = Server(tmp_path / "one").start()
    token = server.environment()["ADMIN_TOKEN"]
    over = threading.Event()
    acknowledged = []

    def write():
        client = server.client(token)
        while not over.is_set():
            acknowledged.append(client.post("/v1/teams", {"name": f"team-{len(acknowledged)}"})["id"])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        eventually(lambda: len(acknowledged) > 20, 30, "nothing is written")
        before, copy = len(acknowledged), tmp_path / "copy.db"
        done = run("backup", "--data-dir", server.data, copy)
        assert done.returncode == 0, done.stderr
        refuses("backup", "--data-dir", server.data, copy)
    finally:
        over.set()
        writer.join()
    assert server.stop() == 0
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    # It is a whole data folder's worth: a server takes it over.
    restored = Server(tmp_path / "two", dev=False)
    restored.data.mkdir(parents=True)
    shutil.copy(copy, restored.data / "postern.db")
    restored.start()
    found = {team["id"] for team in restored.client(token).walk("/v1/teams")}
    assert set(acknowledged[:before]) <= found
    assert restored.stop() == 0


def test_a_request_in_flight_is_finished_before_the_stop(production):
    server, admin = production
    body = b'{"name": "in-flight"}'
    head = (f"POST /v1/teams HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {admin.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n").encode()
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection, \
            socket.create_connection(("127.0.0.1", server.port), timeout=20) as idle:
        idle.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle.recv(4096).startswith(b"HTTP/1.1 200")
        connection.sendall(head)
        assert connection.recv(4096).startswith(b"HTTP/1.1 100"), "the request is not in flight"
        begun = time.monotonic()
        server.process.terminate()
        eventually(lambda: not listens(server.port), 5, "it still listens")
        connection.sendall(body)
        received = b""
        while chunk := connection.recv(4096):
            received += chunk
        assert received.startswith(b"HTTP/1.1 201"), received[:200]
        assert idle.recv(4096) == b"", "an idle connection stays open"
    assert server.process.wait(10) == 0
    assert time.monotonic() - begun < 10
    server.start()
    assert admin.get("/v1/teams/in-flight")["name"] == "in-flight"


def test_a_client_that_never_finishes_does_not_hold_up_the_stop(production):
    server, admin = production
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall((f"POST /v1/teams HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {admin.token}\r\n"
                            "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{").encode())
        begun = time.monotonic()
        assert server.stop(within=12) == 0
        assert time.monotonic() - begun < 10


def test_a_stop_under_load_loses_nothing(production):
    server, admin = production
    acknowledged, over = [], threading.Event()

    def write(number):
        client = admin.as_bearer(admin.token)
        count = 0
        while not over.is_set():
            try:
                acknowledged.append(client.post("/v1/teams", {"name": f"load-{number}-{count}"})["id"])
            except requests.ConnectionError:
                return
            count += 1

    writers = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for writer in writers:
        writer.start()
    try:
        eventually(lambda: len(acknowledged) > 100, 60, "nothing is written")
        begun = time.monotonic()
        assert server.stop(within=12) == 0
        assert time.monotonic() - begun < 10
    finally:
        over.set()
        for writer in writers:
            writer.join()
    server.start()
    assert set(acknowledged) <= {team["id"] for team in admin.walk("/v1/teams")}


def listens(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
