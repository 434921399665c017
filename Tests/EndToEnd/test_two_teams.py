"""The job itself: one team asks, the other decides, the clouds follow."""

import ipaddress
from datetime import UTC, datetime, timedelta

import pytest

from endtoend.scene import REASON
from endtoend.waiting import eventually

FLAVOURS = ["gcp", "aws"]


def codes(findings):
    return [finding["code"] for finding in findings]


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_file_approve_connect_revoke(scene, flavour):
    request = scene.file(flavour)
    assert request["state"] == "pending"
    assert request["waiting_on"]["role"] == "owner"
    assert request["waiting_on"]["team_id"] == scene.producer_team["id"]
    # Both networks use 10.0.0.0/16: the case that this product was born from.
    assert "CIDR_OVERLAP" in codes(request["findings"])

    inbox = list(scene.owner.walk("/v1/endpoint-requests", awaiting="me"))
    assert [found["id"] for found in inbox] == [request["id"]]
    assert list(scene.consumer.walk("/v1/endpoint-requests", awaiting="me")) == []

    approved = scene.decide(request)
    assert approved["state"] == "approved" and approved["waiting_on"] is None
    assert list(scene.owner.walk("/v1/endpoint-requests", awaiting="me")) == []

    endpoint = scene.reaches(approved["endpoint_id"], "active")
    [address] = endpoint["addresses"]
    assert ipaddress.ip_address(address) in ipaddress.ip_network(scene.subnet(flavour)["cidr"])
    assert endpoint["connection_status"] == "accepted" and endpoint["waiting_on"] is None
    [found] = scene.in_fake(endpoint["id"])
    assert (found["native_id"], found["address"]) == (endpoint["native_id"], address)

    revoked = scene.owner.post(
        f"/v1/endpoints/{endpoint['id']}/revoke", {"reason": "The contract has ended."}, expect=202)
    assert revoked["phase"] == "closing" and revoked["desired"] == "absent"
    assert revoked["closing"]["kind"] == "revoked" and revoked["closing"]["reason"] == "The contract has ended."
    closed = scene.reaches(endpoint["id"], "closed")
    assert closed["closed_at"] and closed["next_attempt_at"] is None
    assert scene.in_fake(endpoint["id"]) == []
    account = scene.account(flavour)["native_id"]
    assert all(account not in service["admitted"] for service in scene.inventory()["services"])

    told = [event["kind"] for event in scene.events(request_id=request["id"])]
    expected = ["endpoint_request.filed", "approval.given", "endpoint_request.approved", "endpoint.created",
                "endpoint.closing_requested"]
    assert [kind for kind in told if kind in expected] == expected
    assert told[-1] == "endpoint.phase_changed"


def test_the_consumer_gives_the_access_back(scene):
    endpoint = scene.reaches(scene.approved()["endpoint_id"], "active")
    scene.consumer.post(f"/v1/endpoints/{endpoint['id']}/release", expect=202)
    closed = scene.reaches(endpoint["id"], "closed")
    assert closed["closing"]["kind"] == "released"
    assert scene.in_fake(endpoint["id"]) == []
    # What is closed stays closed, and the subnet is free for the next request.
    again = scene.consumer.post(f"/v1/endpoints/{endpoint['id']}/release", expect=202)
    assert again["revision"] == closed["revision"]
    assert scene.file()["state"] == "pending"


def test_reject(scene):
    request = scene.file()
    rejected = scene.decide(request, "reject", reason="Use the events instead.")
    assert rejected["state"] == "rejected" and rejected["endpoint_id"] is None and rejected["resolved_at"]
    [decision] = scene.consumer.get(f"/v1/endpoint-requests/{request['id']}/approvals")["data"]
    assert (decision["verdict"], decision["reason"]) == ("reject", "Use the events instead.")
    assert decision == scene.consumer.get(f"/v1/approvals/{decision['id']}").json()
    assert decision["id"] in [found["id"] for found in scene.owner.walk("/v1/approvals", verdict="reject")]
    late = scene.owner.post(
        f"/v1/endpoint-requests/{request['id']}/approvals", {"verdict": "approve", "reason": "After all."}, expect=409)
    assert late["code"] == "already_resolved"
    assert list(scene.consumer.walk("/v1/endpoints")) == []


