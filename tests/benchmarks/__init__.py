"""How fast the protocol endpoints are: `make bench`.

wrk runs on one core, the server on another. In the same run a bare Flask JSON route under the same
server is the yardstick: shares of it compare across machines, requests a second do not.
"""
