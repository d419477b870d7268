-- Puts text in at the cursor such that one undo takes it away and, where it is on one line, `.` repeats it.

local place = require('lacuna.place')

---@class (exact) lacuna.Insertion
---@field text string
---@field replaced integer bytes behind the cursor that go
---@field passed integer bytes behind the text that the cursor goes past

--- Several lines are not pasted: `.` would type them, and each would be indented once more.
---@param at lacuna.Place the cursor's
---@param insertion lacuna.Insertion
return function(at, insertion)
  vim.cmd('let &undolevels = &undolevels') -- to undo it alone
  local lines = vim.split(insertion.text, '\n', { plain = true })
  if #lines == 1 then
    vim.api.nvim_buf_set_text(at.buf, at.row, at.col, at.row, at.col + insertion.replaced, {})
    vim.api.nvim_paste(insertion.text, false, -1)
    at = place.here()
    vim.api.nvim_win_set_cursor(0, { at.row + 1, at.col + insertion.passed })
    return
  end
  vim.api.nvim_buf_set_text(at.buf, at.row, at.col, at.row, at.col + insertion.replaced, lines)
  vim.api.nvim_win_set_cursor(0, { at.row + #lines, #lines[#lines] + insertion.passed })
end
