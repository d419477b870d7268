-- How much of a text is taken at once: all of it, its next word, its next line. Pure.

local M = {}

---@alias lacuna.Piece fun(text: string): string a beginning of the text, never empty unless the text is

---@type lacuna.Piece
function M.all(text)
  return text
end

--- White space, line ends too, and what follows it: a word (all that is not ASCII counts as a letter) or other signs.
---@type lacuna.Piece
function M.word(text)
  return text:match('^%s*[%w_\128-\255]+') or text:match('^%s*[^%w_%s\128-\255]+') or text
end

--- To the end of the line; at a line's end, to the end of the next that is not empty.
---@type lacuna.Piece
function M.line(text)
  return text:match('^\n*[^\n]*')
end

return M
