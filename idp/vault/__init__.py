"""The vault: a citizen's details, sealed so that only they can open them.

Owns the vault key and its slots (one per way to unlock, as LUKS does) and the sealed document of each persona. Leaves
passwords, codes and sessions to `idp.authentication`, and what a detail may look like to `idp.claims`.
"""