def test_withdraw(scene):
    request = scene.file()
    refused = scene.owner.post(f"/v1/endpoint-requests/{request['id']}/withdraw", expect=403)
    assert refused["code"] == "forbidden"
    withdrawn = scene.consumer.post(f"/v1/endpoint-requests/{request['id']}/withdraw", {"reason": "Not needed."})
    assert withdrawn["state"] == "withdrawn" and withdrawn["waiting_on"] is None
    again = scene.consumer.post(f"/v1/endpoint-requests/{request['id']}/withdraw", expect=409)
    assert again["code"] == "already_resolved"
    assert scene.file()["state"] == "pending"


def test_a_duplicate_is_refused_with_a_link_to_the_first(scene):
    first = scene.file()
    for state in ("pending", "approved"):
        duplicate = scene.consumer.post("/v1/endpoint-requests", scene.filing(), expect=409)
        assert duplicate["code"] == "duplicate_request"
        assert duplicate["existing"] == {"id": first["id"], "url": f"/v1/endpoint-requests/{first['id']}"}
        assert scene.consumer.get(duplicate["existing"]["url"])["id"] == first["id"]
        assert state in duplicate["detail"]
        if state == "pending":
            scene.decide(first)


def test_two_approvals(scene):
    service = scene.flavours["gcp"].service
    changed = scene.owner.patch(f"/v1/services/{service}", {"policy": {"approvals_required": 2}})
    assert changed["policy"]["approvals_required"] == 2 and changed["policy"]["min_reason_length"] == 10
    second = scene.person("second@orders", [scene.producer_team["id"]])
    request = scene.file()
    once = scene.decide(request)
    assert once["state"] == "pending" and once["endpoint_id"] is None
    assert list(scene.owner.walk("/v1/endpoint-requests", awaiting="me")) == []
    assert [found["id"] for found in second.walk("/v1/endpoint-requests", awaiting="me")] == [request["id"]]
    twice = scene.owner.post(
        f"/v1/endpoint-requests/{request['id']}/approvals", {"verdict": "approve", "reason": "Once more."}, expect=409)
    assert twice["code"] == "already_decided"
    assert scene.decide(request, by=second)["state"] == "approved"
    decisions = scene.owner.get(f"/v1/endpoint-requests/{request['id']}/approvals")["data"]
    assert len({decision["decided_by"] for decision in decisions}) == 2

    # One rejection is enough, also by somebody who has approved before.
    place = scene.another_network()
    other = scene.file(network_id=place["id"])
    scene.decide(other)
    assert scene.decide(other, "reject", reason="On second thoughts, no.")["state"] == "rejected"


