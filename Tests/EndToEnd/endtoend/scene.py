"""The demo's two teams on the fake clouds, and what they do with each other."""

import itertools
from dataclasses import dataclass

from .waiting import eventually

REASON = "The nightly batch reads the orders of the day."


@dataclass
class Flavour:
    """The demo's case in one cloud."""

    provider: str
    service: str
    service_id: str
    network_id: str
    subnet: str


class Scene:
    """One server with its demo."""

    _numbers = itertools.count(1)

    def __init__(self, server):
        self.server = server
        variables = server.environment()
        assert variables["POSTERN_URL"] == server.url
        self.admin = server.client(variables["ADMIN_TOKEN"])
        self.consumer = server.client(variables["CONSUMER_TOKEN"])
        self.owner = server.client(variables["OWNER_TOKEN"])
        self.flavours = {
            "gcp": Flavour("gcp", *(variables[name] for name in ("SERVICE", "SERVICE_ID", "NETWORK_ID", "SUBNET"))),
            "aws": self._amazon(),
        }
        self.producer_team = self.owner.get("/v1/whoami")["teams"][0]
        self.consumer_team = self.consumer.get("/v1/whoami")["teams"][0]

    def _amazon(self):
        """The demo has the same case at AWS; its ids are looked up as a client would."""
        [service] = self.consumer.walk("/v1/services", provider="aws")
        [account] = self.consumer.walk("/v1/cloud-accounts", provider="aws")
        network = eventually(
            lambda: next(self.consumer.walk("/v1/networks", account=account["id"]), None), 15, "no network of AWS")
        return Flavour("aws", service["name"], service["id"], network["id"], network["subnets"][0]["name"])

    @classmethod
    def unique(cls, stem):
        return f"{stem}-{next(cls._numbers)}"

    # People

    def person(self, subject, teams=(), roles=(), **more):
        """Somebody with a token of their own."""
        token = self.admin.post("/v1/tokens", {"subject": subject, "teams": list(teams), "roles": list(roles), **more})
        client = self.server.client(token["secret"])
        client.token_id = token["id"]
        return client

    def team(self, stem="team"):
        return self.admin.post("/v1/teams", {"name": self.unique(stem)}).json()

    # Places

    def account(self, flavour, side="consumer"):
        client = self.consumer if side == "consumer" else self.owner
        [account] = client.walk("/v1/cloud-accounts", provider=flavour)
        return account

    def network(self, flavour="gcp"):
        return self.consumer.get(f"/v1/networks/{self.flavours[flavour].network_id}").json()

    def subnet(self, flavour="gcp"):
        return next(s for s in self.network(flavour)["subnets"] if s["name"] == self.flavours[flavour].subnet)

    def another_network(self, flavour="gcp"):
        """A declared network whose one subnet is the demo's: a further place for the same address range."""
        network, subnet, name = self.network(flavour), self.subnet(flavour), self.unique("declared")
        return self.consumer.post("/v1/networks", {
            "account": network["account_id"], "name": name, "native_id": name, "region": network["region"],
            "cidrs": network["cidrs"], "subnets": [subnet],
        }).json()

    # Requests

    def filing(self, flavour="gcp", **changes):
        case = self.flavours[flavour]
        body = {"service": case.service, "network_id": case.network_id, "subnet": case.subnet, "reason": REASON}
        return {name: value for name, value in {**body, **changes}.items() if value is not ...}

    def file(self, flavour="gcp", **changes):
        return self.consumer.post("/v1/endpoint-requests", self.filing(flavour, **changes), expect=201).json()

    def decide(self, request, verdict="approve", by=None, reason="It is agreed."):
        (by or self.owner).post(
            f"/v1/endpoint-requests/{request['id']}/approvals", {"verdict": verdict, "reason": reason}, expect=201)
        return (by or self.owner).get(f"/v1/endpoint-requests/{request['id']}").json()

    def approved(self, flavour="gcp", **changes):
        """A request that was filed and approved."""
        request = self.decide(self.file(flavour, **changes))
        assert request["state"] == "approved" and request["endpoint_id"]
        return request

    # Endpoints

    def endpoint(self, identifier, by=None):
        return (by or self.consumer).get(f"/v1/endpoints/{identifier}").json()

    def reaches(self, identifier, *phases, within=30):
        """Waits until the endpoint is in one of these phases."""
        seen = {}

        def look():
            seen.update(self.endpoint(identifier))
            return seen["phase"] in phases

        eventually(look, within, lambda: f"{identifier} is {seen['phase']}, not {phases}: {seen['last_error']}")
        return seen

    def inventory(self):
        return self.admin.get("/dev/fake/inventory").json()

    def in_fake(self, identifier):
        """What stands in the fake cloud under the label of this endpoint."""
        return [found for found in self.inventory()["endpoints"] if found["endpoint_id"] == identifier]

    def events(self, by=None, **filters):
        return list((by or self.admin).walk("/v1/events", **filters))
