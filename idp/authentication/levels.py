"""Levels of authentication: which `acr` a way of signing in reaches, and which one an ID token says. Pure.

A level is met by whoever reaches it or a later one. What a way in proves is its `amr` (RFC 8176); a deployment names
its levels and what each requires in settings.

https://openid.net/specs/openid-connect-core-1_0.html#IDToken (acr, amr)
"""

from collections.abc import Sequence
from typing import Final

from idp.settings import LevelSettings, Requirement

#: RFC 8176 §2: a password, or the recovery code, which is as much as a password that nobody can choose badly.
PASSWORD_AMR: Final = ("pwd",)
#: A password and a code of an authenticator application: several factors.
CODE_AMR: Final = ("pwd", "otp", "mfa")
#: A passkey with its person verified. One that can be copied to other devices is a key in software, one that cannot
#: be is bound to its hardware, by the authenticator's own signed word: no attestation is asked for. Somebody was there
#: (`user`), and the authenticator made sure who, by a means that it does not tell: two factors, but neither `pin` nor
#: `fpt`.
SYNCED_PASSKEY_AMR: Final = ("swk", "user", "mfa")
DEVICE_PASSKEY_AMR: Final = ("hwk", "user", "mfa")
#: Every way in that this release has. A level that none of them reaches is not offered.
WAYS_IN: Final = (PASSWORD_AMR, CODE_AMR, SYNCED_PASSKEY_AMR, DEVICE_PASSKEY_AMR)

#: RFC 8176 §2, multiple-channel: approved on another device, and carried over to this one.
RELAYED: Final = "mca"
#: What of a proof is still one after it was carried over. A key is none: whoever carries it over may have been lured.
_CARRIED: Final = ("pwd", "otp")

#: RFC 8176 §2: proof of possession of a key, in hardware or software, which no other site can ask for.
_KEYS: Final = frozenset({"hwk", "swk"})


def relayed(amr: tuple[str, ...]) -> tuple[str, ...]:
    """Give what a sign-in is worth in another browser, when its citizen approves that one: never a key's resistance."""
    strong = ("mfa",) if _fulfils(Requirement.SECOND_FACTOR, frozenset(amr)) else ()
    return (*(method for method in _CARRIED if method in amr), RELAYED, *strong)


def proved_by_key(amr: tuple[str, ...]) -> bool:
    """Tell whether a citizen signed in with a key of theirs, in the very browser."""
    return bool(_KEYS & frozenset(amr))


def is_relayed(amr: tuple[str, ...]) -> bool:
    """Tell whether a citizen proved nothing in this browser itself."""
    return RELAYED in amr


class Levels:
    """The levels of one deployment, the weakest first."""

    def __init__(self, levels: Sequence[LevelSettings]) -> None:
        """Know these levels; each later one is stronger."""
        self._levels = tuple(levels)
        #: What was found for each way in that has been met with: a few, and asked for at every sign-on.
        self._found: dict[tuple[str, ...], tuple[int, frozenset[str]]] = {}
        self._ranks = {acr: rank for rank, level in enumerate(self._levels) for acr in level.acr}
        #: The `acr` values that some way in reaches, the weakest first (`acr_values_supported`).
        self.offered: tuple[str, ...] = tuple(
            acr for rank in range(max(self._reached(amr)[0] for amr in WAYS_IN) + 1) for acr in self._levels[rank].acr
        )

    def strongest(self, amr: tuple[str, ...]) -> str:
        """Give the `acr` of the strongest level that these methods reach."""
        return self._levels[self._reached(amr)[0]].acr[0]

    def met(self, amr: tuple[str, ...]) -> frozenset[str]:
        """Give every `acr` that these methods meet: that of the level reached and of each below it."""
        return self._reached(amr)[1]

    def said(self, amr: tuple[str, ...], *, requested: Sequence[str]) -> str:
        """Give the `acr` to say: the first requested one that is met, else the strongest (OIDC Core §3.1.2.1)."""
        met = self.met(amr)
        return next((acr for acr in requested if acr in met), self.strongest(amr))

    def reaches(self, acr: str, *, minimum: str) -> bool:
        """Tell whether a token's `acr` is a level at or above another; one that is no level here reaches none."""
        return acr in self._ranks and minimum in self._ranks and self._ranks[acr] >= self._ranks[minimum]

    def _reached(self, amr: tuple[str, ...]) -> tuple[int, frozenset[str]]:
        found = self._found.get(amr)
        if found is None:
            methods = frozenset(amr)
            # The first level takes a password, and every way in is worth that much.
            rank = max(
                (rank for rank, level in enumerate(self._levels) if _fulfils(level.requires, methods)), default=0
            )
            met = frozenset(acr for acr, other in self._ranks.items() if other <= rank)
            found = self._found[amr] = rank, met
        return found


def beside_code(amr: tuple[str, ...]) -> tuple[str, ...]:
    """Give what a session proves once a code of the authenticator application was typed in it too."""
    if is_relayed(amr):
        # A code does not undo that the rest of the proof was given on another device.
        return (*CODE_AMR, RELAYED)
    # Nobody gave a password in a session that began with a key, and none is claimed.
    return CODE_AMR if "pwd" in amr else tuple(dict.fromkeys((*amr, "otp")))


def _fulfils(requirement: Requirement, methods: frozenset[str]) -> bool:
    if requirement is Requirement.PHISHING_RESISTANT:
        return bool(methods & _KEYS)
    if requirement is Requirement.SECOND_FACTOR:
        return "mfa" in methods or bool(methods & _KEYS)
    return bool(methods)
