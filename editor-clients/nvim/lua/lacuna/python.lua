-- Finds a Python that can make the server's environment.

local M = {}

local OLDEST = '3.11'
local CANDIDATES = { 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3', 'python' }
-- `ensurepip` before all: Debian and Ubuntu split it off, and then `venv` fails halfway.
local EXAMINE = [[
import sys
print("%d.%d" % sys.version_info[:2])
import ensurepip, venv
]]

---@class (exact) lacuna.Python
---@field path string
---@field version string

---@param run fun(cmd: string[]): vim.SystemCompleted waits for the command's end
---@param path string
---@return lacuna.Python?
---@return string? why it will not do
local function examine(run, path)
  local result = run({ path, '-I', '-c', EXAMINE })
  local version = (result.stdout or ''):match('^%d+%.%d+')
  if not version then
    return nil, ('%s is no Python that runs.'):format(path)
  elseif vim.version.lt(version, OLDEST) then
    return nil, ('%s is version %s; 3.11 or newer is needed.'):format(path, version)
  elseif result.code ~= 0 then
    return nil, ('%s cannot make environments; Debian and Ubuntu have the rest in python%s-venv.'):format(path, version)
  end
  return { path = path, version = version }
end

--- The one that the user names, else the first on PATH that will do.
---@param run fun(cmd: string[]): vim.SystemCompleted
---@param named? string
---@return lacuna.Python?
---@return string? why there is none
function M.find(run, named)
  if named then
    return examine(run, vim.fn.expand(named))
  end
  local reasons = {}
  for _, name in ipairs(CANDIDATES) do
    local path = vim.fn.exepath(name)
    if path ~= '' then
      local python, reason = examine(run, path)
      if python then
        return python
      end
      table.insert(reasons, reason)
    end
  end
  table.insert(
    reasons,
    1,
    'There is no Python 3.11 or newer here; `install.python` of your configuration may name one.'
  )
  return nil, table.concat(reasons, ' ')
end

return M
