"""Pages of a provider whose letters arrive at a real mail server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.settings import Settings
from tests.conftest import make_settings
from tests.mail import Post, mail_settings, post_office


@pytest.fixture
def post() -> Iterator[Post]:
    with post_office() as office:
        yield office


@pytest.fixture
def settings(tmp_path: Path, post: Post) -> Settings:
    return make_settings(tmp_path, mail=mail_settings(post), limits={"mail": "20/hour", "sign_up": "off"})
