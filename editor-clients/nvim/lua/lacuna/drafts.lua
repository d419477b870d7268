-- Draws how a fill settles: at each hole what it has got so far, and that what stands there will go.

local ghost = require('lacuna.ghost')
local place = require('lacuna.place')

local M = {}

local NAMESPACE = vim.api.nvim_create_namespace('lacuna.drafts')
local MASKED = '░'

---@class (exact) lacuna.DraftHole
---@field range lsp.Range
---@field slots (string|vim.NIL)[] vim.NIL for one that is not written yet
---@field needsConfirmation boolean code stands there

---@class (exact) lacuna.Draft
---@field uri string
---@field version integer
---@field holes lacuna.DraftHole[]

---@param buf integer
function M.hide(buf)
  if vim.api.nvim_buf_is_valid(buf) then
    vim.api.nvim_buf_clear_namespace(buf, NAMESPACE, 0, -1)
  end
end

--- What of a hole is written.
---@param hole lacuna.DraftHole
---@return string text
---@return boolean is_whole
function M.written(hole)
  for i, slot in ipairs(hole.slots) do
    if slot == vim.NIL then
      return table.concat(hole.slots, '', 1, i - 1), false
    end
  end
  return table.concat(hole.slots), true
end

---@param buf integer
---@param position lsp.Position
---@param encoding 'utf-8'|'utf-16'|'utf-32'
---@return integer row
---@return integer col in bytes
---@return string line
local function find(buf, position, encoding)
  local line = vim.api.nvim_buf_get_lines(buf, position.line, position.line + 1, false)[1] or ''
  return position.line, place.byte(line, position.character, encoding), line
end

---@param buf integer
---@param draft lacuna.Draft
---@param encoding 'utf-8'|'utf-16'|'utf-32'
---@param hint string what keys do, at the hole in hand
function M.show(buf, draft, encoding, hint)
  M.hide(buf)
  for _, hole in ipairs(draft.holes) do
    local text, is_whole = M.written(hole)
    if text ~= '' then
      local row, col, line = find(buf, hole.range.start, encoding)
      local end_row, end_col = find(buf, hole.range['end'], encoding)
      vim.api.nvim_buf_set_extmark(buf, NAMESPACE, row, col, {
        end_row = end_row,
        end_col = end_col,
        hl_group = ghost.REPLACED,
      })
      local column = vim.fn.strdisplaywidth(line:sub(1, col))
      local lines = vim.split(text .. (is_whole and '' or MASKED), '\n', { plain = true })
      local drawn = {}
      for i, one in ipairs(lines) do
        drawn[i] = { { ghost.expanded(one, i == 1 and column or 0), ghost.TEXT } }
      end
      -- Beside what will go if that is on one line; below it, from its column on, if it is on several.
      local first
      if row == end_row then
        first = table.remove(drawn, 1)
      else
        table.insert(drawn[1], 1, { (' '):rep(column), ghost.TEXT })
      end
      vim.api.nvim_buf_set_extmark(buf, NAMESPACE, end_row, row == end_row and col or 0, {
        virt_text = first,
        virt_text_pos = first and 'inline' or nil,
        hl_mode = 'replace',
        virt_lines = #drawn > 0 and drawn or nil,
      })
      if not is_whole then
        local said = { virt_text = { { hint, ghost.HINT } }, virt_text_pos = 'eol' }
        vim.api.nvim_buf_set_extmark(buf, NAMESPACE, row, 0, said)
      end
    end
  end
end

return M
