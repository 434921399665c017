"""Waiting for a condition, never for a length of time."""

import time


def eventually(condition, within, what="the condition", every=0.05):
    """Asks `condition` until it gives something true, and gives that back."""
    deadline = time.monotonic() + within
    while True:
        if value := condition():
            return value
        assert time.monotonic() < deadline, f"not within {within} s: {what() if callable(what) else what}"
        time.sleep(every)
