-- Shows what would be written as diffs, change by change, and asks: nothing changes before.

local M = {}

local NAMESPACE = vim.api.nvim_create_namespace('lacuna.preview')
local CONTEXT = 3
local CHANGED = 'Lacuna: The text changed meanwhile; nothing was written.'

---@class (exact) lacuna.Change
---@field edit lsp.TextEdit
---@field first integer its first line in the preview, from 1
---@field is_taken boolean

---@param lines string[]
---@param title string
---@param footer string
---@return integer buf
---@return integer win
local function open(lines, title, footer)
  local buf = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  vim.bo[buf].bufhidden = 'wipe'
  vim.bo[buf].filetype = 'diff'
  vim.bo[buf].modifiable = false
  local width = math.max(vim.fn.strdisplaywidth(title), vim.fn.strdisplaywidth(footer))
  for _, line in ipairs(lines) do
    width = math.max(width, vim.fn.strdisplaywidth(line) + 5)
  end
  local win = vim.api.nvim_open_win(buf, true, {
    relative = 'cursor',
    row = 1,
    col = 0,
    width = math.min(width, vim.o.columns - 4),
    height = math.min(#lines, math.max(3, math.floor(vim.o.lines / 2))),
    style = 'minimal',
    border = 'rounded',
    title = title,
    footer = footer,
  })
  return buf, win
end

--- The text of a buffer with one edit, as a diff of the two.
---@param buf integer
---@param edit lsp.TextEdit
---@param encoding 'utf-8'|'utf-16'|'utf-32'
---@return string[]
local function diff(buf, edit, encoding)
  local old = vim.api.nvim_buf_get_lines(buf, 0, -1, false)
  local scratch = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(scratch, 0, -1, false, old)
  vim.lsp.util.apply_text_edits({ vim.deepcopy(edit) }, scratch, encoding)
  local new = vim.api.nvim_buf_get_lines(scratch, 0, -1, false)
  vim.api.nvim_buf_delete(scratch, { force = true })
  local function joined(lines)
    return table.concat(lines, '\n') .. '\n'
  end
  local text = vim.diff(joined(old), joined(new), { ctxlen = CONTEXT })
  return vim.split(vim.trim(text --[[@as string]]), '\n')
end

--- A box before each change, where there are several.
---@param buf integer
---@param changes lacuna.Change[]
local function draw(buf, changes)
  vim.api.nvim_buf_clear_namespace(buf, NAMESPACE, 0, -1)
  for _, change in ipairs(#changes > 1 and changes or {}) do
    vim.api.nvim_buf_set_extmark(buf, NAMESPACE, change.first - 1, 0, {
      virt_text = { { change.is_taken and '[x] ' or '[ ] ', 'Special' } },
      virt_text_pos = 'inline',
    })
  end
end

--- Take the change under the cursor, or leave it.
---@param changes lacuna.Change[]
local function toggle(changes)
  local row = vim.api.nvim_win_get_cursor(0)[1]
  for i = #changes, 1, -1 do
    if changes[i].first <= row then
      changes[i].is_taken = not changes[i].is_taken
      return
    end
  end
end

--- Show edits of a buffer as they were when it had this tick.
---@param of {title: string, buf: integer, tick: integer, encoding: 'utf-8'|'utf-16'|'utf-32'}
---@param edits lsp.TextEdit[]
---@param message? string what else there is to tell, sentence by sentence
function M.show(of, edits, message)
  if vim.api.nvim_buf_get_changedtick(of.buf) ~= of.tick then
    vim.notify(CHANGED, vim.log.levels.WARN)
    return
  end
  local lines = message and vim.split(message:gsub('%. (%u)', '.\n%1'), '\n') or {}
  local changes = {} ---@type lacuna.Change[]
  for _, edit in ipairs(edits) do
    table.insert(changes, { edit = edit, first = #lines + 1, is_taken = true })
    vim.list_extend(lines, diff(of.buf, edit, of.encoding))
  end
  local choice = #changes > 1 and '<Space> leaves out a change, ' or ''
  local shown, win = open(lines, (' %s '):format(of.title), (' <CR> takes it, %sq leaves it '):format(choice))
  draw(shown, changes)

  local function close()
    if vim.api.nvim_win_is_valid(win) then
      vim.api.nvim_win_close(win, true)
    end
  end
  local function take()
    close()
    if vim.api.nvim_buf_get_changedtick(of.buf) ~= of.tick then
      vim.notify(CHANGED, vim.log.levels.WARN)
      return
    end
    local taken = {}
    for _, change in ipairs(changes) do
      if change.is_taken then
        table.insert(taken, change.edit)
      end
    end
    vim.lsp.util.apply_text_edits(taken, of.buf, of.encoding)
  end
  local function map(key, act, desc)
    vim.keymap.set('n', key, act, { buffer = shown, nowait = true, desc = 'Lacuna: ' .. desc })
  end
  for _, key in ipairs({ '<CR>', 'y' }) do
    map(key, take, 'write it')
  end
  for _, key in ipairs({ 'q', '<Esc>', 'n' }) do
    map(key, close, 'leave all as it is')
  end
  if #changes > 1 then
    map('<Space>', function()
      toggle(changes)
      draw(shown, changes)
    end, 'take this change, or leave it')
  end
  vim.api.nvim_create_autocmd('WinLeave', { buffer = shown, once = true, callback = vim.schedule_wrap(close) })
end

return M
