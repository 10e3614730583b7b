"""Settings: where they come from, what they refuse, and what they never repeat."""

from pathlib import Path

import pytest

from idp import resources
from idp.settings import Settings, SettingsError, load_settings, unsafe_settings
from idp.settings.example import example
from idp.settings.loading import field_names, variable

SECRETS = {
    "PROFFER_SECRETS__KEY_ENCRYPTION": "q7V2mZ9xT4bN8cL1sD6fG3hJ5kP0wR-yUeA",
    "PROFFER_SECRETS__PEPPER": "b3N8vC1xZ6mQ4wE9rT2yU7iO5pA0sD-fGhJ",
}
PRODUCTION = {"PROFFER_MODE": "production", "PROFFER_ISSUER": "https://id.example.org", **SECRETS}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for path in field_names():
        monkeypatch.delenv(variable(path), raising=False)
    monkeypatch.delenv("PROFFER_CONFIG", raising=False)


def given(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def refusal(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> str:
    given(monkeypatch, values)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    return str(caught.value)


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "proffer.toml"
    file.write_text('issuer = "https://id.example.org"\n[server]\nport = 9000\nworkers = 3\n')
    given(monkeypatch, {"PROFFER_CONFIG": str(file), "PROFFER_SERVER__PORT": "9001"})

    settings = load_settings()

    assert (settings.issuer, settings.server.port, settings.server.workers) == ("https://id.example.org", 9001, 3)


def test_a_list_is_written_with_commas_in_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, {"PROFFER_LANGUAGES": "fr, en", "PROFFER_OUTBOUND__ALLOWED_HOSTS": "localhost"})

    settings = load_settings()

    assert settings.languages == ("fr", "en")
    assert settings.outbound.allowed_hosts == ("localhost",)


def test_settings_cannot_be_changed_after_the_start() -> None:
    settings = load_settings()

    with pytest.raises(ValueError, match="frozen"):
        settings.server.port = 1  # type: ignore[misc] # what the test is about


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("PROFFER_SERVER__PROT", "PROFFER_SERVER__PORT"),
        ("PROFFER_SERVR__PORT", "PROFFER_SERVER__PORT"),
        ("PROFFER_ISUER", "PROFFER_ISSUER"),
    ],
)
def test_a_misspelt_variable_is_named_with_what_was_meant(
    monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    message = refusal(monkeypatch, {name: "1"})

    assert f"{name}: there is no such setting; did you mean {meant}?" in message


def test_a_misspelt_name_in_the_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "proffer.toml"
    file.write_text("[sessions]\nidle_second = 60\n")

    message = refusal(monkeypatch, {"PROFFER_CONFIG": str(file)})

    assert "sessions.idle_second: there is no such setting; did you mean sessions.idle_seconds?" in message


@pytest.mark.parametrize(
    ("content", "why"), [(None, "cannot be read"), (b"[server\n", "is not TOML"), (b"\xff\xfe", "is not UTF-8 text")]
)
def test_an_unusable_file_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None, why: str
) -> None:
    file = tmp_path / "proffer.toml"
    if content is not None:
        file.write_bytes(content)

    message = refusal(monkeypatch, {"PROFFER_CONFIG": str(file)})

    assert f"PROFFER_CONFIG: {file} {why}" in message


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("PROFFER_SERVER__PORT", "70000", "server.port"),
        ("PROFFER_DATABASE__URL", "mysql://root:hunter2@db/x", "database.url"),
        ("PROFFER_LIMITS__SIGN_IN", "20 per minute", "limits.sign_in"),
        ("PROFFER_LIMITS__STORAGE", "http://:hunter2@cache", "limits.storage"),
        ("PROFFER_LANGUAGES", "", "languages"),
        ("PROFFER_SECRETS__PEPPER", "hunter2", "secrets.pepper"),
        ("PROFFER_INTERACTIONS__PUSHED_SECONDS", "600", "interactions.pushed_seconds"),
        ("PROFFER_MODE", "staging", "mode"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name_and_never_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, field: str
) -> None:
    message = refusal(monkeypatch, {name: value})

    assert f"  {field}: " in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    "issuer",
    [
        "id.example.org",
        "ftp://id.example.org",
        "http://id.example.org",
        "https://id.example.org/",
        "https://id.example.org?a=b",
        "https://id.example.org#",
        "https://user@id.example.org",
        "https://",
        "https://id.example.org:99999",
        " https://id.example.org",
    ],
)
def test_an_issuer_that_is_no_plain_https_address_is_refused(monkeypatch: pytest.MonkeyPatch, issuer: str) -> None:
    assert "issuer: must" in refusal(monkeypatch, {"PROFFER_ISSUER": issuer})


