"""The end of a sign-on: the code, and the row by which the citizen sees it.

https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2
"""

from idp.activity.values import DURATION, Entry, Kind
from idp.authentication.values import Session
from idp.consent.values import OFFLINE, Grant, GrantTicket
from idp.protocol.flow import Flow
from idp.protocol.id_token import session_identifier
from idp.protocol.refusals import NoReplyError, Obstacle
from idp.services import Services
from idp.tokens.values import SignOn


def issue(flow: Flow, *, session: Session, grant: Grant, services: Services) -> str:
    """Return the code that stands for this sign-on. Three statements and one commit without an interaction.

    :raises EssentialRefusedError: an essential detail is refused, or not held.
    :raises GrantGoneError: the citizen stopped sharing a moment ago.
    :raises VaultLockedError: the session does not open the grant.
    :raises NoReplyError: the interaction has been used up meanwhile.
    """
    ticket = services.consent.ticket(flow.request.claims, session=session, client=flow.client, grant=grant)
    names = services.consent.released(
        ticket.grant,
        grant_key=ticket.grant_key,
        requested=(*ticket.userinfo, *ticket.id_token),
        client=flow.client,
    )
    with services.db.transaction(renewable=True):
        finish(flow, services=services)
        code = services.tokens.issue_code(
            _sign_on(flow, session, ticket),
            redirect_uri=flow.request.reply_to.redirect_uri,
            code_challenge=flow.request.code_challenge,
        )
        services.activity.record(
            Entry(
                account_id=session.account_id,
                kind=Kind.RELEASED,
                client_id=flow.client.client_id,
                claims=tuple(sorted(names)),
                facts={DURATION: ticket.grant.duration.value},
            )
        )
    return code


def finish(flow: Flow, *, services: Services) -> None:
    """Use the interaction up: the one moment that makes a pushed request single-use (RFC 9126 §4).

    :raises NoReplyError: somebody else was first.
    """
    if flow.interaction is not None and not services.interactions.finish(flow.interaction.secret):
        raise NoReplyError(Obstacle.REQUEST_GONE)


def _sign_on(flow: Flow, session: Session, ticket: GrantTicket) -> SignOn:
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
        acr=session.acr,
        amr=session.amr,
        sid=session_identifier(sid=session.sid, client_id=flow.client.client_id),
        nonce=flow.request.nonce,
    )
