"""Filters and pages, the same for every listing."""

import fnmatch

from moto.ec2.exceptions import EC2ClientError

from .settings import SETTINGS


def filtered(items, filters, values):
    """`filters` as EC2 takes them; `values` gives, for a filter's name, a function from an item to its values."""
    for wish in filters or []:
        name, wanted = wish["Name"], wish.get("Values", [])
        items = [i for i in items if _matches(_values(i, name, values), wanted)]
    return items


def _values(item, name, values):
    tags = {t["Key"]: t["Value"] for t in item.get_tags()}
    if name.startswith("tag:"):
        return [tags[name[4:]]] if name[4:] in tags else []
    if name == "tag-key":
        return list(tags)
    if name not in values:
        raise EC2ClientError("InvalidParameterValue", f"The filter '{name}' is invalid")
    return [values[name](item)]


def _matches(found, wanted):
    return any(fnmatch.fnmatchcase(str(f).lower(), w.lower()) for f in found for w in wanted)


def page(items, limit, token):
    """One page and the token of the next; tokens are told apart from numbers, so that nobody counts on them."""
    start = 0
    if token:
        if not token.startswith("next+/="):
            raise EC2ClientError("InvalidNextToken", f"The token '{token}' is invalid")
        start = int(token.removeprefix("next+/="))
    size = min(int(limit or SETTINGS.page_size), SETTINGS.page_size)
    rest = start + size
    return items[start:rest], f"next+/={rest}" if rest < len(items) else None
