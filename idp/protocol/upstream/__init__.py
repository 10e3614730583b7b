"""OpenID Connect as a relying party: what organisations say about citizens who go there to have it said.

https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth
"""
