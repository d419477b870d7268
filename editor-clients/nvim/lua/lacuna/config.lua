-- Options, as the user wrote them, become the configuration, complete and checked.

local languages = require('lacuna.languages')

local M = {}

---@class (exact) lacuna.Keys Mappings in insert mode; false switches one off.
---@field accept string|false
---@field accept_word string|false
---@field accept_line string|false
---@field next string|false
---@field previous string|false
---@field dismiss string|false
---@field request string|false
---@field take_draft string|false in normal mode, too, while a fill runs
---@field drop_draft string|false the same

---@class (exact) lacuna.Install
---@field python? string a Python of 3.11 or newer; without it one is looked for
---@field extra? 'cpu'|'cuda' which ONNX Runtime is installed; without it the user is asked where a GPU is seen

---@class (exact) lacuna.Config
---@field automatic boolean complete while typing; false: only when asked
---@field filetypes string[]
---@field debounce integer milliseconds without a key until a completion is asked for
---@field keys lacuna.Keys
---@field cmd? string[] the server; without it: the installed one, else `lacuna` on PATH
---@field args string[] what is added to the server's command line
---@field settings table<string, any> the server's own settings
---@field install lacuna.Install

---@class (exact) lacuna.Options What `setup` takes; whatever is left out has its default.
---@field automatic? boolean
---@field filetypes? string[]
---@field debounce? integer
---@field keys? lacuna.Keys|false false switches off all
---@field cmd? string[]
---@field args? string[]
---@field settings? table<string, any>
---@field install? lacuna.Install

---@return lacuna.Config
function M.defaults()
  local filetypes = vim.tbl_keys(languages)
  table.sort(filetypes)
  return {
    automatic = true,
    filetypes = filetypes,
    debounce = 75,
    keys = {
      accept = '<Tab>',
      accept_word = '<M-Right>',
      accept_line = '<M-Down>',
      next = '<M-]>',
      previous = '<M-[>',
      dismiss = '<C-]>',
      request = '<M-Bslash>',
      take_draft = '<Tab>',
      drop_draft = '<Esc>',
    },
    args = {},
    settings = {},
    install = {},
  }
end

local function is_boolean(value)
  return type(value) == 'boolean'
end

local function is_text(value)
  return type(value) == 'string' and value ~= ''
end

local function is_texts(value)
  return vim.islist(value) and vim.iter(value):all(is_text)
end

local function is_key(value)
  return value == false or is_text(value)
end

local KEY = { is_key, 'the name of a key, or false' }
local OPTIONS = {
  automatic = { is_boolean, 'true or false' },
  filetypes = { is_texts, 'a list of file types' },
  debounce = {
    function(value)
      return type(value) == 'number' and value >= 0 and value % 1 == 0
    end,
    'a whole number of milliseconds',
  },
  keys = {
    accept = KEY,
    accept_word = KEY,
    accept_line = KEY,
    next = KEY,
    previous = KEY,
    dismiss = KEY,
    request = KEY,
    take_draft = KEY,
    drop_draft = KEY,
  },
  cmd = {
    function(value)
      return is_texts(value) and #value > 0
    end,
    'a command line as a list',
  },
  args = { is_texts, 'a list of arguments' },
  settings = {
    function(value)
      return type(value) == 'table' and (vim.tbl_isempty(value) or not vim.islist(value))
    end,
    'a table of settings by name',
  },
  install = {
    python = { is_text, 'the path of a Python' },
    extra = {
      function(value)
        return value == 'cpu' or value == 'cuda'
      end,
      '"cpu" or "cuda"',
    },
  },
}

---@param into table
---@param options table
---@param known table
---@param prefix string
---@param complaints string[]
local function take(into, options, known, prefix, complaints)
  for name, value in pairs(options) do
    local rule = known[name]
    if not rule then
      local names = table.concat(vim.fn.sort(vim.tbl_keys(known)), ', ')
      table.insert(complaints, ('There is no option %s%s; there are %s.'):format(prefix, name, names))
    elseif rule[1] == nil and type(value) == 'table' then
      take(into[name], value, rule, prefix .. name .. '.', complaints)
    elseif rule[1] == nil then
      table.insert(complaints, ('%s%s should be a table, not %s.'):format(prefix, name, vim.inspect(value)))
    elseif rule[1](value) then
      into[name] = value
    else
      table.insert(complaints, ('%s%s should be %s, not %s.'):format(prefix, name, rule[2], vim.inspect(value)))
    end
  end
end

--- The defaults with the user's options over them. What cannot be used is told to the user and left out.
---@param options? lacuna.Options
---@return lacuna.Config
function M.resolve(options)
  local config = M.defaults()
  local given = vim.tbl_extend('force', {}, options or {})
  if given.keys == false then
    given.keys = vim.tbl_map(function()
      return false
    end, config.keys)
  end
  local complaints = {}
  take(config, given, OPTIONS, '', complaints)
  if #complaints > 0 then
    vim.notify('Lacuna: ' .. table.concat(complaints, '\n'), vim.log.levels.ERROR)
  end
  return config
end

return M