def test_lists_decide_at_once_and_the_deny_list_stands_above(scene):
    service = f"/v1/services/{scene.flavours['gcp'].service}"
    scene.owner.patch(service, {"policy": {"accept_list": {"teams": [scene.consumer_team["name"]]}}})
    accepted = scene.file()
    assert accepted["state"] == "approved"
    [decision] = scene.owner.get(f"/v1/endpoint-requests/{accepted['id']}/approvals")["data"]
    assert (decision["origin"], decision["verdict"], decision["as_admin"]) == ("policy", "approve", False)
    scene.reaches(accepted["endpoint_id"], "active")

    account = scene.account("gcp")
    policy = scene.owner.patch(service, {"policy": {"deny_list": {"accounts": [account["name"]]}}})["policy"]
    assert policy["deny_list"] == {"teams": [], "accounts": [account["id"]]}
    assert policy["accept_list"] == {"teams": [scene.consumer_team["id"]], "accounts": []}
    denied = scene.file(network_id=scene.another_network()["id"])
    assert denied["state"] == "rejected" and denied["endpoint_id"] is None
    # The lists are the owners' own.
    seen = scene.consumer.get(service)
    assert seen["policy"]["accept_list"] is None and seen["policy"]["deny_list"] is None
    assert seen["visible_to"] is None and seen["warnings"] is None


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_lifetime_ends(scene, flavour):
    end = (datetime.now(UTC) + timedelta(seconds=8)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    request = scene.approved(flavour, until=end)
    endpoint = scene.reaches(request["endpoint_id"], "active")
    assert endpoint["expires_at"] == end
    closed = scene.reaches(endpoint["id"], "closed", within=40)
    assert closed["closing"]["kind"] == "expired" and closed["closed_at"] >= end
    assert scene.in_fake(endpoint["id"]) == []


def test_a_lifetime_counts_from_the_approval(scene):
    request = scene.file(lifetime_seconds=3)
    approved = scene.decide(request)
    endpoint = scene.endpoint(approved["endpoint_id"])
    expected = datetime.fromisoformat(approved["resolved_at"]) + timedelta(seconds=3)
    assert abs(datetime.fromisoformat(endpoint["expires_at"]) - expected) < timedelta(milliseconds=50)
    assert scene.reaches(endpoint["id"], "closed")["closing"]["kind"] == "expired"


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_withdrawn_service_closes_everything(scene, flavour):
    connected = scene.reaches(scene.approved(flavour)["endpoint_id"], "active")
    pending = scene.file(flavour, network_id=scene.another_network(flavour)["id"])
    service = f"/v1/services/{scene.flavours[flavour].service}"
    withdrawn = scene.owner.post(service + "/withdraw", {"reason": "Replaced by events."}, expect=202)
    assert withdrawn["desired"] == "withdrawn" and withdrawn["phase"] == "retiring"
    assert scene.reaches(connected["id"], "closed")["closing"]["kind"] == "withdrawn"
    assert scene.consumer.get(f"/v1/endpoint-requests/{pending['id']}")["state"] == "rejected"
    eventually(lambda: scene.owner.get(service)["phase"] == "retired", 30, "the service is not retired")
    assert scene.in_fake(connected["id"]) == []
    # It was adopted, so the cloud's side of it stays.
    assert withdrawn["native_id"] in [found["native_id"] for found in scene.inventory()["services"]]
    late = scene.consumer.post("/v1/endpoint-requests", scene.filing(flavour), expect=422)
    assert late["errors"][0]["pointer"] == "/service"
    frozen = scene.owner.patch(service, {"description": "Gone."}, expect=409)
    assert frozen["code"] == "not_possible_now"


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_requested_address_is_given_once(scene, flavour):
    wanted = str(ipaddress.ip_network(scene.subnet(flavour)["cidr"])[77])
    endpoint = scene.reaches(scene.approved(flavour, requested_address=wanted)["endpoint_id"], "active")
    assert endpoint["addresses"] == [wanted]
    if flavour == "gcp":
        place = scene.another_network()
        second = scene.approved(network_id=place["id"], requested_address=wanted)
        failed = scene.reaches(second["endpoint_id"], "failed")
        assert failed["last_error"]["code"] == "conflict" and failed["last_error"]["side"] == "consumer"
        turn = failed["waiting_on"]
        assert (turn["role"], turn["team_id"]) == ("consumer", scene.consumer_team["id"])
        # Free it, retry, and it goes on.
        scene.owner.post(f"/v1/endpoints/{endpoint['id']}/revoke", {"reason": "Makes room."}, expect=202)
        scene.reaches(endpoint["id"], "closed")
        scene.consumer.post(f"/v1/endpoints/{failed['id']}/retry", expect=202)
        assert scene.reaches(failed["id"], "active")["addresses"] == [wanted]


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("kind", ["throttled", "unavailable", "reply_lost"])
def test_a_bad_day_of_the_cloud_makes_no_second_endpoint(scene, flavour, kind):
    scene.admin.post("/dev/fake/faults", {"kind": kind, "operation": "create_endpoint", "count": 2}, expect=204)
    scene.admin.post("/dev/fake/faults", {"kind": kind, "operation": "admit", "count": 1}, expect=204)
    endpoint = scene.reaches(scene.approved(flavour)["endpoint_id"], "active")
    assert len(scene.in_fake(endpoint["id"])) == 1
    scene.admin.delete("/dev/fake/faults", expect=204)


def test_what_is_denied_says_what_to_change(scene):
    scene.admin.post("/dev/fake/faults", {"kind": "denied", "operation": "create_endpoint", "count": 1}, expect=204)
    failed = scene.reaches(scene.approved()["endpoint_id"], "failed")
    error = failed["last_error"]
    assert error["code"] == "denied" and error["retryable"] is False and error["remedy"]
    scene.consumer.post(f"/v1/endpoints/{failed['id']}/retry", expect=202)
    assert scene.reaches(failed["id"], "active")["last_error"] is None


def test_impossible_requests_are_refused_with_all_faults(scene):
    end = "2020-01-01T00:00:00Z"
    refused = scene.consumer.post("/v1/endpoint-requests", scene.filing(
        subnet="nowhere", reason="No.", until=end, native_endpoint_id="x",
        options={"security_groups": ["sg-0123456789abcdef0"]},
    ), expect=422)
    assert refused["code"] == "unprocessable"
    pointers = {error["pointer"] for error in refused["errors"]}
    assert pointers == {"/subnet", "/reason", "/until", "/native_endpoint_id", "/options/security_groups"}
    elsewhere = scene.filing(service=scene.flavours["aws"].service)
    across = scene.consumer.post("/v1/endpoint-requests", elsewhere, expect=422)
    assert "/network_id" in [error["pointer"] for error in across["errors"]]
    outside = scene.consumer.post("/v1/endpoint-requests", scene.filing(requested_address="192.0.2.1"), expect=422)
    assert [error["pointer"] for error in outside["errors"]] == ["/requested_address"]
    both = scene.consumer.post(
        "/v1/endpoint-requests", scene.filing(until="2099-01-01T00:00:00Z", lifetime_seconds=60), expect=422)
    assert [error["pointer"] for error in both["errors"]] == ["/until"]


def test_the_longest_lifetime_is_the_owners_choice(scene):
    scene.owner.patch(f"/v1/services/{scene.flavours['gcp'].service}", {"policy": {"max_lifetime_seconds": 3600}})
    for changes in ({}, {"lifetime_seconds": 3601}, {"until": "2099-01-01T00:00:00Z"}):
        refused = scene.consumer.post("/v1/endpoint-requests", scene.filing(**changes), expect=422)
        assert refused["errors"][0]["pointer"] in ("/until", "/lifetime_seconds")
    request = scene.file(lifetime_seconds=3600)
    assert request["lifetime_seconds"] == 3600 and request["until"] is None and request["reason"] == REASON


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_service_of_the_cloud_is_adopted_once(scene, flavour):
    """Two records of one service would each derive its accept list, and cut the other's consumers."""
    service = scene.owner.get(f"/v1/services/{scene.flavours[flavour].service}").json()
    twin = {
        "name": "twin", "team": scene.producer_team["name"], "region": service["region"],
        "account": scene.account(flavour, "producer")["name"], "adopt": {"native_id": service["native_id"]},
    }
    assert scene.owner.post("/v1/services", twin, expect=409)["code"] == "conflict"
    # Once the first is retired, its place is free.
    scene.owner.post(f"/v1/services/{service['id']}/withdraw", expect=202)
    eventually(lambda: scene.owner.get(f"/v1/services/{service['id']}")["phase"] == "retired", 30, "it is not retired")
    assert scene.owner.post("/v1/services", twin, expect=201)
