-- Insert-mode mappings of served buffers. With nothing to accept, a key does what it did before.

local M = {}

---@type table<string, {act: (fun(completion: lacuna.Completion): boolean), desc: string}>
local WHAT = {
  accept = {
    act = function(completion)
      return completion:accept('all')
    end,
    desc = 'accept the completion',
  },
  accept_word = {
    act = function(completion)
      return completion:accept('word')
    end,
    desc = "accept the completion's next word",
  },
  accept_line = {
    act = function(completion)
      return completion:accept('line')
    end,
    desc = "accept the completion's next line",
  },
  next = {
    act = function(completion)
      return completion:cycle(1)
    end,
    desc = 'next completion',
  },
  previous = {
    act = function(completion)
      return completion:cycle(-1)
    end,
    desc = 'previous completion',
  },
  dismiss = {
    act = function(completion)
      return completion:dismiss()
    end,
    desc = 'dismiss the completion',
  },
  request = {
    act = function(completion)
      completion:ask()
      return true
    end,
    desc = 'ask for a completion',
  },
}

--- What the key does without us, under a name of its own.
---@param buf integer
---@param key string
---@return string raw that name as it is typed
---@return table<string, any>? own the buffer's own mapping, which ours hides
local function keep(buf, key)
  local plug = ('<Plug>(lacuna-else-%s)'):format((key:gsub('[<>]', '')))
  local raw = vim.api.nvim_replace_termcodes(plug, true, true, true)
  local old = vim.fn.maparg(key, 'i', false, true)
  if vim.tbl_isempty(old) then
    vim.keymap.set('i', plug, key, { buffer = buf })
    return raw, nil
  end
  local copy = vim.tbl_extend('force', old, { lhs = plug, lhsraw = raw, buffer = 1 })
  copy.lhsrawalt = nil
  vim.fn.mapset('i', false, copy)
  return raw, old.buffer == 1 and old or nil
end

--- Map what the user did not switch off, in one buffer. Returns what undoes it.
---
--- Not by `expr`: Neovim may evaluate that while it peeks, before the key that was typed ahead of it is inserted.
---@param buf integer
---@param keys lacuna.Keys
---@param completion lacuna.Completion
---@return fun() unmap
function M.map(buf, keys, completion)
  local mapped, hidden = {}, {}
  vim.api.nvim_buf_call(buf, function()
    for name, what in pairs(WHAT) do
      local key = keys[name]
      if key then
        local raw, own = keep(buf, key)
        vim.keymap.set('i', key, function()
          if not what.act(completion) then
            vim.api.nvim_feedkeys(raw, 'im', false) -- before whatever is typed already
          end
        end, { buffer = buf, desc = 'Lacuna: ' .. what.desc })
        table.insert(mapped, key)
        table.insert(hidden, own)
      end
    end
  end)
  return function()
    vim.api.nvim_buf_call(buf, function()
      for _, key in ipairs(mapped) do
        pcall(vim.keymap.del, 'i', key, { buffer = buf }) -- the user may have done so
      end
      for _, own in ipairs(hidden) do
        vim.fn.mapset('i', false, own)
      end
    end)
  end
end

---@type table<string, {act: (fun(filling: lacuna.Filling): boolean), desc: string}>
M.OF_DRAFTS = {
  take_draft = {
    act = function(filling)
      return filling:take()
    end,
    desc = 'take the draft as it stands',
  },
  drop_draft = {
    act = function(filling)
      return filling:drop()
    end,
    desc = 'drop the draft',
  },
}

--- Map, in insert and normal mode, what is for drafts, while there are some. Returns what gives the keys back.
---@param buf integer
---@param keys lacuna.Keys
---@param filling lacuna.Filling
---@return fun() unmap
function M.lend(buf, keys, filling)
  local lent = {}
  vim.api.nvim_buf_call(buf, function()
    for name, what in pairs(M.OF_DRAFTS) do
      local key = keys[name]
      for _, mode in ipairs(key and { 'n', 'i' } or {}) do
        table.insert(lent, { mode = mode, key = key, own = vim.fn.maparg(key, mode, false, true) })
        vim.keymap.set(mode, key, function()
          what.act(filling)
        end, { buffer = buf, nowait = true, desc = 'Lacuna: ' .. what.desc })
      end
    end
  end)
  return function()
    if not vim.api.nvim_buf_is_valid(buf) then
      return
    end
    vim.api.nvim_buf_call(buf, function()
      for _, one in ipairs(lent) do
        pcall(vim.keymap.del, one.mode, one.key, { buffer = buf }) -- the user may have done so
        if one.own.buffer == 1 then
          vim.fn.mapset(one.mode, false, one.own)
        end
      end
    end)
  end
end

return M
