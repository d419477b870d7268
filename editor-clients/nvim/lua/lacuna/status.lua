-- What is told of a session: a few characters for a status line, lines for `:Lacuna status`.

local Server = require('lacuna.server')
local version = require('lacuna.version')

local M = {}

---@param session lacuna.Session
---@return string
function M.short(session)
  local status = session.status
  if not session.server:is_running() then
    return 'Lacuna ✗'
  elseif status and status.state == 'failed' then
    return 'Lacuna failed'
  elseif status and status.state == 'loading' then
    return 'Lacuna loading'
  elseif status and status.busy then
    return 'Lacuna …'
  elseif not session:is_on() then
    return 'Lacuna manual'
  elseif session:snoozes() > 0 then
    return ('Lacuna zz %dm'):format(math.ceil(session:snoozes() / 60))
  end
  return 'Lacuna'
end

---@param session lacuna.Session
---@return string
local function typing(session)
  if not session:is_on() then
    return 'only when asked'
  elseif session:snoozes() > 0 then
    return ('snoozes for %d more minutes'):format(math.ceil(session:snoozes() / 60))
  elseif vim.b.lacuna_automatic == false then
    return 'while typing, but not in this buffer (b:lacuna_automatic)'
  end
  return 'while typing'
end

---@param session lacuna.Session
---@return string[]
function M.lines(session)
  local lines = {}
  local function say(name, value)
    table.insert(lines, ('%-10s %s'):format(name, value))
  end
  local cmd, origin = Server.command(session.config)
  local info = session.server.serverInfo
  say('completes', typing(session))
  say('plugin', version)
  if info then
    say('server', ('%s, from %s'):format(info.version or 'of unknown version', origin))
  elseif session.server:is_running() then
    say('server', 'is starting')
  else
    say('server', cmd and 'is not running; `:Lacuna restart` starts it' or 'is not there; `:Lacuna install` makes one')
  end
  local status = session.status
  if not status then
    return lines
  end
  say('model', ('%s%s'):format(status.state, status.model and ', ' .. status.model or ''))
  if status.provider then
    say('runs on', status.provider)
  end
  if status.files and status.files > 0 then
    say('hints', ('from %d %s'):format(status.files, status.files == 1 and 'file' or 'files'))
  end
  if status.busy then
    say('works on', status.busy .. ' request')
  end
  local latency = status.latency
  if latency then
    local parts = latency.parts
    say('latency', ('median %.0f ms, p95 %.0f ms'):format(latency.median, latency.p95))
    say('', ('of it parse %.0f, encode %.0f, steps %.0f ms'):format(parts.parse, parts.encode, parts.steps))
  end
  if status.reason or status.message then
    say('last', status.message or status.reason)
  end
  return lines
end

return M
