"""What becomes of endpoints: lists, limits, reconciliation, NAT addresses, policies."""

import pytest
from google_world import CONSUMER, PRODUCER, REGION
from google.api_core import exceptions
from google.cloud import compute_v1


def statuses(world):
    return [each.status for each in world.attachment().connected_endpoints]


def test_a_listed_project_gets_in_up_to_its_limit(world):
    target = world.publish()
    world.admit((CONSUMER, 1))
    first = world.connect(target, "one")
    second = world.connect(target, "two")
    assert (first.psc_connection_status, second.psc_connection_status) == ("ACCEPTED", "PENDING")
    assert first.I_p_address.startswith("10.0.1.")
    world.disconnect("one")
    assert world.rule("two").psc_connection_status == "ACCEPTED"


def test_who_is_not_listed_waits_and_who_is_rejected_is_out(world):
    target = world.publish()
    assert world.connect(target).psc_connection_status == "PENDING"
    world.admit((CONSUMER, 2))
    assert world.rule().psc_connection_status == "ACCEPTED"
    world.patch(consumer_reject_lists=[CONSUMER])
    assert world.connect(target, "late").psc_connection_status == "REJECTED"


def test_without_reconciliation_edits_leave_accepted_ones_up(world):
    target = world.publish()
    world.admit((CONSUMER, 1))
    world.connect(target)
    world.admit(("other-project", 1))
    world.patch(consumer_reject_lists=[CONSUMER])
    assert statuses(world) == ["ACCEPTED"]


def test_with_reconciliation_edits_bite(world):
    target = world.publish(reconcile_connections=True)
    world.admit((CONSUMER, 1))
    world.connect(target)
    world.admit(("other-project", 1))
    assert statuses(world) == ["PENDING"]
    world.patch(consumer_reject_lists=[CONSUMER])
    assert statuses(world) == ["REJECTED"]
    world.patch(consumer_accept_lists=[
        compute_v1.ServiceAttachmentConsumerProjectLimit(project_id_or_num=CONSUMER, connection_limit=1)])
    assert statuses(world) == ["REJECTED"]


def test_a_patch_replaces_the_whole_list(world):
    world.publish()
    world.admit((CONSUMER, 1), ("other-project", 2))
    world.admit((CONSUMER, 3))
    lists = world.attachment().consumer_accept_lists
    assert [(each.project_id_or_num, each.connection_limit) for each in lists] == [(CONSUMER, 3)]


def test_a_project_number_names_the_project_too(world):
    target = world.publish()
    token = world.token()
    number = world.call("GET", f"/v3/projects/{CONSUMER}", token=token)[1]["name"].split("/")[1]
    world.admit((number, 1))
    assert world.connect(target).psc_connection_status == "ACCEPTED"


def test_lists_are_of_one_kind(world):
    world.publish()
    world.admit((CONSUMER, 1))
    with pytest.raises(exceptions.BadRequest, match="only projects or only networks"):
        world.patch(consumer_reject_lists=[f"projects/{CONSUMER}/global/networks/main"])


def test_automatic_and_lists_do_not_go_together(world):
    target = world.publish(connection_preference="ACCEPT_AUTOMATIC")
    with pytest.raises(exceptions.BadRequest, match="ACCEPT_AUTOMATIC"):
        world.admit((CONSUMER, 1))
    assert world.connect(target).psc_connection_status == "ACCEPTED"


def test_networks_and_single_endpoints_can_be_listed(world):
    target = world.publish()
    world.admit((f"projects/{CONSUMER}/global/networks/main", 1), kind="network_url")
    assert world.connect(target, "one").psc_connection_status == "ACCEPTED"
    assert world.connect(target, "two").psc_connection_status == "PENDING"
    endpoint = next(each for each in world.attachment().connected_endpoints if each.status == "PENDING")
    with pytest.raises(exceptions.BadRequest):
        world.admit((endpoint.endpoint, 1), kind="endpoint_url")
    world.admit((endpoint.endpoint_with_id, 1), kind="endpoint_url")
    assert world.rule("two").psc_connection_status == "ACCEPTED"


def test_full_nat_subnets_accept_in_vain(world):
    target = world.publish()
    world.admit((CONSUMER, 9))
    for number in range(4):
        assert world.connect(target, f"ep{number}").psc_connection_status == "ACCEPTED"
    assert world.connect(target, "ep4").psc_connection_status == "NEEDS_ATTENTION"
    world.disconnect("ep0")
    assert world.rule("ep4").psc_connection_status == "ACCEPTED"


def test_an_organisation_policy_lets_it_be_made_and_refuses_it(world):
    world.ask("POST", "project", {"id": CONSUMER, "restrictsConsumers": True})
    target = world.publish()
    world.admit((CONSUMER, 1))
    assert world.connect(target).psc_connection_status == "REJECTED"


def test_a_deleted_attachment_closes_its_endpoints_for_good(world):
    target = world.publish()
    world.admit((CONSUMER, 1))
    world.connect(target)
    world.finish(world.client(compute_v1.ServiceAttachmentsClient).delete(
        project=PRODUCER, region=REGION, service_attachment="orders"))
    assert world.rule().psc_connection_status == "CLOSED"
    with pytest.raises(exceptions.NotFound):
        world.attachment()


def test_the_fingerprint_has_to_be_the_last_one(world):
    world.publish()
    stale = world.attachment().fingerprint
    world.admit((CONSUMER, 1))
    with pytest.raises(exceptions.PreconditionFailed, match="Precondition"):
        world.client(compute_v1.ServiceAttachmentsClient).patch(
            project=PRODUCER, region=REGION, service_attachment="orders",
            service_attachment_resource=compute_v1.ServiceAttachment(
                name="orders", fingerprint=stale, description="mine"))


@pytest.mark.parametrize("patch", [{"enable_proxy_protocol": True}, {"name": "orders"}])
def test_a_patch_repeats_name_and_proxy_protocol(world, patch):
    world.publish(enable_proxy_protocol=True)
    with pytest.raises(exceptions.BadRequest, match="Invalid value for field 'resource.(name|enableProxyProtocol)'"):
        world.client(compute_v1.ServiceAttachmentsClient).patch(
            project=PRODUCER, region=REGION, service_attachment="orders",
            service_attachment_resource=compute_v1.ServiceAttachment(
                fingerprint=world.attachment().fingerprint, **patch))


def test_nat_subnets_serve_one_attachment(world):
    world.publish()
    with pytest.raises(exceptions.BadRequest, match="already being used"):
        world.publish("second")
