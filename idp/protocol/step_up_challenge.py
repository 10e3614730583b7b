"""What a protected resource asks of the sign-on behind a token, and how it says that it wants more (RFC 9470).

https://www.rfc-editor.org/rfc/rfc9470
"""

from dataclasses import dataclass

from idp.authentication.levels import Levels
from idp.protocol.access_token import Refusal, TokenRefusedError
from idp.settings import UserInfoSettings
from idp.tokens.values import AccessToken


@dataclass(frozen=True, slots=True)
class Demand:
    """The least level and the oldest sign-in that a resource accepts; by default any."""

    levels: Levels
    settings: UserInfoSettings

    def check(self, access: AccessToken, *, now: int) -> None:
        """Let a token pass whose sign-on is strong and recent enough.

        :param now: seconds since 1970.
        :raises TokenRefusedError: it is not; the challenge says what to ask the authorization endpoint for (§3).
        """
        minimum, max_age = self.settings.minimum_acr, self.settings.max_age_seconds
        if minimum is None and max_age is None:
            return
        wanted = []
        if minimum is not None and not self.levels.reaches(access.acr, minimum=minimum):
            wanted.append(("acr_values", minimum))
        if max_age is not None and now - access.auth_time > max_age:
            wanted.append(("max_age", str(max_age)))
        if wanted:
            raise TokenRefusedError(Refusal.INSUFFICIENT_USER_AUTHENTICATION, parameters=tuple(wanted))
