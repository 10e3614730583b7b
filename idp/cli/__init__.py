"""`proffer`: what an operator types.

Each module holds one command and imports what it needs only when it runs, so that a server starts in a fraction of
a second. Commands use the same services as the pages do. What an operator can mend is one clear line and an exit
code (1: could not be done, 2: settings or arguments); a traceback is always a fault of the program.
"""

from idp.cli.commands import main

__all__ = ["main"]
