"""The emulator, in this process."""

import pathlib
import sys
import threading

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from google_world import World  # noqa: E402
from psc_emulator.server import make_server  # noqa: E402


@pytest.fixture(scope="session")
def server():
    server, address = make_server(0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield address
    server.shutdown()


@pytest.fixture
def world(server):
    world = World(server)
    yield world
    assert world.ask("GET", "violations")["violations"] == []
