"""Which of the citizens who are signed in in one browser a request is about.

A hint picks a citizen only out of those who are signed in here, and only by what the service could know of them: their
identifier at this service (`id_token_hint`, `sub` in `claims`), or exactly their sign-in name (`login_hint`). A guess
at a sign-in name must not be confirmed without a page, so a silent request cannot pick by one.

https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest, §3.1.2.6 (account_selection_required)
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from idp.authentication.policy import session_identifier
from idp.authentication.values import Session
from idp.clients.values import Client, SubjectType
from idp.consent.values import Grant
from idp.interactions.values import Facts
from idp.protocol.hints import Hint, hinted
from idp.protocol.parameters import AuthorizationRequest
from idp.protocol.prompts import Prompt
from idp.services import Services
from idp.vault import policy as vault_policy


@dataclass(frozen=True, slots=True)
class Present:
    """Who is at the browser."""

    #: Whom it is with.
    session: Session | None
    others: Collection[Session]
    #: What its flow cookie holds.
    browser: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Meant:
    """The citizen to go on with."""

    session: Session | None
    #: Several are signed in, and nothing says which of them this is about.
    unclear: bool = False


def meant(
    request: AuthorizationRequest, present: Present, *, client: Client, facts: Facts, services: Services
) -> Meant:
    """Pick one of a browser's citizens; whoever the browser is with now, unless a hint names another.

    :param facts: what pages have settled: a citizen who was chosen there is not picked over.
    :raises InvalidRequestError: the request's `id_token_hint` is not ours.
    """
    session, others = present.session, present.others
    if session is None or not others or facts.account_chosen == session.sid:
        return Meant(session)
    everybody = (session, *others)
    if expected := expected_of(request, client=client, services=services):
        known = (
            one
            for one in everybody
            if expected.met_by(subject_of(one, client=client, services=services), session=one, client=client)
        )
        return _picked(next(known, session), present, services)
    if request.login_hint is not None and Prompt.NONE not in request.prompts:
        named = [one for one in everybody if _is_named(one, request.login_hint, services)]
        if named:
            return _picked(named[0], present, services)
    return Meant(session, unclear=True)


def _picked(session: Session, present: Present, services: Services) -> Meant:
    if session is not present.session:
        # They are at the service that named them, so their session does not rest.
        services.authentication.session(session.secret)
    return Meant(session)


@dataclass(frozen=True, slots=True)
class Expected:
    """Whom the service insists on. Two different subjects fit nobody."""

    #: `sub` in `claims`: the answer has to be about exactly this one.
    subject: str | None
    hint: Hint | None
    #: The service forbade us to show anything.
    silent: bool

    def met_by(self, sub: str | None, *, session: Session, client: Client) -> bool:
        """Tell whether the citizen of a session is whom the service means.

        The session of an ID token counts as well as its subject: an identity for one time, or one that the citizen has
        left since, is known by nothing else. Not for a silent request, by which a service that kept the ID tokens of
        several identities could find out which of them are one citizen.

        :param sub: how the service knows them, or would.
        """
        if self.hint is None or self.hint.sub == sub:
            return self.subject is None or self.subject == sub
        ours = session_identifier(sid=session.sid, client_id=client.client_id, sub=self.hint.sub)
        return not self.silent and self.subject is None and self.hint.sid == ours


def expected_of(request: AuthorizationRequest, *, client: Client, services: Services) -> Expected | None:
    """Return whom the service insists on, or None when it leaves that open.

    :raises InvalidRequestError: the request's `id_token_hint` is not ours.
    """
    hint = None
    if request.unverified_id_token_hint is not None:
        hint = hinted(
            request.unverified_id_token_hint,
            keys=services.keys.verifying(),
            decrypting=services.keys.decrypting(),
            issuer=services.settings.issuer,
            client_id=client.client_id,
        )
    if hint is None and request.claims.subject is None:
        return None
    return Expected(request.claims.subject, hint, silent=Prompt.NONE in request.prompts)


def subject_of(session: Session, *, client: Client, services: Services) -> str | None:
    """Return how a service knows the citizen of a session, or would."""
    grant = services.consent.standing(session.account_id, client.client_id)
    return subject(session, client=client, grant=grant, services=services)


def subject(session: Session, *, client: Client, grant: Grant | None, services: Services) -> str | None:
    """Do the same for who has the grant already; costs a statement only where there is none."""
    if grant is not None:
        return grant.sub
    if session.vault_key is None:
        return None
    document = services.vault.read(session.account_id, session.vault_key)
    sector = client.sector if client.subject_type is SubjectType.PAIRWISE else ""
    return vault_policy.subject(document.seed, sector)


def _is_named(session: Session, name: str, services: Services) -> bool:
    if session.vault_key is None:
        return False
    login = services.vault.read(session.account_id, session.vault_key).login
    # The blind index is how names are told apart everywhere: case and outer spaces do not count.
    return services.accounts.index(login) == services.accounts.index(name)
