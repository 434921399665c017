"""Puts this package's answers in the place of moto's."""

from moto.core.responses import BaseResponse
from moto.ec2.responses import EC2Response
from moto.elbv2 import models as elbv2
from moto.sts.responses import TokenResponse

from .endpoints import EndpointResponses
from .services import ServiceResponses
from .sessions import SessionResponses


def install():
    for mixin in (EndpointResponses, ServiceResponses):
        _put(mixin, EC2Response)
    _put(SessionResponses, TokenResponse)
    name_balancers_by_type()
    BaseResponse.caller = property(_caller)
    BaseResponse.get_current_account = _current_account


def _put(mixin, target):
    for name, member in vars(mixin).items():
        if callable(member):
            setattr(target, name, member)


def _caller(response):
    return response.normalized_request.environ.get("emulator.caller")


def _current_account(response):
    caller = _caller(response)
    return caller.account if caller else "000000000000"


def name_balancers_by_type():
    """moto gives every load balancer the ARN of an application one; AWS tells their types apart there."""
    create, make_arn = elbv2.ELBv2Backend.create_load_balancer, elbv2.make_arn_for_load_balancer
    kinds = {"network": "net", "gateway": "gwy"}
    wanted = []

    def create_load_balancer(self, *args, **kwargs):
        wanted.append(kinds.get(kwargs.get("loadbalancer_type"), "app"))
        try:
            return create(self, *args, **kwargs)
        finally:
            wanted.pop()

    elbv2.ELBv2Backend.create_load_balancer = create_load_balancer
    elbv2.make_arn_for_load_balancer = lambda **names: make_arn(**names).replace("/app/", f"/{wanted[-1]}/")
