"""The two secrets that a deployment brings, and where they may come from."""

from pathlib import Path
from typing import Any

from pydantic import SecretStr, field_validator, model_validator

from idp.settings.sections import Section

#: What `mode = "development"` falls back to. Published with the source, so worth nothing: production refuses them.
DEVELOPMENT_KEY_ENCRYPTION = "development-only-key-encryption-secret-replace-me"
DEVELOPMENT_PEPPER = "development-only-pepper-for-sign-in-names-replace-me"

MINIMUM_BYTES = 32
_HOW = "make one with `openssl rand -base64 48`"
_NAMES = ("key_encryption", "pepper")


class SecretSettings(Section):
    """Secrets, each given as itself or as a file that holds it. Losing either is losing every account."""

    key_encryption: SecretStr = SecretStr(DEVELOPMENT_KEY_ENCRYPTION)
    """Seals the server's own keys in the database. At least 32 bytes."""
    key_encryption_file: Path | None = None
    """File that holds `key_encryption`."""
    pepper: SecretStr = SecretStr(DEVELOPMENT_PEPPER)
    """Keeps sign-in names from being guessed out of a stolen database. At least 32 bytes."""
    pepper_file: Path | None = None
    """File that holds `pepper`."""

    @model_validator(mode="before")
    @classmethod
    def _read_files(cls, given: Any) -> Any:  # noqa: ANN401 - whatever the sources hold, checked after this
        if not isinstance(given, dict):
            return given
        read = dict(given)
        for name in _NAMES:
            path = read.get(f"{name}_file")
            if path in {None, ""}:
                continue
            if read.get(name) is not None:
                raise ValueError(f"{name} and {name}_file are both given: keep one")
            try:
                read[name] = Path(str(path)).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "not text"
                raise ValueError(f"{name}_file cannot be read: {path}: {reason}") from None
        return read

    @field_validator(*_NAMES)
    @classmethod
    def _long_enough(cls, secret: SecretStr) -> SecretStr:
        if len(secret.get_secret_value().encode()) < MINIMUM_BYTES:
            raise ValueError(f"must hold at least {MINIMUM_BYTES} bytes; {_HOW}")
        return secret

    def key_encryption_bytes(self) -> bytes:
        """Return the key-encryption secret as key material."""
        return self.key_encryption.get_secret_value().encode()

    def pepper_bytes(self) -> bytes:
        """Return the pepper as key material."""
        return self.pepper.get_secret_value().encode()

    def published(self) -> tuple[str, ...]:
        """Return the names of secrets that still have a value which anyone can read in the source."""
        known = {DEVELOPMENT_KEY_ENCRYPTION, DEVELOPMENT_PEPPER}
        return tuple(
            name
            for name in _NAMES
            if (value := getattr(self, name).get_secret_value()) in known or "replace-me" in value
        )
