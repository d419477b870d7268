-- What a user of Neovim 0.12 writes to have Lacuna, and below it what lets a test see what is shown.

vim.lsp.config('lacuna', {
  cmd = vim.json.decode(vim.env.LACUNA_COMMAND),
  filetypes = { 'python' },
  init_options = { threshold = 0 }, -- show whatever parses
})
vim.lsp.enable('lacuna')
vim.lsp.inline_completion.enable()

-- Neovim 0.12.4 inserts the whole text behind what of it was typed meanwhile: take that back first. And it inserts
-- where the text was shown even when the cursor is elsewhere: refuse.
local function still_fitting(item)
  local row, column = item.range:to_extmark()
  local cursor = vim.api.nvim_win_get_cursor(0)
  local typed = vim.api.nvim_get_current_line():sub(column + 1, cursor[2])
  if cursor[1] ~= row + 1 or cursor[2] < column or not vim.startswith(item.insert_text, typed) then
    return nil
  end
  vim.api.nvim_buf_set_text(0, row, column, row, cursor[2], {})
  return item
end

vim.keymap.set('i', '<Tab>', function()
  if not vim.lsp.inline_completion.get({ on_accept = still_fitting }) then
    return '<Tab>'
  end
end, { expr = true })

-- For the tests.

dofile(vim.fs.joinpath(vim.fs.dirname(debug.getinfo(1, 'S').source:sub(2)), 'answered.lua'))

-- The lines of the text that is shown and not there. What it begins with and what follows the cursor too, Neovim leaves
-- out, though it inserts it: then what is shown is not what is inserted, which is Neovim's own and nothing to test here.
function _G.ghost()
  local namespace = vim.api.nvim_get_namespaces()['nvim.lsp.inline_completion']
  local mark = vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, { details = true })[1]
  if not mark or mark[3] ~= vim.api.nvim_win_get_cursor(0)[2] then
    return nil
  end
  local lines = { mark[4].virt_text[1][1] }
  for _, line in ipairs(mark[4].virt_lines or {}) do
    table.insert(lines, line[1][1])
  end
  return lines
end
