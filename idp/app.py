"""The composition root: settings in, a WSGI application out. Nothing else builds a service."""

from __future__ import annotations

import gc
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask

from idp import resources, web
from idp.accounts.service import AccountService
from idp.accounts.store import AccountStore
from idp.activity.service import ActivityService
from idp.activity.store import ActivityStore
from idp.authentication.service import AuthenticationService
from idp.claims.catalogue import Catalogue
from idp.clients.invitation_store import InvitationStore
from idp.clients.invitations import Invitations
from idp.clients.sectors import SectorDocuments
from idp.clients.self_registered import SelfRegistered
from idp.clients.self_registered_store import SelfRegisteredStore
from idp.clients.service import ClientService
from idp.clients.software_statement import SoftwareStatements
from idp.clients.store import ClientStore
from idp.clock import SystemClock
from idp.composition.endings import build_endings
from idp.composition.keys import build_keys
from idp.composition.organisations import build_organisations
from idp.composition.passkeys import build_passkeys
from idp.composition.private_mail import build_private_mail
from idp.composition.telling import build_tellings
from idp.composition.ways_back import build_ways_back
from idp.consent.events import ServiceEvents
from idp.consent.last_used import LastUsed
from idp.consent.service import ConsentService
from idp.consent.store import GrantStore
from idp.handover.service import HandoverService
from idp.handover.store import HandoverStore
from idp.interactions.service import InteractionService
from idp.interactions.store import InteractionStore
from idp.letters.service import LetterService
from idp.logout.farewells import Farewells
from idp.logout.store import ServiceSessionStore
from idp.notices.service import NoticeService
from idp.notices.store import NoticeStore
from idp.outbound.fetch import Fetcher
from idp.outbound.mail import Mailer
from idp.places import Places
from idp.portability.service import PortabilityService
from idp.services import Services
from idp.settings import load_settings
from idp.storage.db import Database
from idp.storage.versions import Versions
from idp.tokens.devices import DeviceCodes
from idp.tokens.service import TokenService
from idp.vault.arrivals import Arrivals
from idp.vault.personas import Personas
from idp.vault.service import VaultService
from idp.vault.store import VaultStore

if TYPE_CHECKING:
    from idp.clock import Clock
    from idp.settings import Settings


def create_app(settings: Settings, *, clock: Clock | None = None) -> Flask:
    """Build the provider.

    :param clock: another one than the machine's, for tests.
    :returns: the application; its services are `app.extensions["proffer"]`.
    """
    app = Flask(
        "idp",
        template_folder=str(resources.templates()),
        # `idp.web.assets` serves what lies there, under names that change with the content.
        static_folder=None,
    )
    web.init_app(app, build_services(app, settings, clock=clock or SystemClock()))
    return app


def create_app_from_environment() -> Flask:
    """Build the provider from PROFFER_… variables and the file that PROFFER_CONFIG names, for a WSGI server.

    :raises SettingsError: the settings cannot be used; the message names the field.
    """
    app = create_app(load_settings())
    # What exists now lives as long as the worker: the collector need not walk through it again and again.
    gc.collect()
    gc.freeze()
    return app


