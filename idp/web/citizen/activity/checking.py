"""Following a citizen's chain from the first entry to the last, in parts, so that a long one shows how far it is.

Each part is a page of its own that leads on to the next. How far the check has come travels in the address, signed, so
that nobody can send a citizen to a check that leaves something out.
"""

from __future__ import annotations

from typing import Final

from flask import current_app, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeSerializer

from idp.activity.values import Mark
from idp.crypto.secrets import b64url, unb64url
from idp.web.access import citizen
from idp.web.context import services, signed_in
from idp.web.pages import page_blueprint

bp = page_blueprint("activity_check", __name__, url_prefix="/activity/check")

#: Entries of one part: well under a second.
PART: Final = 20_000
_BEGINNING: Final = Mark(0, bytes(32))


@bp.get("")
@citizen
def check() -> ResponseReturnValue:
    """Follow the next part of the chain, and say what was found or how far it has come."""
    account_id = signed_in().account_id
    found = services().activity.verify_part(account_id, reached=_reached(account_id), limit=PART)
    if found.finished:
        return render_template("citizen/activity/check.html", broken=found.broken, checked_at=services().clock.now())
    onward = url_for(
        "activity_check.check", reached=_signer().dumps([account_id, found.mark.sequence, b64url(found.mark.hash)])
    )
    total = max(services().activity.last(account_id), found.mark.sequence)
    page = make_response(
        render_template("citizen/activity/checking.html", done=found.mark.sequence, total=total, onward=onward)
    )
    page.headers["Refresh"] = f"0; url={onward}"
    return page


def _reached(account_id: str) -> Mark:
    """Read how far this check has come; from the beginning for anything that we did not write for this citizen."""
    try:
        whose, sequence, digest = _signer().loads(request.args.get("reached", ""))
        return Mark(int(sequence), unb64url(digest)) if whose == account_id else _BEGINNING
    except (BadSignature, TypeError, ValueError):
        return _BEGINNING


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="activity check")
