"""The store's own bad days, as the operator and the clients meet them. Mounting needs root."""

import itertools
import os
import re
import shutil
import sqlite3
import subprocess
import threading
from contextlib import closing, contextmanager

import pytest

from endtoend.server import Server, free_port, run
from endtoend.waiting import eventually


def token(data):
    done = run("token", "create", "--data-dir", data, "--admin")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def refused(*arguments, saying=(), under=(), code=1):
    """It exits with 1, or another code, and one clear line."""
    done = run(*arguments, timeout=30, under=under)
    lines = [line for line in done.stderr.splitlines() if line.startswith("postern: ")]
    assert done.returncode == code and len(lines) == 1, (done.returncode, done.stdout, done.stderr)
    for words in saying:
        assert words in lines[0], lines[0]
    return lines[0]


def start_refused(data, saying=()):
    return refused("serve", "--data-dir", data, "--port", free_port(), saying=saying)


def errors(server):
    return [line for line in server.log.read_text().splitlines() if " error " in line]


class Teams:
    """Changes that were acknowledged."""

    def __init__(self, client):
        self.client = client
        self.names = set()
        self._numbers = itertools.count()

    def add(self, expect=201, size=10):
        name = f"t{next(self._numbers)}"
        reply = self.client.post("/v1/teams", {"name": name, "description": "x" * size}, expect)
        if reply.status == 201:
            self.names.add(name)
        return reply

    def check(self, client):
        assert {team["name"] for team in client.walk("/v1/teams")} >= self.names


