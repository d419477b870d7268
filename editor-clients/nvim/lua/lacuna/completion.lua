-- Asks for completions while the user types, shows one at the cursor, puts it into the buffer.
--
-- Neovim sends 0, "no version", for a buffer that was not edited yet, and refuses no edit for it: so whatever comes
-- back is compared with the buffer here, by `changedtick` and cursor.

local Offer = require('lacuna.offer')
local Macros = require('lacuna.macros')
local ghost = require('lacuna.ghost')
local insert = require('lacuna.insert')
local menu = require('lacuna.menu')
local pieces = require('lacuna.pieces')
local place = require('lacuna.place')

local METHOD = 'textDocument/inlineCompletion'
local INVOKED, AUTOMATIC = 1, 2
local DROPPED = { [-32800] = true, [-32801] = true, [-32802] = true } -- cancelled, outdated, cancelled by the server

---@class (exact) lacuna.Pending
---@field at lacuna.Place
---@field is_invoked boolean
---@field cancel? fun()

---@class lacuna.Completion
---@field private _session lacuna.Session
---@field private _group integer
---@field private _timer uv.uv_timer_t
---@field private _look_for_menus fun()
---@field private _offer? lacuna.Offer
---@field private _pending? lacuna.Pending
---@field private _seen? lacuna.Place where everything was done that was to do
---@field private _texts table<integer, integer> the last text of each buffer that was looked at, by its changedtick
---@field private _macros lacuna.Macros
---@field private _hinted boolean the user looked at alternatives
local Completion = {}
Completion.__index = Completion

---@param session lacuna.Session
---@return lacuna.Completion
function Completion.new(session)
  ghost.define_highlights()
  local self = setmetatable({
    _session = session,
    _group = vim.api.nvim_create_augroup('lacuna.completion', {}),
    _timer = assert(vim.uv.new_timer()),
    _hinted = false,
    _texts = {},
  }, Completion)
  self._macros = Macros.new(self._group)
  self._look_for_menus = menu.watch(self._group, function()
    -- A menu that is about to close is still visible.
    vim.schedule(function()
      self._seen = nil
      self:_moved()
    end)
  end)
  return self
end

--- Complete in this buffer from now on.
---@param buf integer
function Completion:attach(buf)
  vim.api.nvim_clear_autocmds({ group = self._group, buffer = buf })
  local function on(events, callback)
    vim.api.nvim_create_autocmd(events, { group = self._group, buffer = buf, callback = callback })
  end
  local function look()
    if vim.api.nvim_buf_is_valid(buf) then
      self._texts[buf] = vim.api.nvim_buf_get_changedtick(buf)
    end
  end
  vim.schedule(look) -- reading a file goes on after its type is known
  on('TextChanged', look) -- what was changed in normal mode is nothing that is being typed
  on('InsertEnter', function()
    self._look_for_menus()
    self._seen = nil
    vim.schedule(function() -- the mode changes only now
      self:_moved()
    end)
  end)
  on({ 'CursorMovedI', 'TextChangedI', 'TextChangedP' }, function()
    self:_moved()
  end)
  on({ 'InsertLeave', 'BufLeave', 'BufUnload' }, function()
    self:clear()
    look()
  end)
end

function Completion:close()
  self:clear()
  vim.api.nvim_del_augroup_by_id(self._group)
  self._timer:close()
end

--- Show nothing, wait for nothing.
function Completion:clear()
  self._timer:stop()
  if self._pending then
    local cancel = self._pending.cancel
    self._pending = nil
    if cancel then
      cancel()
    end
  end
  if self._offer then
    ghost.hide(self._offer.buf)
    self._offer = nil
  end
  self._hinted = false
end

---@return boolean
function Completion:is_visible()
  return self._offer ~= nil and place.is_inserting() and self._offer:follow(place.here())
end

--- The cursor moved or the text changed, or may have.
---@private
function Completion:_moved()
  if not place.is_inserting() then
    return
  end
  local at = place.here()
  if place.is_same(self._seen, at) then
    return -- two autocommands speak of one key
  end
  self._seen = at
  if menu.is_open() then
    self:clear()
    return
  end
  local is_typed = self._texts[at.buf] ~= at.tick -- else the cursor moved
  self._texts[at.buf] = at.tick
  if self._offer and self._offer:follow(at) then
    self:_draw()
    return
  end
  self:clear()
  if is_typed and self._session:is_automatic(at.buf) then
    self:_soon(at)
  end
