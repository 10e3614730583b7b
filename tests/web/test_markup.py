"""The check that every page of these tests goes through would find what it is there for."""

import pytest

from tests.web.markup import faults


@pytest.mark.parametrize(
    "html",
    [
        '<input id="a"name="b">',
        '<button type="submit"formnovalidate>Go</button>',
        '<input type="radio" checked"x">',
        '<a href="/" href="/other">Twice</a>',
        '<p id="same"></p><p id="same"></p>',
    ],
)
def test_markup_that_a_browser_would_put_right_is_a_fault(html: str) -> None:
    assert list(faults(html))


def test_what_the_standard_allows_is_none() -> None:
    page = """<!doctype html><html lang="en" dir=ltr><!-- <a"b> --><script nonce="x">if (a<b"c") {}</script>
        <input id="a" name='b'
               checked><br/><p title="1 > 0">"quoted"</p></html>"""

    assert list(faults(page)) == []
