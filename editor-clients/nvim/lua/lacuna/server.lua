-- The server as a client of Neovim's: which command it is, starting, attaching, restarting, asking.

local install = require('lacuna.install')
local languages = require('lacuna.languages')
local version = require('lacuna.version')

---@class lacuna.Server
---@field serverInfo? {name: string, version?: string} what the running server said of itself
---@field private _session lacuna.Session
---@field private _id? integer
---@field private _bufs table<integer, true> those to serve, also by the next server
---@field private _has_told table<string, true>
---@field private _watched table<integer, true>
---@field private _unfollowed table<integer, integer> the changedtick at which the server last got a buffer's text
local Server = {}
Server.__index = Server

---@param session lacuna.Session
---@return lacuna.Server
function Server.new(session)
  return setmetatable({ _session = session, _bufs = {}, _has_told = {}, _watched = {}, _unfollowed = {} }, Server)
end

--- What Neovim can do, and that a command of ours runs fills, and shows what would replace code.
---@return lsp.ClientCapabilities
local function capabilities()
  local found = vim.lsp.protocol.make_client_capabilities()
  found.experimental = vim.tbl_deep_extend('force', found.experimental or {}, { lacuna = { fill = true } })
  return found
end

--- Neovim 0.11 made functions of a client its methods.
---@param client vim.lsp.Client
---@param name string
---@param ... any
---@return any ...
local function call(client, name, ...)
  if vim.fn.has('nvim-0.11') == 1 then
    return client[name](client, ...)
  end
  return client[name](...)
end

--- The command line of the server, and where it is from; nil if there is none.
---@param config lacuna.Config
---@return string[]? cmd
---@return string origin
function Server.command(config)
  local cmd, origin
  if config.cmd then
    cmd, origin = vim.list_extend({}, config.cmd), '`cmd` of your configuration'
  elseif install.python() then
    cmd, origin = { install.python(), '-I', '-m', 'lacuna.cli', 'serve' }, ':Lacuna install'
  elseif vim.fn.executable('lacuna') == 1 then
    cmd, origin = { vim.fn.exepath('lacuna'), 'serve' }, 'PATH'
  else
    return nil, 'nowhere'
  end
  return vim.list_extend(cmd, config.args), origin
end

--- Serve this buffer, by the server that runs or a new one.
---@param buf integer
function Server:attach(buf)
  self._bufs[buf] = true
  self:_watch(buf)
  local cmd = Server.command(self._session.config)
  if not cmd then
    self:_tell_once('There is no server yet: `:Lacuna install` makes one, in an environment of its own.')
    return
  end
  local path = vim.api.nvim_buf_get_name(buf)
  local marks = vim.list_extend({ '.git' }, languages[vim.bo[buf].filetype] or {})
  local root = vim.fs.root(buf, marks) or vim.fs.dirname(path)
  local id = vim.lsp.start(self:_client_config(cmd, root), {
    bufnr = buf,
    reuse_client = function(client)
      return client.id == self._id and not call(client, 'is_stopped')
    end,
  })
  if not id then
    self:_tell_once(('The server did not start: %s'):format(table.concat(cmd, ' ')))
    return
  end
  if id == self._id then
    self:_add_folder(root)
  end
  self._id = id
end

--- Neovim, up to 0.12.4 at least, no longer follows a buffer that changed while it had no client: the next one gets
--- its text once and no change. So notice when that happens; `request` then sends the text anew.
---@private
---@param buf integer
function Server:_watch(buf)
  if self._watched[buf] then
    return
  end
  self._watched[buf] = true
  vim.api.nvim_buf_attach(buf, false, {
    on_lines = function()
      if not self._watched[buf] then
        return true -- this session was closed
      end
      local starting = self._id and vim.lsp.get_client_by_id(self._id)
      if not starting and #vim.lsp.get_clients({ bufnr = buf }) == 0 then
        self._unfollowed[buf] = -1
      end
    end,
    on_detach = function()
      self._watched[buf] = nil
    end,
  })
end

--- Open a buffer anew for the server, without telling other plugins.
---@private
---@param buf integer
---@param client vim.lsp.Client
function Server:_reopen(buf, client)
  local tick = vim.api.nvim_buf_get_changedtick(buf)
  if self._unfollowed[buf] == tick then
    return
  end
  self._unfollowed[buf] = tick
  local ignored = vim.o.eventignore
  vim.o.eventignore = 'LspAttach,LspDetach'
  vim.lsp.buf_detach_client(buf, client.id)
  vim.lsp.buf_attach_client(buf, client.id)
  vim.o.eventignore = ignored
end

