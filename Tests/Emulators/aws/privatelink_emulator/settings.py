"""How the emulated cloud behaves; changed at run time by the control path."""

import threading
from dataclasses import dataclass, field


@dataclass
class Settings:
    # "looks": every look at a thing moves what is under way on; "manual": only the control path's `advance` does.
    pace: str = "looks"
    # How many looks a transition takes.
    visible: int = 1  # a new endpoint, until the service's owner sees its connection
    pending: int = 1  # an accepted endpoint, until it serves
    deleting: int = 1  # an endpoint, until its addresses are free
    vanishing: int = 1  # a deleted endpoint, until it is not told of any more
    listed: int = 0  # a new endpoint, until listings of its own account have it
    service_pending: int = 0
    service_deleting: int = 1
    # The most that one page of a listing has, whatever the client asked for.
    page_size: int = 1000
    # Whether a rejected connection can be accepted again. AWS does not document it.
    reaccept: bool = True
    # How many decisions on connections are refused although nothing is shown that would be in their way.
    refused_decisions: int = 0
    # Whether states are told as EC2's examples write them (pendingAcceptance) or as its model does (PendingAcceptance).
    pascal_case: bool = False
    # What one VPC may have of interface and gateway load balancer endpoints.
    endpoints_per_vpc: int = 50


@dataclass
class Fault:
    kind: str
    action: str | None
    count: int
    detail: dict = field(default_factory=dict)


# One request at a time: moto's models are not made for threads.
LOCK = threading.RLock()
SETTINGS = Settings()
FAULTS: list[Fault] = []
CALLS: list[dict] = []


def configure(**changes):
    for name, value in changes.items():
        if not hasattr(SETTINGS, name):
            raise KeyError(f"no such setting: {name}")
        setattr(SETTINGS, name, value)
