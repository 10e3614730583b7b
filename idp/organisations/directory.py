"""The organisations of a deployment, checked against its catalogue of details."""

from collections.abc import Iterator, Sequence

from idp.claims.catalogue import Catalogue
from idp.clients.texts import Texts
from idp.organisations.errors import UnknownOrganisationError
from idp.organisations.values import Organisation
from idp.settings import OrganisationSettings, SettingsError


class Directory:
    """Every organisation by its id, in the order of the settings."""

    def __init__(self, settings: Sequence[OrganisationSettings], *, catalogue: Catalogue) -> None:
        """Know these.

        :raises SettingsError: one is to tell a detail that nobody can hold.
        """
        for each in settings:
            for detail in each.details:
                definition = catalogue.find(detail)
                if definition is None or not definition.typed:
                    message = f"organisations.{each.id}.details: {detail} is no detail that citizens can hold"
                    raise SettingsError(message)
        self._by_id = {each.id: Organisation(settings=each, names=Texts.of(each.name)) for each in settings}

    def __iter__(self) -> Iterator[Organisation]:
        """Give all of them."""
        return iter(self._by_id.values())

    def __len__(self) -> int:
        """Count them."""
        return len(self._by_id)

    def __getitem__(self, organisation_id: str) -> Organisation:
        """Give one.

        :raises UnknownOrganisationError: there is none of this id.
        """
        found = self._by_id.get(organisation_id)
        if found is None:
            raise UnknownOrganisationError
        return found

    def find(self, organisation_id: str) -> Organisation | None:
        """Give one, or None."""
        return self._by_id.get(organisation_id)
