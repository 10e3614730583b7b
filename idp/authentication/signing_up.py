"""New accounts: typed by their owners, or brought in by the operator."""

from collections.abc import Mapping

from idp.accounts.policy import check_login
from idp.activity.values import Kind
from idp.authentication.desk import Desk
from idp.authentication.passwords import Prepared
from idp.authentication.policy import browser_family
from idp.authentication.strength import strength
from idp.authentication.values import Imported, Origin, SignUp, Strength
from idp.claims.languages import MARK, untagged
from idp.crypto.secrets import normalise_recovery_code, recovery_code
from idp.vault.values import NewDetail, SlotKind, SlotSecret, VaultKey


class SigningUp(Desk):
    """Making accounts."""

    def strength(self, password: str, *, login: str = "") -> Strength:
        """Measure a password for the page, without keeping it."""
        return strength(password, minimum=self._parts.passwords.minimum, about=(login,))

    def sign_up(
        self,
        *,
        login: str,
        password: str,
        origin: Origin,
        locale: str | None = None,
        previous_session: str | None = None,
    ) -> SignUp:
        """Make an account with an empty vault and sign its owner in.

        The vault takes no details before :meth:`confirm_recovery_code`. Opens its own transactions; must not be called
        inside one, because a password is stretched in between.

        :raises InvalidLoginError: this cannot be a sign-in name.
        :raises LoginTakenError: somebody has it. Told only after the password was stretched, at the price of a try.
        :raises PasswordRefusedError: the password is not good enough.
        :raises SlowDownError: the server is too busy.
        """
        parts = self._parts
        login = check_login(login)
        parts.passwords.judge(password, about=(login,))
        prepared = parts.passwords.prepare(password)
        code = recovery_code()
        with parts.db.transaction():
            account_id, key = self._make(login, prepared, code=code, confirmed=False, locale=locale)
            self._record(account_id, Kind.SIGNED_UP, browser=browser_family(origin.user_agent))
            signed_in = self._start(account_id, key, origin=origin, known=False, previous_session=previous_session)
        return SignUp(
            account_id=account_id,
            sid=signed_in.sid,
            session_secret=signed_in.session_secret,
            browser_token=signed_in.browser_token,
            recovery_code=code,
        )

    def import_citizen(
        self,
        *,
        login: str,
        password: str,
        details: Mapping[str, object],
        recovery_code_text: str | None = None,
        locale: str | None = None,
    ) -> Imported:
        """Make an account with details, its recovery code taken as confirmed; all of it or nothing.

        A sign-in name that exists is left as it is, so that the same file can be imported again.

        :param details: values by claim as they would be typed; for a claim that takes several, also a list of them.
            A value in another language stands under a name such as `family_name#ar`.
        :param recovery_code_text: the code to use; without one, a new one is made and given back.
        :raises InvalidLoginError: this cannot be a sign-in name.
        :raises PasswordRefusedError: the password is not good enough.
        :raises UnknownClaimError: the catalogue has no such claim.
        :raises InvalidDetailError: a value cannot be one of its claim.
        :raises UnknownLanguageError: a claim cannot be held in that language, or has no plain value.
        :raises ValueError: the recovery code is none.
        """
        parts = self._parts
        login = check_login(login)
        if parts.accounts.find(login) is not None:
            return Imported(created=False)
        code = recovery_code_text or recovery_code()
        normalise_recovery_code(code)
        parts.passwords.judge(password, about=(login,))
        prepared = parts.passwords.prepare(password)
        with parts.db.transaction():
            account_id, key = self._make(login, prepared, code=code, confirmed=True, locale=locale)
            self._record(account_id, Kind.SIGNED_UP)
            if details:
                parts.vault.add(account_id, key, *_new_details(details))
        return Imported(created=True, account_id=account_id, recovery_code=code)

    def _make(
        self, login: str, prepared: Prepared, *, code: str, confirmed: bool, locale: str | None
    ) -> tuple[str, VaultKey]:
        parts = self._parts
        account_id = parts.accounts.create(login, locale=locale)
        secret = normalise_recovery_code(code)
        recovery = SlotSecret(kind=SlotKind.RECOVERY, secret=secret, confirmed=confirmed)
        key = parts.vault.create(account_id, login=login, slots=(prepared.slot, recovery))
        parts.passwords.keep_first(account_id, prepared)
        return account_id, key


def _new_details(details: Mapping[str, object]) -> list[NewDetail]:
    """Take lists apart, but for nationalities: there a list is one value. Plain values come before other languages."""
    return [
        NewDetail(claim=untagged(claim), raw=one, language=claim.partition(MARK)[2])
        for claim, raw in sorted(details.items(), key=lambda entry: MARK in entry[0])
        for one in (raw if isinstance(raw, list) and claim != "nationalities" else [raw])
    ]
