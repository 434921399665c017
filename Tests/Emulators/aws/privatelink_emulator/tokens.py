"""Client tokens: a repeat of a call gives what the first one made."""

import json

from moto.ec2.exceptions import EC2ClientError

_made = {}


def once(account, region, action, token, wish, make):
    """Calls `make`, or gives its earlier result if the token was seen with the same wish."""
    if not token:
        return make()
    if len(token) > 64 or not token.isascii():
        raise EC2ClientError("InvalidParameterValue", "Invalid client token")
    key = (account, region, action, token)
    text = json.dumps(wish, sort_keys=True, default=str)
    if key in _made:
        earlier, result = _made[key]
        if earlier != text:
            raise EC2ClientError(
                "IdempotentParameterMismatch", "The client token was already used with different parameters"
            )
        return result
    result = make()
    _made[key] = (text, result)
    return result


def forget():
    _made.clear()
