"""What all who act share: the server, the accounts, the services that take requests, the endpoints made by hand."""

import random
import threading
import time

from client import Broken, Client, Lost

REGIONS = {"gcp": "europe-west1", "aws": "eu-west-1"}
LOAD_BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:444455556666:loadbalancer/net/orders-api-aws/0cccccccccccccccc"


class Actor(threading.Thread):
    """Somebody who acts step by step. Each step has a generator of its own, made from the seed."""

    def __init__(self, world, name, per_second):
        super().__init__(name=name, daemon=True)
        self.world, self.period = world, 1 / per_second
        self.steps = 0

    def run(self):
        due = time.monotonic()
        try:
            while not self.world.is_over.is_set():
                self.step(random.Random(f"{self.world.seed}/{self.name}/{self.steps}"))
                self.steps += 1
                # Who is late catches up by at most two seconds.
                due = max(due + self.period, time.monotonic() - 2)
                self.world.is_over.wait(max(0, due - time.monotonic()))
        except BaseException as fault:
            self.world.fail(f"{self.name}, step {self.steps}: {fault!r}")
            raise

    def step(self, random):
        raise NotImplementedError


class Service:
    """A service as its owner's desk knows it."""

    def __init__(self, reply, native_id=None):
        self.id, self.name, self.provider = reply["id"], reply["name"], reply["provider"]
        self.native_id = native_id
        self.service_name = reply["service_name"]


class Account:
    """A consumer's account, and the network that it really has."""

    def __init__(self, reply, network):
        self.id, self.name, self.native_id = reply["id"], reply["name"], reply["native_id"]
        self.provider, self.team_id = reply["provider"], reply["team_id"]
        self.network_id, self.subnet = network["id"], network["subnets"][0]


class World:
    def __init__(self, server, ledger, seed):
        self.server, self.ledger, self.seed = server, ledger, seed
        self.is_over = threading.Event()
        self.faults = []
        self._lock = threading.RLock()
        names = server.names()
        self.admin = self.client("admin", names["ADMIN_TOKEN"])
        # Service by name, of those that take requests.
        self.services = {}
        # Native ids of endpoints that were made by hand and that nobody has deleted: by whom, on which service.
        self.natives = {}
        # Calls of the hand that nobody knows the end of.
        self.uncertain = 0
        # Native ids whose connection was rejected by hand; service, endpoint and account of projects that were refused.
        self.rejected = set()
        self.refused = set()
        self.ghosts = set()
        self._read_demo(names)

    def _read_demo(self, names):
        self.accounts = {}
        for account in self.admin.walk("/v1/cloud-accounts"):
            self.accounts[account["name"]] = Account(account, self._network_of(account["id"]))
        self.ranges = ["10.0.0.0/16"]
        for name in (names["SERVICE"], names["AWS_SERVICE"]):
            seen = self.admin.get(f"/v1/services/{name}")
            self.services[name] = Service(seen, seen["adopt"]["native_id"])
        self.gcp_native_id = self.services[names["SERVICE"]].native_id
        self.gcp_name, self.aws_name = names["SERVICE"], names["AWS_SERVICE"]
        self.producer_team = seen["team_id"]
        self.consumer_team = self.accounts["batch-gcp"].team_id

    def _network_of(self, account):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for network in self.admin.walk("/v1/networks", account=account):
                return network
            time.sleep(0.1)
        raise Broken(f"no network of {account} is discovered")

    def client(self, name, token):
        return Client(self.server.port, name, token, self.ledger)

    def person(self, name, team):
        """Somebody of a team, with a token of their own."""
        # The secret is told once, so that this is done before anything is killed.
        reply = self.admin.post("token.created", "/v1/tokens", {
            "subject": name, "teams": [team], "roles": [], "description": "soak"})
        return self.client(name, reply["secret"])

    def fail(self, fault):
        with self._lock:
            self.faults.append(fault)
        self.is_over.set()

    def shared(self):
        return self._lock

    # The hand: what is done in the clouds behind Postern's back. Nothing there has a key.

    def by_hand(self, client, path, body):
        """Gives the reply, or None if nobody knows whether it was done."""
        try:
            reply = client.send("POST", "/dev/fake" + path, body)
        except Lost:
            return None
        if reply.status >= 500 and reply.status != 503:
            raise Broken(f"{path}: {reply.status} {reply.body}")
        return reply

    def make_by_hand(self, client, account, service, owner):
        """An endpoint that somebody makes without Postern; its native id, or None."""
        with self._lock:
            self.uncertain += 1
        reply = self.by_hand(client, "/endpoints", {
            "account": account.native_id, "subnet": account.subnet["native_id"], "service": service.service_name})
        if reply is None:
            self.ledger.count("by hand: end unknown")
            return None
        with self._lock:
            self.uncertain -= 1
            if reply.status != 201:
                return None
            self.natives[reply["native_id"]] = {
                "owner": owner, "service": service.id, "provider": service.provider, "account": account.native_id}
        self.ledger.count("by hand: endpoints made")
        return reply["native_id"]

    def delete_by_hand(self, client, native_id):
        """Deletes until it is known to be gone."""
        with self._lock:
            self.natives.pop(native_id, None)
        deadline = time.monotonic() + 120
        while True:
            reply = self.by_hand(client, "/endpoints/delete", {"native_id": native_id})
            if reply is not None and reply.status in (204, 422):
                return
            if time.monotonic() > deadline:
                raise Broken(f"{native_id} cannot be deleted by hand")
            time.sleep(0.05)

    def pardon(self, client, service, endpoint, account):
        """Takes a project off the reject list. The console puts it on the accept list by that, with room for whatever
        is there: the entry is removed again, so that Postern lets in whom it wants."""
        self.by_hand(client, "/connections", {"service": service, "endpoint": endpoint, "accepted": True})
        self.by_hand(client, "/admissions/remove", {"service": service, "account": account})