def build_services(app: Flask, settings: Settings, *, clock: Clock) -> Services:
    """Build every service, lower rooms first."""
    db = Database(app=app, settings=settings.database)
    versions = Versions(db=db)
    catalogue = Catalogue.load(settings.claims_catalogue)
    fetcher = Fetcher(settings=settings.outbound)
    pepper = settings.secrets.pepper_bytes()
    places = Places(settings.places.database)
    keys = build_keys(db=db, versions=versions, clock=clock, settings=settings)
    activity = ActivityService(store=ActivityStore(db=db), clock=clock)
    accounts = AccountService(store=AccountStore(db=db), pepper=pepper, clock=clock)
    clients = ClientService(
        db=db,
        store=ClientStore(db=db),
        versions=versions,
        catalogue=catalogue,
        fetcher=fetcher,
        clock=clock,
        cache_seconds=settings.cache.seconds,
        development=settings.mode == "development",
    )
    notices = NoticeService(db=db, store=NoticeStore(db=db), clock=clock, settings=settings.notices)
    mailer = Mailer(
        settings=settings.mail, outbound=settings.outbound, host=urlsplit(settings.issuer).hostname or "localhost"
    )
    mail = build_private_mail(db=db, activity=activity, mailer=mailer, clock=clock, settings=settings)
    letters = LetterService(
        db=db,
        accounts=accounts,
        clients=clients,
        activity=activity,
        notices=notices,
        mailer=mailer,
        clock=clock,
        settings=settings,
    )
    events = ServiceEvents(clients=clients, notices=notices)
    farewells = Farewells(
        store=ServiceSessionStore(db=db),
        clients=clients,
        notices=notices,
        events=events,
        clock=clock,
        issuer=settings.issuer,
        idle=timedelta(seconds=settings.sessions.idle_seconds),
    )
    invitations = Invitations(store=InvitationStore(db=db), clock=clock)
    self_registered = SelfRegistered(
        db=db,
        store=SelfRegisteredStore(db=db),
        versions=versions,
        invitations=invitations,
        statements=SoftwareStatements(
            settings=settings.registration, fetcher=fetcher, clock=clock, audience=settings.issuer
        ),
        sectors=SectorDocuments(fetcher=fetcher),
        logos=clients.logos,
        clock=clock,
        settings=settings.registration,
        development=settings.mode == "development",
        changed=clients.look_again,
    )
    grants = GrantStore(db=db)
    boxes = VaultStore(db=db)
    follow = mail.relay.follow
    vault = VaultService(db=db, store=boxes, catalogue=catalogue, activity=activity, clock=clock, emails_changed=follow)
    personas = Personas(db=db, store=boxes, catalogue=catalogue, activity=activity, clock=clock, emails_changed=follow)
    authentication = AuthenticationService(
        db=db,
        accounts=accounts,
        vault=vault,
        activity=activity,
        clock=clock,
        pepper=pepper,
        passwords=settings.passwords,
        sessions=settings.sessions,
        levels=settings.authentication.levels,
        ended=farewells.sessions_ended,
        letters=letters,
        places=places,
    )
    passkeys = build_passkeys(
        db=db,
        accounts=accounts,
        vault=vault,
        activity=activity,
        authentication=authentication,
        letters=letters,
        clock=clock,
        settings=settings,
    )
    consent = ConsentService(
        db=db,
        store=grants,
        vault=vault,
        activity=activity,
        catalogue=catalogue,
        clock=clock,
        last_used=LastUsed(grants.mark_used, around=app.app_context),
        reconfirm_months=settings.consent.reconfirm_months,
        personas=personas,
        relay=mail.relay,
    )
    endings = build_endings(
        db=db,
        accounts=accounts,
        activity=activity,
        vault=vault,
        letters=letters,
        relay=mail.relay,
        clients=clients,
        authentication=authentication,
        consent=consent,
        farewells=farewells,
        personas=personas,
        passkeys=passkeys,
    )
    repair, recovery = build_ways_back(
        db=db,
        accounts=accounts,
        activity=activity,
        letters=letters,
        notices=notices,
        vault=vault,
        authentication=authentication,
        passkeys=passkeys,
        consent=consent,
        logout=endings.logout,
        clock=clock,
        settings=settings,
    )
    return Services(
        settings=settings,
        clock=clock,
        db=db,
        catalogue=catalogue,
        fetcher=fetcher,
        keys=keys,
        activity=activity,
        notices=notices,
        letters=letters,
        accounts=accounts,
        clients=clients,
        invitations=invitations,
        self_registered=self_registered,
        vault=vault,
        personas=personas,
        interactions=InteractionService(
            store=InteractionStore(db=db),
            clock=clock,
            lifetime_seconds=settings.interactions.lifetime_seconds,
            pushed_seconds=settings.interactions.pushed_seconds,
        ),
        authentication=authentication,
        consent=consent,
        events=events,
        tellings=build_tellings(
            db=db, consent=consent, events=events, notices=notices, activity=activity, catalogue=catalogue, clock=clock
        ),
        tokens=TokenService(db=db, keys=keys, clock=clock, activity=activity, settings=settings.tokens),
        devices=DeviceCodes(db=db, keys=keys, clock=clock, settings=settings.device),
        relay=mail.relay,
        forwarding=mail.forwarding,
        handover=HandoverService(
            db=db,
            store=HandoverStore(db=db),
            keys=keys,
            authentication=authentication,
            activity=activity,
            places=places,
            clock=clock,
            pepper=pepper,
        ),
        organisations=build_organisations(db=db, vault=vault, catalogue=catalogue, clock=clock, settings=settings),
        passkeys=passkeys,
        sharing=endings.sharing,
        logout=endings.logout,
        repair=repair,
        recovery=recovery,
        portability=PortabilityService(
            db=db,
            accounts=accounts,
            activity=activity,
            authentication=authentication,
            vault=vault,
            personas=personas,
            arrivals=Arrivals(db=db, store=boxes, activity=activity),
            consent=consent,
            clients=clients,
            catalogue=catalogue,
            relay=mail.relay,
            letters=letters,
            logout=endings.logout,
            clock=clock,
            settings=settings,
        ),
    )
