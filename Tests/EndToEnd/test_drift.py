"""What happens in the clouds behind Postern's back. The server looks again by period, of up to a minute, so that all
scenes play at once, each on a server of its own."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from endtoend.scene import Scene
from endtoend.server import Server
from endtoend.waiting import eventually

PERIOD = 100
PLAYS = {}


def play(function):
    """A scene that plays in each of the clouds."""
    for flavour in ("gcp", "aws"):
        PLAYS[f"{function.__name__}-{flavour}"] = (function, flavour)
    return function


@pytest.fixture(scope="module")
def stage(request, tmp_path_factory):
    """All scenes that were asked for, begun."""
    asked = {item.callspec.params["name"] for item in request.session.items if "stage" in item.fixturenames}
    folder = tmp_path_factory.mktemp("drift")

    def perform(name):
        function, flavour = PLAYS[name]
        server = Server(folder / name).start()
        try:
            function(Scene(server), flavour)
        finally:
            code = server.stop()
        assert code == 0, server.tail()

    with ThreadPoolExecutor(len(asked)) as pool:
        yield {name: pool.submit(perform, name) for name in sorted(asked)}


def by_hand(scene, flavour):
    """An endpoint that somebody makes in the consumer's account without Postern."""
    service = scene.owner.get(f"/v1/services/{scene.flavours[flavour].service}")
    return scene.admin.post("/dev/fake/endpoints", {
        "account": scene.account(flavour)["native_id"], "subnet": scene.subnet(flavour)["native_id"],
        "service": service["service_name"],
    }, expect=201)["native_id"]


def connections(scene, flavour, **filters):
    return list(scene.owner.walk(f"/v1/services/{scene.flavours[flavour].service}/connections", **filters))


def told(scene, endpoint, kind):
    """The details of the endpoint's events of this kind."""
    return [event["detail"] for event in scene.events(endpoint_id=endpoint["id"]) if event["kind"] == kind]


@play
def what_was_deleted_by_hand_is_made_again(scene, flavour):
    endpoint = scene.reaches(scene.approved(flavour)["endpoint_id"], "active")
    first = endpoint["native_id"]
    assert [found["native_id"] for found in scene.in_fake(endpoint["id"])] == [first]
    scene.admin.post("/dev/fake/endpoints/delete", {"native_id": first}, expect=204)
    eventually(lambda: told(scene, endpoint, "endpoint.drift_seen"), PERIOD, "the drift is not seen")
    active = scene.reaches(endpoint["id"], "active", within=PERIOD)
    assert [found["native_id"] for found in scene.in_fake(endpoint["id"])] == [active["native_id"]]
    # At Google the second has the name of the first.
    assert (active["native_id"] == first) == (flavour == "gcp")
    assert told(scene, endpoint, "endpoint.drift_seen") == [{"missing": "endpoint", "repair": "create_endpoint"}]
    steps = [step["action"] for step in told(scene, endpoint, "endpoint.step_taken")]
    assert steps.count("create_endpoint") == 2


@play
def what_was_deleted_by_hand_is_only_shown_if_the_owners_want_that(scene, flavour):
    scene.owner.patch(
        f"/v1/services/{scene.flavours[flavour].service}", {"policy": {"recreate_deleted_endpoints": False}})
    endpoint = scene.reaches(scene.approved(flavour)["endpoint_id"], "active")
    scene.admin.post("/dev/fake/endpoints/delete", {"native_id": endpoint["native_id"]}, expect=204)
    shown = scene.reaches(endpoint["id"], "attention", within=PERIOD)
    assert shown["last_error"]["code"] == "endpoint_deleted" and shown["last_error"]["side"] == "consumer"
    assert shown["waiting_on"]["role"] == "consumer"
    assert {"from": "active", "to": "attention", "code": "endpoint_deleted"} in told(
        scene, endpoint, "endpoint.phase_changed")
    scene.consumer.post(f"/v1/endpoints/{endpoint['id']}/release", expect=202)
    scene.reaches(endpoint["id"], "closed")


@play
def a_rejection_by_hand_is_shown_and_never_undone(scene, flavour):
    endpoint = scene.reaches(scene.approved(flavour)["endpoint_id"], "active")
    service = scene.owner.get(f"/v1/services/{scene.flavours[flavour].service}")
    scene.admin.post("/dev/fake/connections", {
        "service": service["native_id"], "endpoint": endpoint["native_id"], "accepted": False}, expect=204)
    shown = scene.reaches(endpoint["id"], "attention", within=PERIOD)
    assert shown["last_error"]["code"] in ("rejected_by_producer", "consumer_refused")
    assert shown["waiting_on"] == {
        "role": "owner", "team_id": scene.producer_team["id"], "since": shown["waiting_on"]["since"],
        "detail": shown["last_error"]["remedy"]}


@play
def a_lost_admission_is_put_back(scene, flavour):
    endpoint = scene.reaches(scene.approved(flavour)["endpoint_id"], "active")
    service = scene.owner.get(f"/v1/services/{scene.flavours[flavour].service}")
    account = scene.account(flavour)["native_id"]

    def is_admitted():
        found = [s for s in scene.inventory()["services"] if s["native_id"] == service["native_id"]]
        return account in found[0]["admitted"]

    assert is_admitted()
    scene.admin.post(
        "/dev/fake/admissions/remove", {"service": service["native_id"], "account": account}, expect=204)
    assert not is_admitted()
    eventually(is_admitted, PERIOD, "the admission is not put back")
    scene.reaches(endpoint["id"], "active", within=PERIOD)
    assert told(scene, endpoint, "endpoint.drift_seen") == [{"missing": "admission", "repair": "admit"}]


