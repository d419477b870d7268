-- What was accepted while a macro was recorded goes in again when it runs: the key alone says nothing of it.

local insert = require('lacuna.insert')
local place = require('lacuna.place')

---@class lacuna.Macros
---@field private _accepted table<string, lacuna.Insertion[]> by the register
---@field private _next table<string, integer> what goes in next while a register runs
local Macros = {}
Macros.__index = Macros

---@param group integer
---@return lacuna.Macros
function Macros.new(group)
  local self = setmetatable({ _accepted = {}, _next = {} }, Macros)
  vim.api.nvim_create_autocmd('RecordingEnter', {
    group = group,
    callback = function()
      local register = vim.fn.reg_recording()
      if register == register:lower() then -- a capital letter goes on with what is there
        self._accepted[register] = nil
      end
    end,
  })
  vim.api.nvim_create_autocmd('SafeState', {
    group = group,
    callback = function() -- none runs
      self._next = {}
    end,
  })
  return self
end

--- Note what was put in, if a macro is being recorded.
---@param insertion lacuna.Insertion
function Macros:note(insertion)
  local register = vim.fn.reg_recording():lower()
  if register ~= '' then
    self._accepted[register] = self._accepted[register] or {}
    table.insert(self._accepted[register], insertion)
  end
end

--- Put in what was accepted here when the macro that runs was recorded.
---@return boolean
function Macros:replay()
  local register = vim.fn.reg_executing():lower()
  local accepted = self._accepted[register]
  if not accepted or #accepted == 0 then
    return false
  end
  local index = self._next[register] or 1
  self._next[register] = index % #accepted + 1
  insert(place.here(), accepted[index])
  return true
end

return Macros
