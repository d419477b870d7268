-- Where the cursor is and in which text: what a request was made for and what an answer must still find.

local M = {}

---@class (exact) lacuna.Place
---@field buf integer
---@field row integer from 0
---@field col integer in bytes, from 0
---@field line string
---@field tick integer changes with every change of the text

---@return lacuna.Place
function M.here()
  local buf = vim.api.nvim_get_current_buf()
  local cursor = vim.api.nvim_win_get_cursor(0)
  return {
    buf = buf,
    row = cursor[1] - 1,
    col = cursor[2],
    line = vim.api.nvim_get_current_line(),
    tick = vim.api.nvim_buf_get_changedtick(buf),
  }
end

---@param a? lacuna.Place
---@param b lacuna.Place
---@return boolean
function M.is_same(a, b)
  return a ~= nil and a.buf == b.buf and a.tick == b.tick and a.row == b.row and a.col == b.col
end

---@return boolean
function M.is_inserting()
  return vim.api.nvim_get_mode().mode:sub(1, 1) == 'i'
end

--- The inverse of `byte`.
---
--- Not by `vim.lsp.util.make_position_params`: 0.10 takes a byte that is greater than the line's length in UTF-16 for
--- its end, which on lines that are not ASCII many are.
---@param line string
---@param byte integer
---@param encoding 'utf-8'|'utf-16'|'utf-32'
---@return integer
function M.character(line, byte, encoding)
  if encoding == 'utf-8' then
    return byte
  elseif vim.fn.has('nvim-0.11') == 1 then
    return vim.str_utfindex(line, encoding, byte, false)
  end
  local utf32, utf16 = vim.str_utfindex(line, byte)
  return encoding == 'utf-16' and utf16 or utf32
end

--- The byte at which a column of the protocol lies.
---@param line string
---@param character integer
---@param encoding 'utf-8'|'utf-16'|'utf-32'
---@return integer
function M.byte(line, character, encoding)
  if encoding == 'utf-8' then
    return math.min(character, #line)
  elseif vim.fn.has('nvim-0.11') == 1 then
    return vim.str_byteindex(line, encoding, character, false)
  end
  local utf32, utf16 = vim.str_utfindex(line)
  local units = encoding == 'utf-16' and utf16 or utf32
  return vim.str_byteindex(line, math.min(character, units), encoding == 'utf-16')
end

return M
