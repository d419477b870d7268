-- What users call. All but this and the configuration is loaded when the first file opens.

local M = {}

local config ---@type lacuna.Config?
local session ---@type lacuna.Session?

--- What `setup` began, by default without options; it is made when it is first needed.
---@return lacuna.Session
function M.session()
  M.begin()
  session = session or require('lacuna.session').new(config)
  return session
end

--- Set up with the defaults, unless it was with options.
function M.begin()
  if not config then
    M.setup()
  end
end

--- Serve files of the configured types from now on. Calling it again begins anew.
---@param options? lacuna.Options
function M.setup(options)
  if session then
    session:close()
    session = nil
  end
  config = require('lacuna.config').resolve(options)
  -- A plugin manager that puts this folder on 'runtimepath' late does not source its plugin/.
  vim.cmd.runtime('plugin/lacuna.lua')

  vim.api.nvim_create_autocmd('FileType', {
    group = vim.api.nvim_create_augroup('lacuna', {}),
    pattern = config.filetypes,
    callback = function(event)
      M.session():attach(event.buf)
    end,
  })
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buf) and vim.list_contains(config.filetypes, vim.bo[buf].filetype) then
      M.session():attach(buf)
    end
  end
end

--- Whether a completion is shown, and what is typed meanwhile still agrees with it.
---@return boolean
function M.is_visible()
  return session ~= nil and session.completion:is_visible()
end

--- Insert what is shown, all of it or its next word or line.
---@param piece? 'all'|'word'|'line'
---@return boolean accepted
function M.accept(piece)
  return M.session().completion:accept(piece or 'all')
end

--- Show the next alternative, or with -1 the one before.
---@param step? 1|-1
---@return boolean was_shown
function M.cycle(step)
  return M.session().completion:cycle(step or 1)
end

--- Take away what is shown, until the cursor moves.
---@return boolean was_shown
function M.dismiss()
  return M.session().completion:dismiss()
end

--- Ask for a completion now; says why when there is none.
function M.request()
  M.session().completion:ask()
end

--- Write what there is of the fill that runs, and end it.
---@return boolean was_taken
function M.take_draft()
  return M.session().filling:take()
end

--- End the fill that runs; the text stays as it is.
---@return boolean was_dropped
function M.drop_draft()
  return M.session().filling:drop()
end

--- Complete while typing, or no longer.
---@param on? boolean without it: the other way round
function M.toggle(on)
  M.session():toggle(on)
end

--- No completion while typing for some minutes; 0 ends it.
---@param minutes? number
function M.snooze(minutes)
  M.session():snooze(minutes)
end

--- A few characters for a status line; empty until a file was opened. `User LacunaStatus` says when they change.
---@return string
function M.statusline()
  return session and require('lacuna.status').short(session) or ''
end

return M
