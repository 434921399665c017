"""What befalls the server and its clouds: kills, faults, clock jumps, and hands that nobody told Postern of."""

from client import Broken, Lost
from world import Actor

KINDS = ["throttled", "unavailable", "reply_lost", "slow", "denied", "conflict"]
OPERATIONS = ["observe_endpoint", "admit", "expel", "create_endpoint", "accept", "reject", "delete_endpoint"]
# A service, or an account, that was refused for good is left alone for ten minutes: these only fail for a while.
SERVICE_OPERATIONS = ["networks", "observe_service", "publish", "unpublish"]
STRANGERS_AT_MOST = 20


class Killer(Actor):
    """`kill -9`, at random moments of the work and of the start."""

    def __init__(self, world, on_restart):
        super().__init__(world, "killer", 1000)
        self.on_restart = on_restart

    def step(self, random):
        uptime, is_stillborn, age = random.uniform(1.5, 9), random.random() < 0.15, random.uniform(0, 0.4)
        if self.world.is_over.wait(uptime):
            return
        self._kill()
        if is_stillborn:
            self.world.is_over.wait(age)
            self._kill()
        self.world.server.wait_until_ready()
        self.on_restart(self.steps)

    def _kill(self):
        if code := self.world.server.kill():
            self.world.fail(f"the server had ended by itself, with {code}")
        self.world.ledger.count("kills")
        self.world.server.launch()


class Weather(Actor):
    """Faults of the clouds, and jumps of the clock."""

    def __init__(self, world):
        super().__init__(world, "weather", 1)
        self.client = world.client(self.name, world.admin.token)

    def step(self, random):
        fault = {"kind": random.choices(KINDS, [5, 5, 5, 1, 1, 1])[0], "count": random.randint(1, 6)}
        is_of_service = random.random() < 0.15
        fault["operation"] = random.choice(SERVICE_OPERATIONS if is_of_service else OPERATIONS)
        is_clear, jumps, forward, back = random.random(), random.random(), random.randint(1, 300), random.randint(1, 20)
        if is_of_service and fault["kind"] in ("denied", "conflict"):
            fault["kind"] = "unavailable"
        if is_clear < 0.1:
            self._send("DELETE", None)
        elif self._send("POST", fault):
            self.world.ledger.count(f"fault: {fault['kind']}", fault["count"])
        if jumps < 0.1 and self.world.server.clock.can_jump:
            # Mostly far enough for all that is active to be looked at again; now and then, for requests to expire that
            # nobody decided.
            seconds = -back if jumps < 0.015 else forward if jumps < 0.095 else 3601
            self.world.server.clock.jump(seconds)
            self.world.ledger.count("clock jumps")

    def _send(self, method, body):
        try:
            return self.client.send(method, "/dev/fake/faults", body).status == 204
        except Lost:
            return False


