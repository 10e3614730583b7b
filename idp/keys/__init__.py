"""The provider's own keys: what it signs with and what it seals tokens under.

A key is published before it is used and stays published until the last token that it signed has ended. Rotation
needs no restart: every process looks at a version number and takes the new keys up.
"""
