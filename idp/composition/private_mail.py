"""Private mail: the citizen's side, and the side that letters come in by."""

from dataclasses import dataclass

from idp.activity.service import ActivityService
from idp.clock import Clock
from idp.outbound.mail import Mailer
from idp.relay.forwarding import Forwarding
from idp.relay.sealed import Ways
from idp.relay.service import RelayService
from idp.relay.store import PrivateAddressStore
from idp.settings import Settings
from idp.storage.db import Database


@dataclass(frozen=True, slots=True)
class PrivateMailParts:
    """What belongs together."""

    relay: RelayService
    forwarding: Forwarding


def build_private_mail(
    *, db: Database, activity: ActivityService, mailer: Mailer, clock: Clock, settings: Settings
) -> PrivateMailParts:
    """Build both sides on the same rows and keys."""
    store, ways = PrivateAddressStore(db=db), Ways(settings.secrets.key_encryption_bytes())
    pepper = settings.secrets.pepper_bytes()
    return PrivateMailParts(
        relay=RelayService(
            db=db, store=store, ways=ways, activity=activity, clock=clock, pepper=pepper, settings=settings.relay
        ),
        forwarding=Forwarding(
            store=store, ways=ways, mailer=mailer, clock=clock, pepper=pepper, settings=settings.relay
        ),
    )
