"""Ways back stay on this site."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.web.forms import safe_next


@pytest.mark.parametrize("path", ["/", "/details", "/details?edit=1", "/activity?before=4#row", "/ملف"])
def test_a_path_of_ours_is_a_way_back(path: str) -> None:
    assert safe_next(path) == path


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "details",
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " /details",
        "/details\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "/%00\x00",
        "/" + "a" * 3000,
    ],
)
def test_anything_else_is_not(target: str | None) -> None:
    assert safe_next(target) is None


@given(st.text(max_size=40))
def test_no_text_leads_to_another_site(raw: str) -> None:
    accepted = safe_next("/" + raw)

    assert accepted is None or accepted[:2] not in ("//", "/\\")
    assert accepted is None or not set(accepted) & set("\\\r\n\t\x00")
