"""The pages of the letters' tests."""

from tests.web.citizen.letters.conftest import post, settings

__all__ = ["post", "settings"]
