"""The pages of the letters' tests, and an owner beside a stranger."""

from tests.web.citizen.letters.conftest import post, settings

__all__ = ["post", "settings"]
