-- `:Lacuna SUBCOMMAND`.

local M = {}

local LONGEST_SNOOZE = 7 * 24 * 60 -- minutes

---@param name string
---@param lines string[]
local function open_scratch(name, lines)
  local buf = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  vim.bo[buf].bufhidden = 'wipe'
  vim.bo[buf].modifiable = false
  vim.cmd('botright split')
  vim.api.nvim_win_set_buf(0, buf)
  vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = buf, desc = 'Lacuna: close' })
  vim.api.nvim_buf_set_name(buf, ('lacuna://%s/%d'):format(name, buf))
  vim.api.nvim_win_set_cursor(0, { #lines, 0 })
end

---@type table<string, fun(session: lacuna.Session, argument?: string)>
local SUBCOMMANDS = {
  status = function(session)
    open_scratch('status', require('lacuna.status').lines(session))
  end,
  log = function(session)
    local lsp_log = vim.fn.has('nvim-0.12') == 1 and vim.lsp.log.get_filename() or vim.lsp.get_log_path()
    local lines = { 'What the server writes to its standard error is in ' .. lsp_log, '' }
    open_scratch('log', vim.list_extend(lines, session.log))
  end,
  restart = function(session)
    session.server:restart()
  end,
  toggle = function(session)
    session:toggle()
  end,
  snooze = function(session, argument)
    local minutes = tonumber(argument or 10)
    if not minutes or not (minutes >= 0 and minutes <= LONGEST_SNOOZE) then
      session:tell(('A snooze is so many minutes, %d at most, not %s.'):format(LONGEST_SNOOZE, argument))
      return
    end
    session:snooze(minutes)
  end,
  install = function(session, argument)
    require('lacuna.install').run(session, argument)
  end,
}

---@return string[]
local function names()
  return vim.fn.sort(vim.tbl_keys(SUBCOMMANDS))
end

---@param arguments string[]
function M.run(arguments)
  local subcommand = SUBCOMMANDS[arguments[1] or 'status']
  if not subcommand then
    vim.notify(
      ('Lacuna: There is no :Lacuna %s; there are %s.'):format(arguments[1], table.concat(names(), ', ')),
      vim.log.levels.ERROR
    )
    return
  end
  subcommand(require('lacuna').session(), arguments[2])
end

---@param typed string
---@param line string
---@return string[]
function M.complete(typed, line)
  if line:match('^%s*%S+%s+install%s') then
    return vim.fn.getcompletion(typed, 'file')
  elseif line:match('^%s*%S+%s+%S+%s') then
    return {}
  end
  return vim.tbl_filter(function(name)
    return vim.startswith(name, typed)
  end, names())
end

return M
