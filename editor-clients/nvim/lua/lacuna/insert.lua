-- Puts text in at the cursor such that one undo takes it away and `.` repeats it.

local place = require('lacuna.place')
local repeating = require('lacuna.repeating')

---@class (exact) lacuna.Insertion
---@field text string
---@field replaced integer bytes behind the cursor that go
---@field passed integer bytes behind the text that the cursor goes past

---@param at lacuna.Place the cursor's
---@param insertion lacuna.Insertion
return function(at, insertion)
  vim.cmd('let &undolevels = &undolevels') -- to undo it alone
  vim.api.nvim_buf_set_text(at.buf, at.row, at.col, at.row, at.col + insertion.replaced, {})
  repeating.paste(insertion.text)
  at = place.here()
  vim.api.nvim_win_set_cursor(0, { at.row + 1, at.col + insertion.passed })
end
