"""What the server has acknowledged, noted before anybody goes on."""

import json
import threading
from collections import Counter


class Ledger:
    """Entries of acknowledged changes, in memory and in a file."""

    def __init__(self, path):
        self._file = path.open("a")
        self._lock = threading.Lock()
        self.entries = []
        self.refused = {}
        self.counts = Counter()

    def acknowledge(self, key, kind, reply, effective):
        """
        kind: the event that the change has to have left, once, under its key.
        effective: False if the server answered that there was nothing left to change: then there is no event.
        """
        entry = {"key": key, "kind": kind, "reply": reply, "effective": effective}
        with self._lock:
            self._file.write(json.dumps(entry) + "\n")
            self._file.flush()
            self.entries.append(entry)

    def refuse(self, key, kind, status, code):
        """A change that the server refused has to leave no event."""
        with self._lock:
            self.refused[key] = kind
            self.counts[f"refused: {status} {code}"] += 1

    def count(self, what, by=1):
        with self._lock:
            self.counts[what] += by

    def of(self, kind):
        return [entry for entry in self.entries if entry["kind"] == kind]
