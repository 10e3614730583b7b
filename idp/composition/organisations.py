"""Where citizens may bring details from."""

from idp.claims.catalogue import Catalogue
from idp.clock import Clock
from idp.organisations.directory import Directory
from idp.organisations.service import OrganisationService
from idp.organisations.store import OrganisationStore
from idp.settings import Settings
from idp.storage.db import Database
from idp.vault.service import VaultService


def build_organisations(
    *, db: Database, vault: VaultService, catalogue: Catalogue, clock: Clock, settings: Settings
) -> OrganisationService:
    """Build the service.

    :raises SettingsError: an organisation is to tell what nobody can hold.
    """
    return OrganisationService(
        db=db,
        store=OrganisationStore(db=db),
        directory=Directory(settings.organisations, catalogue=catalogue),
        vault=vault,
        catalogue=catalogue,
        clock=clock,
    )
