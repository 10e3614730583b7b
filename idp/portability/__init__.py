"""Taking it all away: everything in one file, brought in elsewhere, and an account that ends.

Owns the format of the file and the order of leaving. What is in the file belongs to the rooms below; so does what each
of them deletes.
"""
