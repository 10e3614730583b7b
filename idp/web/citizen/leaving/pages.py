"""Download or leave: what can be done here, and the file with everything."""

from __future__ import annotations

from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField
from wtforms.validators import InputRequired

from idp.authentication.errors import PasswordRefusedError, SlowDownError
from idp.portability.errors import SignInPasswordError, VaultLockedError
from idp.portability.format import MEDIA_TYPE
from idp.web import errors
from idp.web.access import citizen
from idp.web.citizen import refusals
from idp.web.citizen.freshness import sign_in_again
from idp.web.context import services, sign_in_name, signed_in
from idp.web.forms import Form, Problem, problems
from idp.web.languages import current
from idp.web.limits import limited
from idp.web.pages import page_blueprint
from idp.web.transaction import own_transactions

bp = page_blueprint("leaving", __name__, url_prefix="/leaving")


class DownloadForm(Form):
    """A password for the file, typed twice: nobody can open the file without it, we neither."""

    file_password = PasswordField(validators=[InputRequired(_l("Enter a password for the file."))])
    file_password_again = PasswordField()


@bp.get("")
@citizen
def index() -> ResponseReturnValue:
    """Say what can be done here."""
    return render_template("citizen/leaving/leaving.html", days=services().settings.leaving.grace_days)


@bp.get("/download")
@citizen
def download() -> ResponseReturnValue:
    """Say what is in the file, and ask for a password for it."""
    return sign_in_again(url_for("leaving.download")) or _page()


@bp.post("/download")
@citizen
@limited("leaving")
@own_transactions
def fetch() -> ResponseReturnValue:
    """Give the file."""
    if stale := sign_in_again(url_for("leaving.download")):
        return stale
    entered = DownloadForm()
    if found := _typed_wrong(entered):
        return _page(found)
    password = entered.file_password.data
    try:
        file = services().portability.downloads.download(signed_in(), password=password, language=current())
    except PasswordRefusedError as refused:
        return _page((Problem("file_password", refusals.of_password(refused.code)),), refusals.hints(refused.hints))
    except SignInPasswordError:
        same = _("Use another password than the one you sign in with.")
        return _page((Problem("file_password", same),))
    except VaultLockedError:
        return render_template("citizen/details/locked.html")
    except SlowDownError as slow:
        return errors.wait_page(slow.retry_after_seconds)
    return _file(file)


def _typed_wrong(entered: DownloadForm) -> tuple[Problem, ...]:
    if not entered.validate():
        return problems(entered)
    if entered.file_password.data != entered.file_password_again.data:
        return (Problem("file_password_again", _("Type the same password twice.")),)
    return ()


def _file(file: bytes) -> Response:
    day = services().clock.now().date().isoformat()
    answer = Response(file, content_type=MEDIA_TYPE)
    answer.headers["Content-Disposition"] = f'attachment; filename="proffer-{day}.jwe"'
    return answer


def _page(found: tuple[Problem, ...] = (), hints: tuple[str, ...] = ()) -> ResponseReturnValue:
    page = render_template(
        "citizen/leaving/download.html",
        problems=found,
        hints=hints,
        minimum=services().settings.passwords.minimum_length,
        login=sign_in_name(),
    )
    return page, 422 if found else 200
