-- `:Lacuna install`: a private environment with the server, one for each version of the plugin.
--
-- That the user gives this command is the consent. Nothing else here uses the network, and only pip does.

local python = require('lacuna.python')
local runtime = require('lacuna.runtime')
local version = require('lacuna.version')

local M = {}

local PACKAGE = 'lacuna-infill'
-- What pip and what it calls say when nothing can be reached.
local OFFLINE = {
  'Failed to establish a new connection',
  'NameResolutionError',
  'Temporary failure in name resolution',
  'getaddrinfo failed',
  'Network is unreachable',
  'Connection refused',
  'Cannot connect to proxy',
  'ReadTimeoutError',
}

--- Where environments are.
---@return string
function M.folder()
  return vim.fs.joinpath(vim.fn.stdpath('data') --[[@as string]], 'lacuna')
end

---@return string environment
---@return string executable
---@return string mark exists when all is installed
local function paths()
  local environment = vim.fs.joinpath(M.folder(), version)
  local executable = vim.fn.has('win32') == 1 and 'Scripts/python.exe' or 'bin/python'
  return environment, vim.fs.joinpath(environment, executable), vim.fs.joinpath(environment, 'is-installed')
end

--- The Python of the environment that was installed for this version; nil if there is none.
---@return string?
function M.python()
  local _, executable, mark = paths()
  return vim.uv.fs_stat(mark) and vim.fn.executable(executable) == 1 and executable or nil
end

--- What lies beside this plugin: the wheel that it was packed with, or the clone that it is part of.
---@param extra string
---@return string? server what pip can install; nil if neither is there
---@return string? pins the versions that it was tested with
local function beside(extra)
  local here = assert(vim.uv.fs_realpath(debug.getinfo(1, 'S').source:sub(2)))
  local packed = vim.fs.joinpath(vim.fs.dirname(vim.fs.dirname(vim.fs.dirname(here))), 'server')
  local wheel = vim.fs.joinpath(packed, ('lacuna_infill-%s-py3-none-any.whl'):format(version))
  if vim.uv.fs_stat(wheel) then
    return wheel, vim.fs.joinpath(packed, extra == 'cuda' and 'requirements-cuda.txt' or 'requirements.txt')
  end
  local root = here:match('^(.*)[/\\]editor%-clients[/\\]nvim[/\\]')
  local project = root and vim.fs.joinpath(root, 'pyproject.toml')
  if project and vim.uv.fs_stat(project) then
    local text = table.concat(vim.fn.readfile(project), '\n')
    if text:find(('name = "%s"'):format(PACKAGE), 1, true) then
      return root, vim.fs.joinpath(root, 'constraints.txt')
    end
  end
end

--- What pip is told to install, and by which versions.
---@param extra string
---@param source? string a wheel, or a folder with wheels of everything
---@return string[]? arguments
---@return string? why not
local function requirement(extra, source)
  local server, pins = beside(extra)
  local arguments = pins and { '--constraint', pins } or {}
  local wanted = server and ('%s[%s]'):format(server, extra) or ('%s[%s]==%s'):format(PACKAGE, extra, version)
  if source then
    local path = vim.fn.fnamemodify(vim.fn.expand(source), ':p')
    local stat = vim.uv.fs_stat(path)
    if stat and stat.type == 'directory' then
      vim.list_extend(arguments, { '--no-index', '--find-links', path })
      wanted = server and vim.endswith(server, '.whl') and wanted or ('%s[%s]==%s'):format(PACKAGE, extra, version)
    elseif stat and vim.endswith(path, '.whl') then
      wanted = ('%s[%s]'):format(path, extra)
    else
      return nil, ('%s is no wheel and no folder of wheels.'):format(path)
    end
  end
  return vim.list_extend(arguments, { wanted })
end

--- Calls `heard` with every whole line of what comes in pieces, and once more at the end.
---@param heard fun(line: string)
---@return fun(err?: string, data?: string)
local function by_line(heard)
  local rest = ''
  return vim.schedule_wrap(function(_, data)
    local lines = vim.split(rest .. (data or '\n'), '\r?\n')
    rest = table.remove(lines)
    vim.iter(lines):each(heard)
  end)
end

