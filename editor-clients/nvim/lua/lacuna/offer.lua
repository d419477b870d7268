-- Alternatives for one place, and whether they still hold while the user types. Knows text, not windows.

local place = require('lacuna.place')

---@class (exact) lacuna.Alternative
---@field text string goes in where the offer begins; never empty
---@field replaced string what stands behind the cursor and goes when all of the text was accepted
---@field passed string what stands there and stays, as the text's end; then the cursor goes behind it

---@class lacuna.Offer
---@field buf integer
---@field row integer
---@field tail string the line from the cursor on
---@field is_complete boolean all the alternatives there are were asked for
---@field index integer
---@field private _col integer
---@field private _head string the line before the offer
---@field private _typed string how much of the text the buffer has already
---@field private _tick integer
---@field private _alternatives lacuna.Alternative[]
local Offer = {}
Offer.__index = Offer

--- What an item adds at this place; nil for one that fits nowhere near the cursor, or is a snippet.
---@param at lacuna.Place
---@param item table<string, any> an InlineCompletionItem
---@param encoding 'utf-8'|'utf-16'|'utf-32'
---@return lacuna.Alternative?
local function alternative(at, item, encoding)
  local text = item.insertText
  if type(text) ~= 'string' then
    return nil
  end
  text = text:gsub('\r\n?', '\n') -- a carriage return would stay in the buffer as ^M
  local from, to = at.col, at.col
  if item.range then
    if item.range.start.line ~= at.row or item.range['end'].line ~= at.row then
      return nil
    end
    from = place.byte(at.line, item.range.start.character, encoding)
    to = place.byte(at.line, item.range['end'].character, encoding)
  end
  local before = at.line:sub(from + 1, at.col)
  if from > at.col or to < at.col or not vim.startswith(text, before) then
    return nil
  end
  text = text:sub(#before + 1)
  local replaced = at.line:sub(at.col + 1, to)
  local passed = ''
  if vim.endswith(text, replaced) then
    text, replaced, passed = text:sub(1, #text - #replaced), '', replaced
  end
  return text ~= '' and { text = text, replaced = replaced, passed = passed } or nil
end

--- Nil if no item can be shown.
---@param at lacuna.Place
---@param items table[] InlineCompletionItems
---@param encoding 'utf-8'|'utf-16'|'utf-32'
---@param is_complete boolean
---@return lacuna.Offer?
function Offer.new(at, items, encoding, is_complete)
  local alternatives, seen = {}, {}
  for _, item in ipairs(items) do
    local found = alternative(at, item, encoding)
    if found and not seen[found.text] then
      seen[found.text] = true
      table.insert(alternatives, found)
    end
  end
  return #alternatives > 0 and Offer._at(at, alternatives, is_complete) or nil
end

---@private
---@param at lacuna.Place
---@param alternatives lacuna.Alternative[]
---@param is_complete boolean
---@return lacuna.Offer
function Offer._at(at, alternatives, is_complete)
  return setmetatable({
    buf = at.buf,
    row = at.row,
    tail = at.line:sub(at.col + 1),
    is_complete = is_complete or #alternatives > 1,
    index = 1,
    _col = at.col,
    _head = at.line:sub(1, at.col),
    _typed = '',
    _tick = at.tick,
    _alternatives = alternatives,
  }, Offer)
end

--- Whether the offer holds here: nothing changed but that some of it was typed. Remembers how much.
---
--- When keys come fast, no autocommand runs between them; so this is asked before anything is inserted, too.
---@param at lacuna.Place
---@return boolean
function Offer:follow(at)
  if at.buf ~= self.buf or at.row ~= self.row or at.col < self._col then
    return false
  elseif at.line:sub(1, self._col) ~= self._head or at.line:sub(at.col + 1) ~= self.tail then
    return false
  end
  local typed = at.line:sub(self._col + 1, at.col)
  if typed == self._typed and at.tick ~= self._tick then
    return false -- something else was edited
  end
  self._typed, self._tick = typed, at.tick
  if not self:_fits(self.index) then
    self:cycle(1)
  end
  return self:_fits(self.index)
end

---@private
---@param index integer
---@return boolean
function Offer:_fits(index)
  local text = self._alternatives[index].text
  return #text > #self._typed and vim.startswith(text, self._typed)
end

--- To the next alternative, or the one before, that agrees with what was typed.
---@param step 1|-1
function Offer:cycle(step)
  local count = #self._alternatives
  for _ = 1, count do
    self.index = (self.index - 1 + step) % count + 1
    if self:_fits(self.index) then
      return
    end
  end
end

--- What is not in the buffer yet.
---@return lacuna.Alternative
function Offer:rest()
  local chosen = self._alternatives[self.index]
  return { text = chosen.text:sub(#self._typed + 1), replaced = chosen.replaced, passed = chosen.passed }
end

---@return integer
function Offer:count()
  return #self._alternatives
end

--- What is left of the offer after a part of it went into the buffer.
---@param part string
---@param at lacuna.Place behind that part
---@return lacuna.Offer
function Offer:after(part, at)
  local taken = self._typed .. part
  local left = {}
  local chosen = self._alternatives[self.index].text
  for _, other in ipairs(self._alternatives) do
    if vim.startswith(other.text, taken) and #other.text > #taken then
      local rest = { text = other.text:sub(#taken + 1), replaced = other.replaced, passed = other.passed }
      table.insert(left, other.text == chosen and 1 or #left + 1, rest)
    end
  end
  return Offer._at(at, left, self.is_complete)
end

return Offer
