"""The database: engine, transactions, column types, migrations.

Features define their tables on :class:`idp.storage.db.Base` and reach them through
:class:`idp.storage.db.Database`; nothing else opens a connection.
"""
