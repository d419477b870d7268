-- What a user of Neovim 0.12 writes to have Lacuna, and below it what lets a test see when an answer has come.

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

local function state()
  return { vim.fn.bufnr(), vim.b.changedtick, unpack(vim.api.nvim_win_get_cursor(0)) }
end

local asked, answered = {}, nil

vim.api.nvim_create_autocmd('LspRequest', {
  callback = function(event)
    local id, request = event.data.request_id, event.data.request
    if request.method ~= 'textDocument/inlineCompletion' then
      return
    elseif request.type == 'pending' then
      asked[id] = state()
    elseif request.type == 'complete' then
      -- What shows the answer is scheduled already; this comes behind it.
      vim.schedule(function()
        answered = asked[id]
      end)
    end
  end,
})

function _G.has_asked()
  return next(asked) ~= nil
end

-- Whether the completion for this text and cursor has been answered.
function _G.is_answered()
  return vim.deep_equal(answered, state())
end

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

-- The screen from the cursor's row on.
function _G.screen_at_cursor()
  vim.cmd.redraw()
  local rows = {}
  for row = vim.fn.winline(), vim.o.lines do
    local cells = {}
    for column = 1, vim.o.columns do
      table.insert(cells, vim.fn.screenstring(row, column))
    end
    table.insert(rows, (table.concat(cells):gsub('%s+$', '')))
  end
  return rows
end