def test_a_secret_is_read_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "pepper"
    file.write_text(SECRETS["PROFFER_SECRETS__PEPPER"] + "\n")
    given(monkeypatch, {"PROFFER_SECRETS__PEPPER_FILE": str(file)})

    assert load_settings().secrets.pepper_bytes() == SECRETS["PROFFER_SECRETS__PEPPER"].encode()


def test_a_secret_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    message = refusal(monkeypatch, {**SECRETS, "PROFFER_SECRETS__PEPPER_FILE": str(tmp_path)})

    assert "pepper and pepper_file are both given" in message


def test_a_secret_file_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    missing = tmp_path / "none"

    message = refusal(monkeypatch, {"PROFFER_SECRETS__PEPPER_FILE": str(missing)})

    assert f"pepper_file cannot be read: {missing}: No such file or directory" in message


def test_secrets_and_passwords_hide_from_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, {**SECRETS, "PROFFER_DATABASE__URL": "postgresql+psycopg://proffer:hunter2@db/proffer"})

    shown = repr(load_settings())

    assert "hunter2" not in shown
    assert not any(secret in shown for secret in SECRETS.values())


def test_production_with_its_own_secrets_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, PRODUCTION)

    assert load_settings().secure


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"PROFFER_SECRETS__PEPPER": None}, "secrets.pepper: is missing or is the published example"),
        ({"PROFFER_SECRETS__KEY_ENCRYPTION": None}, "secrets.key_encryption: is missing or is the published example"),
        ({"PROFFER_SECRETS__PEPPER": "replace-me-" * 4}, "secrets.pepper: is missing or is the published example"),
        ({"PROFFER_SECRETS__PEPPER": "too-short"}, "secrets.pepper: must hold at least 32 bytes"),
        (
            {"PROFFER_SECRETS__PEPPER": SECRETS["PROFFER_SECRETS__KEY_ENCRYPTION"]},
            "secrets.pepper: must differ from secrets.key_encryption",
        ),
        ({"PROFFER_ISSUER": "http://localhost:8000"}, "issuer: must be https in production"),
        ({"PROFFER_DATABASE__URL": "sqlite://"}, "database.url: names a database in memory"),
    ],
)
def test_production_refuses_what_only_development_can_afford(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, str | None], said: str
) -> None:
    values = {name: value for name, value in {**PRODUCTION, **change}.items() if value is not None}

    assert said in refusal(monkeypatch, values)


def test_a_certificate_without_its_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    message = refusal(monkeypatch, {"PROFFER_SERVER__TLS_CERTIFICATE": "/etc/cert.pem"})

    assert "server: tls_certificate and tls_key belong together" in message


def test_what_weakens_a_deployment_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    weak = {
        "PROFFER_LIMITS__SIGN_IN": "off",
        "PROFFER_PASSWORDS__MEMORY_KIB": "8192",
        "PROFFER_OUTBOUND__ALLOWED_HOSTS": "intranet",
    }
    given(monkeypatch, {**PRODUCTION, **weak})

    named = {warning.split(":")[0] for warning in unsafe_settings(load_settings())}

    assert named == {
        "limits.sign_in",
        "passwords.memory_kib",
        "outbound.allowed_hosts",
        "server.trusted_proxies",
        "limits.storage",
        "mail.host",
    }