--- A command that is waited for without blocking; what it writes goes to the log. In a coroutine only.
---@param session lacuna.Session
---@return fun(cmd: string[], heard?: fun(line: string)): vim.SystemCompleted
local function runner(session)
  local co = assert(coroutine.running())
  return function(cmd, heard)
    session:note('$ ' .. table.concat(cmd, ' '))
    local stdout, stderr = {}, {}
    local function take(into)
      return by_line(function(line)
        table.insert(into, line)
        session:note(line)
        if heard then
          heard(line)
        end
      end)
    end
    local is_started, why = pcall(
      vim.system,
      cmd,
      { stdout = take(stdout), stderr = take(stderr) },
      vim.schedule_wrap(function(result)
        result.stdout, result.stderr = table.concat(stdout, '\n'), table.concat(stderr, '\n')
        coroutine.resume(co, result)
      end)
    )
    if not is_started then
      return { code = 127, signal = 0, stdout = '', stderr = tostring(why) }
    end
    return coroutine.yield()
  end
end

--- One line below the windows that the next one overwrites.
---@param line string
local function progress(line)
  local step = line:match('^%s*(Collecting %S+)')
    or line:match('^%s*(Downloading %S+)')
    or line:match('^(Installing collected packages)')
    or line:match('^%s*(Building wheel for %S+)')
    or line:match('^(Processing %S+)')
  if step then
    local text = 'Lacuna: ' .. step
    vim.api.nvim_echo({ { text:sub(1, math.max(vim.o.columns - 12, 20)) } }, false, {})
  end
end

---@param output string
---@return string
local function explain(output)
  for _, sign in ipairs(OFFLINE) do
    if output:find(sign, 1, true) then
      return 'The package index cannot be reached. Without a network, `:Lacuna install FOLDER` takes wheels from a folder.'
    end
  end
  if output:find('(from versions: none)', 1, true) then
    return 'The package index has none of what is needed, or cannot be reached; `:Lacuna log` has what pip said.'
  end
  if output:find('No space left on device', 1, true) then
    return 'The disk is full.'
  end
  local last = output:match('ERROR: (Could not [^\n]+)') or output:match('ERROR: ([^\n]+)') or 'pip failed.'
  return last .. ' `:Lacuna log` has all of it.'
end

---@param session lacuna.Session
---@param source? string
---@return string? error
local function install(session, source)
  local run = runner(session)
  local extra, unchosen = runtime.choose(run, session.config.install.extra, M.folder())
  if not extra then
    return unchosen
  end
  local wanted, why = requirement(extra, source)
  if not wanted then
    return why
  end
  local found, none = python.find(run, session.config.install.python)
  if not found then
    return none
  end
  session:tell(('Installs version %s with %s.'):format(version, found.path), vim.log.levels.INFO)

  local environment, executable, mark = paths()
  if M.python() then
    session.server:stop() -- it runs from what is made anew
  end
  vim.fn.delete(environment, 'rf')
  local made = run({ found.path, '-I', '-m', 'venv', environment })
  if made.code ~= 0 then
    return ('An environment could not be made in %s; `:Lacuna log` says why.'):format(environment)
  end
  local pip = { executable, '-I', '-m', 'pip', 'install', '--no-input', '--disable-pip-version-check' }
  local installed = run(vim.list_extend(pip, wanted), progress)
  if installed.code ~= 0 then
    vim.fn.delete(environment, 'rf')
    return explain(installed.stdout .. '\n' .. installed.stderr)
  end
  local asked = run({ executable, '-I', '-m', 'lacuna.cli', '--version' })
  if asked.code ~= 0 then
    vim.fn.delete(environment, 'rf')
    return 'What was installed does not run; `:Lacuna log` says why.'
  end
  vim.fn.writefile({ vim.trim(asked.stdout) }, mark)
  for name, kind in vim.fs.dir(M.folder()) do
    if kind == 'directory' and name ~= version then
      vim.fn.delete(vim.fs.joinpath(M.folder(), name), 'rf')
    end
  end
  session.server:restart()
  session:tell(('Is installed: %s.'):format(vim.trim(asked.stdout)), vim.log.levels.INFO)
end

--- Install, in the background; then serve the open files.
---@param session lacuna.Session
---@param source? string a wheel, or a folder with wheels of everything; else what lies beside, or the index
function M.run(session, source)
  if session.is_installing then
    session:tell('An installation is running; `:Lacuna log` shows it.')
    return
  end
  session.is_installing = true
  coroutine.wrap(function()
    local is_done, failure = xpcall(install, debug.traceback, session, source)
    session.is_installing = false
    if failure then
      if not is_done then
        session:note(failure)
        failure = 'The installation failed inside Lacuna; `:Lacuna log` says where.'
      end
      session:tell(failure, vim.log.levels.ERROR)
    end
  end)()
end

return M
