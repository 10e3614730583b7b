"""Use another device: a picture, a code and a number to approve where the citizen is signed in already.

All of it belongs to this browser, by a cookie. The page works without scripts: "Continue" looks whether the approval
has come; a script presses it by itself.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from idp.crypto.typed_codes import spelt
from idp.handover.errors import HandoverError, HandoverPendingError
from idp.handover.values import Asked, State
from idp.web import cookies, headers, qr
from idp.web.access import public
from idp.web.citizen.arriving import Arrival, admit, arrival, origin
from idp.web.context import services
from idp.web.limits import limited
from idp.web.pages import page_blueprint

bp = page_blueprint("other_device", __name__, url_prefix="/sign-in/other-device")

_OVER = "over"
_SAID = {
    State.REFUSED: _l("The sign-in was refused on your other device."),
    State.ENDED: _l("A wrong number was given on your other device, so nobody was signed in."),
    State.USED: _l("This sign-in was used already."),
}


@bp.get("")
@public
def form() -> ResponseReturnValue:
    """Show what to approve, or say how this works."""
    came, asked = arrival(), services().handover.asked(cookies.handover())
    if asked is None or asked.state in _SAID:
        said = None if asked is None else _SAID[asked.state]
        return render_template("citizen/handover/begin.html", came=came, asking=came.asking, said=said)
    return _waiting(came, asked)


@bp.post("")
@public
@limited("handover")
def begin() -> ResponseReturnValue:
    """Let this browser ask; what it asked before ends."""
    answer = _back(arrival())
    cookies.set_handover(answer, services().handover.begin(origin()))
    return answer


@bp.get("/state")
@public
def state() -> ResponseReturnValue:
    """Tell the page's script how far it has come."""
    asked = services().handover.asked(cookies.handover())
    return jsonify(state=_OVER if asked is None else asked.state.value)


@bp.post("/finish")
@public
def finish() -> ResponseReturnValue:
    """Sign this browser in, if it was approved."""
    came = arrival()
    try:
        signed = services().handover.finish(cookies.handover(), origin=origin(), previous_session=came.previous_session)
    except HandoverPendingError:
        flash(_("Not approved yet. Approve it on your other device first, then continue here."), "warning")
        return _back(came)
    except HandoverError:
        flash(_("Nobody was signed in. The five minutes are over, or it was refused or used already."), "warning")
        return _back(came)
    answer = admit(redirect(came.onward, code=303), came, signed)
    cookies.clear_handover(answer)
    return answer


def _back(came: Arrival) -> Response:
    return redirect(came.to("other_device.form"), code=303)


def _waiting(came: Arrival, asked: Asked) -> str:
    headers.allow_fetches()
    issuer = services().settings.issuer
    return render_template(
        "citizen/handover/waiting.html",
        came=came,
        asking=came.asking,
        picture=qr.draw(issuer + url_for("approve.look", named=asked.link)),
        place=urlsplit(issuer).netloc + url_for("approve.form"),
        code=spelt(asked.code),
        number=asked.number,
        approved=asked.state is State.APPROVED,
    )
