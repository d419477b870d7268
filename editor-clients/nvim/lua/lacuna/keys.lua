-- Insert-mode mappings of served buffers. With nothing to accept, a key does what it did before.

local M = {}

local WHAT = {
  accept = { 'accept()', 'accept the completion' },
  accept_word = { 'accept("word")', "accept the completion's next word" },
  accept_line = { 'accept("line")', "accept the completion's next line" },
  next = { 'cycle(1)', 'next completion' },
  previous = { 'cycle(-1)', 'previous completion' },
  dismiss = { 'dismiss()', 'dismiss the completion' },
}

--- What the key does without us, under a name of its own.
---@param buf integer
---@param key string
---@return string plug
---@return table<string, any>? own the buffer's own mapping, which ours hides
local function keep(buf, key)
  local plug = ('<Plug>(lacuna-else-%s)'):format((key:gsub('[<>]', '')))
  local old = vim.fn.maparg(key, 'i', false, true)
  if vim.tbl_isempty(old) then
    vim.keymap.set('i', plug, key, { buffer = buf })
    return plug, nil
  end
  local raw = vim.api.nvim_replace_termcodes(plug, true, true, true)
  local copy = vim.tbl_extend('force', old, { lhs = plug, lhsraw = raw, buffer = 1 })
  copy.lhsrawalt = nil
  vim.fn.mapset('i', false, copy)
  return plug, old.buffer == 1 and old or nil
end

--- Map what the user did not switch off, in one buffer. Returns what undoes it.
---@param buf integer
---@param keys lacuna.Keys
---@return fun() unmap
function M.map(buf, keys)
  local mapped, hidden = {}, {}
  vim.api.nvim_buf_call(buf, function()
    for name, what in pairs(WHAT) do
      local key = keys[name]
      if key then
        local plug, own = keep(buf, key)
        -- Keys that are typed fast are handled in order: the change is a command of its own, not scheduled.
        vim.keymap.set('i', key, function()
          local lacuna = require('lacuna')
          return lacuna.is_visible() and ('<Cmd>lua require("lacuna").%s<CR>'):format(what[1]) or plug
        end, { buffer = buf, expr = true, remap = true, desc = 'Lacuna: ' .. what[2] })
        table.insert(mapped, key)
        table.insert(hidden, own)
      end
    end
    if keys.request then
      vim.keymap.set('i', keys.request, function()
        require('lacuna').request()
      end, { buffer = buf, desc = 'Lacuna: ask for a completion' })
      table.insert(mapped, keys.request)
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

return M