def test_a_secret_file_that_others_can_read_is_listed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "key_encryption"
    file.write_text(PRODUCTION["PROFFER_SECRETS__KEY_ENCRYPTION"])
    given(monkeypatch, {"PROFFER_SECRETS__KEY_ENCRYPTION_FILE": str(file)})

    file.chmod(0o644)
    assert any(warning.startswith("secrets.key_encryption_file:") for warning in unsafe_settings(load_settings()))
    file.chmod(0o600)
    assert not any(warning.startswith("secrets.key_encryption_file:") for warning in unsafe_settings(load_settings()))


def test_the_production_sample_lacks_nothing_but_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROFFER_CONFIG", str(resources.config("production.toml")))

    message = refusal(monkeypatch, {})

    file = "/run/credentials/proffer.service/key_encryption"
    assert message.split("\n")[1:] == [
        f"  secrets: key_encryption_file cannot be read: {file}: No such file or directory (variable PROFFER_SECRETS)"
    ]


def test_a_relative_sqlite_file_means_the_working_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)

    settings = Settings.model_validate({"database": {"url": "sqlite:///here.sqlite"}})

    assert settings.database.url == f"sqlite:///{tmp_path}/here.sqlite"


def test_the_default_database_is_in_the_working_directory_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)

    assert Settings().database.url == f"sqlite:///{tmp_path}/instance/proffer.sqlite3"


def test_every_setting_is_documented() -> None:
    assert resources.config("example.toml").read_text(encoding="utf-8") == example(), (
        "config/example.toml is not what the settings generate: run `proffer config example > config/example.toml`"
    )
    assert "\n# \n" not in example()


@pytest.mark.parametrize(
    "names", [("SOFTWARE_ISSUER",), ("SOFTWARE_KEYS",), ("SOFTWARE_ISSUER", "SOFTWARE_KEYS", "SOFTWARE_KEYS_URI")]
)
def test_a_trusted_issuer_of_software_statements_comes_with_its_keys(
    monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...]
) -> None:
    given(monkeypatch, {f"PROFFER_REGISTRATION__{name}": "https://a.example" for name in names})

    with pytest.raises(SettingsError, match="software_issuer needs one of software_keys and software_keys_uri"):
        load_settings()


def test_registration_by_anybody_is_told_to_the_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, {"PROFFER_REGISTRATION__MODE": "open", "PROFFER_LIMITS__REGISTRATION": "off"})

    told = [line.partition(":")[0] for line in unsafe_settings(load_settings())]

    assert {"registration.mode", "limits.registration"} <= set(told)


MAIL = {"PROFFER_MAIL__HOST": "smtp.example.org", "PROFFER_MAIL__FROM_ADDRESS": "no-reply@id.example.org"}


@pytest.mark.parametrize(
    ("given_too", "said"),
    [
        ({"PROFFER_MAIL__FROM_ADDRESS": ""}, "must be an email address"),
        ({"PROFFER_MAIL__FROM_ADDRESS": "a@b\r\nBcc: c@d.example"}, "must be an email address"),
        ({"PROFFER_MAIL__USER": "proffer"}, "user and password belong together"),
        ({"PROFFER_MAIL__PASSWORD_FILE": "/no/such/file"}, "password_file cannot be read"),
        ({"PROFFER_MAIL__SECURITY": "none"}, "mail.security: letters hold links that open accounts"),
    ],
)
def test_a_mail_server_is_named_wholly_and_safely(
    monkeypatch: pytest.MonkeyPatch, given_too: dict[str, str], said: str
) -> None:
    assert said in refusal(monkeypatch, {**PRODUCTION, **MAIL, **given_too})


def test_a_sender_without_a_server_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    message = refusal(monkeypatch, {"PROFFER_MAIL__FROM_ADDRESS": "no-reply@id.example.org"})

    assert "host and from_address belong together" in message


def test_the_password_of_the_mail_server_is_read_from_a_file_and_shown_nowhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "mail"
    file.write_text("a secret of the mail server\n")
    given(monkeypatch, {**MAIL, "PROFFER_MAIL__USER": "proffer", "PROFFER_MAIL__PASSWORD_FILE": str(file)})

    settings = load_settings()

    assert settings.mail.password is not None
    assert settings.mail.password.get_secret_value() == "a secret of the mail server"
    assert "a secret of the mail server" not in repr(settings)
