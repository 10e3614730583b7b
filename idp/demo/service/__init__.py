"""A relying party as any developer would write one: Flask, Authlib's client, nothing of the provider.

Two run beside `proffer demo`: a council that issues parking permits and a bookshop. They are one
program with two descriptions (`descriptions.py`), each in a process of its own.
"""
