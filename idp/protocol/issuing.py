"""The end of a sign-on: what the service gets from `/authorize`, and the row by which the citizen sees it.

https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2, https://openid.net/specs/openid-connect-core-1_0.html#ImplicitAuthResponse,
https://openid.net/specs/openid-connect-core-1_0.html#HybridAuthResponse
"""

from idp.activity.values import DURATION, IDENTITY, Entry, Kind
from idp.authentication.policy import session_identifier
from idp.authentication.values import Session
from idp.claims.languages import untagged
from idp.consent.values import OFFLINE, Grant, GrantTicket
from idp.protocol.flow import Flow
from idp.protocol.id_token import IdTokens
from idp.protocol.refusals import NoReplyError, Obstacle
from idp.protocol.session_management import session_state
from idp.services import Services
from idp.tokens.service import TokenService
from idp.tokens.values import Issue, SignOn
from idp.vault.values import MAIN


def issue(flow: Flow, *, session: Session, grant: Grant, services: Services, id_tokens: IdTokens) -> dict[str, str]:
    """Return the parameters of the answer. At most three statements and one commit without an interaction.

    Tokens are made before anything is written: they take no row, and a signature should hold up no other writer. They
    leave only when what is written has been.

    :raises EssentialRefusedError: an essential detail is refused, or not held.
    :raises GrantGoneError: the citizen stopped sharing a moment ago.
    :raises VaultLockedError: the session does not open the grant.
    :raises NoReplyError: the interaction has been used up meanwhile.
    """
    request = flow.request
    ticket = services.consent.ticket(request.claims, session=session, client=flow.client, grant=grant)
    release = release_of(flow, session, ticket, services=services)
    sign_on, act = sign_on_of(flow, session, ticket, services=services), services.tokens.new_issue()
    answer = _answer(flow, sign_on, ticket.grant, act, tokens=services.tokens, id_tokens=id_tokens)
    with services.db.transaction(renewable=True):
        finish(flow, services=services)
        if request.response_type.gives_code:
            services.tokens.issue_code(
                sign_on, redirect_uri=request.reply_to.redirect_uri, code_challenge=request.code_challenge, issue=act
            )
        services.logout.joined(flow.client, session=session, sub=ticket.sub)
        services.activity.record(release)
    state = session_state(
        client_id=flow.client.client_id,
        redirect_uri=request.reply_to.redirect_uri,
        # What the browser shows to frames is the session that it is with, whoever this answer is about.
        session_secret=(flow.present or session).secret,
    )
    return answer if state is None else {**answer, "session_state": state}


def release_of(flow: Flow, session: Session, ticket: GrantTicket, *, services: Services) -> Entry:
    """Return the row by which the citizen sees what a service may learn by this sign-on.

    :raises GrantGoneError: the citizen stopped sharing, or shared anew, a moment ago.
    """
    names = services.consent.released(
        ticket.grant,
        grant_key=ticket.grant_key,
        requested=(*ticket.userinfo, *ticket.id_token),
        client=flow.client,
    )
    return Entry(
        account_id=session.account_id,
        kind=Kind.RELEASED,
        client_id=flow.client.client_id,
        claims=tuple(sorted(set(map(untagged, names)))),
        facts={DURATION: ticket.grant.duration.value} | _identity(ticket.grant),
    )


def _identity(grant: Grant) -> dict[str, str]:
    """Say what kind of identity it was, and never which persona: their names are in the vault only."""
    if grant.one_time:
        return {IDENTITY: "one_time"}
    return {} if grant.persona == MAIN else {IDENTITY: "persona"}


def finish(flow: Flow, *, services: Services) -> None:
    """Use the interaction up: the one moment that makes a pushed request single-use (RFC 9126 §4).

    :raises NoReplyError: somebody else was first.
    """
    if flow.interaction is not None and not services.interactions.finish(flow.interaction.secret):
        raise NoReplyError(Obstacle.REQUEST_GONE)


def _answer(
    flow: Flow, sign_on: SignOn, grant: Grant, act: Issue, *, tokens: TokenService, id_tokens: IdTokens
) -> dict[str, str]:
    """Make what the response type promises (OIDC Core §3.2.2.5, §3.3.2.5); never a refresh token."""
    wanted, answer = flow.request.response_type, {}
    if wanted.gives_code:
        answer["code"] = act.code
    if wanted.gives_access_token:
        answer |= {
            # Of the code's own issue, so that a code used twice ends this token too (RFC 6749 §4.1.2).
            "access_token": tokens.access_token(
                sign_on, grant=grant, issue_id=act.id, scope=sign_on.scope, claims=sign_on.userinfo_claims
            ),
            "token_type": "Bearer",
            "expires_in": str(tokens.seconds_under(grant)),
            # Always, because the service cannot know which of its scopes counted (RFC 6749 §4.2.2).
            "scope": " ".join(sign_on.scope),
        }
    if wanted.gives_id_token:
        answer["id_token"] = id_tokens.mint(
            sign_on,
            client=flow.client,
            grant=grant,
            access_token=answer.get("access_token"),
            code=answer.get("code"),
            state=flow.request.reply_to.state,
        )
    return answer


def sign_on_of(flow: Flow, session: Session, ticket: GrantTicket, *, services: Services) -> SignOn:
    """Say what a citizen's agreement lets the service have."""
    return SignOn(
        client_id=flow.client.client_id,
        account_id=session.account_id,
        grant_id=ticket.grant_id,
        grant_key=ticket.grant_key,
        epoch=ticket.epoch,
        # What holds for one visit gives nothing to use after it.
        scope=tuple(each for each in flow.request.scopes if each != OFFLINE or ticket.grant.offline),
        userinfo_claims=ticket.userinfo,
        id_token_claims=ticket.id_token,
        auth_time=int(session.auth_time.timestamp()),
        acr=services.authentication.levels.said(session.amr, requested=flow.request.requested_acr),
        amr=session.amr,
        sid=session_identifier(sid=session.sid, client_id=flow.client.client_id, sub=ticket.sub),
        nonce=flow.request.nonce,
        resources=tuple(each for each in flow.request.resources if each in ticket.grant.scopes),
    )
