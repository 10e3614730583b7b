"""What holds of every page that a test of the pages asks for."""

from collections.abc import Iterator

import pytest
from flask import Flask, Response, request, request_finished

from tests.web.markup import faults


@pytest.fixture(autouse=True)
def _every_page_is_well_formed() -> Iterator[None]:
    """Look at whatever is answered during the test, and fail it afterwards: inside the request it would be a 500."""
    found: list[str] = []

    def look(sender: Flask, response: Response) -> None:
        del sender
        if response.mimetype == "text/html" and not response.direct_passthrough:
            found.extend(f"{request.path}: {fault}" for fault in faults(response.get_data(as_text=True)))

    with request_finished.connected_to(look):
        yield
    assert found == []
