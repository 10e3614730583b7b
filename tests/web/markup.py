"""What a browser would quietly put right in a page of ours, so that nobody sees it: no browser need be so kind."""

import re
from collections import Counter
from collections.abc import Iterator

# Text that is not markup: comments, and what scripts and styles hold.
_OPAQUE = re.compile(r"<!--.*?-->|(?<=>)[^<]*(?=</(?:script|style)>)", re.DOTALL)
_START_TAG = re.compile(r"""<[a-zA-Z](?:[^"'<>]|"[^"]*"|'[^']*')*>""")
_ATTRIBUTE = r"""\s+([^\s"'<>/=]+)(?:=(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?"""
_WELL_FORMED = re.compile(rf"<[a-zA-Z][a-zA-Z0-9-]*(?:{_ATTRIBUTE})*\s*/?>")


def faults(html: str) -> Iterator[str]:
    """Name each start tag that the HTML standard calls a parse error, and each identifier that stands twice."""
    page = _OPAQUE.sub("", html)
    identifiers: Counter[str] = Counter()
    for tag in _START_TAG.findall(page):
        if _WELL_FORMED.fullmatch(tag) is None:
            yield f"not well formed: {tag}"
            continue
        names = [name.lower() for name in re.findall(_ATTRIBUTE, tag)]
        if len(set(names)) < len(names):
            yield f"an attribute twice: {tag}"
        identifiers.update(re.findall(r'\sid="([^"]*)"', tag))
    yield from (f"an id twice: {name}" for name, count in identifiers.items() if count > 1)
