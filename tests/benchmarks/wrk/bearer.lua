-- GET with an access token. Environment: TOKEN.
wrk.headers["Authorization"] = "Bearer " .. os.getenv("TOKEN")