def found_by_hand(scene, flavour):
    """A connection that nobody asked for, and the request that it becomes in the owners' inbox."""
    if flavour == "aws":
        # AWS shows a service only to accounts that were let in: another request of the same account was approved.
        other = scene.approved(flavour, mode="self_managed")
        scene.reaches(other["endpoint_id"], "awaiting_consumer")
    native = by_hand(scene, flavour)
    inbox = eventually(
        lambda: list(scene.owner.walk("/v1/endpoint-requests", awaiting="me")), PERIOD, "it is not in the inbox")
    [request] = inbox
    assert (request["origin"], request["mode"], request["native_endpoint_id"]) == ("discovered", "self_managed", native)
    assert request["consumer_team_id"] == scene.consumer_team["id"]
    [connection] = connections(scene, flavour, requested="false")
    assert (connection["native_id"], connection["status"], connection["endpoint_id"]) == (native, "pending", None)
    assert connection["account_native_id"] == scene.account(flavour)["native_id"]
    assert connections(scene, flavour, requested="true") == []
    natives = [e["detail"]["native_id"] for e in scene.events(scene.owner) if e["kind"] == "connection.discovered"]
    assert natives == [native]
    return request, native


def status(scene, native):
    """How the fake cloud's producer side sees a connection; None: not at all."""
    seen = [c["status"] for s in scene.inventory()["services"] for c in s["connections"] if c["native_id"] == native]
    return seen[0] if seen else None


@play
def a_connection_that_nobody_asked_for_is_held_until_it_is_approved(scene, flavour):
    request, native = found_by_hand(scene, flavour)
    assert status(scene, native) == "pending"
    refused = scene.consumer.get(f"/v1/services/{scene.flavours[flavour].service}/connections", expect=403)
    assert refused["code"] == "forbidden"
    approved = scene.decide(request)
    active = scene.reaches(approved["endpoint_id"], "active", within=PERIOD)
    assert active["native_id"] == native and status(scene, native) == "accepted"


@play
def a_connection_that_nobody_asked_for_is_cut_once_it_is_rejected(scene, flavour):
    request, native = found_by_hand(scene, flavour)
    rejected = scene.decide(request, "reject", reason="Nobody of us knows it.")
    assert rejected["state"] == "rejected"
    closed = scene.reaches(rejected["endpoint_id"], "closed", within=PERIOD)
    assert closed["closing"]["kind"] == "rejected" and closed["closing"]["reason"] == "Nobody of us knows it."
    assert status(scene, native) == ("rejected" if flavour == "aws" else "pending")
    # It does not come back into the inbox by being looked at again.
    looked_at_again(scene, flavour, closed["closed_at"])
    assert list(scene.owner.walk("/v1/endpoint-requests", awaiting="me")) == []


@play
def nobody_rides_on_the_approval_for_another_endpoint_of_the_account(scene, flavour):
    asked = scene.approved(flavour, mode="self_managed")
    scene.reaches(asked["endpoint_id"], "awaiting_consumer")
    if flavour == "gcp":
        named = by_hand(scene, flavour)
        scene.consumer.post(f"/v1/endpoints/{asked['endpoint_id']}/identify", {"native_id": named})
        scene.reaches(asked["endpoint_id"], "active", within=PERIOD)
        stranger = by_hand(scene, flavour)
    else:
        stranger, named = by_hand(scene, flavour), by_hand(scene, flavour)
        scene.consumer.post(f"/v1/endpoints/{asked['endpoint_id']}/identify", {"native_id": named})
        scene.reaches(asked["endpoint_id"], "active", within=PERIOD)
    looked_at_again(scene, flavour, scene.endpoint(asked["endpoint_id"])["updated_at"])
    assert (status(scene, named), status(scene, stranger)) == ("accepted", "pending")
    [request] = scene.owner.walk("/v1/endpoint-requests", awaiting="me")
    assert request["native_endpoint_id"] == stranger


def looked_at_again(scene, flavour, since):
    """Waits until the service's connections were read again after `since`."""
    eventually(
        lambda: any(c["last_seen_at"] > since for c in connections(scene, flavour)), PERIOD,
        "the service is not looked at")


@play
def self_managed(scene, flavour):
    request = scene.approved(flavour, mode="self_managed")
    waiting = scene.reaches(request["endpoint_id"], "awaiting_consumer")
    assert waiting["waiting_on"]["role"] == "consumer" and waiting["native_id"] is None
    native = by_hand(scene, flavour)
    path = f"/v1/endpoints/{waiting['id']}"
    assert scene.owner.post(path + "/identify", {"native_id": native}, expect=403)["code"] == "forbidden"
    named = scene.consumer.post(path + "/identify", {"native_id": native}, expect=200)
    assert named["native_id"] == native
    active = scene.reaches(waiting["id"], "active")
    assert active["connection_status"] == "accepted"
    late = scene.consumer.post(path + "/identify", {"native_id": native + "1"}, expect=409)
    assert late["code"] == "not_possible_now"
    eventually(
        lambda: [c["endpoint_id"] for c in connections(scene, flavour, requested="true")] == [waiting["id"]],
        PERIOD, "the connection is not listed as ours")

    scene.owner.post(path + "/revoke", {"reason": "The contract has ended."}, expect=202)
    scene.reaches(waiting["id"], "closed")
    # It is cut, and it is the consumer's own: nobody deletes it.
    assert status(scene, native) != "accepted"
    assert native in [found["native_id"] for found in scene.inventory()["endpoints"]]
    # What was revoked does not ask again by itself.
    looked_at_again(scene, flavour, scene.endpoint(waiting["id"])["closed_at"])
    assert list(scene.owner.walk("/v1/endpoint-requests", awaiting="me")) == []


@pytest.mark.parametrize("name", PLAYS)
def test_drift(stage, name):
    stage[name].result()
