"""The `prompt` parameter: what the service wants the citizen to be shown.

Owns the parsing only; `dispatch` decides what each value leads to.

https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest
https://openid.net/specs/openid-connect-prompt-create-1_0.html
"""

from enum import StrEnum

from authlib.oauth2.rfc6749 import InvalidRequestError


class Prompt(StrEnum):
    """What a service may ask to be shown (OIDC Core §3.1.2.1)."""

    NONE = "none"
    LOGIN = "login"
    CONSENT = "consent"
    SELECT_ACCOUNT = "select_account"
    CREATE = "create"


def read_prompts(value: str | None) -> frozenset[Prompt]:
    """Return the prompts that the service asked for; the empty set when it asked for none.

    :raises InvalidRequestError: a value is unknown, or `none` stands beside another one
        (OIDC Core §3.1.2.1).
    """
    words = (value or "").split(" ")
    try:
        prompts = frozenset(Prompt(word) for word in words if word)
    except ValueError as error:
        # An unknown prompt may be a demand that we would silently not meet, so it is not skipped.
        raise InvalidRequestError("The prompt parameter has an unknown value") from error
    if Prompt.NONE in prompts and len(prompts) > 1:
        raise InvalidRequestError("The prompt value none cannot be combined with another")
    return prompts
