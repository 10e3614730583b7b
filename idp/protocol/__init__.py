"""What the specifications say, and nothing about how it is stored or shown.

A request comes in as :class:`idp.protocol.http.HttpRequest` and leaves as :class:`idp.protocol.http.Answer`; the web
room translates both. Authlib lives here and only here. :mod:`idp.protocol.assembly` is the ordered table of everything
that is offered.
"""