class Hand(Actor):
    """Drift: what people do in the clouds' consoles."""

    def __init__(self, world):
        super().__init__(world, "hand", 1.5)
        self.client = world.client(self.name, world.admin.token)

    def step(self, random):
        chosen = random.choices(
            [self.delete_endpoint, self.remove_admission, self.reject_connection, self.make_stranger,
             self.delete_stranger, self.refuse_project],
            [5, 2, 1, 3, 1, 0.4])[0]
        chosen(random, random.random())

    def _pick(self, choices, index):
        return choices[int(index * len(choices))] if choices else None

    def _inventory(self):
        reply = self.client.get("/dev/fake/inventory")
        if not reply.succeeded:
            raise Broken(f"inventory: {reply.status} {reply.body}")
        return reply

    def _drift(self, what, reply):
        if reply is None or reply.status == 204:
            self.world.ledger.count(f"by hand: {what}")

    def delete_endpoint(self, random, index):
        ours = [found for found in self._inventory()["endpoints"] if found["endpoint_id"]]
        if found := self._pick(ours, index):
            self._drift("endpoints of ours deleted", self.world.by_hand(
                self.client, "/endpoints/delete", {"native_id": found["native_id"]}))

    def remove_admission(self, random, index):
        admitted = [(service["native_id"], account) for service in self._inventory()["services"]
                    for account in service["admitted"]]
        if found := self._pick(admitted, index):
            self._drift("admissions removed", self.world.by_hand(
                self.client, "/admissions/remove", {"service": found[0], "account": found[1]}))

    def reject_connection(self, random, index):
        """At AWS: one connection is rejected, and stays so."""
        found = self._pick([
            (service["native_id"], connection["native_id"]) for service in self._inventory()["services"]
            if service["native_id"].startswith("vpce-") for connection in service["connections"]
            if connection["status"] == "accepted"], index)
        if found:
            with self.world.shared():
                self.world.rejected.add(found[1])
            self._drift("connections rejected", self.world.by_hand(
                self.client, "/connections", {"service": found[0], "endpoint": found[1], "accepted": False}))

    def refuse_project(self, random, index):
        """At Google: a project gets onto the reject list, and off it again a while later."""
        found = self._pick([
            (service["native_id"], connection["native_id"], connection["account_native_id"])
            for service in self._inventory()["services"] if "/serviceAttachments/" in service["native_id"]
            for connection in service["connections"] if connection["status"] == "accepted"], index)
        if not found:
            return
        with self.world.shared():
            self.world.refused.add(found)
        self._drift("projects refused", self.world.by_hand(
            self.client, "/connections", {"service": found[0], "endpoint": found[1], "accepted": False}))
        self.world.is_over.wait(random.uniform(0.5, 3))
        self.world.pardon(self.client, *found)

    def make_stranger(self, random, index):
        """An endpoint that nobody asked for."""
        account = self.world.accounts[random.choice(sorted(self.world.accounts))]
        with self.world.shared():
            services = [service for _, service in sorted(self.world.services.items())
                        if service.provider == account.provider and service.service_name]
            strangers = [found for found in self.world.natives.values() if found["owner"] == self.name]
        service = self._pick(services, index)
        if service and len(strangers) < STRANGERS_AT_MOST:
            self.world.make_by_hand(self.client, account, service, self.name)

    def delete_stranger(self, random, index):
        with self.world.shared():
            mine = sorted(native for native, found in self.world.natives.items() if found["owner"] == self.name)
        if found := self._pick(mine, index):
            self.world.delete_by_hand(self.client, found)
            self.world.ledger.count("by hand: strangers deleted")


class Inbox(Actor):
    """The owner who decides on connections that nobody asked for."""

    def __init__(self, world):
        super().__init__(world, "inbox", 0.5)
        self.owner = world.person("inbox-olga", world.producer_team)
        self.admin = world.client("inbox-ada", world.admin.token)
        self.open = []

    def step(self, random):
        for request in list(self.owner.walk("/v1/endpoint-requests", awaiting="me")):
            native_id = request["native_endpoint_id"]
            with self.world.shared():
                known = self.world.natives.get(native_id)
            # What a desk has made itself is about to be named by it.
            if request["origin"] == "discovered" and known and known["owner"] == "hand":
                self._decide(random, request, native_id)
        if self.open and random.random() < 0.2:
            self._revoke(self.open.pop(0))

    def _decide(self, random, request, native_id):
        verdict = random.choices(["approve", "reject", None], [4, 4, 2])[0]
        if verdict is None:
            return
        reply = self.owner.post(
            "approval.given", f"/v1/endpoint-requests/{request['id']}/approvals",
            {"verdict": verdict, "reason": "Soak inbox"})
        if not reply:
            return
        self.world.ledger.count(f"discovered: {verdict}")
        if verdict == "reject":
            self._clear(native_id)
        elif endpoint := self.owner.get(f"/v1/endpoint-requests/{request['id']}")["endpoint_id"]:
            self.open.append((endpoint, native_id))

    def _revoke(self, found):
        endpoint, native_id = found
        key = self.owner.key()
        self.owner.post(
            "endpoint.closing_requested", f"/v1/endpoints/{endpoint}/revoke", {"reason": f"Soak {key}"}, key,
            lambda reply: reply["closing"]["reason"] == f"Soak {key}")
        self._clear(native_id)

    def _clear(self, native_id):
        """At Google the consumer has to delete what its project may not have."""
        if native_id.startswith("projects/"):
            self.world.delete_by_hand(self.admin, native_id)
