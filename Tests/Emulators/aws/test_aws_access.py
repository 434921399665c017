"""Signatures, roles, policies and faults."""

import json

import botocore.exceptions
import pytest

from test_aws_connections import code, refused
from witness import CONSUMER, PRODUCER, REGION

POLICY = {
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["ec2:CreateVpcEndpoint", "ec2:CreateTags"],
            "Resource": "arn:aws:ec2:*:*:vpc-endpoint/*",
            "Condition": {"StringLike": {"aws:RequestTag/postern:endpoint": "ep_*"}},
        },
        {
            "Effect": "Allow",
            "Action": "ec2:CreateVpcEndpoint",
            "Resource": ["arn:aws:ec2:*:*:vpc/*", "arn:aws:ec2:*:*:subnet/*"],
        },
        {
            "Effect": "Allow",
            "Action": "ec2:DeleteVpcEndpoints",
            "Resource": "arn:aws:ec2:*:*:vpc-endpoint/*",
            "Condition": {"StringLike": {"aws:ResourceTag/postern:endpoint": "ep_*"}},
        },
    ]
}
TAGS = [{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "postern:endpoint", "Value": "ep_1"}]}]


def test_a_wrong_secret_is_told(emulator):
    keys = emulator("account", account=PRODUCER)
    client = emulator.client("ec2", {**keys, "secret_access_key": "wrong"})
    with refused() as error:
        client.describe_vpcs()
    assert code(error) == "AuthFailure"
    with refused() as error:
        emulator.client("sts", {**keys, "access_key_id": "AKIAUNKNOWN000000000"}).get_caller_identity()
    assert code(error) == "InvalidClientTokenId"


def assumed(emulator, policies, **trust):
    arn = emulator("role", account=CONSUMER, name="postern-consumer", policies=policies, **trust)["arn"]
    sts = emulator.root(PRODUCER, "sts")
    return arn, sts


def test_a_role_is_assumed_with_its_external_id_only(emulator):
    arn, sts = assumed(emulator, [], trusts=[f"arn:aws:iam::{PRODUCER}:root"], external_id="orders/7")
    with refused() as error:
        sts.assume_role(RoleArn=arn, RoleSessionName="postern")
    assert code(error) == "AccessDenied"
    with refused():
        emulator.root(CONSUMER, "sts").assume_role(RoleArn=arn, RoleSessionName="postern", ExternalId="orders/7")
    session = sts.assume_role(RoleArn=arn, RoleSessionName="postern", ExternalId="orders/7")
    assert session["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{CONSUMER}:assumed-role/postern-consumer/postern"


def session_client(emulator, sts, arn, service="ec2"):
    keys = sts.assume_role(RoleArn=arn, RoleSessionName="postern")["Credentials"]
    names = {"access_key_id": keys["AccessKeyId"], "secret_access_key": keys["SecretAccessKey"]}
    return emulator.client(service, names, token=keys["SessionToken"])


def test_policies_are_enforced_with_their_conditions(scene):
    emulator = scene.emulator
    arn, sts = assumed(emulator, [POLICY])
    client = session_client(emulator, sts, arn)
    scene.admit()
    with refused() as error:
        scene.create(client)
    assert code(error) == "UnauthorizedOperation"
    made = scene.create(client, TagSpecifications=TAGS)["VpcEndpointId"]
    foreign = scene.create()["VpcEndpointId"]
    with refused() as error:
        client.delete_vpc_endpoints(VpcEndpointIds=[foreign])
    assert code(error) == "UnauthorizedOperation"
    client.delete_vpc_endpoints(VpcEndpointIds=[made])
    with refused():
        client.describe_vpcs()
    used = emulator("policy_use")["used"][arn]
    assert used == ["ec2:CreateTags", "ec2:CreateVpcEndpoint", "ec2:DeleteVpcEndpoints"]


def test_a_session_ends(emulator):
    arn, sts = assumed(emulator, None, session_seconds=-1)
    with refused() as error:
        session_client(emulator, sts, arn).describe_vpcs()
    assert code(error) == "RequestExpired"
    with refused() as error:
        session_client(emulator, sts, arn, "sts").get_caller_identity()
    assert code(error) == "ExpiredToken"


@pytest.mark.parametrize(
    ("kind", "expected", "status"),
    [
        ("throttled", "RequestLimitExceeded", 503),
        ("unavailable", "Unavailable", 503),
        ("denied", "UnauthorizedOperation", 403),
        ("conflict", "VpcEndpointLimitExceeded", 400),
    ],
)
def test_a_fault_strikes_as_often_as_told(emulator, kind, expected, status):
    client = emulator.root(PRODUCER)
    emulator("fault", kind=kind, action="DescribeVpcs", count=2, retry_after=7)
    client.describe_subnets()
    for _ in range(2):
        with refused() as error:
            client.describe_vpcs()
        assert code(error) == expected
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
        assert error.value.response["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "7"
    client.describe_vpcs()


def test_a_reply_is_lost_after_its_effect(emulator):
    client = emulator.root(PRODUCER)
    emulator("fault", kind="reply_lost", action="CreateVpc")
    with pytest.raises(botocore.exceptions.HTTPClientError):
        client.create_vpc(CidrBlock="10.1.0.0/16")
    assert [v["CidrBlock"] for v in client.describe_vpcs()["Vpcs"]] == ["10.1.0.0/16"]


def test_calls_are_recorded_without_secrets(emulator):
    keys = emulator("account", account=PRODUCER)
    emulator("clear_calls")
    emulator.client("ec2", keys).describe_vpcs()
    calls = emulator("calls")["calls"]
    assert [(c["service"], c["action"], c["account"], c["region"]) for c in calls] == [
        ("ec2", "DescribeVpcs", PRODUCER, REGION)
    ]
    assert keys["secret_access_key"] not in json.dumps(calls)


def test_boto_can_be_borrowed(emulator):
    emulator("account", account=PRODUCER)
    lent = {"account": PRODUCER, "region": REGION, "service": "ec2"}
    made = emulator("boto", **lent, operation="create_vpc", parameters={"CidrBlock": "10.2.0.0/16"})
    assert made["Vpc"]["OwnerId"] == PRODUCER
