"""The job itself on the backends for real clouds, by the README's lines: each against its emulator."""

import ipaddress

import pytest

from endtoend.trial import Trial


@pytest.fixture
def trial(request, tmp_path):
    trial = Trial(request.param, tmp_path)
    try:
        yield trial.start()
    finally:
        trial.stop()


def connect_and_revoke(trial, service, subnet, cidr):
    request = trial.file(service, subnet)
    assert "CIDR_OVERLAP" in [finding["code"] for finding in request["findings"]]
    identifier = trial.decide(request)["endpoint_id"]
    endpoint = trial.reaches(identifier, "active")
    [address] = endpoint["addresses"]
    assert ipaddress.ip_address(address) in ipaddress.ip_network(cidr)
    assert endpoint["connection_status"] == "accepted" and endpoint["last_error"] is None
    yield endpoint
    closed = trial.revoke(identifier)
    assert closed["closing"]["kind"] == "revoked" and closed["last_error"] is None
    yield closed


@pytest.mark.parametrize("trial", ["Using AWS"], indirect=True)
def test_aws(trial):
    access = [
        {"identity": trial[f"{side}_ROLE"], "external_id": trial["EXTERNAL_ID"], "regions": [trial["AWS_REGION"]]}
        for side in ("PRODUCER", "CONSUMER")
    ]
    trial.register("aws", (trial["PRODUCER_ACCOUNT"], access[0]), (trial["CONSUMER_ACCOUNT"], access[1]))
    region = trial["AWS_REGION"]
    trial.publish("adopted", region=region, adopt={"native_id": trial["SERVICE_TO_ADOPT"]})
    trial.publish("published", region=region, publish={"load_balancer": trial["LOAD_BALANCER"]})
    assert trial.network["native_id"] == trial["CONSUMER_VPC"]
    subnet = next(each for each in trial.network["subnets"] if each["native_id"] == trial["CONSUMER_SUBNET"])
    for service in ("adopted", "published"):
        active, _ = connect_and_revoke(trial, service, trial["CONSUMER_SUBNET"], subnet["cidr"])
        assert active["native_id"].startswith("vpce-")


@pytest.mark.parametrize("trial", ["Using Google Cloud"], indirect=True)
def test_google(trial):
    trial.register("gcp", *(
        (trial[f"{side}_PROJECT"], {"identity": trial[f"{side}_IDENTITY"]}) for side in ("PRODUCER", "CONSUMER")))
    trial.publish("adopted", region=trial["REGION"], adopt={"native_id": trial["SERVICE_TO_ADOPT"]})
    trial.publish("published", region=trial["REGION"], publish={
        "load_balancer": trial["LOAD_BALANCER"], "nat_subnets": [trial["NAT_SUBNET"]]})
    subnet = next(each for each in trial.network["subnets"] if each["name"] == trial["CONSUMER_SUBNET"])
    for service in ("adopted", "published"):
        native = trial.owner.get(f"/v1/services/{service}")["native_id"]
        walk = connect_and_revoke(trial, service, subnet["name"], subnet["cidr"])
        active = next(walk)
        seen = witness(trial, native, active)
        assert seen["producer"] == {
            "connected": [["ACCEPTED", trial["CONSUMER_PROJECT"]]], "accepted": [[trial["CONSUMER_PROJECT"], 1]]}
        assert seen["consumer"]["status"] == "ACCEPTED" and [seen["consumer"]["address"]] == active["addresses"]
        next(walk)
        assert witness(trial, native, active) == {"producer": {"connected": [], "accepted": []}, "consumer": None}
    assert trial.emulate("emulator/violations")["violations"] == []


def witness(trial, attachment, endpoint):
    """What google-cloud-compute sees of both projects."""
    names = [name.rsplit("/", 1)[1] for name in (attachment, endpoint["native_id"])]
    return trial.emulate("emulator/witness", {"arguments": [
        trial["REGION"], trial["PRODUCER_PROJECT"], names[0], trial["CONSUMER_PROJECT"], names[1]]})
