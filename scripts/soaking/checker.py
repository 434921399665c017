"""The independent checker: holds the API, the log and the clouds against each other, and against what was promised."""

from collections import Counter, defaultdict


class Checker:
    def __init__(self, world, log):
        self.world, self.log = world, log
        self.ledger = world.ledger
        self.mismatches = []
        self.lost, self.doubled, self.orphans = [], [], []

    def run(self):
        client = self.world.admin
        self.requests = self._read("/v1/endpoint-requests")
        self.approvals = self._read("/v1/approvals")
        self.endpoints = self._read("/v1/endpoints")
        self.services = self._read("/v1/services")
        self.networks = self._read("/v1/networks")
        self.accounts = self._read("/v1/cloud-accounts")
        self.teams, self.tokens = self._read("/v1/teams"), self._read("/v1/tokens")
        self.log.read_on()
        head = client.get("/v1/events/head")
        self._expect((head["sequence"], head["hash"]) == (self.log.sequence, self.log.hash), "the log's head differs")
        self.inventory = client.get("/dev/fake/inventory")
        self._check_keys()
        self._check_acknowledged()
        self._check_replay()
        self._check_endpoints()
        self._check_admissions()
        self._check_strangers()

    def _read(self, path):
        found = {}
        for entry in self.world.admin.walk(path):
            if entry["id"] in found:
                self.doubled.append(f"{entry['id']} is twice in {path}")
            found[entry["id"]] = entry
        return found

    def _expect(self, holds, mismatch):
        if not holds:
            self.mismatches.append(mismatch)

    # What was acknowledged, against the log

    def _check_keys(self):
        for entry in self.ledger.entries:
            key, kind = entry["key"], entry["kind"]
            found, wanted = self.log.kinds_by_key[key][kind], 1 if entry["effective"] else 0
            if found < wanted:
                self.lost.append(f"{key}: {kind} is not in the log")
            elif found > wanted:
                self.doubled.append(f"{key}: {kind} is {found} times in the log, not {wanted}")
        for key, kind in self.ledger.refused.items():
            if self.log.kinds_by_key[key][kind]:
                self.doubled.append(f"{key}: {kind} was refused and is in the log")

    # What was acknowledged, against the API

    def _check_acknowledged(self):
        for entry in self.ledger.of("endpoint_request.filed"):
            self._same(entry, self.requests, "id", "reason", "requested_by", "network_id", "mode", "service_id")
        for reason, count in Counter(request["reason"] for request in self.requests.values()
                                     if request["origin"] == "filed").items():
            if count > 1:
                self.doubled.append(f"{count} requests say: {reason}")
        for entry in self.ledger.of("approval.given"):
            self._same(entry, self.approvals, "id", "request_id", "verdict", "reason", "decided_by", "created_at")
        for entry in self.ledger.of("endpoint_request.withdrawn"):
            self._same(entry, self.requests, "id", "state", "resolved_at")
        for entry in self.ledger.of("endpoint.closing_requested"):
            self._same(entry, self.endpoints, "id", "desired", "closing")
        for entry in self.ledger.of("endpoint.identified"):
            self._same(entry, self.endpoints, "id", "native_id")
        for entry in self.ledger.of("service.published"):
            self._same(entry, self.services, "id", "name", "origin", "publish", "adopt")
        for entry in self.ledger.of("service.withdrawn"):
            self._same(entry, self.services, "id", "desired")
        for entry in self._last("service.changed"):
            self._same(entry, self.services, "id", "policy", "description")
        for entry in self.ledger.of("team.created"):
            self._same(entry, self.teams, "id", "name")
        for entry in self._last("team.changed"):
            self._same(entry, self.teams, "id", "description")
        for entry in self.ledger.of("token.created"):
            self._same(entry, self.tokens, "id", "subject")
        for entry in self.ledger.of("token.revoked"):
            found = self.tokens.get(entry["reply"]["id"])
            if not found or not found["revoked_at"]:
                self.lost.append(f"{entry['key']}: the token is not revoked")
        for entry in self.ledger.of("cloud_account.registered"):
            self._same(entry, self.accounts, "id", "native_id")
        removed = {entry["reply"]["id"] for entry in self.ledger.of("network.removed")}
        for entry in self.ledger.of("network.declared"):
            if entry["reply"]["id"] not in removed:
                self._same(entry, self.networks, "id", "native_id", "subnets")
        for identifier in removed & set(self.networks):
            self.lost.append(f"the removal of {identifier} is lost")

    def _last(self, kind):
        """The last change of each thing: one desk changes it, so that they are noted in order."""
        return list({entry["reply"]["id"]: entry for entry in self.ledger.of(kind)}.values())

    def _same(self, entry, table, *names):
        reply = entry["reply"]
        found = table.get(reply["id"])
        for name in names:
            if found is None or found[name] != reply[name]:
                self.lost.append(
                    f"{entry['key']}: {entry['kind']}, {reply['id']}: {name} is {found and found[name]}, and was "
                    f"acknowledged as {reply[name]}")
                return

    # The log's replay, against the API

    def _check_replay(self):
        replay = self.log.replay
        self._equal("requests", replay.requests, {key: found["state"] for key, found in self.requests.items()})
        self._equal("approvals", replay.approvals, {
            key: (found["request_id"], found["verdict"]) for key, found in self.approvals.items()})
        self._equal("endpoints", replay.endpoints, {
            key: {name: found[name] for name in ("desired", "phase", "request_id")}
            for key, found in self.endpoints.items()})
        self._equal("services", replay.services, {
            key: {name: found[name] for name in ("desired", "phase")} for key, found in self.services.items()})
        self._equal("networks", dict.fromkeys(replay.networks), dict.fromkeys(self.networks))
        self._equal("teams", dict.fromkeys(replay.teams), dict.fromkeys(self.teams))
        self._equal("accounts", dict.fromkeys(replay.accounts), dict.fromkeys(self.accounts))
        self._equal("tokens", replay.tokens, {
            key: found["revoked_at"] is not None for key, found in self.tokens.items()})

    def _equal(self, what, told, found):
        for key in sorted(told.keys() | found.keys()):
            self._expect(
                key in told and key in found and told[key] == found[key],
                f"{what}: the log tells of {key} {told.get(key)}, the API {found.get(key)}")

    # What is wanted, against the clouds

    def _check_endpoints(self):
        standing = defaultdict(list)
        by_native = {found["native_id"]: found for found in self.inventory["endpoints"]}
        for found in self.inventory["endpoints"]:
            if found["endpoint_id"]:
                standing[found["endpoint_id"]].append(found)
        for identifier, found in standing.items():
            endpoint = self.endpoints.get(identifier)
            if endpoint is None or endpoint["desired"] != "present" or endpoint["mode"] != "managed":
                self.orphans.append(f"{found[0]['native_id']} stands for {identifier}, which nobody wants")
            if len(found) > 1:
                self.doubled.append(f"{identifier} stands {len(found)} times: {[one['native_id'] for one in found]}")
        statuses = {connection["native_id"]: connection["status"] for service in self.inventory["services"]
                    for connection in service["connections"]}
        for identifier, endpoint in self.endpoints.items():
            problem = self._problem(endpoint, standing[identifier], by_native, statuses)
            if problem:
                self.mismatches.append(
                    f"{identifier} ({endpoint['mode']}, wanted {endpoint['desired']}, {endpoint['phase']}): {problem}; "
                    f"{endpoint['last_error']}")

    def _problem(self, endpoint, standing, by_native, statuses):
        """What is wrong about an endpoint; None if it is as it should be."""
        phase, is_managed, native = endpoint["phase"], endpoint["mode"] == "managed", endpoint["native_id"]
        code = endpoint["last_error"] and endpoint["last_error"]["code"]
        if endpoint["account_id"] in self.world.ghosts:
            return None if phase in ("failed", "closed") and not standing else "its account is in no cloud"
        if endpoint["desired"] == "absent":
            if phase != "closed":
                return "it is not closed"
            # One that waits for an acceptance which nobody gives is held, not up.
            is_up = statuses.get(native) in ("accepted", "needs_attention", "unknown")
            return "it is closed, and its connection is up" if is_up and not self._is_wanted(native) else None
        there = standing if is_managed else [by_native[native]] if native in by_native else []
        if phase == "attention" and code == "endpoint_deleted":
            if self.services[endpoint["service_id"]]["policy"]["recreate_deleted_endpoints"]:
                return "it is not made again, as the policy wants"
            return None if not there else "it is there"
        if phase == "attention" and code == "rejected_by_producer":
            return None if native in self.world.rejected and there else "nobody rejected it"
        if not is_managed and phase == "awaiting_consumer":
            return None if not there else "the consumer has made it"
        if phase != "active" or not there:
            return "it is not there" if not there else "it is not active"
        if statuses.get(native) != "accepted" or there[0]["native_id"] != native:
            return f"its connection is {statuses.get(native)}"
        if is_managed and endpoint["addresses"] != [there[0]["address"]]:
            return f"its address is {there[0]['address']}, not {endpoint['addresses']}"
        return None

    def _is_wanted(self, native):
        return any(one["desired"] == "present" and one["native_id"] == native for one in self.endpoints.values())

    def _check_admissions(self):
        needed = defaultdict(Counter)
        for endpoint in self.endpoints.values():
            if endpoint["desired"] == "present" and endpoint["account_id"] not in self.world.ghosts:
                service = self.services[endpoint["service_id"]]
                if service["provider"] == "gcp" and endpoint["phase"] == "awaiting_consumer":
                    # Google takes it without, and room for what is not there would be anybody's.
                    continue
                needed[service["native_id"]][self.accounts[endpoint["account_id"]]["native_id"]] += 1
        for service in self.inventory["services"]:
            name, admitted = service["native_id"], service["admitted"]
            for account in sorted(admitted.keys() | needed[name].keys()):
                wanted, limit = needed[name][account], admitted.get(account)
                is_right = (account in admitted) == (wanted > 0)
                if limit is not None and wanted:
                    is_right = limit == wanted
                self._expect(is_right, f"{name} admits {account} {admitted.get(account, 'not')}, needed is {wanted}")
        for name in needed.keys() - {service["native_id"] for service in self.inventory["services"]}:
            self._expect(False, f"the service {name} is gone and wanted by {dict(needed[name])}")

    def _check_strangers(self):
        """What others have made stands, and no connection was accepted that nobody decided on."""
        strangers = {found["native_id"] for found in self.inventory["endpoints"] if not found["endpoint_id"]}
        for native in sorted(self.world.natives.keys() - strangers):
            self._expect(False, f"{native} was made by hand, and is gone")
        self._expect(
            len(strangers - self.world.natives.keys()) <= self.world.uncertain,
            f"strangers that nobody made: {sorted(strangers - self.world.natives.keys())}")
        for service in self.inventory["services"]:
            for connection in service["connections"]:
                native = connection["native_id"]
                if native in strangers and connection["status"] == "accepted":
                    self._expect(self._is_wanted(native), f"{native} is accepted, and nobody decided so")
