"""The catalogue of details: what may be known about a citizen, how it is written, shown and made smaller.

Owns names, labels, sensitivity, formats and derivations (OpenID Connect Core §5.1 and the provider's own claims). Knows
no citizen: values pass through, nothing is kept. The catalogue itself is text, `config/claims.toml`.
"""
