-- Redeem prepared codes, each once. Environment: CODES (a file, one code a line), FORM, AUTHORIZATION.
-- Threads take every n-th line, so that no code is sent twice.
local counter = 0
local threads = tonumber(os.getenv("THREADS"))

function setup(thread)
  thread:set("offset", counter)
  counter = counter + 1
end

function init()
  codes = {}
  local number = 0
  for line in io.lines(os.getenv("CODES")) do
    if number % threads == offset then codes[#codes + 1] = line end
    number = number + 1
  end
  next_code = 1
end

local headers = {
  ["Content-Type"] = "application/x-www-form-urlencoded",
  ["Authorization"] = os.getenv("AUTHORIZATION"),
}
local form = os.getenv("FORM")

function request()
  local code = codes[next_code]
  if code == nil then
    -- Out of codes: this answers 400, which the harness counts as a failed run.
    code = "exhausted"
  end
  next_code = next_code + 1
  return wrk.format("POST", "/token", headers, form .. "&code=" .. code)
end
