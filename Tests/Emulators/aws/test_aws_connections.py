"""Acceptance, states, and who may ask: as EC2 shows them, with boto3 as the witness."""

import botocore.exceptions
import pytest

from witness import CONSUMER, PRODUCER, STRANGER, Scene


def code(error):
    return error.value.response["Error"]["Code"]


def refused():
    return pytest.raises(botocore.exceptions.ClientError)


def test_an_account_that_is_not_admitted_finds_no_service(scene):
    with refused() as error:
        scene.create()
    assert code(error) == "InvalidServiceName"
    assert error.value.response["ResponseMetadata"]["RequestId"]


@pytest.mark.parametrize("principal", ["*", f"arn:aws:iam::{CONSUMER}:root"])
def test_an_admitted_account_waits_for_acceptance(scene, principal):
    scene.admit(principal)
    assert scene.create()["State"] == "pendingAcceptance"


def test_admission_of_another_account_does_not_help(scene):
    scene.admit(f"arn:aws:iam::{STRANGER}:root")
    with refused() as error:
        scene.create()
    assert code(error) == "InvalidServiceName"


def test_nonsense_is_no_principal(scene):
    with refused() as error:
        scene.admit("someone")
    assert code(error) == "InvalidPrincipal"


def test_the_owner_sees_a_connection_later_than_the_consumer(scene):
    scene.admit()
    identifier = scene.create()["VpcEndpointId"]
    assert scene.connections() == {}
    connection = scene.connections()[identifier]
    assert (connection["VpcEndpointOwner"], connection["VpcEndpointState"]) == (CONSUMER, "pendingAcceptance")


def connected(scene):
    scene.admit()
    identifier = scene.create()["VpcEndpointId"]
    scene.emulator("advance")
    assert scene.decide("accept", identifier) == []
    return identifier


def test_accepted_is_pending_before_it_is_available(scene):
    identifier = connected(scene)
    assert [scene.endpoint(identifier)["State"] for _ in range(3)] == ["pending", "available", "available"]


def test_what_cannot_be_accepted_is_told_beside_what_was(scene):
    identifier = connected(scene)
    other = scene.create()["VpcEndpointId"]
    scene.emulator("advance")
    failed = scene.decide("accept", identifier, other, "vpce-0000000000000000f")
    assert {f["ResourceId"]: f["Error"]["Code"] for f in failed} == {
        identifier: "InvalidState",
        "vpce-0000000000000000f": "InvalidVpcEndpointId.NotFound",
    }
    assert scene.connections()[other]["VpcEndpointState"] == "pending"


def test_an_available_connection_can_be_rejected_and_accepted_again(scene):
    identifier = connected(scene)
    scene.emulator("advance")
    assert scene.decide("reject", identifier) == []
    assert scene.endpoint(identifier)["State"] == "rejected"
    assert scene.decide("reject", identifier)[0]["Error"]["Code"] == "InvalidState"
    assert scene.decide("accept", identifier) == []
    scene.decide("reject", identifier)
    scene.emulator("settings", reaccept=False)
    assert scene.decide("accept", identifier)[0]["Error"]["Code"] == "InvalidState"


def test_a_principal_that_is_removed_stays_connected(scene):
    identifier = connected(scene)
    scene.emulator("advance")
    scene.producer.modify_vpc_endpoint_service_permissions(
        ServiceId=scene.service["ServiceId"], RemoveAllowedPrincipals=[f"arn:aws:iam::{CONSUMER}:root"]
    )
    assert scene.connections()[identifier]["VpcEndpointState"] == "available"
    with refused():
        scene.create()


def test_automatic_acceptance_connects_at_once(emulator):
    scene = Scene(emulator, AcceptanceRequired=False)
    scene.admit()
    identifier = scene.create()["VpcEndpointId"]
    assert [scene.endpoint(identifier)["State"] for _ in range(2)] == ["pending", "available"]


def test_a_state_that_nobody_knows_and_one_with_a_reason(scene):
    identifier = connected(scene)
    scene.emulator("endpoint_state", endpoint=identifier, state="partial")
    assert scene.connections()[identifier]["VpcEndpointState"] == "partial"
    scene.emulator("endpoint_state", endpoint=identifier, state="failed", code="OutOfAddresses", message="none left")
    seen = scene.endpoint(identifier)
    assert (seen["State"], seen["LastError"]["Code"], seen["FailureReason"]) == (
        "failed",
        "OutOfAddresses",
        "none left",
    )


def test_a_service_with_connections_is_not_deleted(scene):
    identifier = connected(scene)
    service = scene.service["ServiceId"]
    delete = scene.producer.delete_vpc_endpoint_service_configurations
    assert delete(ServiceIds=[service])["Unsuccessful"][0]["Error"]["Code"] == "ExistingVpcEndpointConnections"
    scene.decide("reject", identifier)
    assert delete(ServiceIds=[service])["Unsuccessful"] == []
    look = scene.producer.describe_vpc_endpoint_service_configurations
    assert look(ServiceIds=[service])["ServiceConfigurations"][0]["ServiceState"] == "Deleting"
    with refused() as error:
        look(ServiceIds=[service])
    assert code(error) == "InvalidVpcEndpointServiceId.NotFound"


def test_accounts_do_not_see_each_other(scene):
    connected(scene)
    stranger = scene.emulator.root(STRANGER)
    assert stranger.describe_vpc_endpoints()["VpcEndpoints"] == []
    assert stranger.describe_vpc_endpoint_service_configurations()["ServiceConfigurations"] == []
    assert stranger.describe_vpc_endpoint_connections()["VpcEndpointConnections"] == []
    assert scene.producer.describe_vpc_endpoints()["VpcEndpoints"] == []
    with refused() as error:
        stranger.reject_vpc_endpoint_connections(ServiceId=scene.service["ServiceId"], VpcEndpointIds=["vpce-1"])
    assert code(error) == "InvalidVpcEndpointServiceId.NotFound"


def test_a_service_made_twice_with_one_token_is_one(scene):
    balancers = scene.emulator.root(PRODUCER, "elbv2")
    subnets = scene.network(scene.producer)[1]
    arn = balancers.create_load_balancer(Name="second", Type="network", Subnets=subnets)["LoadBalancers"][0][
        "LoadBalancerArn"
    ]
    make = scene.producer.create_vpc_endpoint_service_configuration
    wish = {"NetworkLoadBalancerArns": [arn], "ClientToken": "svc_1"}
    ids = {make(**wish)["ServiceConfiguration"]["ServiceId"] for _ in range(2)}
    assert len(ids) == 1
    with refused() as error:
        make(**wish, AcceptanceRequired=False)
    assert code(error) == "IdempotentParameterMismatch"
    with refused() as error:
        make(NetworkLoadBalancerArns=[arn])
    assert code(error) == "InvalidParameter"


def test_listings_come_in_pages(scene):
    scene.emulator("settings", page_size=2)
    for account in range(5):
        scene.admit(f"arn:aws:iam::{account:012}:root")
    pages = scene.producer.get_paginator("describe_vpc_endpoint_service_permissions")
    found = [p["AllowedPrincipals"] for p in pages.paginate(ServiceId=scene.service["ServiceId"])]
    assert [len(p) for p in found] == [2, 2, 1]
