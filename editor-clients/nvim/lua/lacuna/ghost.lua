-- Draws text that is not in the buffer, such that what is shown is what accepting inserts.
--
-- One implementation for Neovim 0.10 to 0.12, though 0.12 has `vim.lsp.inline_completion`. That one, as of 0.12.4,
-- asks 200 ms after the last key and cancels only when insert mode ends; shows late answers; inserts anew what was
-- typed along, and where the text was shown even if the cursor or the lines above moved; accepts all or nothing;
-- never asks explicitly; draws further lines below the rest of the line that they will stand before. Each would
-- need a guard of its own here, and a second way for 0.10 and 0.11 beside it.

local M = {}

local NAMESPACE = vim.api.nvim_create_namespace('lacuna')
M.TEXT, M.HINT, M.REPLACED = 'LacunaGhost', 'LacunaHint', 'LacunaReplaced'

--- Name the colours; a colour scheme or the user may have said what they are.
function M.define_highlights()
  local has_hint = vim.fn.hlexists('ComplHint') == 1 -- from 0.12 on
  vim.api.nvim_set_hl(0, M.TEXT, { default = true, link = has_hint and 'ComplHint' or 'Comment' })
  vim.api.nvim_set_hl(0, M.HINT, { default = true, link = has_hint and 'ComplHintMore' or 'NonText' })
  vim.api.nvim_set_hl(0, M.REPLACED, { default = true, strikethrough = true })
end

--- Tabs become the spaces that they would take from this screen column on: virtual text does not always expand them.
---@param text string
---@param column integer
---@return string
function M.expanded(text, column)
  local shown = ''
  for plain, tab in text:gmatch('([^\t]*)(\t?)') do
    shown = shown .. plain
    local width = vim.fn.strdisplaywidth(plain .. tab, column)
    shown = shown .. (' '):rep(tab == '' and 0 or width - vim.fn.strdisplaywidth(plain, column))
    column = column + width
  end
  return shown
end

---@param buf integer
function M.hide(buf)
  if vim.api.nvim_buf_is_valid(buf) then
    vim.api.nvim_buf_clear_namespace(buf, NAMESPACE, 0, -1)
  end
end

--- Show `text` at the cursor. The first `replaced` bytes behind the cursor will go.
---@param at lacuna.Place
---@param text string
---@param replaced integer
---@param hint? string
function M.show(at, text, replaced, hint)
  M.hide(at.buf)
  local lines = vim.split(text, '\n', { plain = true })
  local column = vim.fn.strdisplaywidth(at.line:sub(1, at.col))
  local first = M.expanded(lines[1], column)
  local tail = at.line:sub(at.col + 1)
  local kept = tail:sub(replaced + 1)
  local last = { { first, M.TEXT } } -- of the line that the kept text will stand on
  local mark = { virt_text = last, virt_text_pos = 'inline', hl_mode = 'replace' }
  if #lines > 1 then
    mark.virt_lines = {}
    for i = 2, #lines do
      last = { { M.expanded(lines[i], 0), M.TEXT } }
      table.insert(mark.virt_lines, last)
    end
  end
  local moves_nothing = #lines == 1 and replaced == 0
  if not moves_nothing and tail:find('%S') then
    -- The tail will stand elsewhere, or go: cover it, and show what is kept of it where it will be.
    local behind = (#lines == 1 and column or 0) + vim.fn.strdisplaywidth(last[1][1])
    table.insert(last, { M.expanded(kept, behind), 'Normal' })
    local drawn = 0
    for _, chunk in ipairs(mark.virt_text) do
      drawn = drawn + vim.fn.strdisplaywidth(chunk[1], column + drawn)
    end
    local covered = vim.fn.strdisplaywidth(tail, column)
    table.insert(mark.virt_text, { (' '):rep(covered - drawn), 'Normal' })
    mark.virt_text_pos = 'overlay'
  end
  if hint then
    table.insert(last, { hint, M.HINT })
  end
  vim.api.nvim_buf_set_extmark(at.buf, NAMESPACE, at.row, at.col, mark)
end

return M
