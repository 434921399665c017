"""Makes signature_v4.json: requests as botocore signs them at a fixed time, for our own signer to agree with.

Run it where botocore is: `python make_signature_vectors.py > signature_v4.json`.
"""

import datetime
import json
from unittest import mock

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.utils import percent_encode

INSTANT = datetime.datetime(2026, 11, 25, 7, 45, 1, tzinfo=datetime.UTC)
KEY = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = "IQoJb3JpZ2luX2VjE//+token/with+plus==and/slash"
FORM = "application/x-www-form-urlencoded; charset=utf-8"
EC2 = "https://ec2.eu-central-1.amazonaws.com/"

TEXTS = ["", " ", "a b", "+", "/", "~", "-._~", "%", "ä€🚀", "a=b&c", "x:y@z", "\t\n", "*'()!"]

CASES = [
    ("a plain call", "POST", EC2, {"Content-Type": FORM}, "Action=DescribeVpcs&Version=2016-11-15", None),
    ("a session token", "POST", EC2, {"Content-Type": FORM}, "Action=DescribeVpcs&Version=2016-11-15", TOKEN),
    ("no body", "GET", EC2, {}, None, None),
    ("no path", "GET", "https://ec2.eu-central-1.amazonaws.com", {}, None, None),
    ("an empty value", "POST", EC2, {"Content-Type": FORM}, "Action=X&NextToken=&Version=1", None),
    (
        "unicode, spaces, plus, slash, tilde",
        "POST",
        EC2,
        {"Content-Type": FORM},
        "Name=%C3%A4%E2%82%AC%F0%9F%9A%80%20a%2Bb%2Fc~d&Action=X",
        TOKEN,
    ),
    ("raw unicode in the body", "POST", EC2, {"Content-Type": FORM}, "Name=ä€🚀 a+b/c~d", None),
    ("a query", "GET", EC2 + "?b=2&a=1&a=0&empty=&flag=&sp%20ace=x%2By%2Fz~", {}, None, None),
    ("an escaped path", "GET", "https://ec2.eu-central-1.amazonaws.com/a%20b/c+d/~e/%C3%A4", {}, None, None),
    ("a port of its own", "POST", "http://127.0.0.1:5000/", {"Content-Type": FORM}, "Action=X", None),
    (
        "the scheme's own port",
        "POST",
        "https://ec2.eu-central-1.amazonaws.com:443/",
        {"Content-Type": FORM},
        "Action=X",
        None,
    ),
    ("spaces within a header", "POST", EC2, {"Content-Type": "a   b    c", "X-Amz-Meta": " padded "}, "Action=X", None),
    ("headers out of order", "POST", EC2, {"X-Zeta": "1", "Accept": "*/*", "Content-Type": FORM}, "Action=X", None),
    (
        "a user agent, which is not signed",
        "POST",
        EC2,
        {"User-Agent": "postern", "Content-Type": FORM},
        "Action=X",
        None,
    ),
]


def main():
    vectors = []
    for service, region in (("ec2", "eu-central-1"), ("sts", "us-gov-west-1")):
        for name, method, url, headers, body, token in CASES:
            request = AWSRequest(method=method, url=url, headers=headers, data=body)
            # botocore sends bytes.
            request.data = body.encode() if body is not None else b""
            auth = botocore.auth.SigV4Auth(Credentials(KEY, SECRET, token), service, region)
            with mock.patch("botocore.auth.get_current_datetime", return_value=INSTANT):
                auth.add_auth(request)
            vectors.append(
                {
                    "name": f"{service}: {name}",
                    "service": service,
                    "region": region,
                    "method": method,
                    "url": url,
                    "headers": headers,
                    "body": body,
                    "token": token,
                    "amz_date": request.headers["X-Amz-Date"],
                    "authorization": request.headers["Authorization"],
                }
            )
    encodings = {t: percent_encode(t, safe="-._~") for t in TEXTS}
    document = {"access_key_id": KEY, "secret_access_key": SECRET, "instant": "2026-11-25T07:45:01Z"}
    print(json.dumps({**document, "encodings": encodings, "vectors": vectors}, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
