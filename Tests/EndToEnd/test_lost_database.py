"""The files of the database are lost, moved or closed to the server: nothing is made in their place, and no advice
destroys them. Permissions are tried without root's right to pass over them; mounting needs root."""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
from contextlib import closing

import pytest

from endtoend.server import BINARY, Server, clean_environment, free_port, run
from endtoend.waiting import eventually
from test_store_faults import Teams, mounted, readiness, refused, start_refused, token

# Whoever is not root has no such right.
BOUND = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


def everybody(data, saying, without=()):
    """Each command refuses in one line, and leaves the folder as it is."""
    before = contents(data)
    copy = data.parent / "copy.db"
    for command in (["serve", "--port", free_port()], ["migrate"], ["token", "create", "--admin"], ["verify-log"],
                    ["backup", copy]):
        line = refused(*command, "--data-dir", data, saying=saying, under=BOUND)
        assert not any(words in line for words in without), line
    assert contents(data) == before
    assert [path.name for path in copy.parent.iterdir() if path.name.startswith("copy")] == []


def contents(data):
    # Whoever may serve makes the lock file, and whoever reads makes the index of the log anew.
    return {path.name: path.read_bytes() for path in data.iterdir() if path.suffix not in (".lock", ".db-shm")}


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A data folder whose changes are all in the log, and the token."""
    folder = tmp_path_factory.mktemp("killed")
    secret = token(folder / "data")
    server = Server(folder, dev=False).start()
    teams = Teams(server.client(secret))
    for _ in range(20):
        teams.add()
    server.kill()
    assert (folder / "data" / "postern.db-wal").stat().st_size > 0
    return folder / "data", secret, teams


@pytest.fixture
def data(killed, tmp_path):
    return shutil.copytree(killed[0], tmp_path / "data")


def test_an_empty_file(data):
    for end in ("-wal", "-shm"):
        (data / f"postern.db{end}").unlink()
    (data / "postern.db").write_bytes(b"")
    everybody(data, saying=["is empty", "restore the latest backup", "move it away"])


@pytest.mark.parametrize("is_emptied", [False, True])
def test_only_the_log_is_left(killed, data, tmp_path, is_emptied):
    database = data / "postern.db"
    whole = database.read_bytes()
    database.write_bytes(b"") if is_emptied else database.unlink()
    everybody(data, saying=["postern.db-wal", "put the database itself back", "restore the latest backup"])
    # The advice is right.
    database.write_bytes(whole)
    server = Server(tmp_path, dev=False).start()
    killed[2].check(server.client(killed[1]))
    assert server.stop() == 0


@pytest.mark.parametrize("size", [50, 4096, 100_000])
def test_a_file_cut_short_beside_its_log(killed, data, tmp_path, size):
    """Nobody copies the log into what is left of the file, and removes it: it may be all that has the latest changes."""
    database = data / "postern.db"
    whole = database.read_bytes()
    database.write_bytes(whole[:size])
    everybody(data, saying=["is damaged", "restore the latest backup"])
    database.write_bytes(whole)
    server = Server(tmp_path, dev=False).start()
    killed[2].check(server.client(killed[1]))
    assert server.stop() == 0


def test_a_first_start_killed_before_any_call_starts_again(tmp_path):
    if not shutil.which("strace"):
        pytest.skip("needs strace")
    killed_at = 0
    for call in ("openat", "write", "fsync", "rename", "unlink", "flock", "pwrite64", "fdatasync", "fcntl"):
        for count in range(1, 200):
            data = tmp_path / f"{call}-{count}"
            ends = ("", ".new", ".lock", "-wal", "-shm", "-journal")
            paths = [option for end in ends for option in ("-P", f"{data}/postern.db{end}")]
            done = subprocess.run(
                ["strace", "-f", "-qq", "-o", "/dev/null", *paths, "-e", f"trace={call}",
                 "-e", f"inject={call}:signal=KILL:when={count}", BINARY, "migrate", "--data-dir", data],
                env=clean_environment(), capture_output=True, text=True, timeout=60)
            if done.returncode == 0:
                break
            assert done.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL), done.stderr
            killed_at += 1
            again = run("token", "create", "--admin", "--data-dir", data)
            assert again.returncode == 0, (call, count, again.stderr)
            assert not (data / "postern.db.new").exists()
            shutil.rmtree(data)
        else:
            pytest.fail(f"{call} is never called for the last time")
    assert killed_at > 10


class TestPermissions:
    """What could not be read is not said to be missing, nor to be no database."""

    WRONG = ["move", "There is no database", "is not a SQLite database", "run postern migrate"]

    @pytest.fixture(autouse=True)
    def needs_setpriv(self):
        if BOUND and not shutil.which("setpriv"):
            pytest.skip("root cannot be bound here")

    def test_a_file_that_may_not_be_read(self, tmp_path):
        data = tmp_path / "data"
        token(data)
        database = data / "postern.db"
        whole = database.read_bytes()
        database.chmod(0)
        try:
            everybody_bound(data, saying=["cannot be read", "Permission denied"], without=self.WRONG)
        finally:
            database.chmod(0o600)
        assert database.read_bytes() == whole

    def test_a_folder_that_may_not_be_entered(self, tmp_path):
        data = tmp_path / "data"
        token(data)
        data.chmod(0)
        try:
            everybody_bound(data, saying=["Permission denied"], without=self.WRONG)
        finally:
            data.chmod(0o700)

    def test_a_copy_that_may_not_be_made(self, tmp_path):
        data, folder = tmp_path / "data", tmp_path / "copies"
        token(data)
        folder.mkdir(mode=0o500)
        line = refused("backup", folder / "copy.db", "--data-dir", data, under=BOUND, saying=["Permission denied"])
        assert f"{folder}/copy.db cannot be written" in line


def everybody_bound(data, saying, without):
    for command in (["serve", "--port", free_port()], ["migrate"], ["token", "create", "--admin"], ["verify-log"],
                    ["backup", data.parent / "copy.db"]):
        line = refused(*command, "--data-dir", data, saying=saying, under=BOUND)
        assert not any(words in line for words in without), line
    assert not (data.parent / "copy.db").exists()


@contextlib.contextmanager
def read_only(folder):
    if subprocess.run(["mount", "--bind", folder, folder], capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


class TestReadOnlySnapshot:
    def test_of_a_stopped_server(self, tmp_path):
        data, copy = tmp_path / "da ta%3f?#", tmp_path / "copy.db"
        token(data)
        with read_only(data):
            checked = run("verify-log", "--data-dir", data)
            assert (checked.returncode, checked.stdout[:9]) == (0, "1 events,"), checked.stderr
            done = run("backup", copy, "--data-dir", data)
            assert done.returncode == 0, done.stderr
            assert run("verify-log", "--database", copy).stdout == checked.stdout
            start_refused(data, saying=["cannot be written", "Read-only file system"])

    def test_of_a_killed_server(self, killed, data, tmp_path):
        copy = tmp_path / "copy.db"
        with read_only(data):
            checked = run("verify-log", "--data-dir", data)
            # One of the token, and one of each team.
            assert (checked.returncode, checked.stdout[:10]) == (0, "21 events,"), checked.stderr
            done = run("backup", copy, "--data-dir", data)
            assert done.returncode == 0, done.stderr
        assert run("verify-log", "--database", copy).stdout == checked.stdout

    def test_with_a_log_that_needs_writing(self, data, tmp_path):
        (data / "postern.db-shm").unlink()
        with read_only(data):
            for command in (["verify-log"], ["backup", tmp_path / "copy.db"]):
                refused(*command, "--data-dir", data, saying=["postern.db-wal", "copy both files to a folder"])


class TestMovedWhileServing:
    @pytest.fixture
    def server(self, tmp_path):
        self.secret = token(tmp_path / "data")
        server = Server(tmp_path, dev=False).start()
        yield server
        server.stop()

    def refuses_writes(self, server, name):
        admin = server.client(self.secret)
        reply = admin.post("/v1/teams", {"name": "too-late"}, 503)
        assert reply["code"] == "unavailable" and str(server.data) not in reply.text
        eventually(lambda: readiness(server) == 503, 1, "it stays ready")
        unready = server.client().call("GET", "/readyz")
        assert f"{name} was removed or replaced" in unready["detail"] and str(server.data) not in unready.text
        assert f"{server.data}/{name} was removed or replaced" in server.tail()
        assert admin.get("/v1/whoami")["roles"] == ["admin"]

    @pytest.mark.parametrize("name", ["postern.db", "postern.db-wal", "postern.db-shm", "postern.db.lock"])
    def test_a_file_is_removed_and_put_back(self, server, name):
        admin = server.client(self.secret)
        admin.post("/v1/teams", {"name": "before"}, 201)
        (server.data / name).rename(server.folder / "aside")
        self.refuses_writes(server, name)
        (server.folder / "aside").rename(server.data / name)
        admin.post("/v1/teams", {"name": "after"}, 201)
        assert readiness(server) == 200
        server.kill()
        server.start()
        assert {team["name"] for team in server.client(self.secret).walk("/v1/teams")} == {"before", "after"}

    def test_a_backup_is_put_over_the_file(self, server, tmp_path):
        admin = server.client(self.secret)
        admin.post("/v1/teams", {"name": "before"}, 201)
        assert run("backup", tmp_path / "copy.db", "--data-dir", server.data).returncode == 0
        (tmp_path / "copy.db").rename(server.data / "postern.db")
        self.refuses_writes(server, "postern.db")
        assert server.stop() == 0
        for end in ("-wal", "-shm"):
            (server.data / f"postern.db{end}").unlink(missing_ok=True)
        server.start()
        assert [team["name"] for team in server.client(self.secret).walk("/v1/teams")] == ["before"]

    def test_all_is_removed(self, server):
        for path in server.data.glob("postern.db*"):
            path.unlink()
        self.refuses_writes(server, "postern.db")

    def test_a_second_server_finds_no_lock(self, server):
        (server.data / "postern.db.lock").unlink()
        second = Server(server.folder / "second", dev=False)
        second.folder.mkdir()
        second.data.symlink_to(server.data)
        second.start()
        try:
            self.refuses_writes(server, "postern.db.lock")
            second.client(self.secret).post("/v1/teams", {"name": "in-time"}, 201)
        finally:
            second.stop()


def test_a_changed_schema(tmp_path):
    data = tmp_path / "data"
    token(data)
    with closing(sqlite3.connect(data / "postern.db")) as database:
        database.execute("DROP TRIGGER event_stays")
        database.execute("CREATE TRIGGER event_stays BEFORE DELETE ON event BEGIN SELECT 1; END")
    start_refused(data, saying=["is damaged", "the trigger event_stays is not as it was made"])


class TestBackupsThatEndEarly:
    def test_on_a_full_disk(self, tmp_path):
        token(tmp_path / "data")
        with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=128k", "tmpfs") as disk:
            refused("backup", disk / "copy.db", "--data-dir", tmp_path / "data",
                    saying=[f"{disk}/copy.db cannot be written (the disk is full)"])
            assert list(disk.iterdir()) == []

    @staticmethod
    def is_caught(data, copy, ending):
        """Whether the signal came before the copy was done."""
        copy.unlink(missing_ok=True)
        process = subprocess.Popen([BINARY, "backup", copy, "--data-dir", data], env=clean_environment())
        eventually(lambda: list(copy.parent.glob("copy*")), 30, "no backup", every=0.001)
        process.send_signal(ending)
        return process.wait(30) != 0

    def test_by_a_kill(self, tmp_path):
        data, copy = tmp_path / "data", tmp_path / "copy.db"
        token(data)
        with closing(sqlite3.connect(data / "postern.db")) as database, database:
            database.execute("INSERT INTO team (id, name, description, created_at, updated_at, revision)"
                             " VALUES ('t', 't', printf('%.*c', 60000000, 'x'), 0, 0, 1)")
        for ending in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):
            eventually(lambda: self.is_caught(data, copy, ending), 60, "every backup is faster than the signal", every=0)
            assert not copy.exists()
            assert ending == signal.SIGKILL or not list(tmp_path.glob("copy*")), "an interrupted backup leaves files"
        assert run("backup", copy, "--data-dir", data).returncode == 0
        assert [path.name for path in tmp_path.glob("copy*")] == ["copy.db"]
