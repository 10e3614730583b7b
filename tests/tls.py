"""Https in tests: an authority that nobody else trusts, and this machine's certificate for servers that tests start."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme

#: Names and addresses at which tests start servers.
HERE = ("localhost", "127.0.0.1")


@dataclass(frozen=True)
class Authority:
    """An authority, and a certificate that it gave to this machine."""

    #: The authority's own certificate, in PEM: what clients are told to trust.
    bundle: Path
    certificate: Path
    key: Path

    @classmethod
    def new(cls, folder: Path) -> Authority:
        """Make one whose files are in the folder."""
        authority = trustme.CA()
        issued = authority.issue_cert(*HERE)
        made = cls(folder / "authority.pem", folder / "certificate.pem", folder / "key.pem")
        authority.cert_pem.write_to_path(made.bundle)
        for part in issued.cert_chain_pems:
            part.write_to_path(made.certificate, append=True)
        issued.private_key_pem.write_to_path(made.key)
        return made

    def for_servers(self) -> ssl.SSLContext:
        """What a server of this machine proves itself with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context

    def for_clients(self) -> ssl.SSLContext:
        """Trust in this authority, and in no other one."""
        return ssl.create_default_context(cafile=str(self.bundle))
