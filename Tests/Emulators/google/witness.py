#!/usr/bin/env python3
"""Tells, as JSON, what Google's official client sees of one service and one endpoint."""

import json
import sys

from google.api_core import exceptions
from google.api_core.client_options import ClientOptions
from google.cloud import compute_v1
from google.oauth2 import service_account


def main(address, key, region, producer, service, consumer, endpoint):
    credentials = service_account.Credentials.from_service_account_file(
        key, scopes=["https://www.googleapis.com/auth/cloud-platform"])
    options = {"credentials": credentials, "client_options": ClientOptions(api_endpoint=address)}
    attachment = compute_v1.ServiceAttachmentsClient(**options).get(
        project=producer, region=region, service_attachment=service)
    seen = {"producer": {
        "connected": [[each.status, each.endpoint.split("/")[6]] for each in attachment.connected_endpoints],
        "accepted": [[each.project_id_or_num, each.connection_limit] for each in attachment.consumer_accept_lists],
    }, "consumer": None}
    try:
        rule = compute_v1.ForwardingRulesClient(**options).get(
            project=consumer, region=region, forwarding_rule=endpoint)
        seen["consumer"] = {
            "status": rule.psc_connection_status, "address": rule.I_p_address,
            "label": rule.labels.get("postern-endpoint"),
        }
    except exceptions.NotFound:
        pass
    print(json.dumps(seen))


if __name__ == "__main__":
    main(*sys.argv[1:])
