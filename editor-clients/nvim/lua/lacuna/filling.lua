-- Runs the server's code actions: shows how the holes settle, and what is to be written before code is replaced.

local drafts = require('lacuna.drafts')
local keys = require('lacuna.keys')
local preview = require('lacuna.preview')

local METHOD = 'lacuna/fill'
local CHANGED = 'The text changed meanwhile; nothing was filled.'
local CANCELLED, OUTDATED = -32800, -32801

---@class (exact) lacuna.Fill One that runs.
---@field title string
---@field buf integer
---@field tick integer the buffer's when it began
---@field encoding 'utf-8'|'utf-16'|'utf-32'
---@field token string
---@field draft? lacuna.Draft the newest
---@field cancel fun()
---@field unmap fun()

---@class lacuna.Filling
---@field COMMAND string by which the server's actions call it
---@field private _session lacuna.Session
---@field private _running? lacuna.Fill
---@field private _count integer
local Filling = { COMMAND = 'lacuna.fill' }
Filling.__index = Filling

---@param session lacuna.Session
---@return lacuna.Filling
function Filling.new(session)
  return setmetatable({ _session = session, _count = 0 }, Filling)
end

--- End what runs and show nothing of it.
---@return boolean whether something ran
function Filling:drop()
  local fill = self._running
  if not fill then
    return false
  end
  fill.cancel()
  self:_end()
  return true
end

---@private
function Filling:_end()
  local fill = assert(self._running)
  self._running = nil
  fill.unmap()
  drafts.hide(fill.buf)
end

--- The command of an action; its one argument is what the server is asked for.
---@param command lsp.Command
---@param context {client_id: integer, bufnr: integer}
function Filling:run(command, context)
  self:drop()
  if vim.api.nvim_get_mode().mode:find('[vV\22]') then
    vim.cmd('normal! \27')
  end
  local buf, client = context.bufnr, self._session.server:client(context.bufnr)
  if not client then
    return
  end
  self._count = self._count + 1
  local fill = {
    title = command.title,
    buf = buf,
    tick = vim.api.nvim_buf_get_changedtick(buf),
    encoding = client.offset_encoding,
    token = ('fill %d'):format(self._count),
  }
  self._running = fill
  fill.unmap = keys.lend(buf, self._session.config.keys, self)
  local params = { target = command.arguments[1], partialResultToken = fill.token }
  fill.cancel = self._session.server:request(METHOD, params, buf, function(err, result)
    if self._running == fill then
      self:_end()
      self:_receive(fill, err, result)
    end
  end)
end

--- A draft came.
---@param progress {token: string, value: lacuna.Draft}
function Filling:show(progress)
  local fill = self._running
  if fill and fill.token == progress.token and not self:_is_stale(fill) then
    fill.draft = progress.value
    local names = self._session.config.keys
    local hint = {}
    for _, one in ipairs({ { names.take_draft, 'takes it' }, { names.drop_draft, 'drops it' } }) do
      if one[1] then
        table.insert(hint, ('%s %s'):format(one[1], one[2]))
      end
    end
    drafts.show(fill.buf, fill.draft, fill.encoding, table.concat(hint, ', '))
  end
end

--- Write what there is of the draft, and end the fill.
---@return boolean whether there was something
function Filling:take()
  local fill, edits, is_code = self._running, {}, false
  for _, hole in ipairs(fill and fill.draft and fill.draft.holes or {}) do
    local text = drafts.written(hole)
    if text ~= '' then
      table.insert(edits, { range = hole.range, newText = text })
      is_code = is_code or hole.needsConfirmation
    end
  end
  if not fill or #edits == 0 then
    return false
  end
  self:drop()
  if is_code then
    preview.show(fill, edits)
  else
    self:_write(fill, edits)
  end
  return true
end

---@private
---@param fill lacuna.Fill
---@return boolean
function Filling:_is_stale(fill)
  return not vim.api.nvim_buf_is_loaded(fill.buf) or vim.api.nvim_buf_get_changedtick(fill.buf) ~= fill.tick
end

---@private
---@param fill lacuna.Fill
---@param err? lsp.ResponseError
---@param result? {edit: lsp.WorkspaceEdit, needsConfirmation: boolean, message?: string}
function Filling:_receive(fill, err, result)
  if err then
    if err.code ~= CANCELLED then
      self._session:tell(err.code == OUTDATED and CHANGED or err.message)
    end
    return
  end
  local edits, message = result.edit.documentChanges[1].edits, result.message
  if message == vim.NIL then
    message = nil
  end
  if result.needsConfirmation or #edits > 1 or message then
    self:_when_here(fill, function()
      preview.show(fill, edits, message)
    end)
  else
    self:_write(fill, edits)
  end
end

--- Do something in the buffer's window: now, or when the user comes back to it.
---@private
---@param fill lacuna.Fill
---@param act fun()
function Filling:_when_here(fill, act)
  if vim.api.nvim_get_current_buf() == fill.buf then
    vim.cmd.stopinsert()
    act()
    return
  end
  vim.api.nvim_create_autocmd('BufEnter', {
    buffer = fill.buf,
    once = true,
    callback = vim.schedule_wrap(act),
  })
end

---@private
---@param fill lacuna.Fill
---@param edits lsp.TextEdit[]
function Filling:_write(fill, edits)
  if self:_is_stale(fill) then
    self._session:tell(CHANGED)
    return
  end
  vim.lsp.util.apply_text_edits(edits, fill.buf, fill.encoding)
end

return Filling
