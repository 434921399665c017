"""A caller of the API."""

import json as jsonlib

import requests

from .contract import Contract


class Reply:
    """What the server answered."""

    def __init__(self, response):
        self.status = response.status_code
        self.headers = response.headers
        self.body = response.content

    @property
    def text(self):
        return self.body.decode()

    def json(self):
        return jsonlib.loads(self.body)

    def __getitem__(self, name):
        return self.json()[name]

    def __repr__(self):
        return f"<{self.status} {self.text[:500]}>"


class Client:
    """Calls as one subject, and holds every reply to the document."""

    contract = Contract()

    def __init__(self, url, token=None):
        self.url = url
        self.token = token
        self._session = requests.Session()
        # No proxy and no .netrc of the machine: the token alone says who calls.
        self._session.trust_env = False

    def call(self, method, path, expect=None, *, query=None, headers=None, timeout=30, **body):
        """Calls once.

        expect: the status that it has to have, or several; None: any that the document has.
        body: `json`, or `data` for bytes.
        """
        fields = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        response = self._session.request(
            method, self.url + path, params=query, headers={**fields, **(headers or {})}, timeout=timeout,
            allow_redirects=False, **body,
        )
        reply = Reply(response)
        self.contract.check(method, path.partition("?")[0], reply)
        if expect is not None:
            expected = (expect,) if isinstance(expect, int) else expect
            assert reply.status in expected, f"{method} {path}: not {expected} but {reply}"
        return reply

    def get(self, path, expect=200, **rest):
        return self.call("GET", path, expect, **rest)

    def post(self, path, json=None, expect=None, **rest):
        """`expect` is by default any success."""
        body = {} if json is None else {"json": json}
        return self.call("POST", path, expect or (200, 201, 202, 204), **body, **rest)

    def patch(self, path, json, expect=200, **rest):
        return self.call("PATCH", path, expect, json=json, **rest)

    def delete(self, path, expect=(200, 204), **rest):
        return self.call("DELETE", path, expect, **rest)

    def walk(self, path, limit=200, **filters):
        """All entries of a list, page by page."""
        cursor = None
        while True:
            query = {**filters, "limit": limit} | ({"cursor": cursor} if cursor else {})
            page = self.get(path, query=query)
            entries, cursor = page["data"], page["next_cursor"]
            assert len(entries) <= limit
            assert ("Link" in page.headers) == (cursor is not None), "Link and next_cursor disagree"
            yield from entries
            if cursor is None:
                return

    def as_bearer(self, token):
        """The same server, as somebody else."""
        return Client(self.url, token)
