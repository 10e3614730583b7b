"""Proffer: an identity provider whose citizens decide, claim by claim, what each service learns.

A request is followed in one direction, and each room may import only from those below it::

    cli             proffer serve | worker | migrate | keys | clients | accounts | notices | purge | config | demo
    demo            two real relying parties, and the data that `make run` starts with
    app             create_app(settings): the composition root
    composition     parts of it
    web             Flask, and only here: parse, authorise the caller, render or redirect
    protocol        Authlib, and only here: what the specification says next
    services        one frozen dataclass that names every service
    repair          putting an account right after "this was not me"
    portability     everything in one file, brought in elsewhere; an account that ends
    logout          what ends sessions, choices and accounts, and which services are told
    tokens          codes, access and refresh tokens: sealing, rotation, replay
    consent         claims requests, decisions, grants, withdrawal
    handover        signing in a browser from another one
    organisations   details from other OpenID Connect providers: there, back, and what is kept
    passkeys        passkeys (WebAuthn), and the only door to the library for them
    recovery        getting back in by mail, with a waiting time
    authentication  passwords, recovery, browser sessions
    vault           key slots and the sealed document of a citizen's details
    interactions    authorization requests in flight
    letters         mail to citizens: contact addresses, texts, links that work once
    relay           private mail addresses that forward, and keep nothing
    accounts        citizens
    clients         relying parties and what they are registered to ask
    keys            signing keys: published before used, rotated without a restart
    notices         the outbox: what services are told, written with what it tells of and delivered afterwards
    activity        the citizen's ledger: append-only, hash-chained, names and never values
    claims          the catalogue of details
    storage         database, types, migrations
    crypto          signing, sealing, secrets: the only door to the cryptographic libraries
    outbound        the only door to other people's servers
    places          roughly where an address is, from a file that the deployment keeps
    settings, resources, clock
"""
