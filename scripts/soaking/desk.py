"""A desk: a consumer who files, owners who decide, and what both do with the endpoints that come of it."""

from world import LOAD_BALANCER, REGIONS, Actor, Service

PLACES = 12
OPEN_AT_MOST = 20
PENDING_AT_MOST = 12
CONSUMERS = ("batch-gcp", "batch-aws", "orders-gcp", "orders-aws")


class Desk(Actor):
    def __init__(self, world, number, per_second):
        super().__init__(world, f"desk{number}", per_second)
        self.number = number
        self.consumers = {
            world.consumer_team: world.person(f"{self.name}-ben", world.consumer_team),
            world.producer_team: world.person(f"{self.name}-bob", world.producer_team),
        }
        self.owners = [world.person(f"{self.name}-{who}", world.producer_team) for who in ("olga", "otto")]
        self.admin = world.client(f"{self.name}-ada", world.admin.token)
        self.places = {name: [] for name in CONSUMERS}
        self.pending, self.open, self.unmade = [], [], []
        self.services, self.tokens, self.teams, self.retiring = [], [], [], None
        if number == 0:
            self.adopted = world.gcp_name
        elif number == 1:
            self.adopted = world.aws_name
        else:
            self.adopted = None

    def step(self, random):
        chosen = random.choices(
            [self.file, self.decide, self.withdraw, self.close, self.make_own, self.retry, self.publish, self.amend,
             self.retire, self.declare, self.tokens_and_teams, self.haunt],
            [30, 34, 8, 9, 5, 2, 2, 3, 0.6, 3, 3, 0.05])[0]
        if chosen == self.file and (len(self.open) >= OPEN_AT_MOST or len(self.pending) >= PENDING_AT_MOST):
            chosen = self.decide if len(self.pending) >= PENDING_AT_MOST else self.close
        chosen(random)

    # Requests

    def file(self, random):
        account = self.world.accounts[random.choice(CONSUMERS)]
        service = self._service(random, account.provider)
        place = random.randrange(PLACES)
        body = {"mode": random.choices(["managed", "self_managed"], [9, 1])[0]}
        lifetime = random.choices([None, random.randint(2, 60), random.randint(600, 7200)], [7, 2, 2])[0]
        if lifetime:
            body["lifetime_seconds"] = lifetime
        if service is None or not self._ensure(account, place):
            return
        consumer = self.consumers[account.team_id]
        key = consumer.key()
        # What somebody makes themselves stands in a network that is there, and has to be the one that was asked for.
        is_own = body["mode"] == "self_managed"
        reply = consumer.post("endpoint_request.filed", "/v1/endpoint-requests", {
            **body, "service": service.name,
            "network_id": account.network_id if is_own else self.places[account.name][place],
            "subnet": account.subnet["name"], "reason": f"Soak {key}",
        }, key)
        if reply:
            self._take({**reply.body, "account": account, "service": service})

    def _service(self, random, provider):
        with self.world.shared():
            known = sorted(name for name, service in self.world.services.items() if service.provider == provider)
            return self.world.services[random.choice(known)] if known else None

    def _ensure(self, account, place):
        """Declares networks until there is this place."""
        places = self.places[account.name]
        while len(places) <= place:
            if not (network := self._declared(account)):
                return False
            places.append(network)
        return True

    def _declared(self, account):
        consumer = self.consumers[account.team_id]
        key = consumer.key()
        reply = consumer.post("network.declared", "/v1/networks", {
            "account": account.name, "name": key, "native_id": key, "region": account.subnet["region"],
            "cidrs": self.world.ranges, "subnets": [account.subnet]}, key)
        return reply and reply["id"]

    def _take(self, request):
        """Puts a request where it belongs by its state."""
        if request["state"] == "pending":
            self.pending.append(request)
        elif request["endpoint_id"]:
            endpoint = {"id": request["endpoint_id"], "account": request["account"], "service": request["service"],
                        "native_id": None}
            self.open.append(endpoint)
            if request["mode"] == "self_managed":
                self.unmade.append(endpoint)

    def decide(self, random):
        index, owner = random.random(), random.randrange(2)
        verdict = "approve" if random.random() < 0.4 else "reject"
        if not self.pending:
            return
        request = self.pending[int(index * len(self.pending))]
        if verdict == "approve" and len(self.open) >= OPEN_AT_MOST:
            verdict = "reject"
        by = self.owners[owner]
        reply = by.post(
            "approval.given", f"/v1/endpoint-requests/{request['id']}/approvals",
            {"verdict": verdict, "reason": f"Soak {by.name}"})
        if verdict == "reject" and reply:
            self.pending.remove(request)
            return
        seen = by.get(f"/v1/endpoint-requests/{request['id']}")
        if seen["state"] != "pending":
            self.pending.remove(request)
            self._take({**request, **seen.body})

    def withdraw(self, random):
        index = random.random()
        if not self.pending:
            return
        request = self.pending.pop(int(index * len(self.pending)))
        self.consumers[request["account"].team_id].post(
            "endpoint_request.withdrawn", f"/v1/endpoint-requests/{request['id']}/withdraw", {})

    # Endpoints

    def close(self, random):
        index, is_revoked, leaves_own = random.random(), random.random() < 0.5, random.random() < 0.5
        if not self.open:
            return
        endpoint = self.open.pop(int(index * len(self.open)))
        if endpoint in self.unmade:
            self.unmade.remove(endpoint)
        by = self.owners[0] if is_revoked else self.consumers[endpoint["account"].team_id]
        key = by.key()
        reason = f"Soak {key}"
        by.post(
            "endpoint.closing_requested", f"/v1/endpoints/{endpoint['id']}/{'revoke' if is_revoked else 'release'}",
            {"reason": reason}, key, lambda reply: reply["closing"]["reason"] == reason)
        # Google cuts a single connection of a project only with the endpoint itself.
        if endpoint["native_id"] and (endpoint["account"].provider == "gcp" or not leaves_own):
            self.world.delete_by_hand(self.admin, endpoint["native_id"])

    def make_own(self, random):
        """Makes a self-managed endpoint, and tells which."""
        index = random.random()
        if not self.unmade:
            return
        endpoint = self.unmade[int(index * len(self.unmade))]
        service = endpoint["service"]
        if service.service_name is None:
            service.service_name = self.owners[0].get(f"/v1/services/{service.id}")["service_name"]
        if service.service_name is None:
            return
        native_id = self.world.make_by_hand(self.admin, endpoint["account"], service, self.name)
        if native_id is None:
            return
        self.unmade.remove(endpoint)
        reply = self.consumers[endpoint["account"].team_id].post(
            "endpoint.identified", f"/v1/endpoints/{endpoint['id']}/identify", {"native_id": native_id})
        if reply:
            endpoint["native_id"] = native_id
        else:
            self.world.delete_by_hand(self.admin, native_id)

    def retry(self, random):
        index = random.random()
        if self.open:
            endpoint = self.open[int(index * len(self.open))]
            self.owners[1].post("endpoint.retry_requested", f"/v1/endpoints/{endpoint['id']}/retry", None)

    def haunt(self, random):
        """Registers an account that no cloud has, and asks for an endpoint there."""
        account = self.admin.post("cloud_account.registered", "/v1/cloud-accounts", {
            "name": f"ghost-{self.name}-{self.steps}", "team": self.world.consumer_team, "provider": "aws",
            "native_id": f"9{self.number:03}{self.steps:08}"})
        if not account:
            return
        with self.world.shared():
            self.world.ghosts.add(account["id"])
        subnet = self.world.accounts["batch-aws"].subnet
        consumer = self.consumers[self.world.consumer_team]
        key = consumer.key()
        network = consumer.post("network.declared", "/v1/networks", {
            "account": account["id"], "name": key, "native_id": key, "region": REGIONS["aws"],
            "cidrs": self.world.ranges, "subnets": [subnet]}, key)
        key = consumer.key()
        request = network and consumer.post("endpoint_request.filed", "/v1/endpoint-requests", {
            "service": self.world.aws_name, "network_id": network["id"], "subnet": subnet["name"],
            "reason": f"Soak {key}", "lifetime_seconds": 3600}, key)
        if request and request["state"] == "pending":
            self.owners[0].post(
                "approval.given", f"/v1/endpoint-requests/{request['id']}/approvals",
                {"verdict": "approve", "reason": f"Soak {key}"})

    # Services

    def publish(self, random):
        policy = self._policy(random)
        if len(self.services) >= 2:
            return
        owner = self.owners[0]
        key = owner.key()
        reply = owner.post("service.published", "/v1/services", {
            "name": f"soak-{key}", "team": self.world.producer_team, "account": "orders-aws",
            "region": REGIONS["aws"], "publish": {"load_balancer": LOAD_BALANCER}, "policy": policy}, key)
        if reply:
            self.services.append(reply["name"])
            with self.world.shared():
                self.world.services[reply["name"]] = Service(reply)

    def _policy(self, random):
        def consumers(odds):
            teams = [team for team in [self.world.consumer_team, self.world.producer_team] if random.random() < odds]
            return {"teams": teams + random.sample(self.teams, min(len(self.teams), 1)), "accounts": []}

        return {
            "accept_list": consumers(0.15), "deny_list": consumers(0.05),
            "approvals_required": random.choices([1, 2], [5, 1])[0],
            "max_lifetime_seconds": random.choices([None, 7200], [6, 1])[0],
            "request_ttl_seconds": random.choice([3600, 1209600]),
            "recreate_deleted_endpoints": random.random() < 0.8,
        }

    def amend(self, random):
        policy, index = self._policy(random), random.random()
        names = self.services + ([self.adopted] if self.adopted else [])
        if names:
            name = names[int(index * len(names))]
            self.owners[0].amend("service.changed", f"/v1/services/{name}", {"policy": policy})

    def retire(self, random):
        """Withdraws a service. Google's is adopted again once it is retired; the adopted one of AWS stays."""
        is_adopted, index, policy = random.random() < 0.2, random.random(), self._policy(random)
        if self.retiring:
            return self._adopt_again(policy)
        if is_adopted and self.number == 0 and self.adopted:
            name, self.adopted = self.adopted, None
        elif self.services:
            name = self.services.pop(int(index * len(self.services)))
        else:
            return
        with self.world.shared():
            self.world.services.pop(name)
        reply = self.owners[0].post("service.withdrawn", f"/v1/services/{name}/withdraw", {"reason": f"Soak {name}"})
        if reply and reply["provider"] == "gcp":
            self.retiring = name

    def _adopt_again(self, policy):
        owner = self.owners[0]
        if owner.get(f"/v1/services/{self.retiring}")["phase"] != "retired":
            return
        key = owner.key()
        reply = owner.post("service.published", "/v1/services", {
            "name": f"soak-{key}", "team": self.world.producer_team, "account": "orders-gcp",
            "region": REGIONS["gcp"], "adopt": {"native_id": self.world.gcp_native_id}, "policy": policy}, key)
        if reply:
            self.retiring, self.adopted = None, reply["name"]
            with self.world.shared():
                self.world.services[reply["name"]] = service = Service(reply, self.world.gcp_native_id)
                service.service_name = self.world.gcp_native_id

    # Everything else that can change

    def declare(self, random):
        """Declares a network, and removes it again: nobody has used it."""
        account = self.world.accounts[random.choice(CONSUMERS)]
        if network := self._declared(account):
            self.consumers[account.team_id].remove("network.removed", f"/v1/networks/{network}", network)

    def tokens_and_teams(self, random):
        choice, index = random.random(), random.random()
        key = self.admin.key()
        if choice < 0.4:
            reply = self.admin.post("token.created", "/v1/tokens", {
                "subject": key, "teams": [], "roles": [], "description": key}, key)
            if reply:
                self.tokens.append(reply["id"])
        elif choice < 0.7 and self.tokens:
            token = self.tokens.pop(int(index * len(self.tokens)))
            self.admin.remove("token.revoked", f"/v1/tokens/{token}", token)
        elif choice < 0.85 or not self.teams:
            reply = self.admin.post(
                "team.created", "/v1/teams", {"name": f"t-{key}", "description": key, "contact": "#soak"}, key)
            if reply:
                self.teams.append(reply["id"])
        else:
            self.admin.amend("team.changed", f"/v1/teams/{self.teams[int(index * len(self.teams))]}", {})
