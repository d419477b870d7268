-- Pastes in insert mode such that `.` puts the same text in once more.
--
-- `nvim_paste` does that from 0.11 on. Neovim 0.10 types the text again and so indents each further line once more:
-- there `.` is given the keys `<C-R><C-O>=`, an expression that stands for the text, and a line end. The keys have
-- to be typed to be repeated. The expression is not kept with them, so it adds itself whenever it is evaluated.

local M = {}

local texts = {} ---@type string[] those of several lines that were pasted
local new ---@type integer? one that `.` does not know yet

---@param index integer
---@return string
local function expression(index)
  return ("v:lua.require'lacuna.repeating'.again(%d)"):format(index)
end

--- Have `.` type a text, and change nothing now.
---@param text string
local function remember(text)
  local paste = vim.paste
  vim.paste = function()
    return true
  end
  vim.api.nvim_paste(text, false, -1)
  vim.paste = paste
end

--- The text to put in; none where it was pasted a moment ago.
---@param index integer
---@return string
function M.again(index)
  remember(expression(index) .. '\n')
  local is_there = index == new
  new = nil
  return is_there and '' or texts[index]
end

---@param text string
function M.paste(text)
  -- What ends a line would be put in as whole lines.
  if vim.fn.has('nvim-0.11') == 1 or not text:find('\n.*[^\n]$') then
    vim.api.nvim_paste(text, false, -1)
    return
  end
  vim.api.nvim_put(vim.split(text, '\n', { plain = true }), 'c', false, true)
  table.insert(texts, text)
  new = #texts
  vim.api.nvim_feedkeys(vim.keycode('<C-R><C-O>=') .. expression(new) .. '\r', 'in', false)
end

return M