---@private
---@param cmd string[]
---@param root string
---@return vim.lsp.ClientConfig
function Server:_client_config(cmd, root)
  local session = self._session
  return {
    name = 'lacuna',
    cmd = cmd,
    root_dir = root,
    settings = { lacuna = session.config.settings },
    init_options = session.config.settings,
    capabilities = capabilities(),
    commands = {
      [session.filling.COMMAND] = function(command, context)
        session.filling:run(command, context)
      end,
    },
    handlers = {
      ['$/progress'] = function(_, progress)
        session.filling:show(progress)
      end,
      ['lacuna/status'] = function(_, status)
        session:hear(status)
      end,
      ['window/logMessage'] = function(_, message)
        session:note(message.message)
      end,
      ['window/showMessage'] = function(_, message)
        session:tell(message.message)
      end,
    },
    on_init = function(client, answer)
      -- What Neovim 0.12 has built in, or another plugin, would show every completion a second time.
      client.server_capabilities.inlineCompletionProvider = nil
      self.serverInfo = answer.serverInfo
      self:_shake_hands()
    end,
    on_exit = vim.schedule_wrap(function(code, signal, id)
      self:_ended(code, signal, id)
    end),
  }
end

--- All folders are served by one process: its model is the most that it takes of the machine.
---@private
---@param root string
function Server:_add_folder(root)
  local client = vim.lsp.get_client_by_id(self._id)
  if not client or not client.workspace_folders then
    return
  end
  local folder = { uri = vim.uri_from_fname(root), name = root }
  for _, known in ipairs(client.workspace_folders) do
    if known.uri == folder.uri then
      return
    end
  end
  table.insert(client.workspace_folders, folder)
  if vim.tbl_get(client.server_capabilities, 'workspace', 'workspaceFolders', 'supported') then
    local event = { added = { folder }, removed = {} }
    call(client, 'notify', 'workspace/didChangeWorkspaceFolders', { event = event })
  end
end

---@private
function Server:_shake_hands()
  local theirs = self.serverInfo and self.serverInfo.version or 'unknown'
  if theirs ~= version then
    self:_tell_once(
      ('The server is version %s, this plugin was built for %s; `:Lacuna install` fetches that.'):format(
        theirs,
        version
      )
    )
  end
end

---@private
---@param code integer
---@param signal integer
---@param id integer
function Server:_ended(code, signal, id)
  if id ~= self._id then
    return -- it was stopped on purpose
  end
  self._id, self.serverInfo = nil, nil
  self._session:forget()
  if vim.v.exiting == vim.NIL then
    local how = signal ~= 0 and ('signal %d'):format(signal) or ('exit status %d'):format(code)
    self._session:tell(
      ('The server ended (%s). `:Lacuna log` may say why, `:Lacuna restart` starts it again.'):format(how)
    )
  end
end

---@private
---@param sentence string
function Server:_tell_once(sentence)
  if not self._has_told[sentence] then
    self._has_told[sentence] = true
    self._session:tell(sentence)
  end
end

---@return boolean
function Server:is_running()
  return self._id ~= nil
end

--- The client, if it is ready to serve this buffer.
---@param buf integer
---@return vim.lsp.Client?
function Server:client(buf)
  local client = self._id and vim.lsp.get_client_by_id(self._id)
  local is_ready = client and client.initialized and vim.lsp.buf_is_attached(buf, client.id)
  return is_ready and client or nil
end

--- Ask; changes of the buffer that were not sent yet go first. Returns what cancels.
---@param method string
---@param params table
---@param buf integer not 0: Neovim would not send the changes
---@param handler fun(err?: lsp.ResponseError, result: any)
---@return fun() cancel
function Server:request(method, params, buf, handler)
  local client = assert(self:client(buf))
  if self._unfollowed[buf] then
    self:_reopen(buf, client)
  end
  local is_sent, id = call(client, 'request', method, params, handler, buf)
  return function()
    if is_sent and not call(client, 'is_stopped') then
      call(client, 'cancel_request', id)
    end
  end
end

--- End the server without a word; a request in progress ends with it.
function Server:stop()
  local client = self._id and vim.lsp.get_client_by_id(self._id)
  self._id, self.serverInfo = nil, nil
  self._session:forget()
  if client then
    call(client, 'stop', true)
  end
end

--- End the server, and notice nothing any more.
function Server:close()
  self._watched = {}
  self:stop()
end

--- End the server if it runs, and serve the same buffers with a new one.
function Server:restart()
  self:stop()
  self._has_told = {}
  for buf in pairs(self._bufs) do
    if vim.api.nvim_buf_is_loaded(buf) then
      self:attach(buf)
    else
      self._bufs[buf] = nil
    end
  end
end

return Server
