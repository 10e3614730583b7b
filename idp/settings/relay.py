"""The section about private mail."""

import re
from typing import Literal

from pydantic import Field, field_validator

from idp.settings.kinds import Limit
from idp.settings.sections import Section

_DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


class RelaySettings(Section):
    """Private addresses that forward to citizens' own. Off until a domain is named; letters leave as `mail` says."""

    domain: str | None = None
    """Mail domain of the addresses, such as `post.id.example.org`. Its mail has to arrive at `host` and `port`."""
    host: str = "127.0.0.1"
    """Address on which `proffer worker` takes letters in."""
    port: int = Field(default=8024, ge=0, le=65535)
    """Port on which it does."""
    protocol: Literal["smtp", "lmtp"] = "smtp"
    """What the server in front speaks."""
    max_bytes: int = Field(default=10485760, ge=1024, le=104857600)
    """The largest letter that is passed on."""
    per_address: Limit = "60/hour"
    """Letters to one private address, counted in each worker."""
    per_sender: Limit = "600/hour"
    """Letters from one sender's domain to all addresses of one citizen, counted likewise."""

    @property
    def on(self) -> bool:
        """Whether there are private addresses."""
        return self.domain is not None

    @field_validator("domain")
    @classmethod
    def _is_domain(cls, domain: str | None) -> str | None:
        if domain is not None and _DOMAIN.fullmatch(domain) is None:
            raise ValueError("must be a domain in small letters, such as post.id.example.org")
        return domain
