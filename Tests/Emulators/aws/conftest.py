"""The emulator as its tests use it: a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from witness import Emulator, Scene

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def process():
    command = [sys.executable, "-m", "privatelink_emulator", "--port", "0", "--with-parent"]
    with subprocess.Popen(command, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        yield Emulator(f"http://127.0.0.1:{int(running.stdout.readline())}")
        running.terminate()


@pytest.fixture
def emulator(process):
    process("reset")
    return process


@pytest.fixture
def scene(emulator):
    return Scene(emulator)
