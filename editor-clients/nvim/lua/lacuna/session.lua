-- What holds from `setup` on: the server, what it last said, whether to complete while typing, the log.

local Completion = require('lacuna.completion')
local Filling = require('lacuna.filling')
local Server = require('lacuna.server')
local keys = require('lacuna.keys')

local LOGGED = 500 -- sentences

---@class (exact) lacuna.Status What the server says of itself, whenever it changes.
---@field state 'loading'|'ready'|'failed'|'unloaded'
---@field busy? 'explicit'|'automatic'|'background'
---@field model? string
---@field provider? string
---@field latency? {median: number, p95: number, parts: {parse: number, encode: number, steps: number}} milliseconds
---@field reason? string why the last request showed nothing
---@field message? string the same as a sentence

---@class lacuna.Session
---@field config lacuna.Config
---@field server lacuna.Server
---@field completion lacuna.Completion
---@field filling lacuna.Filling
---@field status? lacuna.Status
---@field log string[] newest last
---@field is_installing boolean
---@field private _automatic boolean
---@field private _awake_at integer when a snooze ends, in seconds as `os.time` counts
---@field private _unmap table<integer, fun()>
local Session = {}
Session.__index = Session

---@param config lacuna.Config
---@return lacuna.Session
function Session.new(config)
  local self = setmetatable({
    config = config,
    log = {},
    is_installing = false,
    _automatic = config.automatic,
    _awake_at = 0,
    _unmap = {},
  }, Session)
  self.filling = Filling.new(self)
  self.server = Server.new(self)
  self.completion = Completion.new(self)
  return self
end

--- Serve a buffer, if it is a file's.
---@param buf integer
function Session:attach(buf)
  if vim.bo[buf].buftype ~= '' or vim.api.nvim_buf_get_name(buf) == '' then
    return
  end
  self.completion:attach(buf)
  if not vim.b[buf].lacuna_is_mapped then -- deleting a buffer takes both away, reloading it neither
    vim.b[buf].lacuna_is_mapped = true
    self._unmap[buf] = keys.map(buf, self.config.keys, self.completion)
  end
  self.server:attach(buf)
end

function Session:close()
  self.filling:drop()
  self.completion:close()
  self.server:close()
  for buf, unmap in pairs(self._unmap) do
    if vim.api.nvim_buf_is_valid(buf) then
      unmap()
      vim.b[buf].lacuna_is_mapped = nil
    end
  end
end

-- Whether to complete while typing

---@param buf integer
---@return boolean
function Session:is_automatic(buf)
  return self._automatic and self:snoozes() == 0 and vim.b[buf].lacuna_automatic ~= false
end

---@return boolean
function Session:is_on()
  return self._automatic
end

--- Seconds until a snooze ends; 0 if there is none.
---@return integer
function Session:snoozes()
  return math.max(0, self._awake_at - os.time())
end

---@param on? boolean
function Session:toggle(on)
  self._automatic = on == nil and not self._automatic or on == true
  self._awake_at = 0
  self:_switched()
  self:tell(self._automatic and 'Completes while you type.' or 'Completes only when asked.', vim.log.levels.INFO)
end

---@param minutes? number
function Session:snooze(minutes)
  minutes = minutes or 10
  self._awake_at = os.time() + math.floor(minutes * 60)
  self:_switched()
  local sentence = minutes > 0 and ('Snoozes for %g minutes.'):format(minutes) or 'Is awake.'
  self:tell(sentence, vim.log.levels.INFO)
end

---@private
function Session:_switched()
  if not self:is_automatic(vim.api.nvim_get_current_buf()) then
    self.completion:clear()
  end
  self:_changed()
end

-- What there is to tell

---@param status lacuna.Status
function Session:hear(status)
  self.status = {}
  for name, value in pairs(status) do
    if value ~= vim.NIL then
      self.status[name] = value
    end
  end
  self:_changed()
end

--- What the server said holds no longer: it is gone.
function Session:forget()
  self.status = nil
  self.completion:clear()
  self.filling:drop()
  self:_changed()
end

---@private
function Session:_changed()
  vim.api.nvim_exec_autocmds('User', { pattern = 'LacunaStatus', modeline = false })
end

--- Write to the log.
---@param sentence string
function Session:note(sentence)
  for line in vim.gsplit(sentence, '\n', { trimempty = true }) do
    table.insert(self.log, os.date('%H:%M:%S ') .. line)
  end
  while #self.log > LOGGED do
    table.remove(self.log, 1)
  end
end

--- Show to the user.
---@param sentence string
---@param level? integer
function Session:tell(sentence, level)
  self:note(sentence)
  vim.notify('Lacuna: ' .. sentence, level or vim.log.levels.WARN)
end

--- Say why there is nothing to show, as soon as the server has said so: it does within a tenth of a second.
function Session:tell_why_nothing()
  vim.defer_fn(function()
    local status = self.status
    local why = status and (status.message or status.reason)
    self:tell(why or 'There is nothing to offer here.', vim.log.levels.INFO)
  end, 150)
end

return Session
