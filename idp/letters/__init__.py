"""Letters to citizens: where they are sent, what they may say, and the links in them that work once.

Whoever has something to tell calls :meth:`idp.letters.service.LetterService.write` in the transaction of what happened.
A row of the outbox holds identifiers and declared words; address, language and links are looked up and made when the
letter leaves, so that neither an address nor a link that opens something lies in the database.
"""