@contextmanager
def mounted(folder, *options):
    folder.mkdir()
    done = subprocess.run(["mount", *options, folder], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def readiness(server):
    return server.client().call("GET", "/readyz").status


def test_a_full_disk_and_room_again(tmp_path):
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=6m", "tmpfs") as disk:
        secret = token(disk / "data")
        server = Server(tmp_path, dev=False)
        shutil.rmtree(server.data, ignore_errors=True)
        server.data.symlink_to(disk / "data")
        server.start()
        try:
            admin = server.client(secret)
            teams = Teams(admin)
            for _ in range(20):
                teams.add()
            for round in range(3):
                filler = disk / "filler"
                with filler.open("wb", buffering=0) as file, pytest.raises(OSError):
                    while True:
                        file.write(b"\0" * 4096)
                # What is left of the log's last page may still take a little.
                eventually(lambda: teams.add((201, 503), size=2000).status == 503, 30, "writing goes on")
                reply = teams.add(503)
                assert reply["code"] == "unavailable" and reply.headers["Retry-After"]
                assert "SQLite" not in reply.text
                eventually(lambda: readiness(server) == 503, 10, "it stays ready on a full disk")
                assert server.client().call("GET", "/livez").status == 200
                teams.check(admin)
                assert "the disk is full" in server.tail()
                filler.unlink()
                eventually(lambda: readiness(server) == 200, 30, "it does not come back by itself")
                teams.add()
            teams.check(admin)
            server.kill()
            server.start()
            teams.check(server.client(secret))
            assert run("verify-log", "--data-dir", server.data).returncode == 0
        finally:
            server.stop()


def test_a_full_disk_at_the_start_is_one_clear_line(tmp_path):
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=128k", "tmpfs") as disk:
        start_refused(disk / "data", saying=["cannot be written", "full"])


def test_a_read_only_disk(tmp_path):
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=6m", "tmpfs") as disk:
        data = disk / "data"
        assert run("migrate", "--data-dir", data).returncode == 0
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        start_refused(data, saying=["cannot be written", "Read-only file system"])


def test_a_read_only_file(tmp_path):
    data = tmp_path / "data"
    assert run("migrate", "--data-dir", data).returncode == 0
    database = data / "postern.db"
    # Root may write to any file, but not through a mount that is read-only.
    if subprocess.run(["mount", "--bind", database, database], capture_output=True).returncode:
        if os.geteuid() == 0:
            pytest.skip("nothing can be mounted here")
        database.chmod(0o400)
        start_refused(data, saying=["cannot be written", "read-only"])
        return
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", database], check=True)
        start_refused(data, saying=["cannot be written", "read-only"])
    finally:
        subprocess.run(["umount", database], check=True)


def test_a_database_of_a_newer_version(tmp_path):
    data = tmp_path / "data"
    assert run("migrate", "--data-dir", data).returncode == 0
    with closing(sqlite3.connect(data / "postern.db")) as database:
        [known] = database.execute("PRAGMA user_version").fetchone()
        database.execute("PRAGMA user_version = 77")
    line = start_refused(data, saying=["schema version 77", f"up to {known}:"])
    for command in (["migrate"], ["token", "create", "--admin"], ["verify-log"]):
        assert refused(*command, "--data-dir", data) == line


def test_a_truncated_database(tmp_path):
    data = tmp_path / "data"
    assert run("migrate", "--data-dir", data).returncode == 0
    database = data / "postern.db"
    whole = database.read_bytes()
    for size in (0, 50, 4096, len(whole) // 2, len(whole) - 4096):
        database.write_bytes(whole[:size])
        line = start_refused(data, saying=["restore", "backup"])
        assert size <= 50 or "is damaged" in line
        assert database.read_bytes() == whole[:size], "a damaged file was changed"


def test_a_flipped_bit(tmp_path):
    data = tmp_path / "data"
    token(data)
    database = data / "postern.db"
    whole = database.read_bytes()
    for page in range(1, len(whole) // 4096):
        # The kind of each page, which is in its first byte.
        flipped = bytearray(whole)
        flipped[page * 4096] ^= 0x40
        database.write_bytes(flipped)
        start_refused(data, saying=["is damaged", "restore the latest backup"])
    database.write_bytes(whole)
    server = Server(tmp_path, dev=False).start()
    assert server.stop() == 0


def test_damage_while_serving_is_503_and_one_line(tmp_path):
    secret = token(tmp_path / "data")
    server = Server(tmp_path, dev=False).start()
    try:
        admin = server.client(secret)
        teams = Teams(admin)
        for _ in range(300):
            teams.add(size=1900)
        server.kill()
        # The log is in the file now, so that what is read comes from there.
        with closing(sqlite3.connect(server.data / "postern.db")) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        server.start()
        database = server.data / "postern.db"
        with database.open("r+b") as file:
            # The pages that hold the teams' descriptions.
            for page in range(1, database.stat().st_size // 4096):
                file.seek(page * 4096)
                if b"x" * 1500 in file.read(4096):
                    file.seek(page * 4096)
                    file.write(b"\xa5" * 4096)
        before = len(errors(server))
        assert readiness(server) == 200
        for _ in range(5):
            reply = admin.get("/v1/teams", 503, query={"limit": 200})
            assert reply["code"] == "unavailable" and "SQLite" not in reply.text
        [line] = errors(server)[before:]
        assert "the database is damaged: stop the server and restore the latest backup" in line
        # What is whole is served; but whoever asks whether all is well is told that it is not, until somebody mends it.
        assert admin.get("/v1/whoami")["roles"] == ["admin"]
        eventually(lambda: readiness(server) == 503, 5, "it says that it is ready")
        assert "restore the latest backup" in server.client().get("/readyz", 503).text
        assert server.process.poll() is None
        copy = tmp_path / "copy.db"
        refused("backup", "--data-dir", server.data, copy, saying=["is damaged"])
        assert not copy.exists()
    finally:
        assert server.stop() == 0


class TestTampering:
    """The log is rewritten by somebody with the file in their hands."""

    @pytest.fixture
    def log(self, tmp_path):
        data = tmp_path / "data"
        for _ in range(12):
            token(data)
        done = run("verify-log", "--data-dir", data)
        count, head = re.fullmatch(r"(\d+) events, head (\d+:[0-9a-f]{64})\n", done.stdout).groups()
        assert (done.returncode, count) == (0, "12")
        return data, head

    @pytest.mark.parametrize("sql, bad", [
        ("UPDATE event SET actor_subject = 'eve' WHERE sequence = 5", "event 5 was changed"),
        ("DELETE FROM event WHERE sequence = 5", "event 6 stands where event 5 should"),
        ("UPDATE event SET sequence = 99 WHERE sequence = 5", "event 6 stands where event 5 should"),
        ("DELETE FROM event WHERE sequence > 8", "the log ends at event 8, but event 12"),
    ])
    def test_the_first_bad_event_is_named(self, log, sql, bad):
        data, head = log
        with closing(sqlite3.connect(data / "postern.db")) as database, database:
            database.execute("DROP TRIGGER event_is_final")
            database.execute("DROP TRIGGER event_stays")
            database.execute(sql)
        refused("verify-log", "--data-dir", data, "--expect", head, saying=[bad], code=2)

    def test_a_backup_is_checked_as_well(self, log, tmp_path):
        data, head = log
        copy = tmp_path / "copy.db"
        assert run("backup", "--data-dir", data, copy).returncode == 0
        token(data)
        files = set(tmp_path.iterdir())
        assert run("verify-log", "--database", copy, "--expect", head).stdout == f"12 events, head {head}\n"
        assert set(tmp_path.iterdir()) == files, "reading a backup leaves files behind"
        later = run("verify-log", "--data-dir", data, "--expect", head)
        assert later.returncode == 0 and later.stdout.startswith("13 events")
        refused("verify-log", "--database", copy, "--expect", later.stdout.split()[-1], code=2,
                saying=["ends at event 12"])

    @pytest.mark.parametrize("head", ["", "12", "12:", "x:" + "0" * 64, "-1:" + "0" * 64, "12:" + "g" * 64])
    def test_a_head_that_is_none(self, log, head):
        done = run("verify-log", "--data-dir", log[0], f"--expect={head}")
        assert done.returncode == 64 and "--expect" in done.stderr


def test_backup_under_load_and_restore(tmp_path):
    secret = token(tmp_path / "data")
    server = Server(tmp_path, dev=False).start()
    teams = Teams(server.client(secret))
    stop, faults = threading.Event(), []

    def load(number):
        client = server.client(secret)
        for count in itertools.count():
            if stop.is_set():
                return
            try:
                name = f"l{number}-{count}"
                client.post("/v1/teams", {"name": name}, 201)
                teams.names.add(name)
            except BaseException as fault:
                faults.append(fault)
                raise

    clients = [threading.Thread(target=load, args=(number,)) for number in range(8)]
    for client in clients:
        client.start()
    copies = []
    try:
        for round in range(3):
            mark = len(teams.names) + 100
            eventually(lambda: len(teams.names) >= mark or faults, 60, "no load")
            acknowledged, copy = set(teams.names), tmp_path / f"copy-{round}.db"
            head = teams.client.get("/v1/events/head")
            done = run("backup", "--data-dir", server.data, copy)
            assert done.returncode == 0, done.stderr
            copies.append((acknowledged, f"{head['sequence']}:{head['hash']}", copy))
        assert run("verify-log", "--data-dir", server.data).returncode == 0
    finally:
        stop.set()
        for client in clients:
            client.join()
    assert not faults
    # The worst moment to restore: the server has died, and left its log.
    server.kill()
    for acknowledged, head, copy in copies:
        assert run("verify-log", "--database", copy, "--expect", head).returncode == 0
        shutil.copy(copy, server.data / "postern.db")
        if (server.data / "postern.db-wal").exists():
            start_refused(server.data, saying=["remove", "postern.db-wal"])
            for end in ("-wal", "-shm"):
                (server.data / f"postern.db{end}").unlink(missing_ok=True)
        server.start()
        found = {team["name"] for team in server.client(secret).walk("/v1/teams")}
        assert acknowledged <= found
        server.client(secret).post("/v1/teams", {"name": "after-the-restore"}, 201)
        server.kill()
    assert run("verify-log", "--data-dir", server.data).returncode == 0
