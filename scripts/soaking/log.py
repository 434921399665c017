"""The event log: read page by page, its chain of hashes verified, and replayed into a state of its own."""

import hashlib
from collections import Counter, defaultdict

SUBJECTS = ["team_id", "token_id", "account_id", "network_id", "service_id", "request_id", "endpoint_id",
            "producer_team_id", "consumer_team_id"]
RESOLUTIONS = {
    "endpoint_request.approved": "approved", "endpoint_request.rejected": "rejected",
    "endpoint_request.withdrawn": "withdrawn", "endpoint_request.expired": "expired",
}


def canonical_text(event):
    """What an event's hash is of; as in Sources/Connectivity/Record/EventChain.swift, and written apart from it."""
    fields = ["1", event["previous_hash"], str(event["sequence"]), event["id"], event["kind"], event["at"],
              event["actor"]["kind"], event["actor"]["subject"], event["http_request_id"]]
    fields += [event[name] for name in SUBJECTS]
    for name, value in sorted(event["detail"].items()):
        fields += [name, value]
    return ",".join("-" if field is None else f"{len(field.encode())}:{field}" for field in fields)


class Log:
    """What has been read of the log so far. A later look reads on from there, and has to link up."""

    def __init__(self, client):
        self._client = client
        self._cursor = None
        self.sequence, self.hash = 0, "0" * 64
        self.mismatches = []
        self.kinds_by_key = defaultdict(Counter)
        self.replay = Replay()

    def read_on(self):
        """Reads to the end."""
        while True:
            query = {"limit": 200, **({"cursor": self._cursor} if self._cursor else {})}
            page = self._client.get("/v1/events", **query)
            if not page.succeeded:
                self.mismatches.append(f"the log cannot be read: {page.status} {page.body}")
                return
            for event in page["data"]:
                if event["sequence"] > self.sequence:
                    self._take(event)
            if page["next_cursor"] is None:
                return
            self._cursor = page["next_cursor"]

    def _take(self, event):
        number = event["sequence"]
        if number != self.sequence + 1:
            self.mismatches.append(f"event {number} follows event {self.sequence}")
        if event["previous_hash"] != self.hash:
            self.mismatches.append(f"event {number} does not follow from the one before")
        if hashlib.sha256(canonical_text(event).encode()).hexdigest() != event["hash"]:
            self.mismatches.append(f"event {number} has another hash than its text")
        self.sequence, self.hash = number, event["hash"]
        if event["http_request_id"]:
            self.kinds_by_key[event["http_request_id"]][event["kind"]] += 1
        self.replay.take(event)


class Replay:
    """The state that the log tells: what it says has to follow from what it said before."""

    def __init__(self):
        self.requests, self.verdicts, self.approvals = {}, {}, {}
        self.endpoints, self.services = {}, {}
        self.networks, self.teams, self.tokens, self.accounts = set(), set(), {}, set()
        self.kinds = Counter()
        self.mismatches = []

    def take(self, event):
        kind, detail, number = event["kind"], event["detail"], event["sequence"]
        self.kinds[kind] += 1
        request, endpoint, service = event["request_id"], event["endpoint_id"], event["service_id"]
        if kind in ("endpoint_request.filed", "endpoint_request.discovered"):
            self._new(self.requests, request, "pending", event)
        elif kind in RESOLUTIONS:
            self._move(self.requests, request, "pending", RESOLUTIONS[kind], event)
        elif kind == "approval.given":
            self._new(self.approvals, detail["approval"], (request, detail["verdict"]), event)
            self.verdicts[request] = detail["verdict"]
        elif kind == "endpoint.created":
            is_wanted = self.verdicts[request] == "approve"
            self._new(self.endpoints, endpoint, {
                "desired": "present" if is_wanted else "absent", "phase": "admitting" if is_wanted else "closing",
                "request_id": request}, event)
        elif kind == "endpoint.closing_requested":
            found = self.endpoints[endpoint]
            if found["desired"] != "present":
                self.mismatches.append(f"event {number} closes {endpoint} a second time")
            found.update(desired="absent", phase="closing")
        elif kind == "endpoint.phase_changed":
            found = self.endpoints[endpoint]
            if found["phase"] != detail["from"]:
                self.mismatches.append(f"event {number} moves {endpoint} from {detail['from']}: {found['phase']}")
            found["phase"] = detail["to"]
        elif kind == "service.published":
            self._new(self.services, service, {"desired": "published", "phase": "publishing"}, event)
        elif kind == "service.withdrawn":
            self.services[service].update(desired="withdrawn", phase="retiring")
        elif kind == "service.phase_changed":
            found = self.services[service]
            if found["phase"] != detail["from"]:
                self.mismatches.append(f"event {number} moves {service} from {detail['from']}: {found['phase']}")
            found["phase"] = detail["to"]
        elif kind in ("network.declared", "network.discovered"):
            self.networks.add(event["network_id"])
        elif kind == "network.removed":
            self.networks.discard(event["network_id"])
        elif kind == "team.created":
            self.teams.add(event["team_id"])
        elif kind == "cloud_account.registered":
            self.accounts.add(event["account_id"])
        elif kind == "token.created":
            self._new(self.tokens, event["token_id"], False, event)
        elif kind == "token.revoked":
            self._move(self.tokens, event["token_id"], False, True, event)

    def _new(self, table, identifier, value, event):
        if identifier in table:
            self.mismatches.append(f"event {event['sequence']} makes {identifier} a second time")
        table[identifier] = value

    def _move(self, table, identifier, before, after, event):
        if table.get(identifier) != before:
            self.mismatches.append(f"event {event['sequence']} makes {identifier} {after}: {table.get(identifier)}")
        table[identifier] = after
