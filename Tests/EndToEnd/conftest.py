import pytest

from endtoend.scene import Scene
from endtoend.server import BINARY, Server


def pytest_sessionstart(session):
    if not BINARY.exists():
        pytest.exit(f"{BINARY} is missing: `swift build -c release` makes it; POSTERN_BINARY names another", 3)


@pytest.fixture
def scene(tmp_path):
    """A fresh server with its demo, for one test."""
    server = Server(tmp_path).start()
    yield Scene(server)
    assert server.stop() == 0, server.tail()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A server for all tests of a module that leave room for each other."""
    server = Server(tmp_path_factory.mktemp("shared")).start()
    yield Scene(server)
    assert server.stop() == 0, server.tail()