end

---@private
---@param at lacuna.Place
function Completion:_soon(at)
  self._timer:start(
    self._session.config.debounce,
    0,
    vim.schedule_wrap(function()
      if place.is_inserting() and place.is_same(at, place.here()) and not menu.is_open() then
        self:_request(false)
      end
    end)
  )
end

---@private
function Completion:_draw()
  local offer = assert(self._offer)
  local rest = offer:rest()
  local hint = self._hinted and ('  %d/%d'):format(offer.index, offer:count()) or nil
  ghost.show(place.here(), rest.text, #rest.replaced, hint)
end

--- The user asks: whatever parses is offered, and if nothing is, it is said why.
function Completion:ask()
  if not place.is_inserting() then
    self._session:tell('Completions are shown in insert mode.')
    return
  end
  self:clear()
  self:_request(true)
end

--- What is shown stays until the answer comes.
---@private
---@param is_invoked boolean
function Completion:_request(is_invoked)
  local at = place.here()
  local client = self._session.server:client(at.buf)
  if not client then
    if is_invoked then
      self._session:tell('The server is not running here; `:checkhealth lacuna` looks for the reason.')
    end
    return
  end
  local params = {
    textDocument = { uri = vim.uri_from_bufnr(at.buf) },
    position = { line = at.row, character = place.character(at.line, at.col, client.offset_encoding) },
    context = { triggerKind = is_invoked and INVOKED or AUTOMATIC },
  }
  local pending = { at = at, is_invoked = is_invoked }
  self._pending = pending
  pending.cancel = self._session.server:request(METHOD, params, at.buf, function(err, result)
    if self._pending == pending then
      self._pending = nil
      self:_receive(pending, client.offset_encoding, err, result)
    end
  end)
end

---@private
---@param pending lacuna.Pending
---@param encoding 'utf-8'|'utf-16'|'utf-32'
---@param err? lsp.ResponseError
---@param result? table
function Completion:_receive(pending, encoding, err, result)
  local at = place.here()
  if not place.is_inserting() or not place.is_same(pending.at, at) or menu.is_open() then
    return
  end
  if err then
    if pending.is_invoked and not DROPPED[err.code] then
      self._session:tell(err.message)
    end
    return
  end
  local items = type(result) == 'table' and (result.items or result) or {}
  local shown = self._offer and self._offer:rest().text
  local offer = Offer.new(at, items, encoding, pending.is_invoked)
  if not offer then
    if pending.is_invoked and not shown then
      self._session:tell_why_nothing()
    end
    return
  end
  if shown == offer:rest().text and offer:count() > 1 then
    offer:cycle(1) -- it was asked for the others
  end
  self._offer = offer
  self:_draw()
end

--- Put what is shown into the buffer, or its next word or line.
---@param piece 'all'|'word'|'line'
---@return boolean
function Completion:accept(piece)
  if self._macros:replay() then
    return true
  elseif not self:is_visible() then
    return false
  end
  local offer, at = assert(self._offer), place.here()
  local rest = offer:rest()
  local part = pieces[piece](rest.text)
  local is_all = part == rest.text
  local insertion =
    { text = part, replaced = is_all and #rest.replaced or 0, passed = is_all and #rest.passed or 0 }
  insert(at, insertion)
  self._macros:note(insertion)
  if is_all then
    self:clear()
  else
    self._offer = offer:after(part, place.here())
    self:_draw()
  end
  return true
end

--- Show another alternative. An automatic answer may have come with one only: then the others are asked for.
---@param step 1|-1
---@return boolean whether something is shown
function Completion:cycle(step)
  if not self:is_visible() then
    return false
  end
  local offer = assert(self._offer)
  self._hinted = true
  if offer.is_complete then
    offer:cycle(step)
    self:_draw()
  elseif not self._pending then
    self:_request(true)
  end
  return true
end

--- Show nothing until the cursor moves.
---@return boolean whether something was shown
function Completion:dismiss()
  local was_visible = self:is_visible()
  self:clear()
  self._seen = place.here()
  return was_visible
end

return Completion
