"""Apache with Debian's mod_auth_openidc, on a configuration of its own: nothing of /etc/apache2 is read."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.tls import Authority

MODULES = Path("/usr/lib/apache2/modules")
_NEEDED = "mpm_event authn_core authz_core authz_user include mime dir ssl socache_shmcb auth_openidc"

_PAGE = """<!DOCTYPE html><h1>Records office</h1>
<p id="sub"><!--#echo var="OIDC_CLAIM_sub" --></p><p id="email"><!--#echo var="OIDC_CLAIM_email" --></p>
"""
_CONFIGURATION = """
ServerRoot {folder}
DefaultRuntimeDir {folder}
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
User www-data
Group www-data
StartServers 1
TypesConfig /etc/mime.types
DocumentRoot {folder}/pages
<Directory {folder}/pages>
  Require all granted
  Options +Includes
  AddType text/html .shtml
  AddOutputFilter INCLUDES .shtml
</Directory>
SSLEngine on
SSLCertificateFile {folder}/certificate.pem
SSLCertificateKeyFile {folder}/key.pem
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client_id}
OIDCClientSecret {secret}
OIDCRedirectURI {origin}/records/return
OIDCCryptoPassphrase tests-only-passphrase-0123456789
OIDCScope "openid email"
OIDCPKCEMethod S256
OIDCCABundlePath {folder}/authority.pem
<Location /records>
  AuthType openid-connect
  Require valid-user
</Location>
"""


def unavailable() -> str | None:
    """Why it cannot run here, or None."""
    if shutil.which("apache2", path=os.environ.get("PATH", "") + ":/usr/sbin") is None:
        return "apache2 is not installed"
    if not (MODULES / "mod_auth_openidc.so").exists():
        return "libapache2-mod-auth-openidc is not installed"
    return None


@contextmanager
def records_office(*, issuer: str, client_id: str, secret: str, port: int, authority: Authority) -> Iterator[str]:
    """Serve a page that only those who signed in at the issuer may see; its origin."""
    origin = f"https://127.0.0.1:{port}"
    # Not in pytest's folder, which Apache's own user may not enter.
    folder = Path(tempfile.mkdtemp(prefix="records-office-"))
    folder.chmod(0o755)
    try:
        for source in (authority.bundle, authority.certificate, authority.key):
            shutil.copy(source, folder)
        # The server reads it before it gives up its rights.
        (folder / "authority.pem").chmod(0o644)
        pages = folder / "pages"
        (pages / "records").mkdir(parents=True)
        (pages / "records" / "index.shtml").write_text(_PAGE)
        (pages / "left.html").write_text("<!DOCTYPE html><h1>You have left the records office</h1>")
        loads = [f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in _NEEDED.split()]
        configuration = _CONFIGURATION.format(
            folder=folder, port=port, issuer=issuer, client_id=client_id, secret=secret, origin=origin
        )
        (folder / "apache.conf").write_text("\n".join(loads) + configuration)
        server = subprocess.Popen(
            ["/usr/sbin/apache2", "-f", str(folder / "apache.conf"), "-D", "FOREGROUND"], start_new_session=True
        )
        try:
            deadline = time.monotonic() + 20
            while not (folder / "apache.pid").exists() and time.monotonic() < deadline:
                assert server.poll() is None, (folder / "error.log").read_text()
                time.sleep(0.05)
            yield origin
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=20)
    finally:
        shutil.rmtree(folder)
