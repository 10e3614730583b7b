"""Getting back into an account by mail, with a waiting time in which its owner can say that it was not them.

The mail opens the account and never the vault: what that means, the pages say before and after. See decision 0019.
"""
