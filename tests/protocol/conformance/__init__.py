"""The certification plans of OpenID Connect, each row a test, against a provider started over https.

docs/conformance.md holds the set-up, which these tests read from there, and the table of rows and tests.
"""
