-- Rotate one refresh token a thread: every answer carries the token of the next request.
-- One connection a thread, so that answers pair with requests.
-- Environment: TOKENS (a file, one refresh token a line), AUTHORIZATION.
local counter = 0

function setup(thread)
  thread:set("offset", counter)
  counter = counter + 1
end

function init()
  local number = 0
  for line in io.lines(os.getenv("TOKENS")) do
    if number == offset then token = line end
    number = number + 1
  end
end

local headers = {
  ["Content-Type"] = "application/x-www-form-urlencoded",
  ["Authorization"] = os.getenv("AUTHORIZATION"),
}

function request()
  return wrk.format("POST", "/token", headers, "grant_type=refresh_token&refresh_token=" .. token)
end

function response(status, _, body)
  local rotated = body:match('"refresh_token"%s*:%s*"([^"]+)"')
  if rotated then token = rotated end
end
