"""RSA key pairs for tests come from a pool: finding primes for each new database would cost more than most tests do.

Only in this process. A provider that a test starts as a program makes keys of its own.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest
from joserfc.jwk import RSAKey

from idp.crypto import keypairs

if TYPE_CHECKING:
    from collections.abc import Iterator

#: More than any test's database ever holds, so that no key meets itself there.
_SIZE = 40


@pytest.fixture(scope="session", autouse=True)
def _pooled_rsa() -> Iterator[None]:
    pool: list[RSAKey] = []
    turns = count()

    class Pooled(RSAKey):
        @classmethod
        def generate_key(cls, *args: int, **options: bool) -> RSAKey:  # type: ignore[override]
            at = next(turns) % _SIZE
            if at == len(pool):
                pool.append(RSAKey.generate_key(*args, **options))  # type: ignore[arg-type]
            return pool[at]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keypairs, "RSAKey", Pooled)
        yield
