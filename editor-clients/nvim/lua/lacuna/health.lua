-- `:checkhealth lacuna`.

local keys = require('lacuna.keys')

local M = {}

local function check_neovim()
  if vim.fn.has('nvim-0.10') == 1 then
    vim.health.ok(('Neovim %s'):format(vim.version()))
  else
    vim.health.error(('Neovim %s is too old; 0.10 or newer is needed.'):format(vim.version()))
  end
end

---@param cmd string[]
---@return vim.SystemCompleted
local function run(cmd)
  local is_started, process = pcall(vim.system, cmd, { text = true })
  if not is_started then
    return { code = 127, signal = 0, stdout = '', stderr = tostring(process) }
  end
  return process:wait(30000)
end

---@param session lacuna.Session
local function check_server(session)
  local cmd, origin = require('lacuna.server').command(session.config)
  if not cmd then
    vim.health.error('There is no server.', { 'Run `:Lacuna install`.', 'Or put `lacuna` on PATH, or set `cmd`.' })
    return
  end
  vim.health.ok(('The server is from %s: %s'):format(origin, table.concat(cmd, ' ')))
  if vim.fn.executable(cmd[1]) == 0 then
    vim.health.error(('%s cannot be executed.'):format(cmd[1]))
    return
  end
  local info = session.server.serverInfo
  local version = require('lacuna.version')
  if not info then
    vim.health.info('It is not running; it starts with the first file, or by `:Lacuna restart`.')
  elseif info.version == version then
    vim.health.ok(('It runs, version %s'):format(version))
  else
    vim.health.warn(
      ('It is version %s, this plugin was built for %s.'):format(info.version, version),
      'Run `:Lacuna install`.'
    )
  end
  local status = session.status
  if status and status.state == 'failed' then
    vim.health.error(status.message or 'The model did not load.', '`:Lacuna log` may say more.')
  elseif status then
    vim.health.ok(('The model is %s%s'):format(status.state, status.provider and ', on ' .. status.provider or ''))
  end
end

---@param session lacuna.Session
local function check_install(session)
  local python, why = require('lacuna.python').find(run, session.config.install.python)
  if python then
    vim.health.ok(('Python %s at %s can install the server.'):format(python.version, python.path))
  else
    vim.health.warn(why, 'Only `:Lacuna install` needs it.')
  end
end

--- The buffer that was used last of those that are served: by now the current one is the report's.
---@return integer?
local function served()
  local found ---@type vim.fn.getbufinfo.ret.item?
  for _, info in ipairs(vim.fn.getbufinfo({ bufloaded = 1 })) do
    if vim.b[info.bufnr].lacuna_is_mapped and (not found or info.lastused > found.lastused) then
      found = info
    end
  end
  return found and found.bufnr
end

---@param session lacuna.Session
local function check_keys(session)
  local buf = served()
  if not buf then
    vim.health.info('They are mapped in buffers of the types that are served; none is open.')
    return
  end
  for name, key in vim.spairs(session.config.keys) do
    if key and keys.OF_DRAFTS[name] then
      vim.health.info(('%s: %s, while a fill runs'):format(name, key))
    elseif key then
      local desc = vim.api.nvim_buf_call(buf, function()
        return vim.fn.maparg(key, 'i', false, true).desc or ''
      end)
      local is_ours = vim.startswith(desc, 'Lacuna')
      vim.health.info(('%s: %s%s'):format(name, key, is_ours and '' or (' (not mapped in %s)'):format(vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buf), ':~:.'))))
    else
      vim.health.info(('%s: switched off'):format(name))
    end
  end
end

local function check_others()
  for name, module in vim.spairs({ ['nvim-cmp'] = 'cmp', ['blink.cmp'] = 'blink.cmp' }) do
    if package.loaded[module] then
      vim.health.ok(('%s is loaded; ghost text gives way to its menu.'):format(name))
    end
  end
  for _, module in ipairs({ 'copilot.suggestion', 'supermaven-nvim', 'minuet' }) do
    if package.loaded[module] then
      vim.health.warn(('%s is loaded; two plugins may draw ghost text at once.'):format(module))
    end
  end
end

function M.check()
  vim.health.start('Lacuna')
  check_neovim()
  local session = require('lacuna').session()
  check_server(session)
  check_install(session)
  vim.health.start('Lacuna: other plugins')
  check_others()
  vim.health.start('Lacuna: keys')
  check_keys(session)
end

return M
