"""Cryptography: the only door to joserfc, jwcrypto and cryptography.

`secrets` makes and compares random values, `sealing` encrypts and derives, `jose` signs and verifies JSON Web
Tokens. Nothing here knows what it protects, keeps a key, or touches a database.
"""
