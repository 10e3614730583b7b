"""What becomes of a letter: taken on only when the citizen's own mail server has taken it, and never kept.

There is no queue: whoever sends to a private address is told what the next server said, in words of ours, and tries
again or gives up by the rules of mail. So nothing is lost between two servers, and nothing rests here.
"""

import logging

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from idp.clock import Clock
from idp.crypto.errors import SealBrokenError
from idp.crypto.sealing import blind_index
from idp.outbound.errors import MailError, MailFault
from idp.outbound.mail import Mailer
from idp.relay import policy, values
from idp.relay.sealed import Ways
from idp.relay.store import Held, PrivateAddressStore
from idp.relay.values import Answer, Standing
from idp.settings.relay import RelaySettings

log = logging.getLogger(__name__)

_ANSWERS = {
    MailFault.NO_MAILBOX: values.NO_MAILBOX,
    MailFault.REFUSED: values.REFUSED,
}


class Forwarding:
    """Letters on their way."""

    def __init__(
        self,
        *,
        store: PrivateAddressStore,
        ways: Ways,
        mailer: Mailer,
        clock: Clock,
        pepper: bytes,
        settings: RelaySettings,
    ) -> None:
        """Find addresses in `store`, and hand letters to the server that `mailer` knows."""
        self._store = store
        self._ways = ways
        self._mailer = mailer
        self._clock = clock
        self._pepper = pepper
        self._domain = settings.domain or ""
        self._counter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._rates = {name: _rate(getattr(settings, name)) for name in ("per_address", "per_sender")}

    def expects(self, recipient: str, *, sender: str) -> Answer:
        """Answer whether a letter to this recipient would be looked at, before its content comes."""
        local, _, domain = recipient.rpartition("@")
        local = local.lower()
        if domain.lower() != self._domain:
            return values.NO_RELAY
        if policy.is_bounce(local):
            about = policy.bounced(local, key=self._ways.marking)
            if sender:
                return values.NOT_A_BOUNCE
            return values.UNKNOWN if about is None or self._find(about) is None else values.OK
        held = self._find(local)
        if held is None or held.standing is Standing.ENDED:
            return values.UNKNOWN
        if held.standing is Standing.MUTED:
            return values.MUTED
        return values.OK if self._free(held, sender=sender) else values.TOO_MANY

    def forward(self, recipient: str, *, sender: str, greeted_as: str, content: bytes) -> Answer:
        """Pass a letter on, and answer what became of it."""
        local = recipient.rpartition("@")[0].lower()
        if policy.is_bounce(local):
            return self._returned(local)
        held = self._find(local)
        if held is None or held.standing is Standing.ENDED:
            return values.UNKNOWN
        if not self._counted(held, sender=sender):
            return values.TOO_MANY
        if policy.loops(content, domain=self._domain):
            return values.LOOP
        try:
            target = self._ways.open(held.sealed, row=held.id).target
        except SealBrokenError:
            log.warning("a private address does not open: was the key-encryption secret changed?")
            return values.LATER
        if held.standing is Standing.MUTED or not target:
            return values.MUTED
        now = self._clock.now()
        passed = policy.passed_on(
            content, domain=self._domain, address=f"{local}@{self._domain}", greeted_as=greeted_as, at=now
        )
        # Without a sender there is nobody to report to, and a report about a report would never end (RFC 5321 §4.5.5).
        back = f"{policy.bounce_local(local, key=self._ways.marking)}@{self._domain}" if sender else ""
        try:
            self._mailer.forward(passed, recipient=target, sender=back)
        except MailError as error:
            return _ANSWERS.get(error.fault, values.LATER)
        self._store.count(held.id, at=now)
        return values.OK

    def _returned(self, local: str) -> Answer:
        """Count a delivery report. It names the citizen's own address, so it goes no further."""
        about = policy.bounced(local, key=self._ways.marking)
        held = None if about is None else self._find(about)
        if held is None:
            return values.UNKNOWN
        self._store.count(held.id, at=None)
        return values.OK

    def _find(self, local: str) -> Held | None:
        return self._store.find(blind_index(local, pepper=self._pepper))

    def _free(self, held: Held, *, sender: str) -> bool:
        """Tell whether another letter may come, without counting one: naming recipients must silence nobody."""
        return all(self._counter.test(rate, *key) for rate, key in self._counts(held, sender))

    def _counted(self, held: Held, *, sender: str) -> bool:
        """Count a letter that has come whole; False when there were too many."""
        within = [self._counter.hit(rate, *key) for rate, key in self._counts(held, sender)]
        return all(within)

    def _counts(self, held: Held, sender: str) -> list[tuple[RateLimitItem, tuple[str, ...]]]:
        # A sender's domain is what anybody may write, so it is counted for each citizen alone: whoever writes in the
        # name of a large provider shuts it out for nobody else.
        keys = {"per_address": (held.id,), "per_sender": (held.account_id, _domain_of(sender))}
        return [(rate, (name, *keys[name])) for name, rate in self._rates.items() if rate is not None]


def _domain_of(sender: str) -> str:
    return sender.rpartition("@")[2].lower()


def _rate(text: str) -> RateLimitItem | None:
    return None if text == "off" else parse(text)
