-- A returning citizen signs on: /authorize with a session and a standing choice, /token, /userinfo.
-- One connection a thread, so that answers pair with requests.
-- Environment: COOKIES (a file, one Cookie header a line), AUTHORIZE (path with query), FORM, AUTHORIZATION.
local counter = 0

function setup(thread)
  thread:set("offset", counter)
  counter = counter + 1
end

function init()
  local number = 0
  for line in io.lines(os.getenv("COOKIES")) do
    if number == offset then cookie = line end
    number = number + 1
  end
  step = "authorize"
end

local authorization = os.getenv("AUTHORIZATION")
local path = os.getenv("AUTHORIZE")
local form = os.getenv("FORM")

function request()
  if step == "token" then
    return wrk.format("POST", "/token", {
      ["Content-Type"] = "application/x-www-form-urlencoded",
      ["Authorization"] = authorization,
    }, form .. "&code=" .. code)
  elseif step == "userinfo" then
    return wrk.format("GET", "/userinfo", { ["Authorization"] = "Bearer " .. token })
  end
  return wrk.format("GET", path, { ["Cookie"] = cookie })
end

function response(status, headers, body)
  if step == "authorize" then
    local location = headers["Location"] or headers["location"] or ""
    code = location:match("[?&]code=([^&]+)")
    if code then step = "token" else wrk.thread:stop() end
  elseif step == "token" then
    token = body:match('"access_token"%s*:%s*"([^"]+)"')
    if token then step = "userinfo" else wrk.thread:stop() end
  else
    step = "authorize"
  end
end
