"""Brings the clouds to rest: no faults, no hands, and time until nothing is due."""

import time

from client import Broken

DEADLINE = 240
# How long a look at an active endpoint may be away: its period, and some more.
PERIOD = 75
# How often whatever waits is made due again.
HASTE = 10


def settle(world):
    """Waits until all is as it should stay; gives what is not, if the time is over."""
    world.admin.insist("DELETE", "/dev/fake/faults")
    _pardon_all(world)
    begun = hastened = time.monotonic()
    _remove_unwanted(world)
    _hasten(world)
    is_second_look = False
    while True:
        restless = _restless(world)
        if not restless:
            if is_second_look and (world.server.clock.can_jump or time.monotonic() - begun > PERIOD):
                return []
            if not is_second_look:
                # What was done by hand last shows only when everything has been looked at once more.
                is_second_look = True
                _remove_unwanted(world)
                _hasten(world)
                time.sleep(3)
        if time.monotonic() - begun > DEADLINE:
            return restless
        if any(one["phase"] == "attention" for one in restless):
            _remove_unwanted(world)
        if time.monotonic() - hastened > HASTE:
            hastened = time.monotonic()
            _hasten(world)
        time.sleep(1)


def _hasten(world):
    """Makes everything due that has a period: by time where the clock can be moved, else by asking for it."""
    if world.server.clock.can_jump:
        world.server.clock.jump(605)
        return
    for phase in ("failing", "failed", "attention"):
        for endpoint in world.admin.walk("/v1/endpoints", phase=phase):
            world.admin.post("endpoint.retry_requested", f"/v1/endpoints/{endpoint['id']}/retry", None)


def _pardon_all(world):
    """Takes off Google's reject list who was put there, and whose pardon may have got lost. That takes an endpoint of
    the project to accept."""
    for service, account in sorted({(service, account) for service, _, account in world.refused}):
        [owner] = [one for one in world.accounts.values() if one.native_id == account]
        while (reply := world.by_hand(world.admin, "/endpoints", {
                "account": account, "subnet": owner.subnet["native_id"], "service": service})) is None:
            time.sleep(0.1)
        if reply.status != 201:
            raise Broken(f"no endpoint to pardon {account} with: {reply.body}")
        # It takes the cloud a moment to make.
        time.sleep(1)
        world.pardon(world.admin, service, reply["native_id"], account)
        world.delete_by_hand(world.admin, reply["native_id"])


def _remove_unwanted(world):
    """At Google an endpoint made by hand that nobody wants takes the room of one that is wanted: the consumers delete
    it, as they are told to."""
    wanted = {endpoint["native_id"] for endpoint in world.admin.walk("/v1/endpoints")
              if endpoint["desired"] == "present"}
    inventory = world.admin.get("/dev/fake/inventory")
    if not inventory.succeeded:
        raise Broken(f"inventory: {inventory.status}")
    statuses = {connection["native_id"]: connection["status"] for service in inventory["services"]
                for connection in service["connections"]}
    for found in inventory["endpoints"]:
        is_stranger = found["endpoint_id"] is None and found["native_id"].startswith("projects/")
        if is_stranger and found["native_id"] not in wanted:
            if statuses.get(found["native_id"]) == "accepted":
                world.ledger.count("strangers that took a free place: at Google's")
            world.delete_by_hand(world.admin, found["native_id"])


def _restless(world):
    """Endpoints and services that are on their way."""
    restless = []
    for phase in ("admitting", "creating", "connecting", "failing", "failed", "closing", "attention"):
        for endpoint in world.admin.walk("/v1/endpoints", phase=phase):
            if endpoint["account_id"] in world.ghosts and phase in ("failed", "attention"):
                continue
            code = endpoint["last_error"] and endpoint["last_error"]["code"]
            if phase == "attention" and code in ("endpoint_deleted", "rejected_by_producer"):
                continue
            restless.append(endpoint)
    for phase in ("publishing", "failing", "failed", "retiring", "attention"):
        restless += world.admin.walk("/v1/services", phase=phase)
    return restless
