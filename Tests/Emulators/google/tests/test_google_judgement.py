"""Every call is held to the discovery document, and every grant to its signature."""

import time
import urllib.parse

import jwt
import pytest
from google_world import CONSUMER, REGION, WITNESS, World

RULES = f"/compute/v1/projects/{CONSUMER}/regions/{REGION}/forwardingRules"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"


@pytest.fixture
def judged(server):
    return World(server)


@pytest.mark.parametrize("http, path, body, complaint", [
    ("GET", "/compute/v1/projects/p-1/nonsense", None, "no method has the path"),
    ("PUT", RULES, {}, "is not a method of"),
    ("GET", RULES + "?pageSize=5", None, "no query parameter 'pageSize'"),
    ("GET", RULES + "?maxResults=many", None, "no integer"),
    ("GET", "/compute/v1/projects/Big_Project/global/networks", None, "does not match"),
    ("POST", RULES + "?requestId=7", {"name": "a"}, "no UUID"),
    ("POST", RULES + "?requestId=00000000-0000-0000-0000-000000000000", {"name": "a"}, "other than zero"),
    ("POST", RULES, {"name": "a", "colour": "red"}, "Unknown name 'colour'"),
    ("POST", RULES, {"name": "a", "allowPscGlobalAccess": "true"}, "no boolean"),
    ("POST", RULES, {"name": "a", "loadBalancingScheme": ""}, "is none of"),
    ("POST", RULES, {"name": "Upper"}, "does not match"),
    ("POST", RULES, {"name": "a", "pscConnectionStatus": "ACCEPTED"}, "output only"),
    ("POST", RULES, None, "takes a JSON object"),
    ("POST", RULES.replace("forwardingRules", "addresses"), {"addressType": "INTERNAL"}, "/name is missing"),
    ("GET", RULES + "/a?view=NONSENSE", None, "is none of"),
    ("POST", "/v1/projects/-/serviceAccounts/a@b.iam.gserviceaccount.com:generateAccessToken", {"scopes": []},
     "Unknown name 'scopes'"),
])
def test_what_the_document_does_not_allow(judged, http, path, body, complaint):
    status, answer = judged.call(http, path, body, token=judged.token())
    assert status == 400 and complaint in answer["error"]["message"]
    assert len(judged.ask("GET", "violations")["violations"]) == 1


def test_no_token_and_a_strange_one(world):
    assert world.call("GET", RULES)[0] == 401
    assert world.call("GET", RULES, token="ya29.guess")[0] == 401


def grant(world, key=None, **changes):
    now = int(time.time())
    claims = {
        "iss": WITNESS, "scope": SCOPE, "aud": world.key["token_uri"], "iat": now,
        "exp": now + changes.pop("lifetime", 3600)}
    claims.update({k: v for k, v in changes.items() if k != "headers"})
    headers = {"kid": world.key["private_key_id"], **changes.get("headers", {})}
    assertion = jwt.encode(claims, key or world.key["private_key"], "RS256", headers=headers)
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
    return world.call(
        "POST", "/token", raw=urllib.parse.urlencode(form).encode(),
        content_type="application/x-www-form-urlencoded")


def test_a_grant_with_the_right_signature(world):
    status, answer = grant(world)
    assert status == 200 and answer["token_type"] == "Bearer"
    assert world.call("GET", RULES, token=answer["access_token"])[0] == 200


@pytest.mark.parametrize("changes, complaint", [
    ({"aud": "https://example.com/token"}, "audience"),
    ({"iss": "other@p.iam.gserviceaccount.com"}, "iss"),
    ({"exp": 1000}, "short-lived"),
    ({"lifetime": 9000}, "short-lived"),
    ({"scope": ""}, "scope"),
    ({"headers": {"kid": "unknown"}}, "account not found"),
])
def test_grants_that_are_wrong(world, changes, complaint):
    status, answer = grant(world, **changes)
    assert status == 400 and complaint in answer["error_description"]


def test_a_grant_signed_with_another_key(world):
    other = world.ask("POST", "service-accounts", {"email": "other@p-1.iam.gserviceaccount.com"})
    status, answer = grant(world, key=other["private_key"])
    assert (status, answer["error_description"]) == (400, "Invalid JWT Signature.")


def test_impersonation_needs_a_token_creator(world):
    path = f"/v1/projects/-/serviceAccounts/{WITNESS}:generateAccessToken"
    caller = grant(world)[1]["access_token"]
    assert world.call("POST", path, {"scope": [SCOPE]}, token=caller)[0] == 403
    world.ask("POST", "token-creators", {"email": WITNESS, "creators": [WITNESS]})
    status, answer = world.call("POST", path, {"scope": [SCOPE], "lifetime": "600s"}, token=caller)
    assert status == 200
    assert world.call("GET", RULES, token=answer["accessToken"])[0] == 200
