"""A caller of the API who insists: a change whose answer got lost is sent again under its key until it is answered."""

import http.client
import json
import socket
import time
import urllib.parse

PATIENCE = 180


class Broken(Exception):
    """The server did what it never may: the run is over."""


class Reply:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = json.loads(body) if body else None

    @property
    def succeeded(self):
        return self.status < 300

    def __getitem__(self, name):
        return self.body[name]


class Lost(Exception):
    """No answer came: nobody knows whether it was done."""


class Client:
    def __init__(self, port, name, token, ledger):
        self.port, self.name, self.token, self.ledger = port, name, token, ledger
        self._connection = None
        self._number = 0

    def send(self, method, path, body=None, headers=None):
        """Sends once. Raises `Lost`."""
        data = None if body is None else json.dumps(body).encode()
        fields = {"Authorization": "Bearer " + self.token, **(headers or {})}
        if data is not None:
            fields["Content-Type"] = "application/json"
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                self._connection.connect()
                self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connection.request(method, path, data, fields)
            reply = self._connection.getresponse()
            return Reply(reply.status, reply.headers, reply.read())
        except (OSError, http.client.HTTPException, ValueError) as fault:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            raise Lost(str(fault)) from fault

    def insist(self, method, path, body=None, headers=None):
        """Sends until it is answered; gives the answer and whether an earlier one may have been lost."""
        deadline = time.monotonic() + PATIENCE
        was_lost = False
        while True:
            try:
                reply = self.send(method, path, body, headers)
            except Lost:
                was_lost = True
                self.ledger.count("answers lost")
            else:
                if reply.status == 500:
                    raise Broken(f"{method} {path}: 500 {reply.body}")
                code = None if reply.succeeded or not reply.body else reply["code"]
                if reply.status not in (429, 503) and code != "idempotency_in_flight":
                    return reply, was_lost
                self.ledger.count(f"put off: {reply.status}")
            if time.monotonic() > deadline:
                raise Broken(f"{method} {path} is not answered within {PATIENCE} s")
            time.sleep(0.02)

    def get(self, path, **query):
        reply, _ = self.insist("GET", path + ("?" + urllib.parse.urlencode(query) if query else ""))
        return reply

    def walk(self, path, **query):
        """All entries of a list."""
        cursor = None
        while True:
            page = self.get(path, limit=200, **query, **({"cursor": cursor} if cursor else {}))
            if not page.succeeded:
                raise Broken(f"GET {path}: {page.status} {page.body}")
            yield from page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def key(self):
        self._number += 1
        return f"{self.name}-{self._number}"

    def post(self, kind, path, body, key=None, is_effective=lambda reply: True):
        """Makes a change. Gives the reply if it was acknowledged, None if it was refused."""
        key = key or self.key()
        reply, _ = self.insist("POST", path, body, {"Idempotency-Key": key, "Request-Id": key})
        if "Idempotency-Replayed" in reply.headers:
            self.ledger.count("answers replayed")
        return self._note(key, kind, reply, is_effective)

    def remove(self, kind, path, about):
        """Deletes. After a lost answer, what is gone counts as removed."""
        key = self.key()
        reply, was_lost = self.insist("DELETE", path, None, {"Request-Id": key})
        if was_lost and reply.status == 404:
            reply.status, reply.body = 204, None
        reply.body = {**(reply.body or {}), "id": about} if reply.succeeded else reply.body
        return self._note(key, kind, reply, lambda _: True)

    def amend(self, kind, path, changes):
        """Changes a thing under its revision, so that a repeat cannot be done twice; its description tells whether."""
        key = self.key()
        while True:
            seen = self.get(path)
            if not seen.succeeded:
                return None
            if seen["description"] == key:
                return self._note(key, kind, seen, lambda _: True)
            reply, _ = self.insist(
                "PATCH", path, {**changes, "description": key}, {"Request-Id": key, "If-Match": seen.headers["ETag"]})
            if reply.status != 412:
                return self._note(key, kind, reply, lambda _: True)

    def _note(self, key, kind, reply, is_effective):
        if reply.succeeded:
            self.ledger.acknowledge(key, kind, reply.body, is_effective(reply))
            return reply
        self.ledger.refuse(key, kind, reply.status, reply["code"])
        return None
