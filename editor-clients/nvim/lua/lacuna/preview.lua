-- Shows what would replace code as a diff, and asks: nothing changes before.

local M = {}

M.COMMAND = 'lacuna.preview'

local CONTEXT = 3

---@param lines string[]
---@param title string
---@return integer buf
---@return integer win
local function open(lines, title)
  local buf = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  vim.bo[buf].bufhidden = 'wipe'
  vim.bo[buf].filetype = 'diff'
  vim.bo[buf].modifiable = false
  local width = 40
  for _, line in ipairs(lines) do
    width = math.max(width, vim.fn.strdisplaywidth(line) + 1)
  end
  local win = vim.api.nvim_open_win(buf, true, {
    relative = 'cursor',
    row = 1,
    col = 0,
    width = math.min(width, vim.o.columns - 4),
    height = math.min(#lines, math.max(3, math.floor(vim.o.lines / 2))),
    style = 'minimal',
    border = 'rounded',
    title = (' %s: <CR> takes it, q leaves it '):format(title),
  })
  return buf, win
end

--- The text of a buffer with an edit's changes, as a diff of the two.
---@param buf integer
---@param edits lsp.TextEdit[]
---@param encoding 'utf-8'|'utf-16'|'utf-32'
---@return string[]
local function diff(buf, edits, encoding)
  local old = vim.api.nvim_buf_get_lines(buf, 0, -1, false)
  local scratch = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(scratch, 0, -1, false, old)
  vim.lsp.util.apply_text_edits(vim.deepcopy(edits), scratch, encoding)
  local new = vim.api.nvim_buf_get_lines(scratch, 0, -1, false)
  vim.api.nvim_buf_delete(scratch, { force = true })
  local function joined(lines)
    return table.concat(lines, '\n') .. '\n'
  end
  local text = vim.diff(joined(old), joined(new), { ctxlen = CONTEXT })
  return vim.split(vim.trim(text --[[@as string]]), '\n')
end

--- The command of an action that replaces code; its one argument is the edit.
---@param command lsp.Command
---@param context {client_id: integer}
function M.run(command, context)
  local client = vim.lsp.get_client_by_id(context.client_id)
  local change = command.arguments[1].documentChanges[1]
  local buf = vim.uri_to_bufnr(change.textDocument.uri)
  if not client then
    return
  end
  local tick = vim.api.nvim_buf_get_changedtick(buf)
  if vim.api.nvim_get_mode().mode:find('[vV\22]') then
    vim.cmd('normal! \27')
  end
  local encoding = client.offset_encoding
  local shown, win = open(diff(buf, change.edits, encoding), command.title)
  local function close()
    if vim.api.nvim_win_is_valid(win) then
      vim.api.nvim_win_close(win, true)
    end
  end
  local function take()
    close()
    if vim.api.nvim_buf_get_changedtick(buf) ~= tick then
      vim.notify('Lacuna: The text changed meanwhile; nothing was replaced.', vim.log.levels.WARN)
      return
    end
    vim.lsp.util.apply_text_edits(change.edits, buf, encoding)
  end
  for _, key in ipairs({ '<CR>', 'y' }) do
    vim.keymap.set('n', key, take, { buffer = shown, nowait = true, desc = 'Lacuna: replace' })
  end
  for _, key in ipairs({ 'q', '<Esc>', 'n' }) do
    vim.keymap.set('n', key, close, { buffer = shown, nowait = true, desc = 'Lacuna: leave as it is' })
  end
  vim.api.nvim_create_autocmd('WinLeave', { buffer = shown, once = true, callback = vim.schedule_wrap(close) })
end

return M
