"""`proffer notices`: what services are told, and what could not be told."""

import click

from idp.cli.application import opened
from idp.cli.failures import Failure

_STATES = ("waiting", "told", "given_up")


@click.group()
def notices() -> None:
    """List what services are told, or have it tried again."""


@notices.command("list")
@click.option("--state", type=click.Choice(_STATES), help="Only those that wait, were told, or were given up.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=1000, show_default=True)
def list_(state: str | None, limit: int) -> None:
    """List notices, the newest first.

    Each line: identifier, state, kind, service, tries, when next or when ended, last error.
    """
    from idp.notices.values import State

    with opened() as services:
        for notice in services.notices.list(state=None if state is None else State(state), limit=limit):
            ended = notice.ended_at is not None
            moment = notice.ended_at or notice.due_at
            click.echo(
                f"{notice.id}  {notice.state.value:<8}  {notice.kind.value}  {notice.client_id or '-'}  "
                f"tries {notice.attempts}  {'ended' if ended else 'next'} {moment:%Y-%m-%d %H:%M:%S}"
                f"{f'  {notice.last_error}' if notice.last_error else ''}"
            )


@notices.command()
@click.argument("notice_id", metavar="ID", required=False)
@click.option("--all", "every", is_flag=True, help="Every notice that was not told.")
def retry(notice_id: str | None, every: bool) -> None:  # noqa: FBT001 - as click calls it
    """Have notice ID, or --all, tried again at once.

    The worker does it, and all tries are before them once more.
    """
    from idp.notices.errors import UnknownNoticeError

    if (notice_id is None) is not every:
        raise click.UsageError("name one notice, or say --all")
    with opened() as services:
        if notice_id is None:
            click.echo(f"{services.notices.retry_all()} notices will be tried again.")
            return
        try:
            services.notices.retry(notice_id)
        except UnknownNoticeError:
            raise Failure("there is no such notice that was not told") from None
        click.echo(f"{notice_id} will be tried again.")
