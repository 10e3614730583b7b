"""Signing in: passwords, recovery codes, browser sessions, and the slow-down that guards them.

What a citizen proves here opens their vault: one Argon2id run gives both the verifier and the secret of the password's
key slot. argon2 is imported only here.
"""
