"""The citizen's ledger: what happened with their account and their details.

Rows are only ever added. Each carries the hash of the one before, so that a row changed or taken out of the middle is
noticed. Rows name details, never values, and hold no fact that their kind does not declare.
"""
