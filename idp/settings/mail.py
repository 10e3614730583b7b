"""The section about mail: how letters leave for citizens."""

from pathlib import Path
from typing import Any, Literal

from email_validator import EmailNotValidError, validate_email
from pydantic import Field, SecretStr, field_validator, model_validator

from idp.settings.sections import Section


class MailSettings(Section):
    """Letters to citizens, and the server that takes them. Off until a host and a sender are named."""

    host: str | None = Field(default=None, min_length=1)
    """Mail server that takes our letters (SMTP submission). Without one no letter is written."""
    port: int = Field(default=587, ge=1, le=65535)
    """Its port: 587 for `starttls`, 465 for `tls`."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """`starttls` and `tls` check the server's certificate and never go on without; `none` is for this very machine."""
    user: str | None = None
    """Name to sign in to the server with; none for a server that knows us by our address."""
    password: SecretStr | None = None
    """Password of that name."""
    password_file: Path | None = None
    """File that holds `password`."""
    from_address: str | None = None
    """Address that letters come from, such as `no-reply@id.example.org`."""
    timeout_seconds: float = Field(default=10.0, gt=0, le=15)
    """Time that the server has for each answer."""

    @property
    def on(self) -> bool:
        """Whether letters are written."""
        return self.host is not None

    @model_validator(mode="before")
    @classmethod
    def _read_file(cls, given: Any) -> Any:  # noqa: ANN401 - whatever the sources hold, checked after this
        if not isinstance(given, dict) or given.get("password_file") in {None, ""}:
            return given
        if given.get("password") is not None:
            raise ValueError("password and password_file are both given: keep one")
        path = given["password_file"]
        try:
            return {**given, "password": Path(str(path)).read_text(encoding="utf-8").strip()}
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not text"
            raise ValueError(f"password_file cannot be read: {path}: {reason}") from None

    @field_validator("from_address")
    @classmethod
    def _address(cls, address: str | None) -> str | None:
        if address is None:
            return None
        try:
            found = validate_email(address, check_deliverability=False, test_environment=True, allow_smtputf8=False)
        except EmailNotValidError:
            raise ValueError("must be an email address, such as no-reply@id.example.org") from None
        return found.ascii_email

    @model_validator(mode="after")
    def _whole(self) -> "MailSettings":
        if (self.host is None) != (self.from_address is None):
            raise ValueError("host and from_address belong together: give both or neither")
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password belong together: give both or neither")
        return self
