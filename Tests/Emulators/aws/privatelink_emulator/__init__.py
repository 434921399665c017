"""AWS PrivateLink as EC2 shows it, on top of moto.

moto lacks what a service's owner does about connections, and much of what EC2 refuses. This package adds: connections
with acceptance, allowed principals, client tokens, addresses in the consumer's subnets, zones, private DNS, deletions
that take time, IAM roles with policies that are enforced, signatures that are verified, and faults on demand.
Responses are serialised by botocore's own model.
"""
