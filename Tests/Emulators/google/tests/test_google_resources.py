"""Addresses, labels, operations, lists, quotas and faults."""

import uuid

import pytest
from google_world import CONSUMER, REGION
from google.api_core import exceptions
from google.cloud import compute_v1

APPS = f"projects/{CONSUMER}/regions/{REGION}/subnetworks/apps"


def reserve(world, name, **fields):
    return world.client(compute_v1.AddressesClient).insert(
        compute_v1.InsertAddressRequest(
            project=CONSUMER, region=REGION, request_id=fields.pop("request_id", str(uuid.uuid4())),
            address_resource=compute_v1.Address(
                name=name, address_type="INTERNAL", subnetwork=APPS, **fields)))


def test_an_address_in_use_fails_within_the_operation(world):
    world.finish(reserve(world, "one", address="10.0.1.77"))
    with pytest.raises(exceptions.GoogleAPICallError, match="already being used"):
        world.finish(reserve(world, "two", address="10.0.1.77"))
    with pytest.raises(exceptions.BadRequest, match="outside"):
        reserve(world, "three", address="10.0.2.1")


def test_a_full_subnetwork(world):
    world.ask("POST", "hold", {"subnetwork": APPS})
    operation = reserve(world, "one")
    with pytest.raises(exceptions.GoogleAPICallError, match="exhausted"):
        world.finish(operation)
    assert operation.error_code == 400


def test_the_same_request_id_starts_one_operation(world):
    request_id = str(uuid.uuid4())
    first = reserve(world, "one", request_id=request_id)
    second = reserve(world, "one", request_id=request_id)
    assert first.name == second.name
    world.finish(first)
    with pytest.raises(exceptions.Conflict):
        reserve(world, "one")


def test_operations_take_their_time(world):
    world.ask("POST", "settings", {"holdOperations": True})
    operation = reserve(world, "slow")
    client = world.client(compute_v1.RegionOperationsClient)
    addresses = world.client(compute_v1.AddressesClient)
    for status in ("PENDING", "RUNNING", "DONE"):
        assert client.get(project=CONSUMER, region=REGION, operation=operation.name).status.name == status
        assert len(list(addresses.list(project=CONSUMER, region=REGION))) == (status == "DONE")
        world.ask("POST", "advance")
    world.ask("POST", "settings", {"holdOperations": False})
    waited = reserve(world, "waited")
    assert client.wait(project=CONSUMER, region=REGION, operation=waited.name).status.name == "DONE"


def test_an_address_that_is_used_stays(world):
    target = world.publish()
    world.connect(target)
    addresses = world.client(compute_v1.AddressesClient)
    with pytest.raises(exceptions.BadRequest, match="already being used"):
        addresses.delete(project=CONSUMER, region=REGION, address="ep")
    world.disconnect()
    world.finish(addresses.delete(project=CONSUMER, region=REGION, address="ep"))
    assert world.ask("POST", "addresses", {"project": CONSUMER})["held"] == []


def test_labels_of_an_endpoint_come_by_set_labels(world):
    rules = world.client(compute_v1.ForwardingRulesClient)
    target = world.publish()
    rule = world.connect(target)
    assert not rule.labels
    with pytest.raises(exceptions.BadRequest, match="Labels are invalid"):
        rules.insert(project=CONSUMER, region=REGION, forwarding_rule_resource=compute_v1.ForwardingRule(
            name="labelled", target=target, network=f"projects/{CONSUMER}/global/networks/main", labels={"a": "b"}))
    with pytest.raises(exceptions.PreconditionFailed):
        rules.set_labels(
            project=CONSUMER, region=REGION, resource="ep",
            region_set_labels_request_resource=compute_v1.RegionSetLabelsRequest(
                labels={"a": "b"}, label_fingerprint="c3RhbGU="))
    world.finish(rules.set_labels(
        project=CONSUMER, region=REGION, resource="ep",
        region_set_labels_request_resource=compute_v1.RegionSetLabelsRequest(
            labels={"a": "b"}, label_fingerprint=rule.label_fingerprint)))
    assert dict(world.rule().labels) == {"a": "b"}


@pytest.mark.parametrize("taken, labels", [(True, {"a": "b"}), (False, {})])
def test_labels_of_an_address(world, taken, labels):
    world.ask("POST", "settings", {"takesLabelsAtInsert": taken})
    world.finish(reserve(world, "one", labels={"a": "b"}))
    seen = world.client(compute_v1.AddressesClient).get(project=CONSUMER, region=REGION, address="one")
    assert dict(seen.labels) == labels


def test_lists_come_in_pages(world):
    world.ask("POST", "settings", {"pageSize": 1})
    pages = world.client(compute_v1.SubnetworksClient).aggregated_list(project=CONSUMER)
    names = [subnet.name for _, scope in pages for subnet in scope.subnetworks]
    assert sorted(names) == ["apps", "nat"]
    assert [each.name for each in world.client(compute_v1.NetworksClient).list(project=CONSUMER)] == ["main"]


def test_peered_ranges(world):
    routes = world.client(compute_v1.NetworksClient).list_peering_routes(
        compute_v1.ListPeeringRoutesNetworksRequest(
            project=CONSUMER, network="main", direction="INCOMING", peering_name="hub", region=REGION))
    assert [each.dest_range for each in routes] == ["10.9.0.0/16"]


def test_a_project_without_the_api(world):
    world.ask("POST", "project", {"id": CONSUMER, "apiEnabled": False})
    with pytest.raises(exceptions.Forbidden, match="has not been used in project") as caught:
        world.client(compute_v1.NetworksClient).get(project=CONSUMER, network="main")
    assert caught.value.reason == "SERVICE_DISABLED"


def test_a_missing_permission_is_named(world):
    world.ask("POST", "project", {"id": CONSUMER, "permissions": {"*": ["compute.networks.list"]}})
    world.client(compute_v1.NetworksClient).list(project=CONSUMER)
    with pytest.raises(exceptions.Forbidden, match="Required 'compute.networks.get' permission"):
        world.client(compute_v1.NetworksClient).get(project=CONSUMER, network="main")


@pytest.mark.parametrize("within", [False, True])
def test_a_quota(world, within):
    target = world.publish()
    world.ask("POST", "project", {
        "id": CONSUMER, "quotas": {"PSC_INTERNAL_LB_FORWARDING_RULES": 1}, "quotaInOperation": within})
    world.connect(target, "one")
    with pytest.raises(exceptions.GoogleAPICallError, match="PSC_INTERNAL_LB_FORWARDING_RULES' exceeded"):
        world.connect(target, "two")


@pytest.mark.parametrize("when, exists", [("before", False), ("after", True)])
def test_a_dropped_connection(world, when, exists):
    world.ask("POST", "faults", {"kind": "dropped", "method": "compute.addresses.insert", "when": when})
    with pytest.raises(Exception):
        reserve(world, "one")
    world.ask("POST", "settle")
    names = [each.name for each in world.client(compute_v1.AddressesClient).list(project=CONSUMER, region=REGION)]
    assert names == (["one"] if exists else [])


def test_throttling_says_how_long(world):
    world.ask("POST", "faults", {"kind": "throttled", "method": "compute.networks.get", "retryAfter": 7})
    with pytest.raises(exceptions.TooManyRequests) as caught:
        world.client(compute_v1.NetworksClient).get(project=CONSUMER, network="main", retry=None)
    assert caught.value.response.headers["Retry-After"] == "7"
