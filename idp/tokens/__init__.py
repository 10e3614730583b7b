"""Authorization codes, access and refresh tokens: issued, redeemed, rotated, revoked.

Access and refresh tokens are sealed records that only this server opens; no row is written for an access token, and for
refresh tokens only once one is used. A code has a row, because it must be used once and its replay must be recognised.

Left to others: which claims a token releases (`idp.consent`), who presents it (`idp.protocol`), the keys (`idp.keys`).
"""
